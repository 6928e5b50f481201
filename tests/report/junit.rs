//! JUnit: exact text, well-formed whatever comes, and valid where that is promised.

use std::path::{Path, PathBuf};
use std::process::Command;

use probity::event::{Event, Outcome};
use roxmltree::Document;

use crate::sample::{self, CUSTOMERS};
use crate::{assert_matches_file, written};

#[test]
fn everything_in_both_dialects() {
    for kind in ["junit", "junit-strict"] {
        let text = written(kind, sample::everything());
        assert_matches_file(&format!("{kind}.xml"), &text);
    }
}

#[test]
fn totals_are_those_of_the_elements() {
    for kind in ["junit", "junit-strict"] {
        let text = written(kind, sample::everything());
        let document = Document::parse(&text).unwrap();
        let suites: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name("testsuite") || node.has_tag_name("testsuites"))
            .collect();
        assert_eq!(suites.len(), 4);
        for suite in suites {
            let totals = [
                ("tests", "testcase"),
                ("failures", "failure"),
                ("errors", "error"),
                ("skipped", "skipped"),
            ];
            for (attribute, element) in totals {
                let elements = suite
                    .descendants()
                    .filter(|node| node.has_tag_name(element));
                if let Some(total) = suite.attribute(attribute) {
                    assert_eq!(total, elements.count().to_string(), "{attribute}");
                }
            }
        }
    }
}

#[test]
fn names_do_not_change_with_seed_environment_or_order() {
    let names = |mut events: Vec<Event>, seed: u64, environment: &str| {
        for event in &mut events {
            if let Event::Run(run) = event {
                run.seed = seed;
                run.run = format!("{seed:x}");
                run.packs[0].environment = environment.to_owned();
            }
        }
        let text = written("junit", events);
        let document = Document::parse(&text).unwrap();
        let cases = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"));
        let names: Vec<_> = cases
            .map(|case| {
                let attribute = |name| case.attribute(name).unwrap().to_owned();
                (attribute("classname"), attribute("name"))
            })
            .collect();
        names
    };
    let events = sample::everything();
    let mut turned = events.clone();
    turned[9..17].reverse();
    let expected = names(events, 7341, "emulator");
    assert_eq!(names(turned, 1, "sandbox"), expected);
    assert_eq!(expected[0].0, "scenarios.broken");
    assert_eq!(
        expected[1],
        (
            "scenarios.conduit-v1.customers".to_owned(),
            "approve".to_owned()
        )
    );
}

#[test]
fn an_interrupted_run_is_reported_as_far_as_it_went() {
    let mut events = sample::everything();
    events.truncate(events.len() - 4);
    let text = written("junit", events);
    let document = Document::parse(&text).unwrap();
    let cases = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"));
    assert_eq!(cases.count(), 9);
}

#[test]
fn a_run_without_events_is_a_report_without_suites() {
    let text = written("junit", Vec::new());
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.root_element().attribute("tests"), Some("0"));
}

#[test]
fn suites_keep_their_cases_apart_however_they_interleave() {
    let cases = 20_000;
    let mut events = vec![Event::Run(Box::new(sample::run(cases)))];
    for index in (0..cases).rev() {
        let file = format!("scenarios/{:02}.scenario.yaml", index % 50);
        let case = sample::case(index, &file, &format!("c{index}"), None);
        let finished = sample::finished(&case, Outcome::Passed, 20);
        events.push(Event::CaseFinished(Box::new(finished)));
    }
    let text = written("junit", events);
    let document = Document::parse(&text).unwrap();
    let suites: Vec<_> = document
        .root_element()
        .children()
        .filter(roxmltree::Node::is_element)
        .collect();
    assert_eq!(suites.len(), 50);
    for (number, suite) in suites.iter().enumerate() {
        let names: Vec<_> = suite
            .children()
            .filter_map(|node| node.attribute("name"))
            .collect();
        let expected: Vec<_> = (0..400)
            .map(|nth| format!("c{}", number + nth * 50))
            .collect();
        assert_eq!(names, expected);
    }
}

/// The schemas of two readers, where they are at hand; a clone of the project alone doesn't have them.
fn schemas() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/data/junit-schemas"))
        .find(|folder| folder.is_dir())
}

const VALIDATE: &str = r"
import sys
from lxml import etree
jenkins, surefire, report = sys.argv[1:]
document = etree.parse(report)
etree.XMLSchema(etree.parse(jenkins)).assertValid(document)
schema = etree.XMLSchema(etree.parse(surefire))
suites = document.getroot().findall('testsuite')
assert suites
for suite in suites:
    schema.assertValid(suite)
";

#[test]
fn the_strict_dialect_is_valid_for_jenkins_and_for_surefire() {
    let lxml = Command::new("python3").args(["-c", "import lxml"]).output();
    let (Some(schemas), Ok(lxml)) = (schemas(), lxml) else {
        println!("skipped: no schemas or no python3");
        return;
    };
    if !lxml.status.success() {
        println!("skipped: no lxml");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.xml");
    let mut events = sample::everything();
    let only_passed = sample::case(99, CUSTOMERS, "more", None);
    events.push(Event::CaseFinished(Box::new(sample::finished(
        &only_passed,
        Outcome::Passed,
        1,
    ))));
    std::fs::write(&report, written("junit-strict", events)).unwrap();
    let output = Command::new("python3")
        .args(["-c", VALIDATE])
        .args([
            schemas.join("jenkins-junit-10.xsd"),
            schemas.join("surefire-test-report.xsd"),
            report,
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
