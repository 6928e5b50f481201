//! One case from its first attempt to its last: variables, setup, steps, cleanups, teardown, and what came of it.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::attempt::{Attempt, Problem};
use super::frame::{Frame, Home};
use super::scope::StepScope;
use super::step::{Caller, Cx, Ended, run_all};
use crate::diagnostic::Diagnostic;
use crate::event::{self, CaseFinished, CaseProblem, Event, Offset, Outcome};
use crate::expr::Outcome as Rendered;
use crate::http::Client;
use crate::plan::{DEFAULT_SCENARIO_TIMEOUT, PlannedCase};
use crate::scenario::PackSettings;
use crate::step::{Step, Variable};
use crate::value::{Map, Value, format_duration};

/// How long cleanups and teardown may take.
const CLEANUP_TIME: Duration = Duration::from_secs(30);
/// The same, after Ctrl-C.
const CLEANUP_TIME_INTERRUPTED: Duration = Duration::from_secs(5);
/// How long a request that is on its way at Ctrl-C may still take, so that what it made can be cleaned up.
const GRACE: Duration = Duration::from_secs(2);

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
            problems: finished.problems.clone(),
        });
        shared.send(Event::Retrying(Box::new(finished)));
        number += 1;
    }
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
    let (unmatched, journal) = attempt.close();
    let outcome = match (attempt.outcome(), &reason) {
        (_, Some(_)) => Outcome::Skipped,
        (Outcome::Passed, None) if !cleanup_problems.is_empty() => Outcome::Errored,
        (outcome, None) => outcome,
    };
    shared.count_checks(attempt.checks.get());
    report(
        &attempt,
        outcome,
        started.elapsed(),
        &cleanup_problems,
        unmatched,
        journal,
        reason,
    )
}

fn report(
    attempt: &Attempt<'_>,
    outcome: Outcome,
    duration: Duration,
    cleanup_problems: &[Problem],
    unmatched: Vec<String>,
    journal: Vec<String>,
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
        unmatched: clean(unmatched),
        journal: if shared.options.journal {
            clean(journal)
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

enum Prepared<'p> {
    Run(Rc<Frame<'p>>),
    Skip(String),
}

/// The case's row, its variables and the emulators' settings; whether it is to run at all.
fn prepare<'p>(attempt: &Attempt<'p>) -> Result<Prepared<'p>, Diagnostic> {
    let bare = Frame::new(Home::Scenario { case: None });
    let planned = attempt.planned;
    let (file, scenario) = (&planned.file.document, planned.scenario());
    let scope = StepScope::new(attempt, &bare, None, "case");
    let case = match &planned.row {
        None => None,
        Some(row) => {
            let mut values = Map::new();
            for (name, template) in &row.columns {
                if let Rendered::Value(value) = template.render(&scope)? {
                    values.insert(name.clone(), value);
                }
            }
            Some(Arc::new(Value::Object(values)))
        }
    };
    let frame = Frame::new(Home::Scenario { case });
    for (name, value) in &attempt.shared.options.vars {
        frame.set(name, value.clone());
    }
    set_vars(attempt, &frame, &file.vars, "vars")?;
    set_vars(attempt, &frame, &scenario.vars, "scenario.vars")?;
    let scope = StepScope::new(attempt, &frame, None, "case");
    if let Some(reason) = &scenario.skip {
        return Ok(Prepared::Skip(reason.render_text(&scope)?));
    }
    if let Some(condition) = &scenario.condition
        && !condition.test(&scope)?
    {
        return Ok(Prepared::Skip(format!(
            "`if` is false: {}",
            condition.text()
        )));
    }
    for settings in file.settings.iter().chain(&scenario.settings) {
        set_settings(attempt, settings, &scope)?;
    }
    Ok(Prepared::Run(frame))
}

/// Sets variables from top to bottom; those given on the command line stay as they are.
fn set_vars<'p>(
    attempt: &Attempt<'p>,
    frame: &Rc<Frame<'p>>,
    vars: &[Variable],
    place: &str,
) -> Result<(), Diagnostic> {
    let env = &*attempt.shared.env;
    for variable in vars {
        let given = attempt
            .shared
            .options
            .vars
            .iter()
            .any(|(name, _)| *name == variable.name);
        if given {
            continue;
        }
        let mut scope = StepScope::new(attempt, frame, None, &format!("{place}.{}", variable.name));
        scope.env = Some(env);
        match variable.value.render(&scope)? {
            Rendered::Value(value) => frame.set(&variable.name, value),
            Rendered::Omit => {
                let problem = Diagnostic::error(
                    "omit",
                    format!("the variable `{}` can't be `omit`", variable.name),
                );
                return Err(problem.at(variable.value.place.clone()));
            }
        }
    }
    Ok(())
}

