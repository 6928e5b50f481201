//! One case from its first attempt to its last: its attempts, the time that each has, and what came of it.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::Instant;

use super::Shared;
use super::attempt::Attempt;
use super::cleanup::clean_up;
use super::context::{Caller, Cx};
use super::done::Ended;
use super::frame::{Frame, Home};
use super::log::StepLog;
use super::prepare::{Prepared, prepare};
use super::problem::Problem;
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::event::{self, CaseFinished, CaseProblem, Event, Offset, Outcome};
use crate::http::Client;
use crate::pack::InstanceReport;
use crate::plan::{DEFAULT_SCENARIO_TIMEOUT, PlannedCase};
use crate::value::format_duration;

/// How long a request that is on its way at Ctrl-C may still take, so that what it made can be cleaned up.
const GRACE: Duration = Duration::from_secs(2);

/// Reasons that a warning lists before it says "N more".
const SHOWN_REASONS: usize = 5;

/// Runs a case, again and again as its reruns allow, and tells how it ended.
pub(super) async fn run(shared: Arc<Shared>, client: Rc<Client>, planned: PlannedCase) {
    let scenario = planned.scenario();
    let reruns = shared.options.reruns.or(scenario.reruns).unwrap_or(0);
    let mut earlier: Vec<event::Attempt> = Vec::new();
    let mut requests = 0;
    let mut number = 1;
    loop {
        shared.send(Event::CaseStarted(event::CaseStarted {
            case: Arc::clone(&planned.case),
            attempt: number,
            at: shared.offset(),
        }));
        let mut finished = attempt(&shared, &client, &planned, number).await;
        let again = matches!(finished.outcome, Outcome::Failed | Outcome::Errored)
            && u64::from(number) <= reruns
            && !shared.stop.is_stopping();
        if !again {
            finished.flaky = finished.outcome == Outcome::Passed && !earlier.is_empty();
            finished.requests += requests;
            finished.earlier = earlier;
            shared.finish(finished);
            return;
        }
        requests += finished.requests;
        earlier.push(event::Attempt {
            attempt: number,
            outcome: finished.outcome,
            duration: finished.duration,
            problems: all_problems(&finished),
        });
        shared.send(Event::Retrying(Box::new(finished)));
        number += 1;
    }
}

/// Why an attempt did not pass; what went wrong while cleaning up comes last, and says so.
fn all_problems(finished: &CaseFinished) -> Vec<CaseProblem> {
    let mut problems = finished.problems.clone();
    let cleanups = finished.cleanup_problems.iter().cloned();
    problems.extend(cleanups.map(|mut problem| {
        problem.problem.notes.push("while cleaning up".to_owned());
        problem
    }));
    problems
}

/// How the body of an attempt came to its end.
enum End {
    Complete,
    Skipped(String),
    TimedOut(Duration),
    Interrupted,
}

async fn attempt(
    shared: &Shared,
    client: &Client,
    planned: &PlannedCase,
    number: u32,
) -> CaseFinished {
    let started = Instant::now();
    let attempt = Attempt::new(shared, client, planned, number);
    let (frame, end) = match prepare(&attempt) {
        Ok(Prepared::Run(frame)) => {
            let end = run_body(&attempt, &frame).await;
            (frame, end)
        }
        Ok(Prepared::Skip(reason)) => (
            Frame::new(Home::Scenario { case: None }),
            End::Skipped(reason),
        ),
        Err(problem) => {
            attempt
                .problems
                .borrow_mut()
                .push(Problem::errored(problem));
            (Frame::new(Home::Scenario { case: None }), End::Complete)
        }
    };
    let idle = nothing_done(&attempt);
    let mut reason = None;
    match end {
        End::Complete => {}
        End::Skipped(why) => reason = Some(why),
        End::TimedOut(limit) => attempt.give_up(timed_out(planned, limit)),
        End::Interrupted => {
            let message = "the run was interrupted before the scenario was over";
            let problem = Diagnostic::error("interrupted", message);
            attempt.give_up(problem.at(planned.scenario().place.clone()));
        }
    }
    let cleanup_problems = match reason {
        None => clean_up(&attempt, &frame).await,
        Some(_) => Vec::new(),
    };
    let emulators = attempt.close();
    let outcome = match (attempt.outcome(), &reason) {
        (_, Some(_)) => Outcome::Skipped,
        (Outcome::Passed, None) if !cleanup_problems.is_empty() => Outcome::Errored,
        (outcome, None) => outcome,
    };
    if outcome == Outcome::Passed {
        let mut warnings = attempt.warnings.borrow_mut();
        warnings.extend(idle);
        if !emulators.unmatched.is_empty() {
            warnings.push(unanswered(planned, &emulators.unmatched));
        }
    }
    shared.count_checks(attempt.checks.get());
    report(
        &attempt,
        outcome,
        started.elapsed(),
        &cleanup_problems,
        emulators,
        reason,
    )
}

