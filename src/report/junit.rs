//! JUnit XML: a suite for each file, a test case for each scenario row. Names are stable: never a URL, seed or
//! environment, which are properties of the suites.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use super::evidence::{self, Detail};
use super::spool::{Piece, Spool};
use super::words::{environment, headlines, rendered, timestamp};
use super::xml::Xml;
use super::{Reporter, why};
use crate::event::{
    Attempt, CaseFinished, CaseId, CaseProblem, Event, InvalidFile, Offset, Outcome, RunStarted,
    Summary,
};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// How every such report begins.
pub(super) const BEGINS: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"probity\"";

/// How much is said beyond what every reader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The file and line of each case, and where the run took place.
    Extended,
    /// What the schemas of the Jenkins xUnit plugin and of Maven Surefire allow, both.
    Strict,
}

/// Writes the whole report at the end: a suite's totals stand before its cases, which end in any order. Cases are kept
/// as XML in a spool meanwhile.
pub(super) struct Junit<W> {
    out: W,
    dialect: Dialect,
    run: Option<RunStarted>,
    spool: Spool,
    /// By file.
    suites: BTreeMap<String, Suite>,
    duration: Option<Offset>,
}

#[derive(Default)]
struct Suite {
    /// With the case's index, which is its place in the suite.
    cases: Vec<(usize, Piece)>,
    tags: BTreeSet<String>,
    failures: usize,
    errors: usize,
    skipped: usize,
    /// All cases' times together.
    time: Duration,
    /// When its first case began.
    start: Option<Offset>,
}

impl<W: Write> Junit<W> {
    pub(super) fn new(out: W, dialect: Dialect) -> Self {
        Self {
            out,
            dialect,
            run: None,
            spool: Spool::default(),
            suites: BTreeMap::new(),
            duration: None,
        }
    }

    fn case(&mut self, finished: &CaseFinished) -> io::Result<()> {
        let (case, inner) = (&finished.case, self.outcome(finished));
        let xml = self.test_case(&case.id, case.line, finished.duration, &inner);
        let piece = self.spool.keep(&xml.text)?;
        let suite = self
            .suites
            .entry(finished.case.id.file.clone())
            .or_default();
        suite.cases.push((finished.case.index, piece));
        suite.tags.extend(finished.case.tags.iter().cloned());
        suite.count(finished.outcome);
        suite.time += finished.duration.0;
        let start = Offset(finished.at.0.saturating_sub(finished.duration.0));
        suite.start = Some(suite.start.map_or(start, |first| first.min(start)));
        Ok(())
    }

    fn test_case(&self, id: &CaseId, line: usize, duration: Offset, inner: &Xml) -> Xml {
        let (class, name, time) = (id.class_name(), id.name(), seconds(duration.0));
        let line = line.to_string();
        let mut attributes = vec![("classname", &*class), ("name", &*name)];
        if self.dialect == Dialect::Extended {
            attributes.extend([("file", &*id.file), ("line", &*line)]);
        }
        attributes.push(("time", &time));
        let mut xml = Xml::default();
        if inner.text.is_empty() {
            xml.empty("testcase", &attributes);
        } else {
            xml.open("testcase", &attributes);
            xml.line_break();
            xml.text.push_str(&inner.text);
            xml.close("testcase");
        }
        xml
    }

    /// The elements within a case, in the order in which Surefire's schema wants them.
    fn outcome(&self, finished: &CaseFinished) -> Xml {
        let mut xml = Xml::default();
        if finished.outcome == Outcome::Failed {
            self.problem(&mut xml, "failure", finished);
        }
        earlier(&mut xml, finished, Outcome::Failed);
        match finished.outcome {
            Outcome::Passed | Outcome::Failed => {}
            Outcome::Errored | Outcome::Invalid => self.problem(&mut xml, "error", finished),
            Outcome::Skipped => {
                let reason = finished.reason.as_deref().unwrap_or("skipped");
                xml.empty("skipped", &[("message", reason)]);
            }
            Outcome::NotRun => {
                let reason = finished.reason.as_deref().unwrap_or("the run ended");
                xml.empty("skipped", &[("message", &format!("not run: {reason}"))]);
            }
        }
        earlier(&mut xml, finished, Outcome::Errored);
        let mut log = rendered(&why::warnings(finished));
        if matches!(finished.outcome, Outcome::Failed | Outcome::Errored) {
            log.push_str(&evidence::step_log(&finished.steps, Detail::Everything));
        }
        if !log.is_empty() {
            xml.element("system-out", &[], &log);
        }
        if !finished.cleanup_problems.is_empty() {
            xml.element("system-err", &[], &rendered(&why::cleanups(finished)));
        }
        xml
    }

    fn problem(&self, xml: &mut Xml, element: &str, finished: &CaseFinished) {
        let problems = why::blamed(finished);
        let code = match finished.outcome {
            Outcome::Invalid => "invalid",
            _ => code(problems),
        };
        let message = headlines(&finished.case.id.file, problems);
        let attributes = [("type", code), ("message", &*message)];
        let shown = why::verdict(finished, self.run.as_ref());
        xml.element(element, &attributes, &rendered(&shown));
    }

