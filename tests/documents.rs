//! What is said of documents that are wrong: each `tests/documents/**/NAME.scenario.yaml` (or a folder with a `pack.yaml`)
//! has beside it `NAME.out` (or `expected.out`) with the problems as they are printed, word for word.
//!
//! A new case is a new file. `PROBITY_BLESS=1 cargo test --test documents` writes the outputs; read the difference before
//! committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where its own files can't be read"
)]

mod golden;

use std::fs;
use std::path::{Path, PathBuf};

use golden::{compare, find, show};
use probity::source::{Folder, Source};
use probity::{pack, scenario};

#[test]
fn scenario_files_are_answered_as_expected() {
    let cases = find(Path::new("tests/documents"), &|path| {
        path.to_string_lossy().ends_with(".scenario.yaml")
    });
    assert!(cases.len() > 10, "the cases were not found");
    let cases = cases.into_iter().map(|path| {
        let name = path.to_string_lossy().replace('\\', "/");
        let expected = PathBuf::from(name.replace(".scenario.yaml", ".out"));
        (expected, scenario_problems(&path))
    });
    compare(cases);
}

#[test]
fn packs_are_answered_as_expected() {
    let cases = find(Path::new("tests/documents"), &|path| {
        path.ends_with("pack.yaml")
    });
    assert!(!cases.is_empty(), "the cases were not found");
    let cases = cases.into_iter().map(|path| {
        let folder = path.parent().unwrap();
        let name = folder.file_name().unwrap().to_string_lossy();
        let (_, problems) = pack::load(&Folder::on_disk(folder).unwrap(), &name);
        (folder.join("expected.out"), show(&problems))
    });
    compare(cases);
}

fn scenario_problems(path: &Path) -> String {
    let name = path.file_name().unwrap().to_string_lossy();
    let source = Source::new(name, path, fs::read_to_string(path).unwrap());
    let folder = Folder::on_disk(path.parent().unwrap()).unwrap();
    let (_, problems) = scenario::load(&source, folder, "");
    show(&problems)
}
