//! Every rule of lint on files of its own: `tests/lint/RULE/good*.scenario.yaml` has nothing wrong, and of each
//! `bad*.scenario.yaml` the rule says what stands in the `.out` beside it, word for word.
//!
//! `PROBITY_BLESS=1 cargo test --test lint` writes the outputs; read the difference before committing it.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where its own files can't be read"
)]

mod golden;

use std::fs;
use std::path::{Path, PathBuf};

use golden::{compare, find, show};
use probity::diagnostic::{Diagnostic, Severity};
use probity::lint::{RULES, lint, lint_pack};
use probity::pack::Library;
use probity::scenario;
use probity::source::{Folder, Source};

const ROOT: &str = "tests/lint";

/// What decoding, finding packs and lint say of a file.
fn problems(path: &Path, library: &Library) -> Vec<Diagnostic> {
    let name = path.file_name().unwrap().to_string_lossy();
    let source = Source::new(name, path, fs::read_to_string(path).unwrap());
    let folder = Folder::on_disk(path.parent().unwrap()).unwrap();
    let (file, mut problems) = scenario::load(&source, folder, "");
    let file = file.unwrap();
    let (packs, missing) = file.resolve_packs(library);
    problems.extend(missing);
    lint(&file, problems, &packs, &["given".to_owned()])
}

fn library() -> Library {
    Library::new(ROOT, vec![Path::new(ROOT).join("packs")])
}

fn cases(rule: &str, prefix: &str) -> Vec<PathBuf> {
    let folder = Path::new(ROOT).join(rule);
    assert!(folder.is_dir(), "the rule `{rule}` has no cases");
    find(&folder, &|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(prefix) && name.ends_with(".scenario.yaml")
    })
}

#[test]
fn each_rule_is_silent_on_good_files() {
    let library = library();
    for rule in RULES {
        let files = cases(rule.name, "good");
        assert!(
            !files.is_empty(),
            "the rule `{}` has no good file",
            rule.name
        );
        for path in files {
            let found = problems(&path, &library);
            assert!(found.is_empty(), "{}:\n{}", path.display(), show(&found));
        }
    }
}

#[test]
fn each_rule_finds_what_is_wrong_in_bad_files() {
    let library = library();
    let mut outputs = Vec::new();
    for rule in RULES {
        let files = cases(rule.name, "bad");
        assert!(
            !files.is_empty(),
            "the rule `{}` has no bad file",
            rule.name
        );
        for path in files {
            let found = problems(&path, &library);
            let own = found.iter().filter(|problem| problem.code == rule.name);
            assert!(
                own.clone().all(|problem| problem.severity == rule.severity),
                "the rule `{}` is of another severity",
                rule.name
            );
            assert!(own.count() > 0, "{}:\n{}", path.display(), show(&found));
            let expected = path.to_string_lossy().replace(".scenario.yaml", ".out");
            outputs.push((PathBuf::from(expected), show(&found)));
        }
    }
    compare(outputs.into_iter());
}

#[test]
fn packs_are_linted_too() {
    let library = library();
    let packs = find(&Path::new(ROOT).join("packs"), &|path| {
        path.ends_with("pack.yaml")
    });
    let outputs = packs.into_iter().map(|path| {
        let folder = path.parent().unwrap();
        let loaded = library.enclosing(&path).unwrap();
        let mut found = loaded.problems.clone();
        let pack = loaded.pack.as_deref();
        found.extend(pack.into_iter().flat_map(|pack| lint_pack(pack).to_vec()));
        (folder.join("expected.out"), show(&found))
    });
    compare(outputs);
}

#[test]
fn rules_are_named_as_their_files_and_say_what_they_find() {
    for rule in RULES {
        let file = format!("src/lint/rules/{}.rs", rule.name.replace('-', "_"));
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with(&format!("//! `{}`: ", rule.name)),
            "{file}"
        );
        assert!(rule.doc.ends_with('.'), "{}", rule.name);
        assert!(matches!(rule.severity, Severity::Error | Severity::Warning));
    }
}
