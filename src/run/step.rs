//! Running steps: conditions, turns, and what is common to every kind of step.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::context::Cx;
use super::done::{Done, Ended};
use super::frame::{StepState, Turn};
use super::log::StepLog;
use super::problem::{Problem, all_soft, worst_of};
use super::registered::{OpenTurn, Steps};
use super::scope::StepScope;
use super::{action, branches, capture, checks, plain, poll, receive, replay, request};
use crate::check::Evidence;
use crate::diagnostic::Diagnostic;
use crate::event::Outcome;
use crate::expr::Outcome as Rendered;
use crate::step::{Kind, Step};
use crate::value::{Value, format_duration};

/// A future on the scenario's own thread.
pub(super) type Local<'f, T> = Pin<Box<dyn Future<Output = T> + 'f>>;

/// Runs steps one after the other until one of them stops the scenario.
pub(super) fn run_all<'f, 'a: 'f, 'p: 'a>(
    cx: &'f Cx<'a, 'p>,
    steps: &'p [Step],
    list: &'f str,
) -> Local<'f, Ended> {
    Box::pin(async move {
        let mut all = Ended::default();
        for (index, step) in steps.iter().enumerate() {
            let ended = run(&cx.at(format!("{list}[{index}]")), step).await;
            all.problems.extend(ended.problems);
            if ended.stop {
                all.stop = true;
                break;
            }
        }
        all
    })
}

/// Runs one step: all turns of it, if it has a `for_each`.
pub(super) fn run<'f, 'a: 'f, 'p: 'a>(cx: &'f Cx<'a, 'p>, step: &'p Step) -> Local<'f, Ended> {
    Box::pin(async move {
        match &step.for_each {
            None => run_turn(cx, step).await.0,
            Some(list) => {
                let items = match list.render(&cx.scope()) {
                    Ok(Rendered::Value(Value::Array(items))) => items,
                    Ok(other) => {
                        let problem = Diagnostic::error(
                            "wrong-type",
                            format!("`for_each` needs a list, not {}", describe(&other)),
                        )
                        .at(list.place.clone());
                        return end_early(cx, step, problem);
                    }
                    Err(problem) => return end_early(cx, step, problem),
                };
                // It is large, and rare; kept inside, all steps would be as large.
                Box::pin(run_turns(cx, step, items)).await
            }
        }
    })
}

fn describe(rendered: &Rendered) -> &'static str {
    match rendered {
        Rendered::Value(value) => crate::value::type_name(value),
        Rendered::Omit => "`omit`",
    }
}

/// A step that ends before its first turn.
fn end_early(cx: &Cx<'_, '_>, step: &Step, problem: Diagnostic) -> Ended {
    let problem = Problem::errored(problem).in_step(cx, &step.place);
    let title = title(cx, step, None);
    log(
        cx,
        title,
        Outcome::Errored,
        Duration::ZERO,
        vec![problem.clone()],
        Done::default(),
    );
    Ended::stopped(problem)
}

async fn run_turns<'p>(cx: &Cx<'_, 'p>, step: &'p Step, items: Vec<Value>) -> Ended {
    if items.is_empty() {
        let note = "`for_each` has no items";
        cx.frame.skip(step, &step.place, note);
        log_skipped(cx, &title(cx, step, None), note.to_owned());
    }
    let mut all = Ended {
        skipped: true,
        ..Ended::default()
    };
    let mut turns: Rc<Vec<StepState<'p>>> = Rc::default();
    for (index, item) in items.into_iter().enumerate() {
        let turn = Cx {
            turn: Some(Rc::new(Turn {
                item: Arc::new(item),
                index,
            })),
            ..cx.at(format!("{}.for_each[{index}]", cx.path))
        };
        let open = OpenTurn::begin(cx);
        let (ended, state) = run_turn(&turn, step).await;
        // The step as a whole is its last turn, with all turns beside it.
        if let Some(id) = &step.id {
            Rc::make_mut(&mut turns).push(state.clone());
            let turns = Rc::clone(&turns);
            let whole = StepState { turns, ..state };
            cx.frame.steps.borrow_mut().insert(id.clone(), whole);
        }
        open.end(cx, &turn.path, Steps::Of(step));
        all.skipped &= ended.skipped;
        all.problems.extend(ended.problems);
        // A failing turn ends the loop, even where the step's `soft` lets the scenario go on.
        if ended.stop || ended.failed {
            all.stop = ended.stop;
            all.failed = ended.failed;
            break;
        }
    }
    all
}

