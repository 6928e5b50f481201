//! Running steps: conditions, turns, and what is common to every kind of step.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Anchor, Attempt, Cleanup, OpenPack, Problem, worst};
use super::branches::Branches;
use super::frame::{Frame, StepState, Turn};
use super::lock;
use super::log::{KeptExchange, StepLog};
use super::scope::StepScope;
use super::{action, branches, capture, checks, plain, poll, receive, replay, request};
use crate::check::Evidence;
use crate::diagnostic::Diagnostic;
use crate::event::Outcome;
use crate::expr::Outcome as Rendered;
use crate::http::{Request, Response, TransportError};
use crate::signature;
use crate::step::{Kind, RetryCause, Step};
use crate::value::{Value, format_duration};

/// A future on the scenario's own thread.
pub(super) type Local<'f, T> = Pin<Box<dyn Future<Output = T> + 'f>>;

/// Where a step runs: its attempt, frame and turn, and what those around it hand down.
#[derive(Clone)]
pub(super) struct Cx<'a, 'p> {
    pub attempt: &'a Attempt<'p>,
    pub frame: Rc<Frame<'p>>,
    pub turn: Option<Rc<Turn>>,
    /// `setup[0].uses[1]`: names the step in reports, and its stream of randomness.
    pub path: Rc<str>,
    /// Place among the scenario's own steps, from 1, and how many there are.
    pub number: usize,
    pub of: usize,
    /// The pack that a step addresses unless it names one.
    pub pack: Option<Rc<OpenPack>>,
    pub caller: Rc<Caller>,
    /// In a cleanup or teardown, headers that were set for the steps do not count.
    pub cleaning: bool,
    pub sent: Option<Rc<Sent>>,
}

/// Whether a request of a step with a cleanup has left, and of the steps around it.
pub(super) struct Sent {
    pub reached: Cell<bool>,
    outer: Option<Rc<Sent>>,
}

/// What a `uses` step hands down into its action.
#[derive(Clone, Default)]
pub(super) struct Caller {
    /// Headers merged into the action's requests; `None` removes one.
    pub headers: Vec<(String, Option<String>)>,
    /// The caller's `expect` states this itself, so the action's response step leaves it alone.
    pub states_status: bool,
    pub states_error: bool,
    pub contract_off: bool,
    /// The step will send its request again, which therefore is kept.
    pub replays: bool,
    /// How the action's requests are tried again that do not say so themselves.
    pub retry: Option<Retries>,
}

/// How a request is tried again.
#[derive(Clone)]
pub(super) struct Retries {
    pub causes: Vec<RetryCause>,
    pub attempts: u64,
    pub every: Duration,
    pub backoff: f64,
}

/// How a step, or a list of steps, ended.
#[derive(Default)]
pub(super) struct Ended {
    pub problems: Vec<Problem>,
    /// The scenario does not go on after this.
    pub stop: bool,
    pub skipped: bool,
}

impl Ended {
    pub fn stopped(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
            stop: true,
            skipped: false,
        }
    }

    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What the doing of a step brought to light, before its captures and checks.
#[derive(Default)]
pub(super) struct Done<'p> {
    pub state: StepState<'p>,
    pub error: Option<TransportError>,
    /// How those ended that ran at once, where the step says how many must pass.
    pub branches: Option<Branches>,
    /// What verifying the webhooks that were taken came to.
    pub signatures: Vec<signature::Verdict>,
    pub problems: Vec<Problem>,
    pub checks: usize,
    pub exchanges: Vec<KeptExchange>,
    /// The last request as it was sent, with all of its body, where it is wanted for the coverage of contracts.
    pub sent: Option<Request>,
    pub note: Option<String>,
    /// The step's checks are of no use any more: it could not be done.
    pub over: bool,
    /// Method and path of the operation, for the contract.
    pub operation: Option<(String, String)>,
    pub title: Option<String>,
}

impl Done<'_> {
    pub fn errored(diagnostic: Diagnostic) -> Self {
        Self::all_errored(vec![diagnostic])
    }

    pub fn all_errored(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            problems: diagnostics.into_iter().map(Problem::errored).collect(),
            over: true,
            ..Self::default()
        }
    }

    /// Ctrl-C ended the waiting of this step: it came to no result, so nothing of it is checked.
    pub fn interrupt(&mut self, step: &Step) {
        let problem = Diagnostic::error("interrupted", "the run was interrupted during this step")
            .at(step.place.clone());
        self.problems.push(Problem::errored(problem));
        self.over = true;
    }

    pub fn response(&self) -> Option<&Response> {
        self.state.response.as_ref()
    }
}

impl<'a, 'p> Cx<'a, 'p> {
    pub fn scope(&self) -> StepScope<'a, 'p> {
        StepScope::new(self.attempt, &self.frame, self.turn.as_ref(), &self.path)
    }

    /// Registers the step's cleanup, which counts from the moment at which its request is sent: then there may be
    /// something to clean up, whatever becomes of the step.
    fn with_cleanup_of(&self, step: &'p Step) -> Self {
        if step.cleanup.is_empty() || self.cleaning {
            return self.clone();
        }
        let sends = matches!(step.kind, Kind::Http(_) | Kind::Uses(_));
        let sent = Rc::new(Sent {
            reached: Cell::new(!sends),
            outer: self.sent.clone(),
        });
        self.attempt.cleanups.borrow_mut().push(Cleanup {
            steps: &step.cleanup,
            cx: self.anchor(),
            sent: Rc::clone(&sent),
        });
        Self {
            sent: Some(sent),
            ..self.clone()
        }
    }

