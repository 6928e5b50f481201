//! One instance of an emulator: its state, and how it comes to an answer.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::json;

use super::frame::{Bound, Frame, Globals, View};
use super::journal::{Answered, By, Entry, Journal};
use super::request::{Answer, Incoming};
use super::route;
use super::store::Store;
use super::timers::Timers;
use super::webhooks::Outbox;
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Outcome, Template};
use crate::pack::emulator::{
    Auth, Field, Find, Let, LetValue, NamedValue, Otherwise, Reply, RequestCheck, Route, Rule,
    Selection, Stage, Violation,
};
use crate::pack::{EmulatorFile, InstanceReport, SignatureSpec};
use crate::random::Stream;
use crate::source::Place;
use crate::value::{Map, Value};

/// An instance: one scenario's own sandbox.
pub(super) struct Instance {
    pub(super) file: Arc<EmulatorFile>,
    pub(super) globals: Globals,
    pub(super) store: Store,
    pub(super) timers: Timers,
    pub(super) outbox: Outbox,
    /// How its events are signed.
    pub(super) signature: Option<SignatureSpec>,
    pub(super) journal: Journal,
    pub(super) random: RefCell<Stream>,
    /// The scenario's clock.
    pub(super) clock: Clock,
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
            signature: None,
            journal: Journal::default(),
            random: RefCell::new(random),
            moment: Clock::standing_at(clock.now()),
            clock,
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
        match route::find(&file.routes, request.method.as_str(), &segments) {
            None => Ok(unmatched(&file, request, &segments)),
            Some((route, path)) => {
                let mut frame = Frame::new(Arc::clone(request), path);
                self.walk(&file, route, &mut frame)
            }
        }
    }

    /// Takes a request through its route, top to bottom.
    fn walk(
        &mut self,
        file: &EmulatorFile,
        route: &Route,
        frame: &mut Frame,
    ) -> Step<(Answer, Answered)> {
        if let Some(auth) = file.auth.as_ref().filter(|_| route.auth) {
            self.authenticate(auth, frame)?;
        }
        self.apply_rules(&file.rules, frame)?;
        for stage in &route.stages {
            match stage {
                Stage::Let(lets) => self.bind_all(lets, frame)?,
                Stage::Request(check) => self.check_request(check, frame)?,
                Stage::Rules(rules) => self.apply_rules(rules, frame)?,
            }
        }
        self.perform(&route.effects, frame, 0)?;
        let answer = self.reply(&route.respond, frame)?;
        Ok((answer, Answered::by(By::Route, &route.place)))
    }

    fn authenticate(&self, auth: &Auth, frame: &mut Frame) -> Step<()> {
        if !self.holds(auth.condition.as_ref(), frame)? {
            return Ok(());
        }
        let given = |name: &str| frame.request().header(name);
        let missing = auth.headers.iter().any(|(name, _)| given(name).is_none());
        if missing {
            let reply = auth.missing.as_ref().unwrap_or(&auth.otherwise);
            return self.refuse(reply, By::Auth, frame);
        }
        for (name, wanted) in &auth.headers {
            let given = frame.request().header(name).unwrap_or(Value::Null);
            let accepted = match self.value(wanted, frame)? {
                Outcome::Value(Value::Array(any)) => any.contains(&given),
                Outcome::Value(one) => one == given,
                Outcome::Omit => true,
            };
            if !accepted {
                return self.refuse(&auth.otherwise, By::Auth, frame);
            }
        }
        Ok(())
    }

    fn bind_all(&self, lets: &[Let], frame: &mut Frame) -> Step<()> {
        for one in lets {
            let bound = match &one.value {
                LetValue::Template(template) => match self.value(template, frame)? {
                    Outcome::Value(value) => Bound::Value(Arc::new(value)),
                    // A name that is `omit` is not bound: reading it is `undefined`.
                    Outcome::Omit => continue,
                },
                LetValue::All(selection) => {
                    let records = self.select(selection, frame)?;
                    let records = records.iter().map(|record| (*record.last).clone());
                    Bound::Value(Arc::new(records.collect()))
                }
                LetValue::Find(find) => self.find(one, find, frame)?,
            };
            frame.bind(&one.name, bound);
        }
        Ok(())
    }

    fn find(&self, one: &Let, find: &Find, frame: &mut Frame) -> Step<Bound> {
        if let Some(record) = self.select(&find.select, frame)?.into_iter().next() {
            return Ok(Bound::Record(record));
        }
        let reply = match &find.otherwise {
            Otherwise::None => return Ok(Bound::Value(Arc::new(Value::Null))),
            Otherwise::Reply(reply) => Some(&**reply),
            Otherwise::NotFound => self.file.errors.not_found.as_ref(),
        };
        let answer = match reply {
            Some(reply) => self.reply(reply, frame)?,
            None => Answer::json(404, &json!({ "message": "not found" })),
        };
        refused(answer, By::NotFound(Arc::clone(&one.name)), &one.place)
    }

    pub(super) fn select(
        &self,
        selection: &Selection,
        frame: &Frame,
    ) -> Step<Vec<super::store::RecordRef>> {
        let id = match &selection.id {
            None => None,
            Some(id) => match self.value(id, frame)? {
                Outcome::Value(Value::String(id)) => Some(id),
                Outcome::Value(other) => Some(other.to_string()),
                Outcome::Omit => None,
            },
        };
        let fields = self.fields(&selection.fields, frame)?;
        Ok(self
            .store
            .select(&selection.collection.name, id.as_deref(), &fields))
    }

    fn check_request(&self, check: &RequestCheck, frame: &mut Frame) -> Step<()> {
        let absent = check
            .headers
            .iter()
            .filter(|name| frame.request().header(name).is_none());
        let mut violations: Vec<_> = absent
            .map(|name| Violation {
                field: name.clone(),
                message: format!("the header {name} is required"),
            })
            .collect();
        if let Some(schema) = &check.json {
            let body = match &frame.request().json {
                Some(body) => Arc::clone(body),
                None => return self.malformed(check, frame),
            };
            let broken = schema.violations(&body).map_err(|message| {
                Diagnostic::error("bad-schema", message).at(check.place.clone())
            })?;
            violations.extend(broken);
        }
        if violations.is_empty() {
            return Ok(());
        }
        let listed = violations
            .iter()
            .map(|one| json!({ "field": one.field, "message": one.message }));
        frame.bind_value("violations", listed.collect());
        let reply = check
            .otherwise
            .as_ref()
            .or(self.file.errors.invalid.as_ref());
        let answer = match reply {
            Some(reply) => self.reply(reply, frame)?,
            None => Answer::json(400, &json!({ "message": "the request is not valid" })),
        };
        refused(answer, By::Invalid, &check.place)
    }

    fn malformed(&self, check: &RequestCheck, frame: &mut Frame) -> Step<()> {
        let answer = match &self.file.errors.malformed {
            Some(reply) => self.reply(reply, frame)?,
            None => Answer::json(400, &json!({ "message": "the body is not JSON" })),
        };
        refused(answer, By::Malformed, &check.place)
    }

    fn apply_rules(&mut self, rules: &[Rule], frame: &mut Frame) -> Step<()> {
        for rule in rules {
            if self.holds(Some(&rule.condition), frame)? {
                self.perform(&rule.effects, frame, 0)?;
                let answer = self.reply(&rule.respond, frame)?;
                return refused(answer, By::Rule, &rule.place);
            }
        }
        Ok(())
    }

    /// Answers with `reply` and goes no further.
    fn refuse(&self, reply: &Reply, by: By, frame: &mut Frame) -> Step<()> {
        let answer = self.reply(reply, frame)?;
        refused(answer, by, &reply.place)
    }
}

/// The answer with which a request goes no further.
fn refused<T>(answer: Answer, by: By, place: &Place) -> Step<T> {
    Err(Halt::Answered((answer, Answered::by(by, place))))
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
        let nearest = format!("{} {}", near.route.method, near.route.path.text);
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
