//! The kinds of steps that send nothing themselves: `wait`, `set` and groups.

use std::time::Duration;

use super::context::Cx;
use super::done::Done;
use super::headers;
use super::log::{forgotten_turn, turns_left_out};
use super::problem::Problem;
use super::registered::{OpenTurn, Steps};
use super::step::run_all;
use crate::diagnostic::Diagnostic;
use crate::expr::Outcome as Rendered;
use crate::step::{Group, Set, Step};
use crate::value::{counted, format_duration};

pub(super) async fn wait<'p>(cx: &Cx<'_, 'p>, step: &Step, duration: Duration) -> Done<'p> {
    cx.attempt.wait_declared(if cx.attempt.clock.is_virtual() {
        Duration::ZERO
    } else {
        duration
    });
    let mut done = Done {
        title: Some(format!("wait {}", format_duration(duration))),
        ..Done::default()
    };
    if !cx.pause(duration).await {
        done.interrupt(cx, step);
    }
    done
}

pub(super) fn set<'p>(cx: &Cx<'_, 'p>, step: &Step, set: &Set) -> Done<'p> {
    let scope = cx.scope();
    for variable in &set.vars {
        match variable.value.render(&scope) {
            Ok(Rendered::Value(value)) => cx.frame.set(&variable.name, value),
            Ok(Rendered::Omit) => {
                let problem = Diagnostic::error(
                    "omit",
                    format!("the variable `{}` can't be `omit`", variable.name),
                )
                .at(variable.value.place.clone());
                return Done::errored(problem);
            }
            Err(problem) => return Done::errored(problem),
        }
    }
    if set.headers.is_empty() {
        return Done::default();
    }
    let rendered = cx
        .pack_of(step)
        .and_then(|pack| Ok((pack, headers::render_headers(&set.headers, &scope)?)));
    match rendered {
        Ok((pack, headers)) => {
            let mut set = pack.headers.borrow_mut();
            for header in headers {
                headers::merge_header(&mut set, header);
            }
            Done::default()
        }
        Err(problem) => Done::errored(problem),
    }
}

pub(super) async fn group<'p>(cx: &Cx<'_, 'p>, group: &'p Group) -> Done<'p> {
    let mut done = Done::default();
    let Some(repeat) = &group.repeat else {
        let ended = run_all(cx, &group.steps, &format!("{}.steps", cx.path)).await;
        done.over = ended.stop;
        done.problems = ended.problems;
        return done;
    };
    let max = match repeat.max.resolve(&cx.scope()) {
        Ok(max) => max,
        Err(problem) => return Done::errored(problem),
    };
    for turn in 0..max {
        match repeat.condition.test(&cx.scope()) {
            Ok(true) => {}
            Ok(false) => return done,
            Err(problem) => return not_judged(done, problem),
        }
        done.note = turns_left_out(turn + 1);
        let open = OpenTurn::begin(cx);
        let place = format!("{}.repeat[{turn}]", cx.path);
        let ended = run_all(cx, &group.steps, &format!("{place}.steps")).await;
        open.end(cx, &place, Steps::All(&group.steps));
        if let Some(turn) = forgotten_turn(turn) {
            cx.attempt.forget(&format!("{}.repeat[{turn}].", cx.path));
        }
        done.problems.extend(ended.problems);
        if ended.stop {
            done.over = true;
            return done;
        }
    }
    match repeat.condition.test(&cx.scope()) {
        Ok(false) => done,
        Ok(true) => {
            let turns = counted(usize::try_from(max).unwrap_or(usize::MAX), "turn");
            let problem =
                Diagnostic::error("repeat", format!("the condition still holds after {turns}"))
                    .at(repeat.condition.place().clone())
                    .label("still true")
                    .help("raise `max`, or see with `-v` why the condition never becomes false");
            done.problems.push(Problem::failed(problem));
            done.over = true;
            done
        }
        Err(problem) => not_judged(done, problem),
    }
}

/// The condition of a `repeat` is in error, after turns that may have had soft problems.
fn not_judged(mut done: Done<'_>, problem: Diagnostic) -> Done<'_> {
    done.problems.push(Problem::errored(problem));
    done.over = true;
    done
}