    fn invalid_file(&mut self, file: &InvalidFile) -> io::Result<()> {
        let id = CaseId {
            file: file.file.clone(),
            scenario: "invalid file".to_owned(),
            row: None,
        };
        let place = file
            .problems
            .iter()
            .find_map(|problem| problem.place.as_ref());
        let line = place.map_or(1, |place| place.start().line);
        let message = headlines(&file.file, &file.problems);
        let attributes = [("type", "invalid"), ("message", &*message)];
        let mut error = Xml::default();
        error.element("error", &attributes, &rendered(&file.problems));
        let xml = self.test_case(&id, line, Offset::default(), &error);
        let piece = self.spool.keep(&xml.text)?;
        let suite = self.suites.entry(file.file.clone()).or_default();
        suite.cases.push((0, piece));
        suite.count(Outcome::Invalid);
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let mut xml = Xml::default();
        xml.text.push_str(DECLARATION);
        let total = |count: fn(&Suite) -> usize| -> String {
            self.suites.values().map(count).sum::<usize>().to_string()
        };
        let tests = total(|suite| suite.cases.len());
        let failures = total(|suite| suite.failures);
        let errors = total(|suite| suite.errors);
        let time = seconds(self.duration.unwrap_or_default().0);
        xml.open(
            "testsuites",
            &[
                ("name", "probity"),
                ("tests", &tests),
                ("failures", &failures),
                ("errors", &errors),
                ("time", &time),
            ],
        );
        xml.line_break();
        self.out.write_all(xml.text.as_bytes())?;
        for (file, mut suite) in std::mem::take(&mut self.suites) {
            let mut xml = Xml::default();
            self.open_suite(&mut xml, &file, &suite);
            self.out.write_all(xml.text.as_bytes())?;
            suite.cases.sort_by_key(|(index, _)| *index);
            let pieces = suite.cases.into_iter().map(|(_, piece)| piece);
            self.spool.copy(pieces, &mut self.out)?;
            self.out.write_all(b"</testsuite>\n")?;
        }
        self.out.write_all(b"</testsuites>\n")?;
        self.out.flush()
    }

    fn open_suite(&self, xml: &mut Xml, file: &str, suite: &Suite) {
        let tests = suite.cases.len().to_string();
        let failures = suite.failures.to_string();
        let errors = suite.errors.to_string();
        let skipped = suite.skipped.to_string();
        let time = seconds(suite.time);
        let start = suite.start.unwrap_or_default();
        let timestamp = self.run.as_ref().map(|run| timestamp(&run.started, start));
        let mut attributes = vec![
            ("name", file),
            ("tests", &tests),
            ("failures", &failures),
            ("errors", &errors),
            ("skipped", &skipped),
            ("time", &time),
        ];
        attributes.extend(timestamp.as_deref().map(|time| ("timestamp", time)));
        if let (Dialect::Extended, Some(run)) = (self.dialect, &self.run) {
            attributes.extend([("hostname", &*run.hostname), ("file", file)]);
        }
        xml.open("testsuite", &attributes);
        xml.line_break();
        if let Some(run) = &self.run {
            properties(xml, run, &suite.tags);
        }
    }
}

impl Suite {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => self.failures += 1,
            Outcome::Errored | Outcome::Invalid => self.errors += 1,
            Outcome::Skipped | Outcome::NotRun => self.skipped += 1,
        }
    }
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Run(run) => {
                self.run = Some((**run).clone());
                Ok(())
            }
            Event::InvalidFile(file) => self.invalid_file(file),
            Event::CaseFinished(finished) => self.case(finished),
            Event::Summary(summary) => {
                let Summary { duration, .. } = **summary;
                self.duration = Some(duration);
                Ok(())
            }
            Event::Notice(_)
            | Event::CaseStarted(_)
            | Event::StepStarted(_)
            | Event::StepFinished(_)
            | Event::Retrying(_)
            | Event::Interrupted(_) => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write()
    }
}

/// Attempts that did not pass: `flaky…` if the last one did, else `rerun…`.
fn earlier(xml: &mut Xml, finished: &CaseFinished, outcome: Outcome) {
    let element = match (finished.outcome == Outcome::Passed, outcome) {
        (true, Outcome::Failed) => "flakyFailure",
        (true, _) => "flakyError",
        (false, Outcome::Failed) => "rerunFailure",
        (false, _) => "rerunError",
    };
    let failed =
        |attempt: &&Attempt| (attempt.outcome == Outcome::Failed) == (outcome == Outcome::Failed);
    for attempt in finished.earlier.iter().filter(failed) {
        let message = headlines(&finished.case.id.file, &attempt.problems);
        let attributes = [("type", code(&attempt.problems)), ("message", &*message)];
        let problems: Vec<_> = attempt
            .problems
            .iter()
            .map(|one| one.problem.clone())
            .collect();
        xml.open(element, &attributes);
        xml.element("stackTrace", &[], &rendered(&problems));
        xml.close(element);
    }
}

fn code(problems: &[CaseProblem]) -> &'static str {
    problems
        .first()
        .map_or("unknown", |first| first.problem.code)
}

fn properties(xml: &mut Xml, run: &RunStarted, tags: &BTreeSet<String>) {
    let seed = run.seed.to_string();
    xml.open("properties", &[]);
    xml.line_break();
    let mut property = |name: &str, value: &str| {
        xml.empty("property", &[("name", name), ("value", value)]);
    };
    property("probity", run.probity);
    property("run", &run.run);
    property("env", &environment(run));
    property("seed", &seed);
    for pack in &run.packs {
        property(&format!("pack.{}", pack.name), &pack.version);
    }
    if !tags.is_empty() {
        let tags: Vec<_> = tags.iter().map(String::as_str).collect();
        property("tags", &tags.join(", "));
    }
    xml.close("properties");
}

/// Seconds with three decimals, the one form that all schemas take.
fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
