//! Tests whose cases are files: what is expected stands beside what is read.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use probity::diagnostic::{Diagnostic, Style, render};

/// The problems as they are printed.
pub fn show(problems: &[Diagnostic]) -> String {
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
pub fn find(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
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

/// Compares outputs with the files that hold what is expected; with `PROBITY_BLESS` set, writes these.
pub fn compare(cases: impl Iterator<Item = (PathBuf, String)>) {
    let mut differences = String::new();
    for (path, actual) in cases {
        if std::env::var_os("PROBITY_BLESS").is_some() {
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
