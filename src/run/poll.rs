//! `poll`: the step again and again, until something holds.

use std::time::Duration;

use super::capture::redact_secrets;
use super::context::Cx;
use super::done::Done;
use super::problem::{Problem, all_soft};
use super::request::grow;
use super::step::perform as perform_once;
use crate::check::{Evidence, Expect, Verdict};
use crate::diagnostic::Diagnostic;
use crate::event::Outcome;
use crate::expr::Setting;
use crate::http::Share;
use crate::step::{Poll, Step};
use crate::value::{counted, format_duration};

/// Attempts that a failure lists before it says "and N more".
const SHOWN_ATTEMPTS: usize = 10;

/// Does the step, as often as its `poll` wants.
pub(super) async fn perform<'p>(cx: &Cx<'_, 'p>, step: &'p Step) -> Done<'p> {
    match &step.poll {
        None => perform_once(cx, step).await,
        Some(poll) => Box::pin(repeat(cx, step, poll)).await,
    }
}

/// Does the step once; nothing where a real clock came to the deadline first. A virtual one stands still while an answer is
/// waited for, and an answer after the deadline is there only where the action itself let time pass.
async fn perform_in_time<'p>(cx: &Cx<'_, 'p>, step: &'p Step, left: Duration) -> Option<Done<'p>> {
    let attempt = perform_once(cx, step);
    if cx.attempt.clock.is_virtual() {
        return Some(attempt.await);
    }
    let done = tokio::time::timeout(left, attempt).await.ok();
    if done.is_none() {
        cx.attempt.end(&cx.path);
    }
    done
}

fn passed_since(cx: &Cx<'_, '_>, started: jiff::Timestamp) -> Duration {
    Duration::try_from(cx.attempt.clock.now().duration_since(started)).unwrap_or_default()
}

fn too_late() -> Diagnostic {
    Diagnostic::error("poll", "no answer came in time")
}

/// Whether the step itself came to nothing that could be judged, as after an error or Ctrl-C. A check that failed within an
/// action only means: not yet.
fn could_not_be_done(done: &Done<'_>, in_time: bool) -> bool {
    let mut problems = done.problems.iter();
    let errored = problems.any(|problem| problem.outcome == Outcome::Errored);
    let unanswered = done.error.is_some() && in_time;
    let cut_short = done.over && all_soft(&done.problems);
    errored || unanswered || cut_short
}

