//! One instance of an emulator: its state, and how a request comes to its route.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::Used;
use super::frame::{Frame, Globals, View};
use super::idempotency::Memory;
use super::journal::{Answered, By, Entry, Journal};
use super::outbox::Outbox;
use super::rate::Counts;
use super::request::{Answer, Incoming};
use super::route;
use super::signer::Signer;
use super::stages::Pending;
use super::store::{RecordRef, Store};
use super::timers::Timers;
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Outcome, Template};
use crate::pack::emulator::{Field, NamedValue, Selection};
use crate::pack::{EmulatorFile, InstanceReport};
use crate::random::Stream;
use crate::value::{Map, Value};

/// An instance: one scenario's own sandbox.
pub(super) struct Instance {
    pub(super) file: Arc<EmulatorFile>,
    pub(super) globals: Globals,
    pub(super) store: Store,
    pub(super) timers: Timers,
    pub(super) outbox: Outbox,
    /// How its events are signed.
    pub(super) signer: Option<Arc<Signer>>,
    pub(super) memory: Memory,
    pub(super) counts: Counts,
    pub(super) journal: Journal,
    pub(super) random: RefCell<Stream>,
    /// The scenario's clock.
    pub(super) clock: Clock,
    used: Used,
    /// The instant that expressions read: that of the request, or the one at which a timer is due.
    pub(super) moment: Clock,
}

/// Why a request goes no further.
pub(super) enum Halt {
    Answered((Answer, Answered)),
    /// The pack's file is wrong.
    Problem(Box<Diagnostic>),
}

impl From<Diagnostic> for Halt {
    fn from(problem: Diagnostic) -> Self {
        Self::Problem(Box::new(problem))
    }
}

pub(super) type Step<T> = Result<T, Halt>;

impl Instance {
    /// # Errors
    /// A value of the file's own `let` can't be evaluated.
    pub(super) fn new(
        file: &Arc<EmulatorFile>,
        settings: Arc<Value>,
        secrets: Arc<Value>,
        clock: Clock,
        random: Stream,
        used: Used,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut instance = Self {
            file: Arc::clone(file),
            globals: Globals {
                settings,
                secrets,
                values: Vec::new(),
            },
            store: Store::new(file),
            timers: Timers::default(),
            outbox: Outbox::default(),
            signer: None,
            memory: Memory::default(),
            counts: Counts::default(),
            journal: Journal::default(),
            random: RefCell::new(random),
            moment: Clock::standing_at(clock.now()),
            clock,
            used,
        };
        for named in &file.values {
            let value = instance.constant(named)?;
            instance
                .globals
                .values
                .push((Arc::clone(&named.name), value));
        }
        Ok(instance)
    }

    fn constant(&self, named: &NamedValue) -> Result<Arc<Value>, Box<Diagnostic>> {
        if let Some(literal) = &named.literal {
            return Ok(Arc::clone(literal));
        }
        let outcome = named.value.render(&self.view(None))?;
        Ok(Arc::new(value_of(outcome)))
    }

    /// Does what has become due, then answers.
    pub(super) fn answer(&mut self, request: Incoming) -> Answer {
        let request = Arc::new(request);
        let now = self.clock.now();
        let outcome = self.run_due(now).and_then(|()| {
            self.moment = Clock::standing_at(now);
            self.serve(&request)
        });
        let (answer, answered) = match outcome {
            Ok(answered) | Err(Halt::Answered(answered)) => answered,
            Err(Halt::Problem(problem)) => problem_answer(&problem),
        };
        self.journal.push(Entry {
            at: now,
            method: request.method.to_string(),
            target: request.target(),
            status: answer.status,
            answered,
        });
        answer
    }

    pub(super) fn report(&self) -> InstanceReport {
        InstanceReport {
            unmatched: self.journal.unmatched(),
            unmade: self.journal.unmade(),
            journal: self.journal.lines(),
        }
    }

    pub(super) fn view<'a>(&'a self, frame: Option<&'a Frame>) -> View<'a> {
        View {
            globals: &self.globals,
            store: &self.store,
            frame,
            clock: &self.moment,
            random: &self.random,
        }
    }

