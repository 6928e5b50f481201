//! The report that a person reads while the run goes on.

mod bar;
mod display;
mod line;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::evidence::{self, Detail};
use super::{Needs, Reporter, coverage, why, words};
use crate::diagnostic::{self, Diagnostic, Severity, Style, escaped, escaped_line};
use crate::event::{
    Case, CaseFinished, Event, InvalidFile, Offset, Outcome, RunStarted, StepName, Summary,
};
use crate::value::counted;
use bar::Bar;
pub use display::Options;
use display::{Item, Life};
use line::{CaseLine, Paint};

/// A case that runs longer than this is said to be slow, and again each time that it has taken twice as long.
const SLOW: Duration = Duration::from_secs(10);
/// As many slow cases are named at a time; more are counted.
const SLOW_AT_ONCE: usize = 10;
const HEARTBEAT: Duration = Duration::from_secs(30);
/// As many problems of a case are shown in full.
const PROBLEMS: usize = 10;

/// Writes for a person, line by line.
pub struct Console<W> {
    out: W,
    options: Options,
    paint: Paint,
    run: Option<RunStarted>,
    /// By the case's index.
    running: BTreeMap<usize, Running>,
    tally: Summary,
    done: usize,
    unhappy: Vec<Unhappy>,
    /// How many cases could not begin, by the reason.
    blocked: BTreeMap<String, usize>,
    bar: Bar,
    now: Offset,
    /// When the last line was written.
    spoke: Offset,
}

struct Running {
    case: Arc<Case>,
    since: Offset,
    step: Option<StepName>,
    /// How long it may take until it is named (again).
    patience: Duration,
}

/// What the summary names again.
struct Unhappy {
    index: usize,
    word: &'static str,
    name: String,
    location: String,
}

impl<W: Write> Console<W> {
    pub fn new(out: W, options: Options) -> Self {
        Self {
            out,
            options,
            paint: Paint {
                color: options.color,
            },
            run: None,
            running: BTreeMap::new(),
            tally: Summary::default(),
            done: 0,
            unhappy: Vec::new(),
            blocked: BTreeMap::new(),
            bar: Bar::default(),
            now: Offset::default(),
            spoke: Offset::default(),
        }
    }

    fn shows(&self, item: Item) -> bool {
        display::shows(item, self.options.verbosity)
    }