async fn repeat<'p>(cx: &Cx<'_, 'p>, step: &'p Step, poll: &Poll) -> Done<'p> {
    let limits = match something_awaited(cx, poll).and_then(|()| Limits::of(cx, poll)) {
        Ok(limits) => limits,
        Err(problem) => return Done::errored(problem),
    };
    let started = cx.attempt.clock.now();
    let mut pause = limits.every;
    let mut history = History::default();
    let mut exchanges = Vec::new();
    loop {
        let turns = history.attempts + 1;
        let turn = cx.at(format!("{}.poll[{}]", cx.path, turns - 1));
        let left = limits.timeout.saturating_sub(passed_since(cx, started));
        let answered = perform_in_time(&turn, step, left).await;
        let elapsed = passed_since(cx, started);
        let in_time = answered.is_some() && elapsed <= limits.timeout;
        let mut done = answered.unwrap_or_default();
        exchanges.append(&mut done.exchanges);
        redact_secrets(&turn, step, &done.state);
        let state = if could_not_be_done(&done, in_time) {
            State::Over
        } else if in_time {
            judge(cx, poll, &done)
        } else {
            State::NotYet(Box::new(too_late()))
        };
        match &state {
            State::Holds => {}
            State::Over => history.add(elapsed, "the step could not be done"),
            State::Impossible(problem) => history.add(elapsed, &problem.diagnostic.message),
            State::NotYet(why) => history.add(elapsed, &why.message),
        }
        let mut finish = |mut done: Done<'p>| {
            // The first and the last exchanges tell the story; thousands of equal ones in between do not.
            if exchanges.len() > 2 * SHOWN_ATTEMPTS {
                exchanges.drain(SHOWN_ATTEMPTS..exchanges.len() - SHOWN_ATTEMPTS);
            }
            done.exchanges = std::mem::take(&mut exchanges);
            done.note = Some(format!(
                "{} in {}",
                counted(turns, "attempt"),
                cx.attempt.passed(elapsed)
            ));
            done
        };
        let why = match state {
            State::Holds => return finish(done),
            State::Over => {
                if let Some(last) = done.problems.last_mut().filter(|_| turns > 1) {
                    last.diagnostic.notes.push(history.note(cx));
                }
                return finish(done);
            }
            State::Impossible(mut problem) => {
                if turns > 1 {
                    problem.diagnostic.notes.push(history.note(cx));
                }
                done.problems.insert(0, problem);
                done.over = true;
                return finish(done);
            }
            State::NotYet(why) => why,
        };
        if elapsed.saturating_add(pause) > limits.timeout {
            let mut problem = Diagnostic::error(
                "poll",
                format!(
                    "`until` does not hold within {} ({}): {}",
                    format_duration(limits.timeout),
                    counted(turns, "attempt"),
                    why.message
                ),
            )
            .at(poll.until.place.clone())
            .label("never held")
            .note(history.note(cx));
            // What failed within an action is a problem of its own, which follows.
            if all_soft(&done.problems) {
                problem.notes.extend_from_slice(&why.notes);
                problem.help.extend_from_slice(&why.help);
            }
            let problem = problem.help("raise the poll's `timeout`, or add `fail_on` to end it as soon as it can't succeed");
            done.exchanges = std::mem::take(&mut exchanges);
            done.problems.insert(0, Problem::failed(problem));
            done.over = true;
            return done;
        }
        // Others may wait for it.
        done.share = Share::default();
        if !cx.pause(pause).await {
            done.exchanges = exchanges;
            done.interrupt(cx, step);
            return done;
        }
        pause = grow(pause, limits.backoff, limits.max_every);
    }
}

/// An `until` of which nothing is left would hold whatever came.
fn something_awaited(cx: &Cx<'_, '_>, poll: &Poll) -> Result<(), Diagnostic> {
    if poll.until.states_something(&cx.scope()) {
        return Ok(());
    }
    let message = "nothing is left of `until`: all that it says is `omit`";
    Err(Diagnostic::error("omit", message)
        .at(poll.until.place.clone())
        .label("would hold at once"))
}

/// The poll's numbers, rendered once.
struct Limits {
    every: Duration,
    backoff: f64,
    max_every: Option<Duration>,
    timeout: Duration,
}

impl Limits {
    fn of(cx: &Cx<'_, '_>, poll: &Poll) -> Result<Self, Diagnostic> {
        let scope = cx.scope();
        let max_every = poll.max_every.as_ref();
        let limits = Self {
            every: poll.every.resolve(&scope)?,
            backoff: poll.backoff.resolve(&scope)?,
            max_every: max_every.map(|limit| limit.resolve(&scope)).transpose()?,
            timeout: poll.timeout.resolve(&scope)?,
        };
        let Some((key, problem)) = Poll::wrong_pauses(limits.every, limits.max_every) else {
            return Ok(limits);
        };
        let wrong = max_every.filter(|_| key == "max_every");
        Err(match wrong.unwrap_or(&poll.every) {
            Setting::Dynamic(template) => problem.at(template.place.clone()),
            Setting::Fixed(_) => problem.at(poll.place.clone()),
        })
    }
}

enum State {
    Holds,
    NotYet(Box<Diagnostic>),
    /// `fail_on` holds, or `until` can't be evaluated.
    Impossible(Problem),
    /// The step itself could not be done.
    Over,
}

