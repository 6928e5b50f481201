//! Holds the documents to the program: every example that is marked as one is run or refused, and the tables of operators
//! and functions are what `probity list` says.
//!
//! A fenced block is marked by the words after its language: `yaml scenario` and `yaml steps` must pass and lint, `yaml invalid`
//! (steps) must be refused by lint. `yaml pack`, `yaml emulator` and `yaml action NAME` make up packs, in the order of the
//! document, which its scenarios may use.
//!
//! A tutorial is walked through as its reader does: `yaml file PATH` writes a file, and of `console run` each command is run
//! and what it prints compared, but for times. `PROBITY_BLESS=1 cargo test --test docs` writes what is printed now.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where its own files can't be read"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use regex::Regex;
use support::copy;
use support::transcript::{normal, words};

const PROGRAM: &str = env!("CARGO_BIN_EXE_probity");

/// A fenced block of YAML that is marked.
struct Block {
    kind: String,
    name: String,
    text: String,
    line: usize,
}

fn blocks(document: &str) -> Vec<Block> {
    let text = fs::read_to_string(document).unwrap();
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            let mut words = info.split_whitespace();
            let marked = words.next() == Some("yaml");
            open = match words.next() {
                Some(kind) if marked => {
                    found.push(Block {
                        kind: kind.to_owned(),
                        name: words.next().unwrap_or_default().to_owned(),
                        text: String::new(),
                        line: index + 1,
                    });
                    true
                }
                _ => false,
            };
        } else if open {
            let block = found.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    found
}

fn probity(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .env("CI", "1")
        .output()
        .unwrap()
}

/// Steps as a file of one scenario.
fn as_scenario(steps: &str) -> String {
    let indented: String = steps
        .lines()
        .map(|line| format!("      {line}\n"))
        .collect();
    format!("packs: [echo]\nscenarios:\n  example:\n    steps:\n{indented}")
}

/// Writes a document's examples as a project, and checks them.
fn check(document: &str) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let scenarios = root.join("scenarios");
    copy(
        Path::new("tests/cases/_packs/echo"),
        &scenarios.join("echo"),
    );
    fs::write(root.join("probity.yaml"), "").unwrap();
    fs::write(
        scenarios.join("payments.csv"),
        "case_id,amount:number,currency\nsmall,0.10,USD\nlarge,100.10,EUR\n",
    )
    .unwrap();
    let blocks = blocks(document);
    assert!(!blocks.is_empty(), "{document} has no examples");
    let (mut pack, mut any) = (scenarios.clone(), false);
    for block in &blocks {
        let file = scenarios.join(format!("line_{}.scenario.yaml", block.line));
        match block.kind.as_str() {
            "pack" => {
                let name = block
                    .text
                    .lines()
                    .find_map(|line| line.strip_prefix("pack: "));
                pack = scenarios.join(name.unwrap());
                fs::create_dir_all(pack.join("actions")).unwrap();
                fs::write(pack.join("pack.yaml"), &block.text).unwrap();
            }
            "emulator" => fs::write(pack.join("emulator.yaml"), &block.text).unwrap(),
            "action" => {
                let path = format!("actions/{}.yaml", block.name);
                fs::write(pack.join(path), &block.text).unwrap();
            }
            "scenario" => {
                any = true;
                fs::write(file, &block.text).unwrap();
            }
            "steps" => {
                any = true;
                fs::write(file, as_scenario(&block.text)).unwrap();
            }
            "invalid" => {
                let file = root.join(format!("line_{}.yaml", block.line));
                fs::write(&file, as_scenario(&block.text)).unwrap();
                let said = probity(root, &["lint", file.to_str().unwrap()]);
                assert_eq!(said.status.code(), Some(2), "{document}:{}", block.line);
            }
            other => panic!("{document}:{}: no such kind of block: {other}", block.line),
        }
    }
    if any {
        let said = probity(root, &["run"]);
        let told = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.code(), Some(0), "{document}:\n{told}");
    }
    let said = probity(root, &["lint"]);
    let told = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(0), "{document}:\n{told}");
}

/// A reader of a tutorial: a folder of their own, and where they are in it.
struct Reader {
    root: tempfile::TempDir,
    place: PathBuf,
}

impl Reader {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().canonicalize().unwrap();
        Self { root, place }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a command line, and returns what it prints.
    fn run(&mut self, line: &str) -> String {
        let (line, wanted) = match line.split_once(" | grep ") {
            Some((line, wanted)) => (line, Some(wanted)),
            None => (line, None),
        };
        let words = words(line.split("  #").next().unwrap().trim());
        let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        match words[0].as_str() {
            "probity" => {
                let said = probity(&self.place, &arguments);
                let text = [said.stdout, said.stderr].concat();
                let text = String::from_utf8(text).unwrap();
                let lines = text.lines().map(str::trim_end);
                let lines = lines.filter(|line| wanted.is_none_or(|wanted| line.contains(wanted)));
                lines.map(|line| format!("{line}\n")).collect()
            }
            "cat" => fs::read_to_string(self.place.join(arguments[0])).unwrap(),
            "cd" => {
                self.place = self.place.join(arguments[0]).canonicalize().unwrap();
                String::new()
            }
            "rm" => {
                for path in arguments {
                    fs::remove_file(self.place.join(path)).unwrap();
                }
                String::new()
            }
            other => panic!("no such command in a tutorial: {other}"),
        }
    }
}

