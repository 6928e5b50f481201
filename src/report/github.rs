//! For GitHub Actions: annotations on the lines of scenarios, and a table in the job's summary.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use super::words::{headline, location, short_name, totals, word};
use super::{Context, Reporter, why};
use crate::diagnostic::{
    ANNOTATIONS_SHOWN, Diagnostic, Repository, Severity, escaped, workflow_command,
};
use crate::event::{Case, CaseFinished, CaseProblem, Event, InvalidFile, Outcome, Summary};

/// GitHub takes 1 MiB of summary for each step, and nothing of a longer one.
const SUMMARY_LIMIT: usize = 900 * 1024;

/// As many problems of a case are told of.
const MESSAGES: usize = 5;

/// As many lines of what explains each of them.
const FACTS: usize = 8;

/// How such a report begins, if anything is in it.
pub(super) const BEGIN: &[&str] = &["::error", "::warning"];

pub(super) struct Github<W> {
    out: W,
    /// The file to which the summary is appended.
    step_summary: Option<PathBuf>,
    repository: Repository,
    errors: Annotations,
    warnings: Annotations,
    table: Table,
    summary: Option<Summary>,
}

/// The first commands of a kind, and how many there would be.
#[derive(Default)]
struct Annotations {
    commands: Vec<String>,
    total: usize,
}

#[derive(Default)]
struct Table {
    rows: String,
    /// Rows for which there was no room.
    left_out: usize,
}

impl<W: Write> Github<W> {
    pub(super) fn new(out: W, context: &Context) -> Self {
        Self {
            out,
            step_summary: context.step_summary.clone(),
            repository: context.repository.clone(),
            errors: Annotations::default(),
            warnings: Annotations::default(),
            table: Table::default(),
            summary: None,
        }
    }

    fn case(&mut self, finished: &CaseFinished) {
        let (annotations, command) = match finished.outcome {
            Outcome::Failed | Outcome::Errored | Outcome::Invalid => (&mut self.errors, "error"),
            Outcome::Passed if finished.flaky => (&mut self.warnings, "warning"),
            Outcome::Passed | Outcome::Skipped | Outcome::NotRun => return,
        };
        let case = &finished.case;
        let problems = match finished.earlier.last() {
            Some(last) if finished.flaky => &last.problems,
            _ => why::blamed(finished),
        };
        let (word, name) = (word(finished.outcome, finished.flaky), short_name(&case.id));
        let (file, line) = location(&case.id.file, case.line, problems);
        let file = self.repository.name(&file).into_owned();
        let properties = [
            ("file", file.clone()),
            ("line", line.to_string()),
            ("title", format!("{word} {name}")),
        ];
        let own = &case.id.file;
        // What kept cases from beginning is told once, by a notice.
        let brief = match &finished.reason {
            Some(reason) if finished.outcome == Outcome::Errored => reason.clone(),
            _ => {
                annotations.add(|| workflow_command(command, &properties, &message(own, problems)));
                brief(own, problems)
            }
        };
        self.table
            .add([word, &name, &brief, &format!("{file}:{line}")]);
    }

    /// What is said of a case without being held against it.
    fn warning(&mut self, case: &Case, warning: &CaseProblem) {
        let (file, line) = location(&case.id.file, case.line, std::slice::from_ref(warning));
        let properties = [
            ("file", self.repository.name(&file).into_owned()),
            ("line", line.to_string()),
            ("title", warning.problem.code.to_owned()),
        ];
        let message = headline(&case.id.file, &warning.problem);
        self.warnings
            .add(|| workflow_command("warning", &properties, &message));
    }

    fn notice(&mut self, problem: &Diagnostic) {
        let (annotations, command) = match problem.severity {
            Severity::Error => (&mut self.errors, "error"),
            Severity::Warning => (&mut self.warnings, "warning"),
        };
        let mut properties = Vec::new();
        if let Some(place) = &problem.place {
            properties.push((
                "file",
                self.repository.name(&place.source.name).into_owned(),
            ));
            properties.push(("line", place.start().line.to_string()));
        }
        properties.push(("title", problem.code.to_owned()));
        annotations.add(|| workflow_command(command, &properties, &problem.message));
    }

