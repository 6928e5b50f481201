//! What expressions see while a step runs: the names of its frame and turn, and its own stream of randomness.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::attempt::Attempt;
use super::frame::{Frame, Home, Turn};
use super::replay;
use super::told::{RESPONSE_PARTS, part_or_why, response_value, whole};
use crate::expr::{Absent, ReadFile, Resolved, Scope, Tools};
use crate::http::Response;
use crate::plan::SecretValue;
use crate::random::Stream;
use crate::source::{Folder, Place};
use crate::step::Step;
use crate::value::Value;

/// The scope of one step: its frame, its turn, and its own stream of randomness.
pub(super) struct StepScope<'a, 'p> {
    pub attempt: &'a Attempt<'p>,
    pub frame: Rc<Frame<'p>>,
    pub turn: Option<Rc<Turn>>,
    pub random: RefCell<Stream>,
    pub files: FileReader<'a>,
    /// Environment variables, in `vars` of files that the user runs.
    pub env: Option<&'a dyn Fn(&str) -> Option<String>>,
    pub answer: Answer,
}

/// What an action reads as `response`.
pub(super) enum Answer {
    /// The latest of its frame.
    Latest,
    /// That of the step, if it has one.
    Step(Option<Response>),
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
            answer: Answer::Latest,
        }
    }

    fn secret(&self, name: &str) -> Option<Arc<Value>> {
        let pack;
        let secrets: &[(String, SecretValue)] = match &*self.frame.home {
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
        match &*self.frame.home {
            Home::Action {
                pack: Some(open), ..
            }
            | Home::Pack { pack: open } => names_of(&open.bound.secrets),
            _ => names_of(&self.attempt.planned.file.secrets),
        }
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
            "case" => match &*self.frame.home {
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
                let answer = match &self.answer {
                    Answer::Step(answer) => answer.clone(),
                    Answer::Latest => self.frame.last.borrow().response.clone(),
                };
                Some(match (&answer, attributes.first()) {
                    (Some(response), Some(part)) => part_or_why(response, part, 0),
                    (Some(response), None) => {
                        whole(Value::Object(response_value(response, &RESPONSE_PARTS)), 0)
                    }
                    (None, _) => Resolved::Absent(Box::new(Absent {
                        used: None,
                        why: "no request of this action was answered".to_owned(),
                        help: None,
                        also: None,
                    })),
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
                        self.attempt.inbox.told.set(true);
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
        match &*self.frame.home {
            Home::Scenario { .. } => self.scenario_name(name, attributes),
            Home::Action { inputs, .. } => self.action_name(name, attributes, inputs),
            Home::Pack { .. } => None,
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.frame.vars.borrow().keys().cloned().collect();
        let own: &[&str] = match &*self.frame.home {
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

    fn would_be_set(&self, name: &str) -> Option<Place> {
        let planned = self.attempt.planned;
        let (first, then): (&[Step], &[Step]) = match &*self.frame.home {
            Home::Scenario { .. } => (&planned.file.document.setup, &planned.scenario().steps),
            Home::Action { action, .. } => (&action.steps, &[]),
            Home::Pack { .. } => (&[], &[]),
        };
        let mut steps = first.iter().chain(then);
        steps.find_map(|step| step.sets(name)).cloned()
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
