//! TAP 14: a line for each case as it ends, with what went wrong as YAML below it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::evidence::{self, Detail};
use super::words::{location, rendered, verb};
use super::{Reporter, why};
use crate::diagnostic::{self, Diagnostic, escaped_line};
use crate::event::{CaseFinished, Event, InvalidFile, Outcome, RunStarted};

/// How every such report begins.
pub(super) const BEGINS: &str = "TAP version 14\n";

pub(super) struct Tap<W> {
    out: W,
    run: Option<RunStarted>,
    /// Test points so far.
    points: usize,
}

impl<W: Write> Tap<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            run: None,
            points: 0,
        }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.run = Some(run.clone());
        self.out.write_all(BEGINS.as_bytes())?;
        writeln!(self.out, "# run {}, seed {}", run.run, run.seed)
    }

    fn point(&mut self, ok: bool, name: &str, directive: &str) -> io::Result<()> {
        self.points += 1;
        let verdict = if ok { "ok" } else { "not ok" };
        writeln!(
            self.out,
            "{verdict} {} - {}{directive}",
            self.points,
            description(name)
        )
    }

    fn case(&mut self, finished: &CaseFinished) -> io::Result<()> {
        self.point_of(finished)?;
        for warning in &finished.warnings {
            self.comment(&warning.problem)?;
        }
        Ok(())
    }

    fn comment(&mut self, warning: &Diagnostic) -> io::Result<()> {
        writeln!(self.out, "# warning: {}", escaped_line(&warning.message))
    }

    fn point_of(&mut self, finished: &CaseFinished) -> io::Result<()> {
        let name = finished.case.id.to_string();
        let reason = finished.reason.as_deref().unwrap_or_default();
        match finished.outcome {
            Outcome::Passed => {
                self.point(true, &name, "")?;
                if finished.flaky {
                    writeln!(self.out, "# flaky: passed on attempt {}", finished.attempt)?;
                }
                Ok(())
            }
            Outcome::Skipped => self.point(true, &name, &skip(reason)),
            Outcome::NotRun => self.point(true, &name, &skip(&format!("not run: {reason}"))),
            Outcome::Failed | Outcome::Errored | Outcome::Invalid => {
                self.point(false, &name, "")?;
                self.why(finished)
            }
        }
    }

    fn why(&mut self, finished: &CaseFinished) -> io::Result<()> {
        let problems = why::everything(finished, self.run.as_ref());
        let mut block = Block::new(finished.outcome, &problems);
        let case = &finished.case;
        block.at(location(&case.id.file, case.line, why::blamed(finished)));
        block.field("duration_ms", &finished.duration.0.as_millis().to_string());
        block.text("detail", &rendered(&problems));
        let log = evidence::step_log(&finished.steps, Detail::Bodies);
        block.text("steps", &log);
        self.out.write_all(block.end().as_bytes())
    }

    fn invalid_file(&mut self, file: &InvalidFile) -> io::Result<()> {
        self.point(false, &file.file, "")?;
        let mut block = Block::new(Outcome::Invalid, &file.problems);
        block.at(location(&file.file, 1, &file.problems));
        block.text("detail", &rendered(&file.problems));
        self.out.write_all(block.end().as_bytes())
    }
}

impl<W: Write> Reporter for Tap<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Run(run) => self.started(run),
            Event::InvalidFile(file) => self.invalid_file(file),
            Event::CaseFinished(finished) => self.case(finished),
            Event::Interrupted(_) => writeln!(self.out, "# interrupted"),
            Event::Notice(notice) => self.comment(&notice.problem),
            Event::CaseStarted(_)
            | Event::StepStarted(_)
            | Event::StepFinished(_)
            | Event::Retrying(_)
            | Event::Summary(_) => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// How many points there should have been is known at the end: the plan stands there.
    fn finish(&mut self) -> io::Result<()> {
        if self.run.is_none() {
            self.out.write_all(BEGINS.as_bytes())?;
        }
        writeln!(self.out, "1..{}", self.points)?;
        self.out.flush()
    }
}

/// A YAML block of a test point that is not ok.
struct Block(String);

impl Block {
    fn new(outcome: Outcome, problems: &[Diagnostic]) -> Self {
        let mut block = Self("  ---\n".to_owned());
        block.field("outcome", verb(outcome));
        if let Some(first) = problems.first() {
            block.field("code", &quoted(first.code));
            block.field("message", &quoted(&first.message));
        }
        block
    }

    fn field(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "  {name}: {value}");
    }

    fn at(&mut self, (file, line): (String, usize)) {
        self.field("at", &format!("{{file: {}, line: {line}}}", quoted(&file)));
    }

    /// Lines as they are. They are indented by two more, which is said, since the first may begin with spaces itself.
    fn text(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.field(name, "|2");
        for line in text.lines() {
            let _ = writeln!(self.0, "    {}", printable(line));
        }
    }

    fn end(self) -> String {
        self.0 + "  ...\n"
    }
}

/// The text without what TAP takes for a directive, in one line.
fn description(text: &str) -> String {
    escaped_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

fn skip(reason: &str) -> String {
    format!(" # SKIP {}", escaped_line(reason))
}

/// A string in double quotes, which JSON and YAML write alike.
fn quoted(text: &str) -> String {
    let text = printable(&diagnostic::escaped(text)).into_owned();
    serde_json::Value::String(text).to_string()
}

/// The text without the characters that YAML doesn't allow. Control characters are escaped before.
fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        Cow::Owned(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}
