//! Changes an emulator in one place at a time, and expects that a scenario notices.
//!
//! `mutations/PACK.txt` has the changes of one pack's `emulator.yaml`, with an empty line between them: the scenario that
//! must fail, as `FILE::id`; the text to find, each line after `- `; and what comes in its place, each line after `+ `. Lines
//! that begin with `#` are comments. The text must occur exactly once, or the change says nothing.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::support::{Folder, Said, copy};
use super::{packs, scenarios};

/// How many changes each pack has at the least.
const AT_LEAST: usize = 12;
const WORKERS: usize = 4;

struct Mutation {
    pack: String,
    scenario: String,
    found: String,
    replaced: String,
}

#[test]
fn a_scenario_notices_each_change_of_an_emulator() {
    let mutations: Vec<Mutation> = packs().iter().flat_map(|pack| of_pack(pack)).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(mutation) = mutations.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(problem) = survives(mutation) {
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

fn of_pack(pack: &str) -> Vec<Mutation> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/packs/mutations")
        .join(format!("{pack}.txt"));
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("the changes of `{pack}` at {}: {error}", path.display()));
    let mutations: Vec<Mutation> = text
        .split("\n\n")
        .filter_map(|block| mutation(pack, block))
        .collect();
    assert!(
        mutations.len() >= AT_LEAST,
        "`{pack}` has {} changes; there must be {AT_LEAST}",
        mutations.len()
    );
    mutations
}

fn mutation(pack: &str, block: &str) -> Option<Mutation> {
    let lines = || block.lines().filter(|line| !line.starts_with('#'));
    let after = |mark: &str| {
        let marked: Vec<&str> = lines().filter_map(|line| line.strip_prefix(mark)).collect();
        marked.join("\n")
    };
    let scenario = lines().find(|line| !line.is_empty())?;
    Some(Mutation {
        pack: pack.to_owned(),
        scenario: scenario.to_owned(),
        found: after("- "),
        replaced: after("+ "),
    })
}

/// What is wrong with a change: it can't be made, the file is no longer valid, or nothing notices.
fn survives(mutation: &Mutation) -> Option<String> {
    let Mutation {
        pack,
        scenario,
        found,
        replaced,
    } = mutation;
    let shown = format!("{pack}/{scenario}\n- {found}\n+ {replaced}\n").replace('\n', "\n    ");
    let emulator = fs::read_to_string(scenarios().join(pack).join("emulator.yaml")).expect("UTF-8");
    let times = emulator.matches(found.as_str()).count();
    if times != 1 || found.is_empty() {
        return Some(format!("the text occurs {times} times:\n    {shown}"));
    }
    let (file, id) = scenario.split_once("::").expect("FILE::id");
    let selected = format!("scenarios/{pack}/{file}.scenario.yaml::{id}");
    let said = run(pack, &emulator.replacen(found, replaced, 1), &selected);
    match said.code {
        1 | 3 => None,
        0 => Some(format!("no scenario notices:\n    {shown}")),
        _ => Some(format!("not a failed check:\n    {shown}\n{}", said.stderr)),
    }
}

/// Runs scenarios on a copy of the pack with another emulator.
fn run(pack: &str, emulator: &str, selected: &str) -> Said {
    let folder = Folder::new();
    copy(
        &scenarios().join(pack),
        &folder.path().join("scenarios").join(pack),
    );
    folder.write(&format!("scenarios/{pack}/emulator.yaml"), emulator);
    folder.run(&["run", selected, "-q", "--fail-fast", "--color", "never"])
}
