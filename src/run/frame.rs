//! What expressions see while a case runs: a frame of variables for the scenario and one for each action, and the scope
//! of a single step on top of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::attempt::{Attempt, OpenPack};
use super::replay;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, ReadFile, Resolved, Scope, Template, Tools};
use crate::http::{Request, Response};
use crate::pack::Action;
use crate::plan::SecretValue;
use crate::random::Stream;
use crate::source::{Folder, Place};
use crate::value::{Map, Number, Value};

/// The variables of a scenario or of one call of an action.
pub(super) struct Frame<'p> {
    pub home: Home<'p>,
    pub vars: RefCell<HashMap<String, Arc<Value>>>,
    pub steps: RefCell<HashMap<String, StepState<'p>>>,
    /// The last of its steps that has a response.
    pub last: RefCell<StepState<'p>>,
}

/// Whose frame it is: that decides which names there are, and what an action or file name means.
pub(super) enum Home<'p> {
    Scenario {
        case: Option<Arc<Value>>,
    },
    /// The manifest's own templates.
    Pack {
        pack: Rc<OpenPack>,
    },
    Action {
        action: &'p Action,
        /// The pack that it belongs to; `None` for an action of the scenario's own file.
        pack: Option<Rc<OpenPack>>,
        /// One that was not given is `None`.
        inputs: HashMap<String, Option<Arc<Value>>>,
        /// The `uses` steps that led here, the innermost first.
        calls: Rc<[Place]>,
    },
}

impl Home<'_> {
    /// The `uses` steps that led here, the innermost first.
    pub fn calls(&self) -> &[Place] {
        match self {
            Self::Scenario { .. } | Self::Pack { .. } => &[],
            Self::Action { calls, .. } => calls,
        }
    }
}

/// What `steps.<id>` tells of a step that ran.
#[derive(Clone, Default)]
pub(super) struct StepState<'p> {
    pub response: Option<Response>,
    /// The path of the step that got the response: of an action, one of the action's own.
    pub answered_in: Option<Rc<str>>,
    /// The request of that response, where a `replay` may want it.
    pub request: Option<Rc<SentRequest>>,
    pub outputs: Option<Outputs<'p>>,
    /// The webhooks that a `receive` took, in order.
    pub events: Vec<Response>,
    pub receives: bool,
    /// The turns of a `for_each`, in order.
    pub turns: Vec<StepState<'p>>,
}

/// A request as it was sent, and to which pack.
pub(super) struct SentRequest {
    pub pack: Rc<OpenPack>,
    pub request: Request,
    /// Method and path of the operation, for the contract.
    pub operation: (String, String),
}

/// An action's outputs, evaluated when they are read.
#[derive(Clone)]
pub(super) struct Outputs<'p> {
    pub action: &'p Action,
    pub frame: Rc<Frame<'p>>,
    /// The step's path, which names the stream of randomness.
    pub path: Rc<str>,
}

/// One turn of a `for_each`, and the turns around it.
pub(super) struct Turn {
    pub item: Arc<Value>,
    pub index: usize,
}

impl<'p> Frame<'p> {
    pub fn new(home: Home<'p>) -> Rc<Self> {
        Rc::new(Self {
            home,
            vars: RefCell::default(),
            steps: RefCell::default(),
            last: RefCell::default(),
        })
    }

    pub fn set(&self, name: &str, value: Value) {
        self.vars
            .borrow_mut()
            .insert(name.to_owned(), Arc::new(value));
    }
}

/// The scope of one step: its frame, its turn, and its own stream of randomness.
pub(super) struct StepScope<'a, 'p> {
    pub attempt: &'a Attempt<'p>,
    pub frame: Rc<Frame<'p>>,
    pub turn: Option<Rc<Turn>>,
    pub random: RefCell<Stream>,
    pub files: FileReader<'a>,
    /// Environment variables, in `vars` of files that the user runs.
    pub env: Option<&'a dyn Fn(&str) -> Option<String>>,
}

/// Reads the files that a document names.
pub(super) struct FileReader<'a> {
    pub folder: &'a Folder,
    pub beside: &'a str,
}

impl ReadFile for FileReader<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let bytes = self.folder.read(self.beside, path)?;
        String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8 text"))
    }
}

impl<'a, 'p> StepScope<'a, 'p> {
    pub fn new(
        attempt: &'a Attempt<'p>,
        frame: &Rc<Frame<'p>>,
        turn: Option<&Rc<Turn>>,
        path: &str,
    ) -> Self {
        Self {
            attempt,
            frame: Rc::clone(frame),
            turn: turn.cloned(),
            random: RefCell::new(attempt.stream(&replay::place(path))),
            files: attempt.files(&frame.home),
            env: None,
        }
    }

