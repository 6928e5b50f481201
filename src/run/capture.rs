//! Captures: values taken from what a step brought to light.

use regex::Regex;

use super::context::Cx;
use super::done::Done;
use super::frame::StepState;
use super::problem::Problem;
use super::scope::StepScope;
use super::told::duration_value;
use crate::check::help_with;
use crate::diagnostic::Diagnostic;
use crate::expr::Outcome as Rendered;
use crate::http::Response;
use crate::source::Place;
use crate::step::{Capture, CaptureFrom, Step};
use crate::value::{Found, Path, Value};

/// Takes the step's captures. A capture without a match and without a default is a failure, and what reads it can neither be
/// taken nor checked.
pub(super) fn take<'p>(
    cx: &Cx<'_, 'p>,
    step: &'p Step,
    done: &mut Done<'p>,
    scope: &StepScope<'_, '_>,
) -> Vec<Problem> {
    // Requests that failed, as they were expected to, have nothing to capture from.
    if done.error.is_some() || done.none_passed() {
        return Vec::new();
    }
    let (mut problems, mut left_out) = (Vec::new(), Vec::new());
    for capture in &step.capture {
        if done.lacks_one_of(|| capture.references()) {
            done.uncaptured.push(&capture.name);
            left_out.push(&capture.place);
            continue;
        }
        match take_one(capture, done.response(), scope) {
            Ok(Some(value)) => {
                if capture.secret {
                    redact(cx, &value);
                }
                cx.attempt
                    .note_capture(&cx.frame.home, &capture.name, &value);
                cx.frame.set(&capture.name, value);
                if let Some(cleanup) = cx.own_cleanup() {
                    cleanup.keep_capture(&capture.name);
                }
            }
            Ok(None) => cx.frame.unset(&capture.name),
            Err(problem) => {
                done.uncaptured.push(&capture.name);
                problems.push(problem);
            }
        }
    }
    if let Some(last) = problems.last_mut() {
        let checks = step.expect.iter().flat_map(|expect| &expect.checks);
        let checks = checks.filter(|check| done.lacks_one_of(|| check.references()));
        left_out.extend(checks.map(|check| &check.place));
        last.diagnostic.notes.extend(say_left_out(&left_out));
    }
    problems
}

/// Says which captures and checks were not made.
fn say_left_out(places: &[&Place]) -> Option<String> {
    let reads = match places {
        [] => return None,
        [_] => "it reads",
        _ => "they read",
    };
    let names: Vec<String> = places
        .iter()
        .map(|place| format!("`{}`", place.text()))
        .collect();
    let names = names.join(", ");
    Some(format!(
        "left out, since {reads} what was not captured: {names}"
    ))
}

/// Redacts what the step's secret captures find in an answer that they are not taken from: one that a poll or a replay got
/// besides, or that of a step which came to no end.
pub(super) fn redact_secrets<'p>(cx: &Cx<'_, 'p>, step: &Step, state: &StepState<'p>) {
    if state.response.is_none() || !step.capture.iter().any(|capture| capture.secret) {
        return;
    }
    let scope = cx.scope();
    // An expression may read the step's own answer, and captures before it; afterwards all is as it was.
    let vars = cx.frame.vars.borrow().clone();
    let told = step.id.as_ref().map(|id| {
        let told = cx
            .frame
            .steps
            .borrow_mut()
            .insert(id.clone(), state.clone());
        (id, told)
    });
    for capture in &step.capture {
        if let Ok(Ok(value)) = find(capture, state.response.as_ref(), &scope) {
            if capture.secret {
                redact(cx, &value);
            }
            cx.frame.set(&capture.name, value);
        }
    }
    *cx.frame.vars.borrow_mut() = vars;
    if let Some((id, told)) = told {
        let mut steps = cx.frame.steps.borrow_mut();
        match told {
            Some(told) => steps.insert(id.clone(), told),
            None => steps.remove(id),
        };
    }
}

/// The value; none where there is no match and the default is `omit`.
fn take_one(
    capture: &Capture,
    response: Option<&Response>,
    scope: &StepScope<'_, '_>,
) -> Result<Option<Value>, Problem> {
    let missing = match find(capture, response, scope)? {
        Ok(value) => return Ok(Some(value)),
        Err(missing) => missing,
    };
    let Some(default) = &capture.default else {
        return Err(Problem::failed(missing));
    };
    match default.render(scope).map_err(Problem::errored)? {
        Rendered::Value(value) => Ok(Some(value)),
        Rendered::Omit => Ok(None),
    }
}

