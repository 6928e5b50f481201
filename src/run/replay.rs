//! `replay`: the same request more than once, as from a client that does not know whether the first one arrived.

use std::borrow::Cow;
use std::rc::Rc;

use bytes::Bytes;

use super::branches::{Branches, how_ended, states_passed};
use super::capture::redact_secrets;
use super::checks;
use super::context::Cx;
use super::done::Done;
use super::frame::{SentRequest, StepState};
use super::log::KeptExchange;
use super::problem::{Problem, worst_of};
use super::request::send;
use super::scope::StepScope;
use super::step::{check, do_within_time};
use crate::check::{Evidence, Operation};
use crate::diagnostic::Diagnostic;
use crate::event::Outcome;
use crate::expr::{Outcome as Rendered, Setting};
use crate::http::{self, Exchange, Response, Share};
use crate::step::{Changed, Replay, Step};
use crate::value::{Difference, Redactor, Value, differences, from_json_bytes};

/// Letters of a value that a message quotes.
const QUOTED: usize = 60;
/// What tells those apart that are done at once: the same step, in the same place.
const MARK: &str = ".concurrent[";

/// The place that a path names for randomness: those that are done at once send the same bytes.
pub(super) fn place(path: &str) -> Cow<'_, str> {
    let mut place = Cow::Borrowed(path);
    while let Some(start) = place.find(MARK) {
        let end = place[start + 1..]
            .find(']')
            .map_or(place.len(), |end| start + 2 + end);
        place = Cow::Owned(format!("{}{}", &place[..start], &place[end..]));
    }
    place
}

/// Does the step several times at once. What is done with one that passes is then done as with any step.
pub(super) async fn at_once<'p>(cx: &Cx<'_, 'p>, step: &'p Step, times: &Setting<u64>) -> Done<'p> {
    let times = match times.resolve(&cx.scope()) {
        Ok(times) => times,
        Err(problem) => return Done::errored(problem),
    };
    let contexts: Vec<Cx<'_, 'p>> = (0..times)
        .map(|index| cx.at(format!("{}{MARK}{index}]", cx.path)))
        .collect();
    let branches = contexts.iter().map(|cx| once(cx, step)).collect();
    let mut all: Vec<Done<'p>> = cx.attempt.clock.join(branches).await;
    if cx.is_cut_short() {
        return Done::cut_short();
    }
    for done in &all {
        redact_secrets(cx, step, &done.state);
    }
    let failed: Vec<Option<Problem>> = all.iter_mut().map(|done| failure(cx, step, done)).collect();
    let count = failed.iter().filter(|failed| failed.is_none()).count();
    // One that could not be done says so. Where all must pass, one that did not says why; where some may, one that did
    // goes on.
    let states_passed = states_passed(cx, step);
    let mut each = failed.iter();
    let errored = each.position(|failed| worst_of(failed.as_slice()) == Outcome::Errored);
    let as_stated = || (failed.iter()).position(|failed| failed.is_none() == states_passed);
    let mut done = all.remove(errored.or_else(as_stated).unwrap_or(0));
    let problems = all.iter_mut().flat_map(|other| other.problems.drain(..));
    done.problems
        .extend(problems.filter(|problem| problem.soft));
    // What is shown of several exchanges is the last.
    let mut exchanges: Vec<_> = all.into_iter().flat_map(|other| other.exchanges).collect();
    exchanges.append(&mut done.exchanges);
    done.exchanges = exchanges;
    if states_passed && count == 0 {
        // That none passes may be what is wanted; that one could not be done never is, and what is soft is kept.
        let errored = errored.and_then(|index| failed[index].clone());
        done.over = errored.is_some();
        done.problems.retain(|problem| problem.soft);
        done.problems.extend(errored);
    }
    done.branches = Some(Branches {
        passed: count,
        told: failed
            .iter()
            .map(|failed| how_ended(failed.as_slice()))
            .collect(),
        failed_in: failed.into_iter().flatten().find_map(|failed| failed.step),
    });
    done.note = Some(format!("{count} of {times} at once passed"));
    done
}

