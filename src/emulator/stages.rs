//! What becomes of a request before it is answered: the stages of its route, top to bottom.

use std::sync::Arc;

use serde_json::json;

use super::frame::{Bound, Frame};
use super::idempotency::FreshKey;
use super::instance::{Halt, Instance, Step};
use super::journal::{Answered, By};
use super::request::{Answer, Incoming};
use crate::diagnostic::Diagnostic;
use crate::expr::Outcome;
use crate::pack::EmulatorFile;
use crate::pack::emulator::{
    Auth, Find, Let, LetValue, Otherwise, Parameter, PartSchema, Reply, RequestCheck, Route, Rule,
    Stage,
};
use crate::source::Place;
use crate::value::Value;

/// What is done with a request's answer, whatever it is going to be.
#[derive(Default)]
pub(super) struct Pending<'f> {
    /// The keys under which it is remembered.
    pub(super) keys: Vec<FreshKey<'f>>,
    pub(super) headers: Vec<(String, String)>,
}

impl Instance {
    /// Takes a request through its route, top to bottom.
    pub(super) fn walk<'f>(
        &mut self,
        file: &'f EmulatorFile,
        route: &'f Route,
        frame: &mut Frame,
        pending: &mut Pending<'f>,
    ) -> Step<(Answer, Answered)> {
        if let Some(auth) = file.auth.as_ref().filter(|_| route.auth) {
            self.authenticate(auth, frame)?;
        }
        for stage in file.before.iter().chain(&route.stages) {
            match stage {
                Stage::Let(lets) => self.bind_all(lets, frame)?,
                Stage::Request(check) => self.check_request(check, frame)?,
                Stage::Rules(rules) => self.apply_rules(rules, frame)?,
                Stage::RateLimit(limit) => self.count(limit, frame, pending)?,
                Stage::Idempotency(names) => self.recall(file, names, frame, pending)?,
                Stage::Effects(effects) => self.perform(effects, frame, 0)?,
            }
        }
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
                LetValue::All(listing) => {
                    Bound::Value(Arc::new(self.list(listing, &one.place, frame)?))
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

    fn check_request(&self, check: &RequestCheck, frame: &mut Frame) -> Step<()> {
        let mut violations = Vec::new();
        for header in &check.headers {
            let given = frame.request().header(&header.name);
            let given = given.map(|text| header.schema.typed(text));
            violations.extend(self::violations(header, given.as_ref(), "header", check)?);
        }
        for parameter in &check.query {
            let given = asked(frame.request(), parameter);
            violations.extend(self::violations(parameter, given.as_ref(), "query", check)?);
        }
        if let Some(schema) = &check.json {
            let body = match &frame.request().json {
                Some(body) => Arc::clone(body),
                None => return self.malformed(check, frame),
            };
            violations.extend(broken(schema, &body, "body", check)?);
        }
        if violations.is_empty() {
            return Ok(());
        }
        self.invalid(violations, check.otherwise.as_ref(), &check.place, frame)
    }

    /// Refuses a request that is not as it should be.
    pub(super) fn invalid<T>(
        &self,
        violations: Vec<Value>,
        reply: Option<&Reply>,
        place: &Place,
        frame: &mut Frame,
    ) -> Step<T> {
        let violations = Value::Array(violations);
        let answer = if let Some(reply) = reply.or(self.file.errors.invalid.as_ref()) {
            frame.bind_value("violations", violations);
            self.reply(reply, frame)?
        } else {
            let message = "the request is not valid";
            Answer::json(
                400,
                &json!({ "message": message, "violations": violations }),
            )
        };
        refused(answer, By::Invalid, place)
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
    pub(super) fn refuse<T>(&self, reply: &Reply, by: By, frame: &mut Frame) -> Step<T> {
        let answer = self.reply(reply, frame)?;
        refused(answer, by, &reply.place)
    }
}

/// The value of a key of the query: all its values where a list is wanted, else its first, as the schema types it.
fn asked(request: &Incoming, parameter: &Parameter) -> Option<Value> {
    let mut values = request
        .pairs()
        .filter(|(name, _)| *name == parameter.name)
        .map(|(_, value)| Value::String(value.into_owned()));
    if parameter.schema.wants("array") {
        let all: Vec<Value> = values.collect();
        return (!all.is_empty()).then_some(Value::Array(all));
    }
    values.next().map(|text| parameter.schema.typed(text))
}

fn violations(
    parameter: &Parameter,
    given: Option<&Value>,
    part: &str,
    check: &RequestCheck,
) -> Step<Vec<Value>> {
    let name = &parameter.name;
    let Some(given) = given else {
        let what = if part == "query" {
            "query parameter"
        } else {
            part
        };
        let message = format!("the {what} {name} is required");
        let missing = json!({ "in": part, "field": name, "message": message, "rule": "required" });
        return Ok(Vec::from_iter((!parameter.optional).then_some(missing)));
    };
    let mut found = broken(&parameter.schema, given, part, check)?;
    for one in &mut found {
        one["field"] = Value::from(name.as_str());
    }
    Ok(found)
}

fn broken(
    schema: &PartSchema,
    given: &Value,
    part: &str,
    check: &RequestCheck,
) -> Step<Vec<Value>> {
    let found = schema
        .violations(given)
        .map_err(|message| Diagnostic::error("bad-schema", message).at(check.place.clone()))?;
    let listed = found.into_iter().map(
        |one| json!({ "in": part, "field": one.field, "message": one.message, "rule": one.rule }),
    );
    Ok(listed.collect())
}

/// The answer with which a request goes no further.
pub(super) fn refused<T>(answer: Answer, by: By, place: &Place) -> Step<T> {
    Err(Halt::Answered((answer, Answered::by(by, place))))
}
