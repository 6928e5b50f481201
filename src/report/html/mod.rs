//! HTML: one file that needs nothing else, for people who read results and not terminals.
//!
//! Counts stand before the cases, which end in any order, so the whole is written at the end. Until then each case is
//! kept as markup in a spool, and memory holds where it is.

mod case;
mod markup;
mod page;

use std::collections::BTreeMap;
use std::io::{self, Write};

use self::case::{Entry, Tag};
use self::markup::Html;
pub(super) use self::page::BEGINS;
use super::Reporter;
use super::spool::{Piece, Spool};
use crate::diagnostic::Severity;
use crate::event::{CaseFinished, Event, InvalidFile, Outcome, RunStarted, Summary};

/// So many cases that did not pass are shown opened.
const OPENED: usize = 10;

pub(super) struct HtmlReport<W> {
    out: W,
    run: Option<RunStarted>,
    summary: Option<Summary>,
    spool: Spool,
    /// By file.
    suites: BTreeMap<String, Suite>,
    /// The lines of the list of what did not pass, with the place of each.
    index: Vec<(Place, Piece)>,
    /// What concerns no single case, and how much it matters.
    notices: Vec<(Severity, Piece)>,
}

/// Where a case stands: its file, and its place in the run's order.
type Place = (String, usize);

#[derive(Default)]
struct Suite {
    /// The file's `name`.
    title: String,
    cases: Vec<(usize, Tag, Piece)>,
    passed: usize,
    unhappy: usize,
    /// Skipped or never started.
    unstarted: usize,
}

impl Suite {
    fn count(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed | Outcome::Errored | Outcome::Invalid => &mut self.unhappy,
            Outcome::Skipped | Outcome::NotRun => &mut self.unstarted,
        };
        *counter += 1;
    }
}

impl<W: Write> HtmlReport<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            run: None,
            summary: None,
            spool: Spool::default(),
            suites: BTreeMap::new(),
            index: Vec::new(),
            notices: Vec::new(),
        }
    }

    fn case(&mut self, finished: &CaseFinished) -> io::Result<()> {
        let case = &finished.case;
        let entry = case::entry(finished, self.run.as_ref());
        self.add(
            (case.id.file.clone(), case.index),
            &case.suite,
            finished.outcome,
            &entry,
        )
    }

    fn invalid_file(&mut self, file: &InvalidFile) -> io::Result<()> {
        let number = self.suites.len();
        let entry = case::invalid_file(file, number);
        self.add((file.file.clone(), 0), "", Outcome::Invalid, &entry)
    }

    fn add(
        &mut self,
        place: Place,
        title: &str,
        outcome: Outcome,
        entry: &Entry,
    ) -> io::Result<()> {
        let piece = self.spool.keep(&entry.markup.text)?;
        let suite = self.suites.entry(place.0.clone()).or_default();
        title.clone_into(&mut suite.title);
        suite.cases.push((place.1, entry.tag, piece));
        suite.count(outcome);
        if let Some(line) = &entry.index_line {
            self.index.push((place, self.spool.keep(&line.text)?));
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let mut html = Html::default();
        page::head(&mut html, self.run.as_ref(), self.summary.as_ref());
        self.put(&html)?;
        self.list("Errors", "notices", self.notices_of(Severity::Error))?;
        self.index.sort();
        let index = self.index.iter().map(|(_, piece)| *piece).collect();
        self.list("What did not pass", "index", index)?;
        self.list("Warnings", "notices", self.notices_of(Severity::Warning))?;
        let mut html = Html::default();
        page::filter(&mut html);
        self.put(&html)?;
        let mut unhappy = 0;
        for (file, mut suite) in std::mem::take(&mut self.suites) {
            let mut html = Html::default();
            page::open_suite(&mut html, &file, &suite);
            self.put(&html)?;
            suite.cases.sort_by_key(|(index, ..)| *index);
            for (_, tag, piece) in suite.cases {
                unhappy += usize::from(tag == Tag::Unhappy);
                let start = match tag {
                    Tag::Row => "<div",
                    Tag::Unhappy if unhappy <= OPENED => "<details open",
                    Tag::Folded | Tag::Unhappy => "<details",
                };
                self.out.write_all(start.as_bytes())?;
                self.spool.copy([piece], &mut self.out)?;
            }
            self.out.write_all(b"</details>\n")?;
        }
        let mut html = Html::default();
        page::foot(&mut html, self.run.as_ref());
        self.put(&html)?;
        self.out.flush()
    }

    fn notices_of(&self, severity: Severity) -> Vec<Piece> {
        let own = self.notices.iter().filter(|(of, _)| *of == severity);
        own.map(|(_, piece)| *piece).collect()
    }

    /// A list with a heading, unless there is nothing in it.
    fn list(&mut self, heading: &str, class: &str, pieces: Vec<Piece>) -> io::Result<()> {
        if pieces.is_empty() {
            return Ok(());
        }
        let mut html = Html::default();
        html.element("h2", "", heading);
        html.raw_format(format_args!("\n<ul class=\"index {class}\">\n"));
        self.put(&html)?;
        self.spool.copy(pieces, &mut self.out)?;
        self.out.write_all(b"</ul>\n")
    }

    fn put(&mut self, html: &Html) -> io::Result<()> {
        self.out.write_all(html.text.as_bytes())
    }
}

impl<W: Write> Reporter for HtmlReport<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Run(run) => self.run = Some((**run).clone()),
            Event::InvalidFile(file) => self.invalid_file(file)?,
            Event::CaseFinished(finished) => self.case(finished)?,
            Event::Notice(notice) => {
                let mut html = Html::default();
                html.raw("<li>");
                html.diagnostic(&notice.problem);
                html.raw("</li>\n");
                let piece = self.spool.keep(&html.text)?;
                self.notices.push((notice.problem.severity, piece));
            }
            Event::Summary(summary) => self.summary = Some((**summary).clone()),
            Event::CaseStarted(_)
            | Event::StepStarted(_)
            | Event::StepFinished(_)
            | Event::Retrying(_)
            | Event::Interrupted(_) => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write()
    }
}