/// What is to be said of a case that passes, if all of its own steps were skipped.
fn nothing_done(attempt: &Attempt<'_>) -> Option<Problem> {
    let log = attempt.log.borrow();
    let own = || log.iter().filter(|step| step.path.starts_with("steps["));
    let skipped = || own().filter(|step| step.outcome == Outcome::Skipped);
    skipped().next()?;
    // A group did what its steps did.
    let is_around = |outer: &StepLog| {
        let mut within = own().filter_map(|step| step.path.strip_prefix(&*outer.path));
        within.any(|rest| rest.starts_with('.'))
    };
    let mut own = own();
    if !own.all(|step| step.outcome == Outcome::Skipped || is_around(step)) {
        return None;
    }
    let message = "it passed, although every step was skipped";
    let place = attempt.planned.scenario().place.clone();
    let mut problem = Diagnostic::warning("nothing-done", message).at(place);
    let why = skipped().map(|step| match &step.note {
        Some(note) => format!("{}: {note}", step.title),
        None => step.title.clone(),
    });
    problem.notes = first_few(why);
    Some(Problem::warning(problem.help(
        "if the scenario as a whole is to be skipped, give it the `if`",
    )))
}

/// A case passed, and what it expected was that its emulator failed.
fn unanswered(planned: &PlannedCase, requests: &[String]) -> Problem {
    let mut told: Vec<&String> = requests.iter().collect();
    told.dedup();
    let message = "it passed, although its emulator could not answer a request";
    let mut problem =
        Diagnostic::warning("unanswered", message).at(planned.scenario().place.clone());
    problem.notes = first_few(told.iter().map(|line| format!("in the emulator: {line}")));
    Problem::warning(problem.help("check that the scenario expects what the provider answers, not what the emulator does not know"))
}

/// The first of the lines, and how many more there are.
fn first_few(mut lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut shown: Vec<String> = lines.by_ref().take(SHOWN_REASONS).collect();
    let more = lines.count();
    if more > 0 {
        shown.push(format!("… {more} more"));
    }
    shown
}

fn report(
    attempt: &Attempt<'_>,
    outcome: Outcome,
    duration: Duration,
    cleanup_problems: &[Problem],
    emulators: InstanceReport,
    reason: Option<String>,
) -> CaseFinished {
    let shared = attempt.shared;
    let passed = matches!(outcome, Outcome::Passed | Outcome::Skipped);
    let steps = if passed && !shared.options.log_all {
        Vec::new()
    } else {
        attempt
            .log
            .borrow()
            .iter()
            .map(|step| step.record(attempt, true))
            .collect()
    };
    let record = |problems: &[Problem]| -> Vec<CaseProblem> {
        problems
            .iter()
            .map(|problem| problem.record(attempt))
            .collect()
    };
    let clean = |lines: Vec<String>| lines.iter().map(|line| attempt.clean(line)).collect();
    CaseFinished {
        case: Arc::clone(&attempt.planned.case),
        attempt: attempt.number,
        at: shared.offset(),
        outcome,
        flaky: false,
        duration: Offset(duration),
        requests: attempt.requests.get(),
        reason: reason.map(|reason| attempt.clean(&reason)),
        problems: record(&attempt.problems.borrow()),
        cleanup_problems: record(cleanup_problems),
        warnings: record(&attempt.warnings.borrow()),
        unmatched: clean([&emulators.unmatched[..], &emulators.unmade[..]].concat()),
        journal: if shared.options.journal {
            clean(emulators.journal)
        } else {
            Vec::new()
        },
        steps,
        earlier: Vec::new(),
    }
}