    /// Writes text that stays, ending with a line break.
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.bar.erase(&mut self.out)?;
        self.spoke = self.now;
        if self.options.ci {
            self.out.write_all(line::harmless(text).as_bytes())
        } else {
            self.out.write_all(text.as_bytes())
        }
    }

    /// Columns of the terminal; 0 where it is none.
    fn room(&self) -> usize {
        if self.options.terminal {
            self.options.width
        } else {
            0
        }
    }

    fn total(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.cases)
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.run = Some(run.clone());
        if self.shows(Item::Header) {
            self.write(&line::header(run, self.room(), self.paint))?;
        }
        Ok(())
    }

    fn invalid_file(&mut self, file: &InvalidFile) -> io::Result<()> {
        self.tally.invalid_files += 1;
        let name = escaped_line(&file.file).into_owned();
        self.unhappy.push(Unhappy {
            index: 0,
            word: "INVALID",
            location: location(&file.file, 1, &file.problems),
            name,
        });
        let word = self.paint.word("INVALID");
        self.write(&format!("{word} {}\n", escaped_line(&file.file)))?;
        self.problems(&file.problems)
    }

    fn notice(&mut self, problem: &Diagnostic) -> io::Result<()> {
        let item = match problem.severity {
            Severity::Error => Item::Problem,
            Severity::Warning => Item::Progress,
        };
        if self.shows(item) {
            self.problems(std::slice::from_ref(problem))?;
        }
        Ok(())
    }

    fn problems(&mut self, problems: &[Diagnostic]) -> io::Result<()> {
        let style = Style {
            color: self.options.color,
            width: self.options.width,
        };
        for problem in problems {
            let text = diagnostic::render(problem, style);
            self.write(&text)?;
        }
        Ok(())
    }

    fn retrying(&mut self, finished: &CaseFinished) -> io::Result<()> {
        if !self.shows(Item::Progress) {
            return Ok(());
        }
        let word = words::word(finished.outcome, false);
        let first = why::blamed(finished).first();
        let tail = match first {
            Some(first) => {
                let why = words::headline(&finished.case.id.file, &first.problem);
                format!("retrying: {why}")
            }
            None => "retrying".to_owned(),
        };
        let line = CaseLine {
            word: &format!("TRY {} {word}", finished.attempt),
            time: line::time(finished.duration),
            done: None,
            total: self.total(),
            name: &words::short_name(&finished.case.id),
            tail: &tail,
        };
        let line = line.render(self.paint);
        self.write(&format!("{line}\n"))?;
        if self.shows(Item::Steps) {
            self.why(finished)?;
        }
        Ok(())
    }

    fn finished(&mut self, finished: &CaseFinished) -> io::Result<()> {
        self.running.remove(&finished.case.index);
        self.tally.count(finished);
        let blocked = finished.outcome == Outcome::Errored && finished.reason.is_some();
        let item = match display::case_item(finished.outcome) {
            // A notice told of it.
            Some(_) if blocked => Item::Steps,
            Some(item) => item,
            None => return Ok(()),
        };
        self.done += 1;
        self.remember(finished);
        if !self.shows(item) {
            return Ok(());
        }
        let time = match finished.outcome {
            Outcome::Skipped | Outcome::Invalid => " ".repeat(10),
            Outcome::Errored if blocked => " ".repeat(10),
            _ => line::time(finished.duration),
        };
        let line = CaseLine {
            word: words::word(finished.outcome, finished.flaky),
            time,
            done: Some(self.done),
            total: self.total(),
            name: &words::short_name(&finished.case.id),
            tail: &tail(finished),
        };
        let line = line.render(self.paint);
        self.write(&format!("{line}\n"))?;
        if item == Item::Problem {
            self.why(finished)?;
        }
        self.problems(&why::warnings(finished))?;
        if self.shows(Item::Steps) && !blocked {
            self.steps(finished)?;
        }
        Ok(())
    }

    fn remember(&mut self, finished: &CaseFinished) {
        let happy = matches!(finished.outcome, Outcome::Passed | Outcome::Skipped);
        if happy && !(finished.flaky && self.shows(Item::Progress)) {
            return;
        }
        if let (Outcome::Errored, Some(reason)) = (finished.outcome, &finished.reason) {
            let reason = escaped_line(reason).into_owned();
            *self.blocked.entry(reason).or_default() += 1;
            return;
        }
        let case = &finished.case;
        let all = [&finished.problems[..], &finished.cleanup_problems].concat();
        self.unhappy.push(Unhappy {
            index: case.index,
            word: words::word(finished.outcome, finished.flaky),
            name: words::short_name(&case.id),
            location: location(&case.id.file, case.line, &all),
        });
    }

    /// The problems of a case, the response beside each, and how to see it again.
    fn why(&mut self, finished: &CaseFinished) -> io::Result<()> {
        let mut shown = why::everything(finished, self.run.as_ref());
        let hidden = shown.len().saturating_sub(PROBLEMS);
        if hidden > 0 && !self.shows(Item::Steps) {
            // The last one stays: it says how to see them all.
            shown.drain(PROBLEMS - 1..shown.len() - 1);
            let first = &mut shown[0];
            let problems = counted(hidden, "more problem");
            first.notes.push(format!("{problems} with -v"));
        }
        self.problems(&shown)
    }

    fn steps(&mut self, finished: &CaseFinished) -> io::Result<()> {
        let everything = self.shows(Item::Everything);
        let detail = if everything {
            Detail::Everything
        } else {
            Detail::Bodies
        };
        let mut log = evidence::step_log(&finished.steps, detail);
        if everything && !finished.journal.is_empty() {
            log.push_str("emulator\n");
            for entry in &finished.journal {
                log.push_str("    ");
                log.push_str(entry);
                log.push('\n');
            }
        }
        let text: String = escaped(&log)
            .lines()
            .flat_map(|line| ["         ", line, "\n"])
            .collect();
        let text = self.paint.dim(&text);
        self.write(&text)
    }

    fn interrupted(&mut self, running: usize) -> io::Result<()> {
        let waiting = match running {
            0 => String::new(),
            running => format!(
                ", {} cleaning up (interrupt again to leave at once)",
                counted(running, "scenario")
            ),
        };
        let text = format!("  interrupted: nothing new starts{waiting}\n");
        self.write(&text)
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        if let Some(found) = summary
            .coverage
            .as_ref()
            .filter(|_| self.shows(Item::Steps))
        {
            let table = coverage(found, self.options.width);
            self.write(&format!(" ─────────\n{table}"))?;
        }
        let time = format!("[{:>5.1}s]", summary.duration.0.as_secs_f64());
        let word = self.paint.bold(" Summary");
        let room = self.room();
        let totals = line::fit(&format!("{time} {}", words::totals(summary)), 9, room);
        let mut text = format!(" ─────────\n{word} {totals}\n");
        // Files before cases, cases in the order of the run.
        self.unhappy.sort_by_key(|one| one.index);
        let named = self.unhappy.iter().map(|one| line::Named {
            word: one.word,
            name: &one.name,
            location: &one.location,
        });
        text.push_str(&line::named(&named.collect::<Vec<_>>(), room, self.paint));
        for (reason, cases) in &self.blocked {
            let (word, cases) = (self.paint.word("ERROR"), counted(*cases, "scenario"));
            let _ = writeln!(text, "{word} {cases}: {reason}");
        }
        if self.shows(Item::Steps) {
            let unused = summary.unused_routes.iter();
            unused.for_each(|unused| text.push_str(&words::unused_routes(unused)));
        }
        self.write(&text)
    }

    /// Names cases that have been running for long.
    fn slow(&mut self) -> io::Result<()> {
        let (now, total) = (self.now, self.total());
        let mut lines = Vec::new();
        for running in self.running.values_mut() {
            let so_far = Offset(now.0.saturating_sub(running.since.0));
            if so_far.0 < running.patience {
                continue;
            }
            running.patience = so_far.0.saturating_mul(2);
            let line = CaseLine {
                word: "SLOW",
                time: line::time_so_far(so_far),
                done: None,
                total,
                name: &words::short_name(&running.case.id),
                tail: &running.step.as_ref().map(step).unwrap_or_default(),
            };
            lines.push(line.render(self.paint));
        }
        let hidden = lines.len().saturating_sub(SLOW_AT_ONCE);
        if hidden > 0 {
            lines.truncate(SLOW_AT_ONCE);
            lines.push(format!("{} and {hidden} more", self.paint.word("SLOW")));
        }
        for line in lines {
            self.write(&format!("{line}\n"))?;
        }
        Ok(())
    }

    fn progress(&self) -> bar::Progress<'_> {
        let longest = self.running.values().min_by_key(|running| running.since);
        bar::Progress {
            tally: &self.tally,
            done: self.done,
            total: self.total(),
            running: self.running.len(),
            now: self.now,
            longest: longest.map(|running| {
                let name = words::short_name(&running.case.id);
                match &running.step {
                    Some(name_of_step) => format!("{name} ({})", step(name_of_step)),
                    None => name,
                }
            }),
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        if self.run.is_none() || display::life(self.options) != Life::Bar {
            return Ok(());
        }
        let text = bar::text(&self.progress(), self.options.width);
        self.bar.draw(&mut self.out, &text)
    }

    fn heartbeat(&mut self) -> io::Result<()> {
        let silence = self.now.0.saturating_sub(self.spoke.0);
        if display::life(self.options) != Life::Heartbeat || silence < HEARTBEAT {
            return Ok(());
        }
        let progress = self.progress();
        let mut text = format!(
            "  after {} {}/{} done, {} running",
            bar::clock(self.now),
            progress.done,
            progress.total,
            progress.running
        );
        if let Some(longest) = &progress.longest {
            text.push_str(", longest ");
            text.push_str(longest);
        }
        text.push('\n');
        self.write(&text)
    }
}

