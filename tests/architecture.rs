//! The layers: a module imports only from rows above its own. Reads the `crate::…` paths of every source file.

#![allow(
    clippy::unwrap_used,
    reason = "a test that can't read the sources has failed"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rows, from the ones that import nothing of ours to the one that imports everything. Modules of one row do not know
/// each other.
const ROWS: &[&[&str]] = &[
    &["source", "value"],
    &["diagnostic", "clock", "random", "signature"],
    &["expr", "http", "event"],
    &["document", "receiver"],
    &["check"],
    &["step"],
    &["scenario", "pack"],
    &["lint", "plan", "schemas"],
    &["run", "report", "emulator"],
    &["cli"],
];

/// Imports within a row, each with its reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // A scenario file holds actions and secrets, whose types are the pack's.
    ("scenario", "pack"),
];

fn row(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The modules that a text names as `crate::module` or in `use crate::{a, b::…}`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        let words = match rest.strip_prefix('{') {
            Some(list) => top_level_words(list),
            None => vec![rest],
        };
        found.extend(
            words
                .into_iter()
                .map(first_word)
                .filter(|word| !word.is_empty()),
        );
    }
    found
}

fn first_word(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The items of a `{…}` list, without what is inside of inner braces.
fn top_level_words(list: &str) -> Vec<&str> {
    let (mut words, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                words.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                words.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words
}

#[test]
fn modules_import_only_from_rows_above() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut breaches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let module = relative
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .replace(".rs", "");
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let own = row(&module).unwrap_or_else(|| panic!("`{module}` has no row in {}", file!()));
        let text = fs::read_to_string(&file).unwrap();
        let code: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        for import in imports(&code.join("\n")) {
            let excepted = EXCEPTIONS.contains(&(module.as_str(), import.as_str()));
            if import != module && !excepted && row(&import).is_some_and(|theirs| theirs >= own) {
                breaches
                    .entry(relative.display().to_string())
                    .or_default()
                    .push(import);
            }
        }
    }
    assert!(
        breaches.is_empty(),
        "imports from the same row or from below: {breaches:#?}"
    );
}

#[test]
fn the_outside_world_enters_at_the_top() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let forbidden = [
        "std::env::",
        "SystemTime::now",
        "Timestamp::now",
        "println!",
        "eprintln!",
        "rand::random",
        "process::exit",
    ];
    let mut breaches = Vec::new();
    for file in rust_files(&source) {
        if file.starts_with(source.join("cli")) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        // Tests may look at the world.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            let is_test = file
                .components()
                .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
            if !is_comment && !is_test && forbidden.iter().any(|word| line.contains(word)) {
                breaches.push(format!(
                    "{}:{}: {}",
                    file.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(
        breaches.is_empty(),
        "only `cli` may do this:\n{}",
        breaches.join("\n")
    );
}

#[test]
fn every_file_opens_with_what_it_owns() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let silent: Vec<String> = rust_files(&source)
        .into_iter()
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//!"))
        .map(|file| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of: {silent:#?}");
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::a::B;\nuse crate::{c, d::{E, F}, g};\nlet x = crate::h::i();\nuse ::crate_x::y;";
    assert_eq!(imports(text), ["a", "c", "d", "g", "h"]);
}

/// What one provider needs is a primitive or a function for all of them.
#[test]
fn no_provider_is_known_to_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut providers = Vec::new();
    for entry in fs::read_dir(root.join("scenarios")).unwrap() {
        let folder = entry.unwrap().path();
        if folder.join("pack.yaml").exists() {
            let name = folder.file_name().unwrap().to_string_lossy().to_lowercase();
            // `conduit-v1` is a version of `conduit`.
            providers.push(name.split('-').next().unwrap().to_owned());
        }
    }
    assert!(!providers.is_empty());
    let mut known = Vec::new();
    for file in rust_files(&root.join("src")) {
        let text = fs::read_to_string(&file).unwrap().to_lowercase();
        for (number, line) in text.lines().enumerate() {
            if providers.iter().any(|provider| line.contains(provider)) {
                known.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(
        known.is_empty(),
        "providers are named in:\n{}",
        known.join("\n")
    );
}