/// Walks through a document: its text as it should be, for what is printed now.
fn walk(text: &str, reader: &mut Reader) -> String {
    let mut now = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        now += &format!("{line}\n");
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut body: String = block.iter().map(|line| format!("{line}\n")).collect();
        match info.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["yaml", "file", path] => reader.write(path, &body),
            ["console", "run"] => {
                let commands = block.iter().filter_map(|line| line.strip_prefix("$ "));
                body = commands
                    .map(|command| format!("$ {command}\n{}", reader.run(command)))
                    .collect();
            }
            _ => {}
        }
        now += &format!("{body}```\n");
    }
    now
}

/// The text with cases that ended one after the other in the order of their names.
fn in_any_order(text: &str) -> String {
    let case = Regex::new(r"^ *([A-Z]+) \[TIME\] \(\d+/\d+\) ").unwrap();
    let lines: Vec<String> = text
        .lines()
        .map(|line| case.replace(line, "CASE $1 ").into_owned())
        .collect();
    let groups = lines.chunk_by(|a, b| a.starts_with("CASE ") && b.starts_with("CASE "));
    let sorted = groups.flat_map(|group| {
        let mut group = group.to_vec();
        group.sort();
        group
    });
    sorted.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_tutorial_is_what_its_reader_sees() {
    let document = "docs/tutorial.md";
    let written = fs::read_to_string(document).unwrap();
    let mut reader = Reader::new();
    let now = walk(&written, &mut reader);
    let root = reader.root.path();
    let [expected, actual] = [written, now.clone()].map(|text| in_any_order(&normal(&text, root)));
    if expected == actual {
        return;
    }
    if std::env::var_os("PROBITY_BLESS").is_some() {
        fs::write(document, now).unwrap();
        return;
    }
    let pairs = expected.lines().zip(actual.lines());
    let line = pairs.take_while(|(a, b)| a == b).count();
    let rest: Vec<&str> = actual.lines().skip(line).take(20).collect();
    panic!(
        "{document} differs from line {} on; what is printed now:\n{}",
        line + 1,
        rest.join("\n")
    );
}

#[test]
fn examples_of_the_readme_run() {
    check("README.md");
}

#[test]
fn examples_of_the_language_run() {
    check("docs/language.md");
}

#[test]
fn examples_of_packs_run() {
    check("docs/packs.md");
}

#[test]
fn examples_of_emulators_run() {
    check("docs/emulators.md");
}

#[test]
fn examples_of_webhooks_run() {
    check("docs/webhooks.md");
}

/// The first cells of the table below a comment `<!-- NAME -->`.
fn table(document: &str, name: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(document).unwrap();
    let (_, table) = text.split_once(&format!("<!-- {name} -->")).unwrap();
    let cell = |line: &str| {
        let cell = line.strip_prefix("| `")?.split("` | ").next()?;
        Some(cell.replace("\\|", "|"))
    };
    table
        .trim_start()
        .lines()
        .take_while(|line| line.starts_with('|'))
        .filter_map(cell)
        .collect()
}

/// What `probity list` lists: a function by its signature, an operator by its name.
fn listed(what: &str) -> BTreeSet<String> {
    let said = probity(Path::new("."), &["list", what, "--format", "json"]);
    let text = String::from_utf8(said.stdout).unwrap();
    let name = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = row.get("signature").or(row.get("name")).unwrap();
        name.as_str().unwrap().to_owned()
    };
    text.lines().map(name).collect()
}

#[test]
fn tables_are_what_the_program_lists() {
    for what in ["operators", "functions"] {
        let listed = listed(what);
        assert!(listed.len() > 20, "`probity list {what}` says nothing");
        assert_eq!(table("docs/language.md", what), listed);
    }
}

#[test]
fn the_recipe_for_github_is_the_one_that_init_writes() {
    let folder = tempfile::tempdir().unwrap();
    assert!(probity(folder.path(), &["init"]).status.success());
    let written = folder.path().join(".github/workflows/scenarios.yml");
    let recipe = format!("```yaml\n{}```", fs::read_to_string(written).unwrap());
    for document in ["README.md", "docs/ci.md"] {
        assert!(
            fs::read_to_string(document).unwrap().contains(&recipe),
            "{document}"
        );
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/language.md",
        "docs/packs.md",
        "docs/emulators.md",
        "docs/webhooks.md",
        "docs/tutorial.md",
        "docs/ci.md",
        "docs/dependencies.md",
        "scenarios/conduit-v1/README.md",
    ];
    for document in documents {
        let text = fs::read_to_string(document).unwrap();
        let beside = Path::new(document).parent().unwrap();
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap().split('#').next().unwrap();
            let here = target.is_empty() || target.contains("://");
            assert!(here || beside.join(target).exists(), "{document}: {target}");
        }
    }
}