/// One turn of a step.
async fn run_turn<'p>(cx: &Cx<'_, 'p>, step: &'p Step) -> (Ended, StepState<'p>) {
    cx.attempt.give_way().await;
    let started = Instant::now();
    let scope = cx.scope();
    if let Some(ended) = not_done(cx, step, &scope) {
        return (ended, StepState::default());
    }
    cx.attempt.shared.step_started(cx, || title(cx, step, None));
    cx.attempt.begin(&cx.path, step);
    let cx = &cx.with_cleanup_of(step);
    let concurrent = step.replay.as_ref();
    let concurrent = concurrent.and_then(|replay| replay.concurrent.as_ref());
    let mut done = match concurrent {
        None => do_within_time(cx, step).await,
        Some(times) => Box::pin(replay::at_once(cx, step, times)).await,
    };
    if done.response().is_some() {
        let answered_in = &mut done.state.answered_in;
        answered_in.get_or_insert_with(|| Rc::clone(&cx.path));
    }
    remember(cx, step, &done.state);
    let mut problems = std::mem::take(&mut done.problems);
    if done.over {
        capture::redact_secrets(cx, step, &done.state);
    } else {
        let large = cx.attempt.shared.large.open(cx, step, &mut done).await;
        problems.extend(look_at(cx, step, &mut done, &scope));
        if let Some(large) = large {
            large.close().await;
        }
    }
    // Ctrl-C came between the steps of this one.
    let cut_short = done.over && all_soft(&problems);
    let sound = all_soft(&problems) && !cut_short;
    if let Some(again) = step.replay.as_ref().filter(|_| sound) {
        problems.extend(Box::pin(replay::again(cx, step, again, &mut done, &scope)).await);
    }
    let mut problems: Vec<Problem> = problems
        .into_iter()
        .map(|problem| match problem.step {
            None => problem.in_step(cx, &step.place).about(
                done.state
                    .answered_in
                    .as_ref()
                    .filter(|path| **path != cx.path),
            ),
            Some(_) => problem,
        })
        .collect();
    let outcome = if cut_short {
        done.note = Some("interrupted".to_owned());
        Outcome::Errored
    } else {
        worst_of(&problems)
    };
    if outcome != Outcome::Passed {
        done.state.failed = true;
        remember(cx, step, &done.state);
    }
    let failed = !all_soft(&problems);
    if outcome == Outcome::Failed && step.soft.resolve(&scope).unwrap_or(false) {
        for problem in &mut problems {
            problem.soft = true;
        }
    }
    let state = done.state.clone();
    let title = title(cx, step, done.title.take());
    log(
        cx,
        title,
        outcome,
        started.elapsed(),
        problems.clone(),
        done,
    );
    cx.attempt.end(&cx.path);
    let ended = Ended {
        stop: cut_short || !all_soft(&problems),
        failed,
        problems,
        skipped: false,
    };
    (ended, state)
}

/// What a step came to is there for expressions from now on.
fn remember<'p>(cx: &Cx<'_, 'p>, step: &Step, state: &StepState<'p>) {
    if state.response.is_some() {
        *cx.frame.last.borrow_mut() = state.clone();
    }
    if let Some(id) = &step.id {
        let mut steps = cx.frame.steps.borrow_mut();
        steps.insert(id.clone(), state.clone());
        if let Some(cleanup) = cx.own_cleanup() {
            cleanup.keep_own(id, state);
        }
    }
}

/// How a turn ends that is not to be done: after Ctrl-C, or by its `if`.
fn not_done(cx: &Cx<'_, '_>, step: &Step, scope: &StepScope<'_, '_>) -> Option<Ended> {
    if cx.attempt.shared.stop.is_stopping() && !cx.cleaning {
        cx.attempt.cut_short.set(true);
        return Some(Ended {
            stop: true,
            ..Ended::default()
        });
    }
    match step.condition.as_ref()?.test(scope) {
        Ok(true) => None,
        Ok(false) => {
            let note = "`if` is false";
            cx.frame.skip(step, &step.place, note);
            log_skipped(cx, &title(cx, step, None), note.to_owned());
            Some(Ended {
                skipped: true,
                ..Ended::default()
            })
        }
        Err(problem) => Some(end_early(cx, step, problem)),
    }
}

/// Captures and checks, on what the step brought to light.
fn look_at<'p>(
    cx: &Cx<'_, 'p>,
    step: &'p Step,
    done: &mut Done<'p>,
    scope: &StepScope<'_, '_>,
) -> Vec<Problem> {
    let captured = capture::take(cx, step, done, scope);
    let mut problems = check(cx, step, done, scope);
    problems.extend(captured);
    problems
}

