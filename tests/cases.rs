//! Runs every folder of `tests/cases`: its `case.txt` is what a terminal shows, commands and all.
//!
//! A case is a folder with the files that it needs and a `case.txt`. Each `$ probity …` line of that is run in a copy of
//! the folder, which also has the packs of `tests/cases/_packs` in `scenarios/`; the lines below it are what it exits
//! with and what it writes. `PROBITY_BLESS=1 cargo test --test cases` writes what is written now; read the difference
//! before you commit it. Times and run ids are replaced by names, as they differ from run to run.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use support::transcript::{normal, words};
use support::{Folder, Said, copy};

const WORKERS: usize = 4;

#[test]
fn every_case_says_what_its_transcript_says() {
    let cases = cases();
    assert!(!cases.is_empty(), "there are cases");
    let bless = std::env::var_os("PROBITY_BLESS").is_some();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(problem) = check(case, bless) {
                        wrong.lock().expect("no panics").push(problem);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no panics");
    wrong.sort();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root())
        .expect("the folder of cases")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.join("case.txt").is_file())
        .collect();
    cases.sort();
    cases
}

/// What is wrong with a case.
fn check(case: &Path, bless: bool) -> Option<String> {
    let transcript = case.join("case.txt");
    let expected = fs::read_to_string(&transcript).expect("UTF-8");
    let folder = Folder::new();
    if !expected.starts_with("# without packs") {
        copy(&root().join("_packs"), &folder.path().join("scenarios"));
    }
    copy(case, folder.path());
    let actual = replay(&expected, &folder);
    if actual == expected {
        return None;
    }
    if bless {
        fs::write(transcript, actual).expect("writable");
        return None;
    }
    let name = case.file_name().expect("a name").display();
    Some(format!("=== {name}\n{}", difference(&expected, &actual)))
}

/// The transcript as it is now: comments (`#`) at its head, then its commands, each with what it says.
fn replay(transcript: &str, folder: &Folder) -> String {
    let mut text = String::new();
    for line in transcript.lines().take_while(|line| line.starts_with('#')) {
        let _ = writeln!(text, "{line}");
    }
    for line in transcript.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            let _ = write!(text, "{line}\n{}", run(command, folder));
        }
    }
    text
}

/// Runs `[NAME=VALUE …] probity ARGUMENT…`, or shows the file of `cat FILE`.
fn run(command: &str, folder: &Folder) -> String {
    let words = words(command);
    let program = words
        .iter()
        .position(|word| !word.contains('='))
        .expect("a program");
    let args: Vec<&str> = words[program + 1..].iter().map(String::as_str).collect();
    if words[program] == "cat" {
        if !folder.path().join(args[0]).is_file() {
            return format!("there is no `{}`\n", args[0]);
        }
        return ended(&normal(&folder.read(args[0]), folder.path()));
    }
    assert_eq!(words[program], "probity", "transcripts run probity only");
    let mut command = folder.probity(&args);
    for word in &words[..program] {
        let (name, value) = word.split_once('=').expect("it was looked for");
        command.env(name, value);
    }
    let said: Said = command.output().expect("it starts").into();
    let mut text = format!("exit {}\n", said.code);
    for (name, written) in [("stdout", said.stdout), ("stderr", said.stderr)] {
        if !written.is_empty() {
            let _ = write!(
                text,
                "--- {name}\n{}",
                ended(&normal(&written, folder.path()))
            );
        }
    }
    text.push('\n');
    text
}

fn ended(text: &str) -> String {
    if text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    }
}

/// The first lines that differ, and where.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<_>, Vec<_>) =
        (expected.lines().collect(), actual.lines().collect());
    let same = expected
        .iter()
        .zip(&actual)
        .take_while(|(one, other)| one == other)
        .count();
    let shown = |lines: &[&str], mark: &str| {
        let lines = lines.iter().skip(same).take(20);
        lines.fold(String::new(), |text, line| format!("{text}{mark} {line}\n"))
    };
    format!(
        "from line {} on:\n{}{}",
        same + 1,
        shown(&expected, "-"),
        shown(&actual, "+")
    )
}