impl<W: Write> Reporter for Console<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Run(run) => self.started(run),
            Event::InvalidFile(file) => self.invalid_file(file),
            Event::Notice(notice) => self.notice(&notice.problem),
            Event::CaseStarted(started) => {
                let running = Running {
                    case: Arc::clone(&started.case),
                    since: started.at,
                    step: None,
                    patience: SLOW,
                };
                self.running.insert(started.case.index, running);
                Ok(())
            }
            Event::StepStarted(started) => {
                if let Some(running) = self.running.get_mut(&started.case.index) {
                    running.step = Some(started.step.clone());
                }
                Ok(())
            }
            Event::StepFinished(_) => Ok(()),
            Event::Retrying(finished) => self.retrying(finished),
            Event::CaseFinished(finished) => self.finished(finished),
            Event::Interrupted(interrupted) => self.interrupted(interrupted.running),
            Event::Summary(summary) => {
                self.running.clear();
                self.summary(summary)?;
                self.run = None;
                Ok(())
            }
        }
    }

    fn tick(&mut self, now: Offset) -> io::Result<()> {
        self.now = now;
        if self.run.is_none() {
            return Ok(());
        }
        if self.shows(Item::Progress) {
            self.slow()?;
        }
        self.heartbeat()?;
        self.draw()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.draw()?;
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.bar.erase(&mut self.out)?;
        self.out.flush()
    }

    fn needs(&self) -> Needs {
        Needs {
            step_starts: self.shows(Item::Progress),
            step_ends: false,
            passed_steps: self.shows(Item::Steps),
            journal: self.shows(Item::Everything),
            coverage: self.shows(Item::Steps),
        }
    }
}

/// What else a case's line says.
fn tail(finished: &CaseFinished) -> String {
    match (&finished.reason, finished.flaky) {
        (Some(reason), _) => escaped_line(reason).into_owned(),
        (None, true) => format!("passed on attempt {}", finished.attempt),
        (None, false) => String::new(),
    }
}

/// `step 4/9 Poll until approved`
fn step(step: &StepName) -> String {
    format!(
        "step {}/{} {}",
        step.number,
        step.of,
        escaped_line(&step.title)
    )
}

fn location<P: AsRef<Diagnostic>>(file: &str, line: usize, problems: &[P]) -> String {
    let (file, line) = words::location(file, line, problems);
    format!("{file}:{line}")
}
