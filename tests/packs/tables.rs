//! The tables of the packs' READMEs, "which sentence is checked where", against the scenarios there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use super::{packs, scenarios};

/// A scenario as a README names it: `FILE::id`.
struct Listed {
    name: String,
    assumed: bool,
}

#[test]
fn each_scenario_that_a_readme_names_exists() {
    for pack in packs() {
        let exist: BTreeSet<String> = listed(&pack).into_iter().map(|one| one.name).collect();
        let lost: Vec<_> = named(&pack).difference(&exist).cloned().collect();
        assert!(
            lost.is_empty(),
            "the README of `{pack}` names scenarios that there are not: {lost:?}"
        );
    }
}

#[test]
fn each_scenario_is_named_in_its_readme_unless_it_is_of_an_assumption() {
    for pack in packs() {
        let named = named(&pack);
        let missing: Vec<_> = listed(&pack)
            .into_iter()
            .filter(|one| !one.assumed && !named.contains(&one.name))
            .map(|one| one.name)
            .collect();
        assert!(
            missing.is_empty(),
            "the README of `{pack}` does not say what these scenarios check: {missing:?}"
        );
    }
}

/// All scenarios of a pack, as `probity list` has them.
fn listed(pack: &str) -> Vec<Listed> {
    let output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["list", "scenarios", "--format", "json"])
        .arg(format!("scenarios/{pack}"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let scenarios: Vec<Listed> = text
        .lines()
        .map(|line| {
            let one: Value = serde_json::from_str(line).expect("JSON");
            let file = one["file"].as_str().expect("a file");
            let file = Path::new(file).file_name().expect("a name").to_str();
            let file = file.expect("UTF-8").trim_end_matches(".scenario.yaml");
            let id = one["scenario"].as_str().expect("an id");
            Listed {
                name: format!("{file}::{id}"),
                assumed: one["tags"]
                    .as_array()
                    .expect("tags")
                    .contains(&Value::from("assumed")),
            }
        })
        .collect();
    assert!(!scenarios.is_empty(), "`{pack}` has scenarios");
    scenarios
}

/// The scenarios that the pack's README names in backticks.
fn named(pack: &str) -> BTreeSet<String> {
    let readme = fs::read_to_string(scenarios().join(pack).join("README.md"))
        .unwrap_or_else(|error| panic!("the README of `{pack}`: {error}"));
    let name = Regex::new("`([a-z0-9_-]+::[a-z0-9_-]+)`").expect("a valid pattern");
    name.captures_iter(&readme)
        .map(|found| found[1].to_owned())
        .collect()
}