fn set_settings(
    attempt: &Attempt<'_>,
    settings: &PackSettings,
    scope: &StepScope<'_, '_>,
) -> Result<(), Diagnostic> {
    let alias = &settings.pack.name;
    let pack = attempt.pack(Some(alias)).ok_or_else(|| {
        Diagnostic::error("unknown-pack", format!("the file uses no pack `{alias}`"))
            .at(settings.pack.place.clone())
    })?;
    let mut values = Map::new();
    for setting in &settings.values {
        let Rendered::Value(value) = setting.value.render(scope)? else {
            continue;
        };
        if let Some(spec) = pack
            .bound
            .pack
            .settings
            .iter()
            .find(|spec| spec.name == setting.name)
        {
            spec.accept(&value).map_err(|reason| {
                Diagnostic::error("setting", reason).at(setting.value.place.clone())
            })?;
        }
        values.insert(setting.name.clone(), value);
    }
    let mut all = attempt.settings.borrow_mut();
    match all.iter_mut().find(|(name, _)| name == alias) {
        Some((_, have)) => have.extend(values),
        None => all.push((alias.clone(), values)),
    }
    Ok(())
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
                return if attempt.shared.stop.is_stopping() && !attempt.finished.get() {
                    End::Interrupted
                } else {
                    End::Complete
                };
            }
            () = attempt.shared.stop.grace_over(GRACE) => return End::Interrupted,
            () = tokio::time::sleep_until(deadline) => {
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
                attempt.finished.set(!attempt.problems.borrow().is_empty());
                return;
            }
        }
    }
    attempt.finished.set(true);
}

/// A place among the scenario's own steps.
fn place<'a, 'p>(
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
        sent: None,
    }
}

/// Runs the cleanups, the last registered first, then the teardowns. Whatever fails, the others run.
async fn clean_up<'p>(attempt: &Attempt<'p>, frame: &Rc<Frame<'p>>) -> Vec<Problem> {
    let (file, scenario) = (&attempt.planned.file.document, attempt.planned.scenario());
    let nothing_to_do = attempt.cleanups.borrow().is_empty()
        && scenario.teardown.is_empty()
        && file.teardown.is_empty();
    if nothing_to_do {
        return Vec::new();
    }
    let interrupted = attempt.shared.stop.since();
    let deadline = match interrupted {
        Some(at) => at + CLEANUP_TIME_INTERRUPTED,
        None => Instant::now() + CLEANUP_TIME,
    };
    let mut problems = Vec::new();
    let all = async {
        run_cleanups(attempt, &mut problems).await;
        run_teardowns(attempt, frame, &mut problems).await;
    };
    let hurried = async {
        // Ctrl-C during the cleanups leaves them five seconds from then on.
        let at = attempt.shared.stop.stopped_at().await;
        tokio::time::sleep_until(at + CLEANUP_TIME_INTERRUPTED).await;
    };
    let in_time = tokio::select! {
        biased;
        done = timeout_at(deadline, all) => done.is_ok(),
        () = hurried => false,
    };
    if !in_time {
        let message = "the cleanups and teardown took too long and were given up";
        let problem =
            Diagnostic::error("cleanup", message).at(attempt.planned.scenario().place.clone());
        problems.push(Problem::errored(attempt.show_under_way(problem, None)));
    }
    problems
}

async fn run_cleanups(attempt: &Attempt<'_>, problems: &mut Vec<Problem>) {
    loop {
        let Some(cleanup) = attempt.cleanups.borrow_mut().pop() else {
            return;
        };
        if !cleanup.sent.reached.get() {
            continue;
        }
        let cx = Cx {
            frame: Rc::clone(&cleanup.cx.frame),
            turn: cleanup.cx.turn.clone(),
            pack: cleanup.cx.pack.clone(),
            cleaning: true,
            ..place(
                attempt,
                &cleanup.cx.frame,
                cleanup.cx.path.to_string(),
                0,
                0,
            )
        };
        if let Some(missing) = missing_variable(&cx, cleanup.steps) {
            super::step::log_skipped(
                &cx.at(format!("{}.cleanup", cx.path)),
                "cleanup",
                format!("nothing to clean up: `{missing}` was never set"),
            );
            continue;
        }
        let list = format!("{}.cleanup", cx.path);
        problems.extend(run_all(&cx, cleanup.steps, &list).await.problems);
    }
}

/// A variable that the cleanup needs and that was never set, as when the step that captures it failed.
fn missing_variable(cx: &Cx<'_, '_>, steps: &[Step]) -> Option<String> {
    let first = steps.first()?;
    let scope = cx.scope();
    first
        .references()
        .into_iter()
        .filter(|reference| !reference.guarded)
        .find(|reference| !crate::expr::is_defined(&scope, &reference.path))
        .map(|reference| reference.path.join("."))
}

async fn run_teardowns<'p>(
    attempt: &Attempt<'p>,
    frame: &Rc<Frame<'p>>,
    problems: &mut Vec<Problem>,
) {
    let scenario = attempt.planned.scenario();
    let file = &attempt.planned.file.document;
    for (list, steps) in [
        ("teardown", &scenario.teardown),
        ("file.teardown", &file.teardown),
    ] {
        for (index, step) in steps.iter().enumerate() {
            let cx = Cx {
                cleaning: true,
                ..place(attempt, frame, format!("{list}[{index}]"), 0, 0)
            };
            problems.extend(super::step::run(&cx, step).await.problems);
        }
    }
}