fn judge(cx: &Cx<'_, '_>, poll: &Poll, done: &Done<'_>) -> State {
    let scope = cx.scope();
    let redactor = cx.attempt.redactor.borrow().clone();
    let evidence = Evidence {
        response: done.response(),
        error: done.error.as_ref(),
        redactor: Some(&redactor),
        ..Evidence::default()
    };
    // What is soft goes on, and of several attempts the last one's is told.
    let failed = done.problems.iter().find(|problem| !problem.soft);
    let judged = failed.is_none() || done.response().is_some();
    let stated = |fail_on: &&Expect| judged && fail_on.states_something(&scope);
    for fail_on in poll.fail_on.iter().filter(stated) {
        match holds(fail_on, evidence, &scope) {
            Ok(None) => {
                let problem = Diagnostic::error("poll", "`fail_on` holds, so `until` never will")
                    .at(fail_on.place.clone())
                    .label("holds");
                return State::Impossible(Problem::failed(problem));
            }
            Ok(Some(_)) => {}
            Err(problem) => return State::Impossible(Problem::errored(problem)),
        }
    }
    if let Some(failed) = failed {
        return State::NotYet(Box::new(failed.diagnostic.clone()));
    }
    match holds(&poll.until, evidence, &scope) {
        Ok(None) => State::Holds,
        Ok(Some(why)) => State::NotYet(Box::new(why)),
        Err(problem) => State::Impossible(Problem::errored(problem)),
    }
}

/// Nothing if all of the checks hold, else the problem of the first that does not.
fn holds(
    expect: &Expect,
    evidence: Evidence<'_>,
    scope: &dyn crate::expr::Scope,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let mut why = None;
    for verdict in expect.evaluate(evidence, scope) {
        match verdict {
            Verdict::Passed => {}
            Verdict::Failed(problem) => {
                why.get_or_insert(problem);
            }
            Verdict::Errored(problem) => return Err(problem),
        }
    }
    Ok(why)
}

/// What came of the attempts, equal ones that follow each other as one.
#[derive(Default)]
struct History {
    runs: Vec<Run>,
    attempts: usize,
}

/// Attempts of which the same is to be said.
struct Run {
    first: usize,
    last: usize,
    from: Duration,
    to: Duration,
    what: String,
}

impl History {
    fn add(&mut self, at: Duration, what: &str) {
        self.attempts += 1;
        match self.runs.last_mut().filter(|run| run.what == what) {
            Some(run) => (run.last, run.to) = (self.attempts, at),
            None => self.runs.push(Run {
                first: self.attempts,
                last: self.attempts,
                from: at,
                to: at,
                what: what.to_owned(),
            }),
        }
    }

    /// Every attempt, as far as a person reads.
    fn note(&self, cx: &Cx<'_, '_>) -> String {
        let lines: Vec<String> = self.runs.iter().map(|run| run.line(cx)).collect();
        let hidden = lines.len().saturating_sub(2 * SHOWN_ATTEMPTS);
        let mut shown = vec!["attempts:".to_owned()];
        if hidden == 0 {
            shown.extend(lines);
        } else {
            shown.extend_from_slice(&lines[..SHOWN_ATTEMPTS]);
            shown.push(format!("     … {hidden} more"));
            shown.extend_from_slice(&lines[lines.len() - SHOWN_ATTEMPTS..]);
        }
        shown.join("\n")
    }
}

impl Run {
    /// `  3. at 4s: why`, `4–19. at 6s to 36s: why`
    fn line(&self, cx: &Cx<'_, '_>) -> String {
        let (from, what) = (cx.attempt.passed(self.from), &self.what);
        if self.first == self.last {
            return format!("{:>3}. at {from}: {what}", self.first);
        }
        let numbers = format!("{}–{}", self.first, self.last);
        let to = cx.attempt.passed(self.to);
        format!("{numbers:>3}. at {from} to {to}: {what}")
    }
}
