//! Packs for tests: one manifest, and whatever emulator file a test is about.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::pack::{self, Pack};
use crate::source::Folder;

const MANIFEST: &str = "
pack: shop
version: 1.0.0
environments:
  emulator: { emulator: true }
secrets:
  key: { env: SHOP_KEY, emulator: emulated-shop-key }
settings:
  mode: { default: open, in: [open, closed] }
  delay: { default: 5s }
";

/// The pack with this emulator file, and what is wrong with it.
pub(crate) fn load(emulator: &str) -> (Option<Pack>, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pack.yaml"), MANIFEST).unwrap();
    std::fs::write(folder.path().join("emulator.yaml"), emulator).unwrap();
    pack::load(&Folder::on_disk(folder.path()).unwrap(), "shop")
}

/// The pack with this emulator file, which must be readable.
pub(crate) fn pack(emulator: &str) -> Arc<Pack> {
    let (pack, problems) = load(emulator);
    assert!(problems.is_empty(), "{problems:#?}");
    Arc::new(pack.unwrap())
}
