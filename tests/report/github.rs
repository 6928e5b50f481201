//! Workflow commands and the job's summary.

use probity::diagnostic::Repository;
use probity::event::{Event, Outcome};
use probity::report::Context;

use crate::sample::{self, CUSTOMERS};
use crate::{assert_matches_file, written, written_in};

#[test]
fn everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.md");
    std::fs::write(&path, "of an earlier step\n").unwrap();
    let context = Context {
        step_summary: Some(path.clone()),
        ..Context::default()
    };
    let text = written_in("github", sample::everything(), &context);
    assert_matches_file("github.txt", &text);
    let summary = std::fs::read_to_string(path).unwrap();
    assert_matches_file("github-summary.md", &summary);
}

#[test]
fn every_line_is_one_command() {
    let text = written("github", sample::everything());
    for line in text.lines() {
        let commands = ["::error file=", "::warning title="];
        let flaky = "::warning file=";
        assert!(
            commands
                .iter()
                .chain([&flaky])
                .any(|start| line.starts_with(start)),
            "{line}"
        );
        assert!(!line.contains(['\r', '\u{1b}']));
    }
}

/// As many failures.
fn failures(count: usize) -> Vec<Event> {
    let mut events = vec![Event::Run(Box::new(sample::run(count)))];
    for index in 0..count {
        let case = sample::case(index, CUSTOMERS, &format!("c{index}"), None);
        let failed = sample::failed(&case, 1);
        events.push(Event::CaseFinished(Box::new(failed)));
    }
    let summary = probity::event::Summary {
        cases: count,
        failed: count,
        ..Default::default()
    };
    events.push(Event::Summary(Box::new(summary)));
    events
}

#[test]
fn ten_are_shown_and_of_eleven_nine_and_how_many_more() {
    let ten = written("github", failures(10));
    assert_eq!(ten.lines().count(), 10);
    assert!(!ten.contains("more errors"));
    let many = written("github", failures(500));
    assert_eq!(many.lines().count(), 10);
    assert_eq!(
        many.lines().last(),
        Some("::error::and 491 more errors, see the log")
    );
}

#[test]
fn the_summary_stays_below_what_github_takes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.md");
    let context = Context {
        step_summary: Some(path.clone()),
        ..Context::default()
    };
    written_in("github", failures(10_000), &context);
    let summary = std::fs::read_to_string(path).unwrap();
    assert!(summary.len() < 1024 * 1024);
    let rows = summary
        .lines()
        .filter(|line| line.starts_with("| FAIL"))
        .count();
    assert!(summary.ends_with(&format!("… and {} more.\n\n", 10_000 - rows)));
}

#[test]
fn a_happy_run_says_nothing() {
    let case = sample::case(0, CUSTOMERS, "approve", None);
    let passed = sample::finished(&case, Outcome::Passed, 1);
    let text = written("github", vec![Event::CaseFinished(Box::new(passed))]);
    assert_eq!(text, "");
}

#[test]
fn annotations_name_files_from_the_repositorys_folder() {
    let repository = Repository::around("/repo".as_ref(), "/repo/tests/api".as_ref());
    let context = Context {
        repository,
        ..Context::default()
    };
    let text = written_in("github", sample::everything(), &context);
    let places: Vec<&str> = text
        .lines()
        .filter_map(|line| Some(line.split_once(" file=")?.1))
        .collect();
    assert!(!places.is_empty());
    for place in places {
        assert!(place.starts_with("tests/api/scenarios/"), "{place}");
    }
}
