//! What expressions read of steps that ran, as `steps.<id>`, and of responses.

use std::sync::Arc;

use super::frame::{Outputs, StepState};
use super::scope::{Answer, StepScope};
use crate::diagnostic::Diagnostic;
use crate::expr::{Absent, Outcome, Resolved, Template, is_absence};
use crate::http::Response;
use crate::value::{Map, Number, Value};

impl<'p> StepScope<'_, 'p> {
    pub(super) fn step(&self, attributes: &[&str]) -> Resolved {
        let steps = self.frame.steps.borrow();
        let Some((id, rest)) = attributes.split_first() else {
            return whole(Value::Object(Map::new()), 0);
        };
        match steps.get(*id) {
            Some(state) => {
                let state = state.clone();
                drop(steps);
                self.step_state(&state, rest, 1)
            }
            None => match self.frame.skipped.borrow().get(*id) {
                Some((place, why)) => Resolved::Absent(Box::new(Absent {
                    used: Some(0),
                    why: "this step was skipped".to_owned(),
                    help: None,
                    also: Some((place.clone(), why.clone())),
                })),
                None => Resolved::Undefined {
                    used: 0,
                    known: steps.keys().cloned().collect(),
                },
            },
        }
    }

    fn step_state(&self, state: &StepState<'p>, attributes: &[&str], used: usize) -> Resolved {
        match attributes {
            ["turns", index, rest @ ..] => match turn(&state.turns, index) {
                Some(turn) => self.step_state(turn, rest, used + 2),
                None => Resolved::Undefined {
                    used: used + 1,
                    known: (0..state.turns.len())
                        .map(|index| index.to_string())
                        .collect(),
                },
            },
            ["turns"] => {
                let turns = state.turns.iter().map(|turn| self.step_value(turn));
                whole_or_failed(turns.collect::<Result<_, _>>().map(Value::Array), used + 1)
            }
            ["outputs", name, ..] => match &state.outputs {
                Some(outputs) => self.output(outputs, name, used),
                None => Resolved::Undefined {
                    used,
                    known: Vec::new(),
                },
            },
            ["events", ..] if state.receives => {
                let events = state.events.iter();
                let events = events.map(|event| response_value(event, &WEBHOOK_PARTS));
                whole(events.map(Value::Object).collect(), used + 1)
            }
            ["count", ..] if state.receives => whole(Value::from(state.events.len()), used + 1),
            ["outputs"] => whole_or_failed(self.all_outputs(state), used + 1),
            [name, ..] => match (parts(state).contains(name), &state.response) {
                (true, Some(response)) => part_or_why(response, name, used),
                (true, None) => absent(used, "the step got no response"),
                (false, _) => Resolved::Undefined {
                    used,
                    known: parts(state).iter().map(ToString::to_string).collect(),
                },
            },
            [] => whole_or_failed(self.step_value(state), used),
        }
    }

    fn step_value(&self, state: &StepState<'p>) -> Result<Value, Diagnostic> {
        let mut value = state
            .response
            .as_ref()
            .map(|response| response_value(response, parts(state)))
            .unwrap_or_default();
        if state.outputs.is_some() {
            value.insert("outputs".to_owned(), self.all_outputs(state)?);
        }
        Ok(Value::Object(value))
    }

    fn output(&self, outputs: &Outputs<'p>, name: &str, used: usize) -> Resolved {
        let Some((_, template)) = outputs
            .action
            .outputs
            .iter()
            .find(|(output, _)| output == name)
        else {
            return Resolved::Undefined {
                used: used + 1,
                known: outputs
                    .action
                    .outputs
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
            };
        };
        match self.render_output(outputs, template) {
            Ok(Outcome::Value(value)) => whole(value, used + 2),
            Ok(Outcome::Omit) => Resolved::Omit,
            Err(problem) => Resolved::Failed(Box::new(problem)),
        }
    }

    fn all_outputs(&self, state: &StepState<'p>) -> Result<Value, Diagnostic> {
        let mut all = Map::new();
        let Some(outputs) = &state.outputs else {
            return Ok(Value::Object(all));
        };
        for (name, template) in &outputs.action.outputs {
            match self.render_output(outputs, template) {
                Ok(Outcome::Value(value)) => _ = all.insert(name.clone(), value),
                Ok(Outcome::Omit) => {}
                // Of a map, what is not there is left out, as `json` is of a response that has none.
                Err(problem) if is_absence(&problem) => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(Value::Object(all))
    }

    fn render_output(
        &self,
        outputs: &Outputs<'p>,
        template: &Template,
    ) -> Result<Outcome, Diagnostic> {
        let mut scope = StepScope::new(self.attempt, &outputs.frame, None, &outputs.path);
        scope.answer = Answer::Step(outputs.response.clone());
        template.render(&scope)
    }
}

pub(super) const RESPONSE_PARTS: [&str; 5] = ["status", "headers", "json", "text", "duration"];

/// A webhook was sent to us, and so has no status and took us no time.
const WEBHOOK_PARTS: [&str; 3] = ["headers", "json", "text"];

/// What can be read of a step's response.
fn parts(state: &StepState<'_>) -> &'static [&'static str] {
    if state.receives {
        &WEBHOOK_PARTS
    } else {
        &RESPONSE_PARTS
    }
}

/// A part of a response, or why there is none.
pub(super) fn part_or_why(response: &Response, part: &str, used: usize) -> Resolved {
    if let Some(value) = response_part(response, part) {
        return Resolved::Value {
            value,
            used: used + 1,
        };
    }
    match response.json() {
        Err(error) if part == "json" => Resolved::Absent(Box::new(Absent {
            used: Some(used),
            why: error.message,
            help: Some(error.help).filter(|help| !help.is_empty()),
            also: None,
        })),
        _ => Resolved::Undefined {
            used,
            known: RESPONSE_PARTS.iter().map(ToString::to_string).collect(),
        },
    }
}

fn absent(used: usize, why: &str) -> Resolved {
    Resolved::Absent(Box::new(Absent {
        used: Some(used),
        why: why.to_owned(),
        help: None,
        also: None,
    }))
}

pub(super) fn response_part(response: &Response, part: &str) -> Option<Arc<Value>> {
    match part {
        "status" => Some(Arc::new(Value::Number(response.status.into()))),
        "headers" => Some(Arc::new(headers_value(response))),
        "json" => response.json().ok(),
        "text" => Some(Arc::new(Value::String(response.text().to_string()))),
        "duration" => Some(Arc::new(duration_value(response))),
        _ => None,
    }
}

pub(super) fn response_value(response: &Response, parts: &[&str]) -> Map<String, Value> {
    parts
        .iter()
        .filter_map(|part| {
            Some((
                (*part).to_owned(),
                (*response_part(response, part)?).clone(),
            ))
        })
        .collect()
}

/// The headers by lower-case name; a header that came more than once has its values joined.
fn headers_value(response: &Response) -> Value {
    let mut headers = Map::new();
    for (name, _) in &response.headers {
        if !headers.contains_key(name) {
            let value = response.header(name).unwrap_or_default();
            headers.insert(name.clone(), Value::String(value));
        }
    }
    Value::Object(headers)
}

/// How long the exchange took, in milliseconds with three decimals.
pub(super) fn duration_value(response: &Response) -> Value {
    let micros = response.duration.as_micros();
    let text = format!("{}.{:03}", micros / 1000, micros % 1000);
    Value::Number(Number::from_string_unchecked(text))
}

/// A turn by its index; a negative one counts from the end.
fn turn<'s, 'p>(turns: &'s [StepState<'p>], index: &str) -> Option<&'s StepState<'p>> {
    let index: isize = index.parse().ok()?;
    match usize::try_from(index) {
        Ok(index) => turns.get(index),
        Err(_) => turns.get(turns.len().checked_sub(index.unsigned_abs())?),
    }
}

fn whole_or_failed(value: Result<Value, Diagnostic>, used: usize) -> Resolved {
    match value {
        Ok(value) => whole(value, used),
        Err(problem) => Resolved::Failed(Box::new(problem)),
    }
}

pub(super) fn whole(value: Value, used: usize) -> Resolved {
    Resolved::Value {
        value: Arc::new(value),
        used,
    }
}