    pub(super) fn holds(&self, condition: Option<&Expr>, frame: &Frame) -> Step<bool> {
        match condition {
            None => Ok(true),
            Some(condition) => Ok(condition.test(&self.view(Some(frame)))?),
        }
    }

    pub(super) fn value(&self, template: &Template, frame: &Frame) -> Step<Outcome> {
        Ok(template.render(&self.view(Some(frame)))?)
    }

    /// The text of a template: `None` where there is none, or it is `omit` or `null`.
    pub(super) fn text(&self, template: Option<&Template>, frame: &Frame) -> Step<Option<String>> {
        let Some(template) = template else {
            return Ok(None);
        };
        Ok(match self.value(template, frame)? {
            Outcome::Value(Value::String(text)) => Some(text),
            Outcome::Omit | Outcome::Value(Value::Null) => None,
            Outcome::Value(other) => Some(other.to_string()),
        })
    }

    /// Rendered fields; those that are `omit` are left out.
    pub(super) fn fields(&self, fields: &[Field], frame: &Frame) -> Step<Map<String, Value>> {
        let mut rendered = Map::new();
        for field in fields {
            if let Outcome::Value(value) = self.value(&field.value, frame)? {
                rendered.insert(field.name.to_string(), value);
            }
        }
        Ok(rendered)
    }

    fn serve(&mut self, request: &Arc<Incoming>) -> Step<(Answer, Answered)> {
        let file = Arc::clone(&self.file);
        let segments = route::segments(request.uri.path());
        let Some(index) = route::find(&file.routes, request.method.as_str(), &segments) else {
            return Ok(unmatched(&file, request, &segments));
        };
        self.used[index].store(true, Ordering::Relaxed);
        let route = &file.routes[index];
        let path = route::names(&route.path, segments);
        let mut frame = Frame::new(Arc::clone(request), path);
        let mut pending = Pending::default();
        let (mut answer, answered) = match self.walk(&file, route, &mut frame, &mut pending) {
            Ok(answered) | Err(Halt::Answered(answered)) => answered,
            Err(problem) => return Err(problem),
        };
        self.remember(pending.keys, &answer, &mut frame)?;
        answer.headers.extend(pending.headers);
        self.headers(&file.headers, &frame, &mut answer)?;
        Ok((answer, answered))
    }

    pub(super) fn select(&self, selection: &Selection, frame: &Frame) -> Step<Vec<RecordRef>> {
        let id = self.text(selection.id.as_ref(), frame)?;
        let fields = self.fields(&selection.fields, frame)?;
        Ok(self
            .store
            .select(&selection.collection.name, id.as_deref(), &fields))
    }
}

fn value_of(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Value(value) => value,
        Outcome::Omit => Value::Null,
    }
}

fn unmatched(file: &EmulatorFile, request: &Incoming, segments: &[String]) -> (Answer, Answered) {
    let method = request.method.as_str();
    let near = route::nearest(&file.routes, method, segments);
    let asked = format!("{method} {}", request.uri.path());
    let mut body = json!({ "error": "no_route", "message": format!("no route for {asked}") });
    let mut told = "the emulator has no routes".to_owned();
    if let Some(near) = near {
        let nearest = near.route.to_string();
        told = format!("the nearest is `{nearest}`: {}", near.why);
        body["nearest"] = nearest.into();
        body["why"] = near.why.into();
    }
    let answered = Answered {
        by: By::Unmatched(told),
        place: None,
    };
    (Answer::json(501, &body), answered)
}

fn problem_answer(problem: &Diagnostic) -> (Answer, Answered) {
    let mut body = json!({ "error": "emulator_problem", "message": problem.message });
    if let Some(place) = &problem.place {
        let position = place.start();
        let place = format!(
            "{}:{}:{}",
            place.source.name, position.line, position.column
        );
        body["at"] = place.into();
    }
    if !problem.help.is_empty() {
        body["help"] = problem.help.join("; ").into();
    }
    let answered = Answered {
        by: By::Problem(problem.message.clone()),
        place: problem.place.clone(),
    };
    (Answer::json(500, &body), answered)
}