/// The captured value, or what to say if there is no default.
fn find(
    capture: &Capture,
    response: Option<&Response>,
    scope: &StepScope<'_, '_>,
) -> Result<Result<Value, Diagnostic>, Problem> {
    if let CaptureFrom::Expr(expr) = &capture.from {
        return match expr.evaluate(scope) {
            Ok(Rendered::Value(value)) => Ok(Ok(value)),
            Ok(Rendered::Omit) => Ok(Err(nothing(capture, "the expression gives `omit`"))),
            Err(problem) if problem.code == "undefined-name" && capture.default.is_some() => {
                Ok(Err(problem))
            }
            Err(problem) => Err(Problem::errored(problem)),
        };
    }
    let Some(response) = response else {
        return Ok(Err(nothing(capture, "the step has no response")));
    };
    let found = match &capture.from {
        CaptureFrom::JsonPath(path) => return Ok(from_json(capture, path, response)),
        CaptureFrom::Header(name) => response.header(name).ok_or_else(|| {
            let names: Vec<&str> = response
                .headers
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            nothing(capture, &format!("the response has no header `{name}`")).suggest(name, names)
        }),
        CaptureFrom::Cookie(name) => response
            .cookies()
            .find(|(cookie, _)| cookie == name)
            .map(|(_, value)| value.to_owned())
            .ok_or_else(|| nothing(capture, &format!("the response sets no cookie `{name}`"))),
        CaptureFrom::Regex(regex) => {
            from_text(regex, &response.text()).map_err(|why| nothing(capture, &why))
        }
        CaptureFrom::Status => return Ok(Ok(Value::Number(response.status.into()))),
        CaptureFrom::Text => Ok(response.text().to_string()),
        CaptureFrom::Duration => return Ok(Ok(duration_value(response))),
        CaptureFrom::Expr(_) => return Ok(Err(nothing(capture, "nothing"))),
    };
    Ok(found.map(Value::String))
}

/// The first group of the match, or all of it where the pattern has none; or why there is none.
fn from_text(regex: &Regex, text: &str) -> Result<String, String> {
    let Some(groups) = regex.captures(text) else {
        return Err(format!("`{regex}` does not match the body"));
    };
    let wanted = usize::from(groups.len() > 1);
    match groups.get(wanted) {
        Some(group) => Ok(group.as_str().to_owned()),
        None => Err(format!(
            "`{regex}` matches the body without its first group"
        )),
    }
}

fn from_json(capture: &Capture, path: &Path, response: &Response) -> Result<Value, Diagnostic> {
    if let Some(value) = response.found(path) {
        return Ok(Value::clone(&value));
    }
    let json = response.json().map_err(|error| {
        let problem = nothing(capture, &error.message);
        if error.help.is_empty() {
            problem
        } else {
            problem.note(error.help)
        }
    })?;
    match path.find(&json) {
        Found::One(value) => Ok(value.clone()),
        Found::Many(values) if !values.is_empty() => {
            Ok(Value::Array(values.into_iter().cloned().collect()))
        }
        Found::TooMuch { limit } => Err(nothing(
            capture,
            &format!("`{path}` visits more than {limit} nodes"),
        )),
        Found::Many(_) | Found::Missing { .. } => Err(match path.missing(&json) {
            Some(missing) => {
                nothing(capture, &missing.to_string()).help(help_with(&missing).unwrap_or_default())
            }
            None => nothing(capture, &format!("`{path}` finds nothing"))
                .help("say `default: []` where that may be"),
        }),
    }
}

fn nothing(capture: &Capture, why: &str) -> Diagnostic {
    Diagnostic::error("capture", why)
        .at(capture.place.clone())
        .label(format!("`{}` gets no value", capture.name))
}

/// Redacts a captured secret everywhere from now on: each text in it.
fn redact(cx: &Cx<'_, '_>, value: &Value) {
    match value {
        Value::String(text) => cx.attempt.redact_secret(text),
        Value::Number(number) => cx.attempt.redact_secret(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| redact(cx, item)),
        Value::Object(fields) => fields.values().for_each(|field| redact(cx, field)),
        Value::Null | Value::Bool(_) => {}
    }
}