    fn secret(&self, name: &str) -> Option<Arc<Value>> {
        let pack;
        let secrets: &[(String, SecretValue)] = match &self.frame.home {
            Home::Action {
                pack: Some(open), ..
            }
            | Home::Pack { pack: open } => {
                pack = Rc::clone(open);
                &pack.bound.secrets
            }
            _ => &self.attempt.planned.file.secrets,
        };
        secret_value(secrets, name)
    }

    fn secret_names(&self) -> Vec<String> {
        match &self.frame.home {
            Home::Action {
                pack: Some(open), ..
            }
            | Home::Pack { pack: open } => names_of(&open.bound.secrets),
            _ => names_of(&self.attempt.planned.file.secrets),
        }
    }

    fn step(&self, attributes: &[&str]) -> Resolved {
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
            None => Resolved::Undefined {
                used: 0,
                known: steps.keys().cloned().collect(),
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
                let events = state.events.iter().map(response_value);
                whole(events.map(Value::Object).collect(), used + 1)
            }
            ["count", ..] if state.receives => whole(Value::from(state.events.len()), used + 1),
            ["outputs"] => whole_or_failed(self.all_outputs(state), used + 1),
            [name, ..] => match state
                .response
                .as_ref()
                .and_then(|response| response_part(response, name))
            {
                Some(value) => Resolved::Value {
                    value,
                    used: used + 1,
                },
                None => Resolved::Undefined {
                    used,
                    known: RESPONSE_PARTS.iter().map(ToString::to_string).collect(),
                },
            },
            [] => whole_or_failed(self.step_value(state), used),
        }
    }

    fn step_value(&self, state: &StepState<'p>) -> Result<Value, Diagnostic> {
        let mut value = state
            .response
            .as_ref()
            .map(response_value)
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
            if let Outcome::Value(value) = self.render_output(outputs, template)? {
                all.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(all))
    }

    fn render_output(
        &self,
        outputs: &Outputs<'p>,
        template: &Template,
    ) -> Result<Outcome, Diagnostic> {
        let scope = StepScope::new(self.attempt, &outputs.frame, None, &outputs.path);
        template.render(&scope)
    }

    fn pack(&self, attributes: &[&str]) -> Resolved {
        let packs = &self.attempt.packs;
        let Some((alias, rest)) = attributes.split_first() else {
            return Resolved::Undefined {
                used: 0,
                known: self.attempt.pack_names(),
            };
        };
        let Some((_, pack)) = packs
            .iter()
            .find(|(name, _)| name.replace('-', "_") == **alias)
        else {
            return Resolved::Undefined {
                used: 0,
                known: self.attempt.pack_names(),
            };
        };
        match rest.first() {
            Some(&"env") => whole(Value::String(pack.bound.environment.clone()), 2),
            Some(&"base_url") => match self.attempt.destination(pack) {
                Ok(destination) => whole(Value::String(destination.base.text().to_owned()), 2),
                Err(_) => Resolved::Undefined {
                    used: 1,
                    known: Vec::new(),
                },
            },
            _ => Resolved::Undefined {
                used: 1,
                known: vec!["base_url".to_owned(), "env".to_owned()],
            },
        }
    }

    fn scenario_name(&self, name: &str, attributes: &[&str]) -> Option<Resolved> {
        match name {
            "packs" => Some(self.pack(attributes)),
            "run" => Some(match attributes.first() {
                Some(&"seed") => whole(Value::Number(self.attempt.shared.options.seed.into()), 1),
                Some(&"id") => whole(Value::String(self.attempt.shared.options.run_id.clone()), 1),
                _ => Resolved::Undefined {
                    used: 0,
                    known: vec!["seed".to_owned(), "id".to_owned()],
                },
            }),
            "case" => match &self.frame.home {
                Home::Scenario { case: Some(case) } => Some(Resolved::Value {
                    value: Arc::clone(case),
                    used: 0,
                }),
                _ => None,
            },
            _ => None,
        }
    }

    fn action_name(
        &self,
        name: &str,
        attributes: &[&str],
        inputs: &HashMap<String, Option<Arc<Value>>>,
    ) -> Option<Resolved> {
        match name {
            "inputs" => Some(if let Some(input) = attributes.first() {
                match inputs.get(*input) {
                    Some(Some(value)) => Resolved::Value {
                        value: Arc::clone(value),
                        used: 1,
                    },
                    Some(None) => Resolved::Omit,
                    None => Resolved::Undefined {
                        used: 0,
                        known: inputs.keys().cloned().collect(),
                    },
                }
            } else {
                let given = inputs.iter().filter_map(|(name, value)| {
                    value
                        .as_ref()
                        .map(|value| (name.clone(), (**value).clone()))
                });
                whole(Value::Object(given.collect()), 0)
            }),
            "response" => {
                let last = self.frame.last.borrow();
                let response = last.response.as_ref()?;
                Some(match attributes.first() {
                    Some(part) => match response_part(response, part) {
                        Some(value) => Resolved::Value { value, used: 1 },
                        None => Resolved::Undefined {
                            used: 0,
                            known: RESPONSE_PARTS.iter().map(ToString::to_string).collect(),
                        },
                    },
                    None => whole(Value::Object(response_value(response)), 0),
                })
            }
            _ => None,
        }
    }
}

