//! After a case's last step: its cleanups and teardowns, and the time that they have.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::{Instant, timeout_at};

use super::attempt::Attempt;
use super::case::place;
use super::context::Cx;
use super::frame::Frame;
use super::problem::Problem;
use super::step::run_all;
use crate::diagnostic::Diagnostic;
use crate::step::Step;

/// How long cleanups and teardown may take.
const CLEANUP_TIME: Duration = Duration::from_secs(30);
/// The same, after Ctrl-C.
const CLEANUP_TIME_INTERRUPTED: Duration = Duration::from_secs(5);

/// Runs the cleanups, the last registered first, then the teardowns. Whatever fails, the others run.
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
            caller: Rc::clone(&cleanup.cx.caller),
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
