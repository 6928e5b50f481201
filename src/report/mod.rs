//! Reports: what a run's events look like to a person and to other programs. Every kind of report is a file here and a
//! line in [`KINDS`]; the console is apart, since it is always there and knows of the terminal.

mod console;
mod coverage;
mod desk;
mod evidence;
mod github;
mod html;
mod json;
mod junit;
mod output;
mod rerun;
mod spool;
mod tap;
mod target;
mod why;
mod words;
mod xml;

use std::io::{self, Write};
use std::path::PathBuf;

use crate::diagnostic::Repository;
use crate::event::{Event, Offset};

pub use console::{Console, Options};
pub use coverage::{coverage, percent};
pub use desk::{Desk, Seat};
pub use output::AtomicFile;
pub use target::{Destination, Target, open};

/// Turns events into one report.
pub trait Reporter {
    /// Takes in the next event. They come in the order in which they happened.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Time has passed: called every 100 ms or so, for what a report says of cases that are still running.
    fn tick(&mut self, now: Offset) -> io::Result<()> {
        let _ = now;
        Ok(())
    }

    /// Nothing more is waiting to be reported: what was written so far may be shown.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes what is left to write. Nothing follows, however the run ended.
    fn finish(&mut self) -> io::Result<()>;

    /// What this report wants to be told besides how cases ended.
    fn needs(&self) -> Needs {
        Needs::default()
    }
}

/// What reports want to be told besides how cases ended; the run need not make what nobody reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// When each step starts.
    pub step_starts: bool,
    /// How each step went, as soon as it has ended.
    pub step_ends: bool,
    /// The steps and exchanges of cases that passed, too.
    pub passed_steps: bool,
    /// Which rule of an emulator answered each request.
    pub journal: bool,
    /// What of the packs' contracts came up.
    pub coverage: bool,
}

impl std::ops::BitOr for Needs {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            step_starts: self.step_starts || other.step_starts,
            step_ends: self.step_ends || other.step_ends,
            passed_steps: self.passed_steps || other.passed_steps,
            journal: self.journal || other.journal,
            coverage: self.coverage || other.coverage,
        }
    }
}

/// A kind of report, as `--report KIND=PATH` names it.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    /// What it is, for `--help` and the docs.
    pub doc: &'static str,
    /// How its files begin: one of these.
    begins: &'static [&'static str],
    make: fn(Box<dyn Write + Send>, &Context) -> Box<dyn Reporter + Send>,
}

/// What some kinds of report need to know of their surroundings.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The file to which CI appends a step's summary, as GitHub gives it.
    pub step_summary: Option<PathBuf>,
    /// The repository that annotations are for.
    pub repository: Repository,
}

/// Every kind of report, in the order in which they are listed.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "junit",
        doc: "JUnit XML with the file and line of every case, for CI",
        begins: &[junit::BEGINS],
        make: |out, _| Box::new(junit::Junit::new(out, junit::Dialect::Extended)),
    },
    Kind {
        name: "junit-strict",
        doc: "JUnit XML with nothing but what the Jenkins and Surefire schemas know",
        begins: &[junit::BEGINS],
        make: |out, _| Box::new(junit::Junit::new(out, junit::Dialect::Strict)),
    },
    Kind {
        name: "json",
        doc: "what happens, as it happens: a JSON object for each event, one a line",
        begins: &[json::BEGINS],
        make: |out, _| Box::new(json::Json::new(out)),
    },
    Kind {
        name: "html",
        doc: "a page for people: one file, which needs nothing else",
        begins: &[html::BEGINS],
        make: |out, _| Box::new(html::HtmlReport::new(out)),
    },
    Kind {
        name: "tap",
        doc: "TAP 14, with what went wrong as YAML",
        begins: &[tap::BEGINS],
        make: |out, _| Box::new(tap::Tap::new(out)),
    },
    Kind {
        name: "github",
        doc: "annotations on a pull request's lines, and a table in the summary of a GitHub job",
        begins: github::BEGIN,
        make: |out, context| Box::new(github::Github::new(out, context)),
    },
];