/// Every check of the step, on what it brought to light.
pub(super) fn check(
    cx: &Cx<'_, '_>,
    step: &Step,
    done: &mut Done<'_>,
    scope: &StepScope<'_, '_>,
) -> Vec<Problem> {
    let is_http = matches!(step.kind, Kind::Http(_));
    let pack = if is_http { cx.pack_of(step).ok() } else { None };
    let contract = pack
        .as_ref()
        .and_then(|pack| pack.bound.pack.contract.as_deref());
    let operation = done.operation.clone();
    let redactor = cx.attempt.redactor.borrow().clone();
    let evidence = Evidence {
        redactor: Some(&redactor),
        response: done.response(),
        error: done.error.as_ref(),
        passed: done.branches.as_ref().map(|branches| branches.passed),
        signature: done.signatures.first(),
        count: None,
        contract: contract.zip(
            operation
                .as_ref()
                .map(|(method, path)| crate::check::Operation { method, path }),
        ),
    };
    let mut checked = checks::evaluate(cx, step, evidence, scope, done);
    checked.add_signatures(step, &done.signatures, scope);
    if let (Some(pack), Some((_, call)), true) = (&pack, evidence.contract, checked.kept_contract) {
        let shared = cx.attempt.shared;
        shared.cover(pack.index, call, done.sent.as_ref(), done.response());
    }
    let warnings = checked.warnings.into_iter();
    let warnings = warnings.map(|warning| Problem::warning(warning).in_step(cx, &step.place));
    cx.attempt.warnings.borrow_mut().extend(warnings);
    done.checks += checked.count;
    cx.attempt.count_checks(checked.count);
    checked.problems
}

/// Does the step within its own `timeout`, if it has one. An `http` step's bounds each of its requests instead.
pub(super) async fn do_within_time<'p>(cx: &Cx<'_, 'p>, step: &'p Step) -> Done<'p> {
    let limit = match &step.timeout {
        Some(limit) if !matches!(step.kind, Kind::Http(_)) => match limit.resolve(&cx.scope()) {
            Ok(limit) => Some(limit),
            Err(problem) => return Done::errored(problem),
        },
        _ => None,
    };
    let Some(limit) = limit else {
        return poll::perform(cx, step).await;
    };
    let done = tokio::time::timeout(limit, Box::pin(poll::perform(cx, step))).await;
    done.unwrap_or_else(|_| {
        let message = format!("the step took longer than its {}", format_duration(limit));
        let problem = Diagnostic::error("timeout", message)
            .at(step.place.clone())
            .help("raise its `timeout`, or find out what it waits for with `-v`");
        Done::errored(cx.attempt.show_under_way(problem, Some(&cx.path)))
    })
}

/// Does what the step's kind says, once.
pub(super) fn perform<'f, 'a: 'f, 'p: 'a>(
    cx: &'f Cx<'a, 'p>,
    step: &'p Step,
) -> Local<'f, Done<'p>> {
    Box::pin(async move {
        match &step.kind {
            Kind::Http(http) => request::perform(cx, step, http).await,
            Kind::Uses(uses) => action::perform(cx, step, uses).await,
            Kind::Receive(receive) => receive::perform(cx, step, receive).await,
            Kind::Wait(duration) => match duration.resolve(&cx.scope()) {
                Ok(duration) => plain::wait(cx, step, duration).await,
                Err(problem) => Done::errored(problem),
            },
            Kind::Set(set) => plain::set(cx, step, set),
            Kind::Check(expressions) => checks::expressions(cx, expressions),
            Kind::Group(group) => plain::group(cx, group).await,
            Kind::Parallel(branches) => branches::parallel(cx, step, branches).await,
        }
    })
}

/// What a step is called: its `name`, or what it does.
pub(super) fn title(cx: &Cx<'_, '_>, step: &Step, done: Option<String>) -> String {
    if let Some(name) = &step.name
        && let Ok(name) = name.render_text(&cx.scope())
    {
        return name;
    }
    done.unwrap_or_else(|| step.describe())
}

/// Logs something that was not done, and why.
pub(super) fn log_skipped(cx: &Cx<'_, '_>, title: &str, note: String) {
    let done = Done {
        note: Some(note),
        ..Done::default()
    };
    log(
        cx,
        title.to_owned(),
        Outcome::Skipped,
        Duration::ZERO,
        Vec::new(),
        done,
    );
}

fn log(
    cx: &Cx<'_, '_>,
    title: String,
    outcome: Outcome,
    duration: Duration,
    problems: Vec<Problem>,
    done: Done<'_>,
) {
    let entry = StepLog {
        path: Rc::clone(&cx.path),
        title,
        number: cx.number,
        of: cx.of,
        outcome,
        duration,
        checks: done.checks,
        problems,
        note: done.note,
        exchanges: done.exchanges,
    };
    cx.attempt.shared.step_finished(cx.attempt, &entry);
    cx.attempt.log.borrow_mut().push(entry);
}