/// Does it without holding on to a share of the budget for bodies, which the others may wait for.
async fn once<'p>(cx: &Cx<'_, 'p>, step: &'p Step) -> Done<'p> {
    let mut done = do_within_time(cx, step).await;
    done.share = Share::default();
    done
}

/// Why one of them does not hold to all that is expected, but for how many do.
fn failure(cx: &Cx<'_, '_>, step: &Step, done: &mut Done<'_>) -> Option<Problem> {
    if done.over || !done.problems.is_empty() {
        return done.problems.first().cloned();
    }
    let problems = check(cx, step, done, &cx.scope());
    let mut errored = problems.iter();
    let errored = errored.find(|problem| problem.outcome == Outcome::Errored);
    errored.or(problems.first()).cloned()
}

/// Sends the step's request again: the same bytes, then with a changed body.
pub(super) async fn again(
    cx: &Cx<'_, '_>,
    step: &Step,
    replay: &Replay,
    done: &mut Done<'_>,
    scope: &StepScope<'_, '_>,
) -> Vec<Problem> {
    match send_again(cx, step, replay, done, scope).await {
        Ok(problems) => problems,
        Err(problem) => vec![Problem::errored(problem)],
    }
}

async fn send_again(
    cx: &Cx<'_, '_>,
    step: &Step,
    replay: &Replay,
    done: &mut Done<'_>,
    scope: &StepScope<'_, '_>,
) -> Result<Vec<Problem>, Diagnostic> {
    let same = match &replay.same {
        Some(same) => same.resolve(scope)?,
        None => 0,
    };
    let nothing = || {
        Diagnostic::error("replay", "the step has no request that could be sent again")
            .at(replay.place.clone())
    };
    if same == 0 && replay.changed.is_none() {
        return Ok(Vec::new());
    }
    let sent = done.state.request.clone().ok_or_else(nothing)?;
    let first = done.response().cloned().ok_or_else(nothing)?;
    for time in 1..=same {
        let exchange = send(cx, &sent.pack, sent.request.clone()).await?;
        redact_secrets(cx, step, &answered(&exchange));
        let problem = match &exchange.response {
            Ok(response) => differs(cx, &first, response),
            Err(error) => Some(error.message.clone()),
        };
        keep(done, exchange);
        cx.attempt.count_checks(1);
        done.checks += 1;
        if let Some(why) = problem {
            let message = format!("sent again ({time} of {same}), it is answered otherwise: {why}");
            let problem = Diagnostic::error("replay", message)
                .at(replay.place.clone())
                .label("the same bytes");
            return Ok(vec![Problem::failed(problem)]);
        }
    }
    match &replay.changed {
        Some(changed) => send_changed(cx, step, &sent, changed, done, scope).await,
        None => Ok(Vec::new()),
    }
}

async fn send_changed(
    cx: &Cx<'_, '_>,
    step: &Step,
    sent: &Rc<SentRequest>,
    changed: &Changed,
    done: &mut Done<'_>,
    scope: &StepScope<'_, '_>,
) -> Result<Vec<Problem>, Diagnostic> {
    let body = sent.request.body.as_ref();
    let body = body.and_then(|body| from_json_bytes(body).ok());
    let mut body = body.ok_or_else(|| {
        Diagnostic::error(
            "replay",
            "the request's body is not JSON, which could be changed",
        )
        .at(changed.place.clone())
    })?;
    if let Rendered::Value(patch) = changed.json.render(scope)? {
        merge(&mut body, &patch);
    }
    let mut request = sent.request.clone();
    request.body = Some(http::body::json(&body));
    let exchange = send(cx, &sent.pack, request).await?;
    redact_secrets(cx, step, &answered(&exchange));
    let (method, path) = &sent.operation;
    let redactor = cx.attempt.redactor.borrow().clone();
    let evidence = Evidence {
        response: exchange.response.as_ref().ok(),
        error: exchange.response.as_ref().err(),
        passed: None,
        signature: None,
        count: None,
        contract: (sent.pack.bound.pack.contract.as_deref())
            .map(|contract| (contract, Operation { method, path })),
        redactor: Some(&redactor),
    };
    let mode = cx.attempt.shared.options.contract;
    let checked = checks::of_answer(mode, &changed.expect, evidence, &changed.place, scope);
    if let (Some((_, call)), true) = (evidence.contract, checked.kept_contract) {
        let shared = cx.attempt.shared;
        shared.cover(
            sent.pack.index,
            call,
            Some(&exchange.request),
            evidence.response,
        );
    }
    let warnings = checked.warnings.into_iter();
    let warnings = warnings.map(|warning| Problem::warning(warning).in_step(cx, &changed.place));
    cx.attempt.warnings.borrow_mut().extend(warnings);
    cx.attempt.count_checks(checked.count);
    done.checks += checked.count;
    keep(done, exchange);
    Ok(checked.problems)
}