    /// What of the place outlives its step.
    fn anchor(&self) -> Anchor<'p> {
        Anchor {
            frame: Rc::clone(&self.frame),
            turn: self.turn.clone(),
            path: Rc::clone(&self.path),
            pack: self.pack.clone(),
        }
    }

    /// Says that a request of this place is about to leave.
    pub fn mark_sent(&self) {
        let mut sent = self.sent.as_ref();
        while let Some(mark) = sent {
            mark.reached.set(true);
            sent = mark.outer.as_ref();
        }
    }

    /// Lets time pass. False if Ctrl-C ended the wait.
    pub async fn pause(&self, duration: Duration) -> bool {
        let sleep = self.attempt.clock.sleep(duration);
        if self.cleaning {
            sleep.await;
            return true;
        }
        tokio::select! {
            biased;
            () = self.attempt.shared.stop.stopped() => false,
            () = sleep => true,
        }
    }

    /// The same place with another path.
    pub fn at(&self, path: String) -> Self {
        Self {
            path: path.into(),
            ..self.clone()
        }
    }

    /// The pack that a step addresses.
    pub fn pack_of(&self, step: &Step) -> Result<Rc<OpenPack>, Diagnostic> {
        let named = match &step.pack {
            Some(name) => self.attempt.pack(Some(&name.name)),
            None => self.pack.clone(),
        };
        named.ok_or_else(|| {
            Diagnostic::error("no-pack", "this step addresses no pack")
                .at(step.place.clone())
                .help("list the pack in the file's `packs`, or name one with `pack:`")
        })
    }
}

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
        if cx.attempt.shared.stop.is_stopping() && !cx.cleaning {
            return Ended {
                stop: true,
                ..Ended::default()
            };
        }
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
        let note = "`for_each` has no items".to_owned();
        log_skipped(cx, &title(cx, step, None), note);
    }
    let mut all = Ended {
        skipped: true,
        ..Ended::default()
    };
    let mut turns: Vec<StepState<'p>> = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let turn = Cx {
            turn: Some(Rc::new(Turn {
                item: Arc::new(item),
                index,
            })),
            ..cx.at(format!("{}.for_each[{index}]", cx.path))
        };
        let (ended, state) = run_turn(&turn, step).await;
        turns.push(state);
        // The step as a whole is its last turn, with all turns beside it.
        if let Some(id) = &step.id {
            let mut whole = turns.last().cloned().unwrap_or_default();
            whole.turns.clone_from(&turns);
            cx.frame.steps.borrow_mut().insert(id.clone(), whole);
        }
        all.skipped &= ended.skipped;
        // A failing turn ends the loop, even where `soft` lets the scenario go on.
        let failed = !ended.passed();
        all.problems.extend(ended.problems);
        if ended.stop || failed {
            all.stop = ended.stop;
            break;
        }
    }
    all
}

/// One turn of a step.
async fn run_turn<'p>(cx: &Cx<'_, 'p>, step: &'p Step) -> (Ended, StepState<'p>) {
    let started = Instant::now();
    let scope = cx.scope();
    if let Some(condition) = &step.condition {
        match condition.test(&scope) {
            Ok(true) => {}
            Ok(false) => {
                let done = Done {
                    note: Some("`if` is false".to_owned()),
                    ..Done::default()
                };
                log(
                    cx,
                    title(cx, step, None),
                    Outcome::Skipped,
                    Duration::ZERO,
                    Vec::new(),
                    done,
                );
                let skipped = Ended {
                    skipped: true,
                    ..Ended::default()
                };
                return (skipped, StepState::default());
            }
            Err(problem) => return (end_early(cx, step, problem), StepState::default()),
        }
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
        *cx.frame.last.borrow_mut() = done.state.clone();
    }
    if let Some(id) = &step.id {
        cx.frame
            .steps
            .borrow_mut()
            .insert(id.clone(), done.state.clone());
    }
    let mut problems = std::mem::take(&mut done.problems);
    if !done.over {
        problems.extend(look_at(cx, step, &mut done, &scope));
    }
    if let Some(again) = step.replay.as_ref().filter(|_| problems.is_empty()) {
        problems.extend(Box::pin(replay::again(cx, again, &mut done, &scope)).await);
    }
    let problems: Vec<Problem> = problems
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
    let outcome = worst(problems.iter().map(|problem| problem.outcome));
    let soft = outcome == Outcome::Failed && step.soft.resolve(&scope).unwrap_or(false);
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
        stop: !problems.is_empty() && !soft,
        problems,
        skipped: false,
    };
    (ended, state)
}

/// Captures and checks, on what the step brought to light.
fn look_at(
    cx: &Cx<'_, '_>,
    step: &Step,
    done: &mut Done<'_>,
    scope: &StepScope<'_, '_>,
) -> Vec<Problem> {
    // Of large responses, whatever the number of threads, one at a time is taken apart.
    let large = done.response().filter(|response| response.is_large());
    let large = large.cloned();
    let turn = large.as_ref().map(|_| lock(&cx.attempt.shared.large));
    let captured = capture::take(cx, step, done, scope);
    let mut problems = check(cx, step, done, scope);
    problems.extend(captured);
    if let Some(response) = &large {
        response.release_large();
    }
    drop(turn);
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
    let mut checked = checks::evaluate(cx, step, evidence, scope, done.branches.as_ref());
    checked.add_signatures(step, &done.signatures);
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
fn title(cx: &Cx<'_, '_>, step: &Step, done: Option<String>) -> String {
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