fn timed_out(planned: &PlannedCase, limit: Duration) -> Diagnostic {
    Diagnostic::error(
        "timeout",
        format!(
            "the scenario took longer than its {}",
            format_duration(limit)
        ),
    )
    .at(planned.scenario().place.clone())
    .help("raise its `timeout`, or see with `-v` which step takes so long")
}

/// Runs setup and steps within the scenario's time, which declared waits extend.
async fn run_body<'p>(attempt: &Attempt<'p>, frame: &Rc<Frame<'p>>) -> End {
    let limit = match time_limit(attempt, frame) {
        Ok(limit) => limit,
        Err(problem) => {
            attempt
                .problems
                .borrow_mut()
                .push(Problem::errored(problem));
            return End::Complete;
        }
    };
    let started = Instant::now();
    let body = run_steps(attempt, frame);
    tokio::pin!(body);
    loop {
        let deadline = started + limit.saturating_add(attempt.waited.get());
        tokio::select! {
            biased;
            () = &mut body => {
                // Where the step that was cut short says so itself, no more is to be said.
                return if attempt.cut_short.get() && attempt.outcome() != Outcome::Errored {
                    End::Interrupted
                } else {
                    End::Complete
                };
            }
            // However much the steps did in this turn, these are looked at.
            () = unconstrained(attempt.shared.stop.grace_over(GRACE)) => return End::Interrupted,
            () = unconstrained(tokio::time::sleep_until(deadline)) => {
                if started.elapsed() >= limit.saturating_add(attempt.waited.get()) {
                    return End::TimedOut(limit);
                }
            }
        }
    }
}

fn time_limit<'p>(attempt: &Attempt<'p>, frame: &Rc<Frame<'p>>) -> Result<Duration, Diagnostic> {
    match &attempt.planned.scenario().timeout {
        Some(limit) => limit.resolve(&StepScope::new(attempt, frame, None, "timeout")),
        None => Ok(attempt
            .shared
            .options
            .timeout
            .unwrap_or(DEFAULT_SCENARIO_TIMEOUT)),
    }
}

async fn run_steps<'p>(attempt: &Attempt<'p>, frame: &Rc<Frame<'p>>) {
    let setup = &attempt.planned.file.document.setup;
    let steps = &attempt.planned.scenario().steps;
    let of = setup.len() + steps.len();
    for (list, steps, before) in [("setup", setup, 0), ("steps", steps, setup.len())] {
        for (index, step) in steps.iter().enumerate() {
            let cx = place(
                attempt,
                frame,
                format!("{list}[{index}]"),
                before + index + 1,
                of,
            );
            let Ended { problems, stop, .. } = super::step::run(&cx, step).await;
            attempt.problems.borrow_mut().extend(problems);
            if stop {
                return;
            }
        }
    }
}

/// A place among the scenario's own steps.
pub(super) fn place<'a, 'p>(
    attempt: &'a Attempt<'p>,
    frame: &Rc<Frame<'p>>,
    path: String,
    number: usize,
    of: usize,
) -> Cx<'a, 'p> {
    Cx {
        attempt,
        frame: Rc::clone(frame),
        turn: None,
        path: path.into(),
        number,
        of,
        pack: attempt.pack(None),
        caller: Rc::new(Caller::default()),
        cleaning: false,
        cleanup: None,
    }
}
