//! What the project's own packs promise: each change of an emulator is noticed by a scenario, each scenario is where its
//! pack's README says, and runs are the same with any number of jobs, and without a network.

#[path = "../support/mod.rs"]
mod support;

mod mutations;
mod runs;
mod secrets;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

/// `scenarios/` of this repository.
fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The names of the packs in it.
fn packs() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(scenarios())
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .filter(|folder| folder.join("pack.yaml").is_file())
        .map(|folder| {
            let name = folder.file_name().expect("a name");
            name.to_str().expect("UTF-8").to_owned()
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "there are packs");
    names
}
