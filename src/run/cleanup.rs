//! After a case's last step: its cleanups and teardowns, and the time that they have.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::{Instant, timeout_at};

use super::attempt::Attempt;
use super::case::place;
use super::context::Cx;
use super::frame::{Frame, StepState};
use super::problem::Problem;
use super::scope::StepScope;
use super::step;
use crate::diagnostic::Diagnostic;
use crate::expr::{read, reserved_words};
use crate::step::Step;

/// How long cleanups and teardown may take.
const CLEANUP_TIME: Duration = Duration::from_secs(30);
/// The same, after Ctrl-C.
const CLEANUP_TIME_INTERRUPTED: Duration = Duration::from_secs(5);

/// Runs the cleanups, the last registered first, then the teardowns, and then the cleanups of these. Whatever fails, the
/// others run.
pub(super) async fn clean_up<'p>(attempt: &Attempt<'p>, frame: &Rc<Frame<'p>>) -> Vec<Problem> {
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
        // Those of the teardowns' own steps.
        run_cleanups(attempt, &mut problems).await;
    };
    let hurried = async {
        // Ctrl-C during the cleanups leaves them five seconds from then on.
        let at = attempt.shared.stop.stopped_at().await;
        tokio::time::sleep_until(at + CLEANUP_TIME_INTERRUPTED).await;
    };
    let in_time = tokio::select! {
        biased;
        done = timeout_at(deadline, all) => done.is_ok(),
        () = unconstrained(hurried) => false,
    };
    if !in_time {
        let message = "the cleanups and teardown took too long and were given up";
        let problem =
            Diagnostic::error("cleanup", message).at(attempt.planned.scenario().place.clone());
        problems.push(Problem::errored(attempt.show_under_way(problem, None)));
    }
    problems
}

/// Runs those that are registered. What a cleanup registers itself is the last, and so comes next.
async fn run_cleanups(attempt: &Attempt<'_>, problems: &mut Vec<Problem>) {
    loop {
        let Some(cleanup) = attempt.cleanups.borrow_mut().pop() else {
            return;
        };
        if !cleanup.is_due() {
            continue;
        }
        let cx = Cx {
            turn: cleanup.turn.clone(),
            pack: cleanup.pack.clone(),
            caller: Rc::clone(&cleanup.caller),
            cleaning: true,
            ..place(
                attempt,
                &cleanup.own_frame(),
                cleanup.path.to_string(),
                0,
                0,
            )
        };
        for (index, step) in cleanup.steps.iter().enumerate() {
            let cx = cx.at(format!("{}.cleanup[{index}]", cx.path));
            problems.extend(run_cleanup(&cx, step).await);
        }
    }
}

/// One cleanup, which what became of the others does not concern.
async fn run_cleanup<'p>(cx: &Cx<'_, 'p>, step: &'p Step) -> Vec<Problem> {
    if let Some(missing) = missing(cx, step) {
        let note = format!("nothing to clean up: `{missing}` was never set");
        step::log_skipped(cx, &step::title(cx, step, None), note);
        return Vec::new();
    }
    step::run(cx, step).await.problems
}

/// What a cleanup needs and what was never set, as when the step that captures it failed.
fn missing(cx: &Cx<'_, '_>, cleanup: &Step) -> Option<String> {
    let scope = cx.scope();
    let mut needs = cleanup.needs().into_iter();
    needs
        .find(|needed| never_set(cx, &scope, &needed.path))
        .map(|needed| needed.path.join("."))
}

/// Whether a variable was never set, or a step never came to what is read of it. Of a step that passed and has a response,
/// what is not there is misspelt.
fn never_set(cx: &Cx<'_, '_>, scope: &StepScope<'_, '_>, path: &[String]) -> bool {
    let came_to_nothing = |state: &StepState<'_>| {
        (state.failed || state.response.is_none()) && read(scope, path).is_none()
    };
    match path {
        [steps, id, ..] if steps == "steps" => {
            let state = cx.frame.steps.borrow().get(id).cloned();
            state.is_none_or(|state| came_to_nothing(&state))
        }
        [response, ..] if response == "response" => {
            let last = cx.frame.last.borrow().clone();
            came_to_nothing(&last)
        }
        [name, ..] if reserved_words().contains(&name.as_str()) => false,
        [name, ..] => !cx.frame.vars.borrow().contains_key(name),
        [] => false,
    }
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
            problems.extend(step::run(&cx, step).await.problems);
        }
    }
}
