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

const SIGNATURE: &str = "
webhooks:
  signature:
    scheme: hmac_sha256
    header: X-Shop-Signature
    value: t=${{ timestamp }},v1=${{ signature }}
    signed: ${{ timestamp }}.${{ text }}
    encoding: hex
    tolerance: 300s
    secret: ${{ captures.secret }}
";

/// The pack with this emulator file, and what is wrong with it.
pub(crate) fn load(emulator: &str) -> (Option<Pack>, Vec<Diagnostic>) {
    load_with(MANIFEST, emulator)
}

fn load_with(manifest: &str, emulator: &str) -> (Option<Pack>, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pack.yaml"), manifest).unwrap();
    std::fs::write(folder.path().join("emulator.yaml"), emulator).unwrap();
    pack::load(&Folder::on_disk(folder.path()).unwrap(), "shop")
}

/// The pack with this emulator file, which must be readable.
pub(crate) fn pack(emulator: &str) -> Arc<Pack> {
    let (pack, problems) = load(emulator);
    assert!(problems.is_empty(), "{problems:#?}");
    Arc::new(pack.unwrap())
}

/// The same pack, which signs its webhooks.
pub(crate) fn signed_pack(emulator: &str) -> Arc<Pack> {
    let (pack, problems) = load_with(&format!("{MANIFEST}{SIGNATURE}"), emulator);
    assert!(problems.is_empty(), "{problems:#?}");
    Arc::new(pack.unwrap())
}