impl Scope for StepScope<'_, '_> {
    fn resolve(&self, name: &str, attributes: &[&str]) -> Option<Resolved> {
        if let Some(value) = self.frame.vars.borrow().get(name) {
            return Some(Resolved::Value {
                value: Arc::clone(value),
                used: 0,
            });
        }
        match name {
            "steps" => return Some(self.step(attributes)),
            "secrets" => {
                let Some(secret) = attributes.first() else {
                    return Some(Resolved::Undefined {
                        used: 0,
                        known: self.secret_names(),
                    });
                };
                return Some(match self.secret(secret) {
                    Some(value) => Resolved::Value { value, used: 1 },
                    None => Resolved::Undefined {
                        used: 0,
                        known: self.secret_names(),
                    },
                });
            }
            "webhooks" => {
                return Some(match attributes.first() {
                    None | Some(&"url") => {
                        let url = Value::String(self.attempt.webhook_url(&self.frame.home));
                        match attributes.first() {
                            Some(_) => whole(url, 1),
                            None => whole(
                                Value::Object([("url".to_owned(), url)].into_iter().collect()),
                                0,
                            ),
                        }
                    }
                    Some(_) => Resolved::Undefined {
                        used: 0,
                        known: vec!["url".to_owned()],
                    },
                });
            }
            "item" => {
                let turn = self.turn.as_ref()?;
                return Some(Resolved::Value {
                    value: Arc::clone(&turn.item),
                    used: 0,
                });
            }
            "index" => {
                let turn = self.turn.as_ref()?;
                return Some(whole(Value::Number(turn.index.into()), 0));
            }
            _ => {}
        }
        match &self.frame.home {
            Home::Scenario { .. } => self.scenario_name(name, attributes),
            Home::Action { inputs, .. } => self.action_name(name, attributes, inputs),
            Home::Pack { .. } => None,
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.frame.vars.borrow().keys().cloned().collect();
        let own: &[&str] = match &self.frame.home {
            Home::Scenario { case: Some(_) } => {
                &["case", "steps", "secrets", "packs", "run", "webhooks"]
            }
            Home::Scenario { case: None } => &["steps", "secrets", "packs", "run", "webhooks"],
            Home::Action { .. } => &["inputs", "steps", "response", "secrets", "webhooks"],
            Home::Pack { .. } => &["secrets"],
        };
        names.extend(own.iter().map(ToString::to_string));
        if self.turn.is_some() {
            names.extend(["item".to_owned(), "index".to_owned()]);
        }
        names.sort_unstable();
        names
    }

    fn tools(&self) -> Tools<'_> {
        Tools {
            clock: &self.attempt.clock,
            random: &self.random,
            files: Some(&self.files),
            env: self.env,
        }
    }
}

const RESPONSE_PARTS: [&str; 5] = ["status", "headers", "json", "text", "duration"];

fn response_part(response: &Response, part: &str) -> Option<Arc<Value>> {
    match part {
        "status" => Some(Arc::new(Value::Number(response.status.into()))),
        "headers" => Some(Arc::new(headers_value(response))),
        "json" => response.json().ok(),
        "text" => Some(Arc::new(Value::String(response.text().to_string()))),
        "duration" => Some(Arc::new(duration_value(response))),
        _ => None,
    }
}

fn response_value(response: &Response) -> Map<String, Value> {
    RESPONSE_PARTS
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

fn secret_value(secrets: &[(String, SecretValue)], name: &str) -> Option<Arc<Value>> {
    let (_, value) = secrets.iter().find(|(secret, _)| secret == name)?;
    let text = match value {
        SecretValue::Test(text) => text.clone(),
        SecretValue::Real(secret) => secret.expose().to_owned(),
        SecretValue::Missing(_) => return None,
    };
    Some(Arc::new(Value::String(text)))
}

fn names_of(secrets: &[(String, SecretValue)]) -> Vec<String> {
    secrets.iter().map(|(name, _)| name.clone()).collect()
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

fn whole(value: Value, used: usize) -> Resolved {
    Resolved::Value {
        value: Arc::new(value),
        used,
    }
}