    fn invalid_file(&mut self, invalid: &InvalidFile) {
        let (file, line) = location(&invalid.file, 1, &invalid.problems);
        let file = self.repository.name(&file).into_owned();
        let properties = [
            ("file", file.clone()),
            ("line", line.to_string()),
            ("title", "INVALID file".to_owned()),
        ];
        let (own, problems) = (&invalid.file, &invalid.problems);
        let annotation = || workflow_command("error", &properties, &message(own, problems));
        self.errors.add(annotation);
        self.table.add([
            "INVALID",
            &file,
            &brief(own, problems),
            &format!("{file}:{line}"),
        ]);
    }

    fn append_summary(&self) -> io::Result<()> {
        let (Some(path), Some(summary)) = (&self.step_summary, &self.summary) else {
            return Ok(());
        };
        let mut text = format!("### Probity\n\n{}\n", markdown(&totals(summary)));
        if !self.table.rows.is_empty() {
            text.push_str("\n| | scenario | problem | where |\n|---|---|---|---|\n");
            text.push_str(&self.table.rows);
        }
        if self.table.left_out > 0 {
            text.push_str(&format!("\n… and {} more.\n", self.table.left_out));
        }
        text.push('\n');
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| {
                let path = path.display();
                let message = format!("the summary, `GITHUB_STEP_SUMMARY` ({path}): {error}");
                io::Error::new(error.kind(), message)
            })
    }
}

impl<W: Write> Reporter for Github<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::InvalidFile(file) => self.invalid_file(file),
            Event::CaseFinished(finished) => {
                self.case(finished);
                for warning in &finished.warnings {
                    self.warning(&finished.case, warning);
                }
            }
            Event::Notice(notice) => self.notice(&notice.problem),
            Event::Summary(summary) => self.summary = Some((**summary).clone()),
            Event::Run(_)
            | Event::CaseStarted(_)
            | Event::StepStarted(_)
            | Event::StepFinished(_)
            | Event::Retrying(_)
            | Event::Interrupted(_) => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let rest = match self.step_summary {
            Some(_) => "the job's summary",
            None => "the log",
        };
        self.errors.write(&mut self.out, "error", rest)?;
        self.warnings.write(&mut self.out, "warning", rest)?;
        self.out.flush()?;
        self.append_summary()
    }
}

impl Annotations {
    fn add(&mut self, command: impl FnOnce() -> String) {
        self.total += 1;
        if self.commands.len() < ANNOTATIONS_SHOWN {
            self.commands.push(command());
        }
    }

    /// All of them if GitHub shows as many; else all but one, and one that says how many more there are.
    fn write(&mut self, out: &mut impl Write, command: &str, rest: &str) -> io::Result<()> {
        if self.total > self.commands.len() {
            self.commands.truncate(ANNOTATIONS_SHOWN - 1);
            let more = self.total - self.commands.len();
            let message = format!("and {more} more {command}s, see {rest}");
            self.commands.push(workflow_command(command, &[], &message));
        }
        for command in &self.commands {
            out.write_all(command.as_bytes())?;
        }
        Ok(())
    }
}

impl Table {
    fn add(&mut self, cells: [&str; 4]) {
        let cells = cells.map(markdown);
        let row = format!("| {} |\n", cells.join(" | "));
        if self.rows.len() + row.len() > SUMMARY_LIMIT {
            self.left_out += 1;
        } else {
            self.rows.push_str(&row);
        }
    }
}

/// What went wrong, a line for each problem: for a table.
fn brief<P: AsRef<Diagnostic>>(file: &str, problems: &[P]) -> String {
    told(problems, |one| vec![headline(file, one)])
}

/// The same with what explains each and what to do about it: for an annotation.
fn message<P: AsRef<Diagnostic>>(file: &str, problems: &[P]) -> String {
    told(problems, |one| {
        let facts = one.notes.iter().flat_map(|note| note.lines()).take(FACTS);
        let facts = facts.map(|fact| format!("  {fact}"));
        let help = one.help.iter().map(|help| format!("  help: {help}"));
        let first = std::iter::once(headline(file, one));
        first.chain(facts).chain(help).collect()
    })
}

fn told<P: AsRef<Diagnostic>>(problems: &[P], tell: impl Fn(&Diagnostic) -> Vec<String>) -> String {
    let shown = problems.iter().take(MESSAGES);
    let mut lines: Vec<String> = shown.flat_map(|one| tell(one.as_ref())).collect();
    let hidden = problems.len().saturating_sub(MESSAGES);
    if hidden > 0 {
        lines.push(format!("(and {hidden} more)"));
    }
    lines.join("\n")
}

/// Text as text, in a cell of a table.
fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        match c {
            '\n' => safe.push_str("<br>"),
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '|' | '~' | '@' | '#' | '$' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}