/// What an exchange by itself is to the captures of its step.
fn answered<'p>(exchange: &Exchange) -> StepState<'p> {
    StepState {
        response: exchange.response.as_ref().ok().cloned(),
        ..StepState::default()
    }
}

fn keep(done: &mut Done<'_>, exchange: Exchange) {
    done.exchanges.push(KeptExchange::new(exchange));
}

/// In what a response differs from the first one; its headers may.
fn differs(cx: &Cx<'_, '_>, first: &Response, again: &Response) -> Option<String> {
    if first.status != again.status {
        return Some(format!("{} instead of {}", again.status, first.status));
    }
    let json = |body: &Bytes| from_json_bytes(body).ok();
    match (json(&first.body), json(&again.body)) {
        (Some(first), Some(again)) => {
            let found = differences(&first, &again, false);
            let difference = found.first()?;
            let more = match found.len() {
                1 => String::new(),
                all => format!(", and {} more", all - 1),
            };
            let told = told(difference, &cx.attempt.redactor.borrow());
            Some(cx.attempt.clean(&told) + &more)
        }
        _ if first.body == again.body => None,
        _ => Some("its body is another".to_owned()),
    }
}

fn told(difference: &Difference, redactor: &Redactor) -> String {
    let quoted = |value: &Option<Value>| {
        value.as_ref().map_or_else(
            || "nothing".to_owned(),
            |value| redactor.shorten(value, QUOTED),
        )
    };
    let (expected, actual) = (quoted(&difference.expected), quoted(&difference.actual));
    format!("`{}` is {actual} instead of {expected}", difference.path)
}

/// A JSON Merge Patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{merge, place};
    use serde_json::json;

    #[test]
    fn a_patch_is_merged_as_the_rfc_says() {
        for (target, patch, expected) in [
            (
                json!({ "a": "b" }),
                json!({ "a": "c" }),
                json!({ "a": "c" }),
            ),
            (
                json!({ "a": "b" }),
                json!({ "b": "c" }),
                json!({ "a": "b", "b": "c" }),
            ),
            (json!({ "a": "b" }), json!({ "a": null }), json!({})),
            (
                json!({ "a": ["b"] }),
                json!({ "a": "c" }),
                json!({ "a": "c" }),
            ),
            (
                json!({ "a": { "b": "c" } }),
                json!({ "a": { "b": "d", "c": null } }),
                json!({ "a": { "b": "d" } }),
            ),
            (
                json!({ "a": [{ "b": "c" }] }),
                json!({ "a": [1] }),
                json!({ "a": [1] }),
            ),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({ "a": "foo" }), json!("bar"), json!("bar")),
            (
                json!({ "e": null }),
                json!({ "a": 1 }),
                json!({ "e": null, "a": 1 }),
            ),
            (
                json!([1, 2]),
                json!({ "a": "b", "c": null }),
                json!({ "a": "b" }),
            ),
            (
                json!({}),
                json!({ "a": { "bb": { "ccc": null } } }),
                json!({ "a": { "bb": {} } }),
            ),
        ] {
            let mut merged = target;
            merge(&mut merged, &patch);
            assert_eq!(merged, expected);
        }
    }

    #[test]
    fn those_that_are_done_at_once_are_in_one_place() {
        assert_eq!(place("steps[1].uses[0]"), "steps[1].uses[0]");
        assert_eq!(
            place("steps[1].concurrent[3].uses[0].inputs"),
            "steps[1].uses[0].inputs"
        );
    }
}
