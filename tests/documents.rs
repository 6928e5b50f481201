//! What is said of documents that are wrong: each `tests/documents/**/NAME.scenario.yaml` (or a folder with a `pack.yaml`)
//! has beside it `NAME.out` (or `expected.out`) with the problems as they are printed, word for word.
//!
//! A new case is a new file. `UPDATE=1 cargo test --test documents` writes the outputs; read the difference before
//! committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where its own files can't be read"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use probity::diagnostic::{Diagnostic, Style, render};
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

fn show(problems: &[Diagnostic]) -> String {
    if problems.is_empty() {
        return "no problems\n".to_owned();
    }
    let rendered: Vec<String> = problems
        .iter()
        .map(|problem| render(problem, Style::default()))
        .collect();
    rendered.join("\n")
}

/// Files below a folder that `wanted` names, sorted.
fn find(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(find(&path, wanted));
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn compare(cases: impl Iterator<Item = (PathBuf, String)>) {
    let mut differences = String::new();
    for (path, actual) in cases {
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &actual).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected != actual {
            let _ = writeln!(
                differences,
                "--- {}\n{expected}--- is now\n{actual}",
                path.display()
            );
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
