//! Events: what an instance tells its subscribers, attempt by attempt. What is due is handed out and its outcome taken
//! in here; the sending is the courier's.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::frame::{Bound, Frame};
use super::instance::{Halt, Instance, Step};
use super::journal::Delivered;
use super::store::RecordRef;
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, Template};
use crate::pack::SignatureSpec;
use crate::pack::emulator::{EventSpec, Field, Webhooks};
use crate::signature::{Scheme, SigningKey};
use crate::source::Place;
use crate::value::{Map, Value};

/// How many past events are remembered, to be delivered again; older ones are forgotten first.
const REMEMBERED: usize = 10_000;

/// An event as it was emitted.
#[derive(Debug)]
struct Event {
    spec: usize,
    body: Bytes,
    /// What was bound at the emit, and `event`.
    frame: Frame,
}

/// Past events, and deliveries to come.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    events: IndexMap<String, Arc<Event>>,
    queue: BTreeMap<(Timestamp, u64), Delivery>,
    queued: u64,
    /// Those who subscribed by the control endpoint.
    subscribed: Vec<Arc<Value>>,
    /// Whether one delivery is made after the other, whoever they are for: where all of them come to one place, their
    /// order is what is reported.
    one_by_one: bool,
    /// The lanes on which a delivery is under way.
    busy: HashSet<Lane>,
}

/// What is delivered one after the other: what is for one subscriber, or everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    All,
    Record(Arc<str>, Arc<str>),
    /// The control endpoint's subscriber of this number.
    Control(usize),
}

/// An attempt to come.
#[derive(Clone, Debug)]
struct Delivery {
    event: Arc<Event>,
    subscriber: Subscriber,
    /// From 1.
    number: usize,
    /// Headers of a repeated delivery.
    headers: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
enum Subscriber {
    Record(RecordRef),
    Control(usize, Arc<Value>),
}

/// An attempt that is due, ready to be sent.
#[derive(Debug)]
pub(super) struct Attempt {
    delivery: Delivery,
    /// The instant of the attempt.
    at: Timestamp,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

/// What came of an attempt.
pub(super) enum Reached {
    /// The subscriber answered so.
    Answered(u16),
    /// It could not be reached, or did not answer.
    Failed(String),
    /// Its address is none that an emulator delivers to.
    Refused(String),
}

impl Reached {
    /// Whether the subscriber has taken it: then it is not sent again.
    fn is_taken(&self) -> bool {
        matches!(self, Self::Answered(200..300))
    }
}

impl Outbox {
    /// An outbox that delivers one by one, or to each of several subscribers at the same time.
    pub(super) fn one_by_one(mut self, one_by_one: bool) -> Self {
        self.one_by_one = one_by_one;
        self
    }

    /// When the next attempt is due of those that need not wait for another one, and its lane.
    pub(super) fn next_due(&self) -> Option<(Timestamp, Lane)> {
        self.queue.iter().find_map(|((due, _), delivery)| {
            let lane = self.lane(delivery);
            (!self.busy.contains(&lane)).then_some((*due, lane))
        })
    }

    /// From here on until [`free`](Self::free), deliveries of this lane are under way.
    pub(super) fn occupy(&mut self, lane: Lane) {
        self.busy.insert(lane);
    }

    pub(super) fn free(&mut self, lane: &Lane) {
        self.busy.remove(lane);
    }

    /// Takes the first delivery of a lane that is due by `now`, with the instant at which it was.
    fn take(&mut self, lane: &Lane, now: Timestamp) -> Option<(Timestamp, Delivery)> {
        let due = self.queue.range(..=(now, u64::MAX));
        let mut of_lane = due.filter(|(_, delivery)| self.lane(delivery) == *lane);
        let key = *of_lane.next()?.0;
        let delivery = self.queue.remove(&key)?;
        Some((key.0, delivery))
    }

    fn lane(&self, delivery: &Delivery) -> Lane {
        match &delivery.subscriber {
            _ if self.one_by_one => Lane::All,
            Subscriber::Record(record) => {
                Lane::Record(Arc::clone(&record.collection), Arc::clone(&record.id))
            }
            Subscriber::Control(number, _) => Lane::Control(*number),
        }
    }

    /// Gives up what is still to be delivered.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }

    fn push(&mut self, due: Timestamp, delivery: Delivery) {
        self.queue.insert((due, self.queued), delivery);
        self.queued += 1;
    }

    fn remember(&mut self, id: String, event: Arc<Event>) {
        if self.events.len() == REMEMBERED {
            self.events.shift_remove_index(0);
        }
        self.events.insert(id, event);
    }
}

impl Instance {
    /// An `emit`: makes the event, and queues its deliveries.
    pub(super) fn emit(&mut self, name: &Template, with: &[Field], frame: &Frame) -> Step<()> {
        let name_text = name.render_text(&self.view(Some(frame)))?;
        let file = Arc::clone(&self.file);
        let found = file.events.iter().position(|spec| *spec.name == *name_text);
        let Some(index) = found else {
            let known = file.events.iter().map(|spec| &*spec.name);
            let message = format!("there is no event `{name_text}`");
            let problem = Diagnostic::error("undefined-name", message)
                .at(name.place.clone())
                .suggest(&name_text, known);
            return Err(problem.into());
        };
        let mut bound = frame.clone();
        for (name, value) in self.fields(with, frame)? {
            bound.bind_value(&name, value);
        }
        let webhooks = file.webhooks.as_ref();
        let (id, body) = self.describe(&file.events[index], webhooks, &mut bound)?;
        let event = Arc::new(Event {
            spec: index,
            body,
            frame: bound.clone(),
        });
        self.outbox.remember(id, Arc::clone(&event));
        if let Some(webhooks) = webhooks {
            self.perform(&webhooks.emitted, &mut bound, 0)?;
        }
        self.post_to_all(&event, &[])
    }

    /// Binds `event`; its id and its body.
    fn describe(
        &self,
        spec: &EventSpec,
        webhooks: Option<&Webhooks>,
        bound: &mut Frame,
    ) -> Step<(String, Bytes)> {
        let mut event = Map::new();
        event.insert("name".to_owned(), json!(*spec.name));
        bound.bind_value("event", Value::Object(event.clone()));
        let id = match webhooks.and_then(|webhooks| webhooks.id.as_ref()) {
            Some(id) => id.render_text(&self.view(Some(bound)))?,
            None => self.random_uuid(),
        };
        event.insert("id".to_owned(), json!(id));
        bound.bind_value("event", Value::Object(event.clone()));
        let data = match &spec.data {
            Some(data) => self.given(data, bound)?,
            None => json!({}),
        };
        event.insert("data".to_owned(), data.clone());
        bound.bind_value("event", Value::Object(event.clone()));
        let body = match webhooks.and_then(|webhooks| webhooks.json.as_ref()) {
            Some(json) => self.given(json, bound)?,
            None => data,
        };
        let bytes = Bytes::from(body.to_string());
        event.insert("body".to_owned(), body);
        bound.bind_value("event", Value::Object(event));
        Ok((id, bytes))
    }

    fn random_uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.random.borrow_mut().fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    /// A `redeliver`: queues deliveries of a past event to those who are subscribed now.
    pub(super) fn redeliver(
        &mut self,
        id: &Template,
        headers: &[(String, Template)],
        frame: &Frame,
    ) -> Step<()> {
        let wanted = id.render_text(&self.view(Some(frame)))?;
        let event = self.outbox.events.get(&wanted).map(Arc::clone);
        let event = event.ok_or_else(|| {
            let message = format!("there was no event `{wanted}`");
            Halt::from(Diagnostic::error("unknown-event", message).at(id.place.clone()))
        })?;
        let headers = self.texts(headers, frame)?;
        self.post_to_all(&event, &headers)
    }

    fn post_to_all(&mut self, event: &Arc<Event>, headers: &[(String, String)]) -> Step<()> {
        let file = Arc::clone(&self.file);
        let webhooks = file.webhooks.as_ref();
        let records = webhooks
            .and_then(|webhooks| webhooks.subscribers.as_ref())
            .map(|collection| self.store.select(&collection.name, None, &Map::new()))
            .unwrap_or_default();
        for record in records {
            let subscriber = Subscriber::Record(record);
            let frame = with_subscriber(event, &subscriber);
            let wanted = webhooks.and_then(|webhooks| webhooks.condition.as_ref());
            if self.holds(wanted, &frame)? {
                self.post(event, &subscriber, headers, webhooks, &frame)?;
            }
        }
        for (number, given) in self.outbox.subscribed.clone().into_iter().enumerate() {
            let subscriber = Subscriber::Control(number, given);
            let frame = with_subscriber(event, &subscriber);
            self.post(event, &subscriber, headers, webhooks, &frame)?;
        }
        Ok(())
    }

    fn post(
        &mut self,
        event: &Arc<Event>,
        subscriber: &Subscriber,
        headers: &[(String, String)],
        webhooks: Option<&Webhooks>,
        frame: &Frame,
    ) -> Step<()> {
        let copies = match webhooks {
            Some(webhooks) => webhooks.copies.resolve(&self.view(Some(frame)))?,
            None => 1,
        };
        for _ in 0..copies {
            let delay = match webhooks {
                Some(webhooks) => webhooks.delay.resolve(&self.view(Some(frame)))?,
                None => Duration::ZERO,
            };
            let due = later(self.moment.now(), delay);
            let delivery = Delivery {
                event: Arc::clone(event),
                subscriber: subscriber.clone(),
                number: 1,
                headers: headers.to_vec(),
            };
            self.outbox.push(due, delivery);
        }
        Ok(())
    }

    /// Someone subscribes by the control endpoint, to every event.
    ///
    /// # Errors
    /// A message: what the request lacks.
    pub(super) fn subscribe(&mut self, body: Option<&Value>) -> Result<Value, String> {
        let given = body
            .filter(|body| body.get("url").is_some_and(Value::is_string))
            .ok_or("send a body like {\"url\": \"http://localhost:9000/webhooks\"}")?;
        if self.file.events.is_empty() {
            return Err("this emulator has no events".to_owned());
        }
        // What signs must be known before there is something to be signed.
        let mut frame = Frame::empty();
        frame.bind_value("subscriber", given.clone());
        if let Err(Halt::Problem(problem)) = self.keys(&frame) {
            return Err(format!("{}: send it along with the URL", problem.message));
        }
        self.outbox.subscribed.push(Arc::new(given.clone()));
        Ok(given.clone())
    }

    /// Takes the first attempt of a lane that is due. One that can't be made is told in the journal.
    pub(super) fn take_due(&mut self, lane: &Lane) -> Option<Attempt> {
        let now = self.clock.now();
        loop {
            let (due, delivery) = self.outbox.take(lane, now)?;
            // A virtual clock may have been moved on by hand: the attempt is made as it would have been made then.
            let at = if self.clock.is_virtual() { due } else { now };
            if let Subscriber::Record(record) = &delivery.subscriber
                && !self.store.has(record)
            {
                continue;
            }
            self.moment = Clock::standing_at(at);
            match self.prepare(delivery, at) {
                Ok(attempt) => return Some(attempt),
                Err(Halt::Problem(problem)) => self.journal.problem(at, "a delivery", &problem),
                Err(Halt::Answered(_)) => {}
            }
        }
    }

    fn prepare(&mut self, delivery: Delivery, at: Timestamp) -> Step<Attempt> {
        let file = Arc::clone(&self.file);
        let webhooks = file.webhooks.as_ref();
        let mut frame = with_subscriber(&delivery.event, &delivery.subscriber);
        frame.bind_value("attempt", json!({ "number": delivery.number }));
        let url = match webhooks.and_then(|webhooks| webhooks.url.as_ref()) {
            Some(url) => url.render_text(&self.view(Some(&frame)))?,
            None => self.subscriber_url(&delivery.subscriber),
        };
        let spec = &file.events[delivery.event.spec];
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let common = webhooks.map_or(&[][..], |webhooks| &webhooks.headers);
        let own = [common, &spec.headers];
        for rendered in own.map(|headers| self.texts(headers, &frame)) {
            merge(&mut headers, rendered?);
        }
        merge(&mut headers, delivery.headers.clone());
        let body = delivery.event.body.clone();
        let signature = self.sign(webhooks, at, &body, frame)?;
        merge(&mut headers, signature);
        Ok(Attempt {
            delivery,
            at,
            url,
            headers,
            body,
        })
    }

    /// The headers of the signature: what the pack declares, unless the file says otherwise.
    fn sign(
        &self,
        webhooks: Option<&Webhooks>,
        at: Timestamp,
        body: &Bytes,
        mut frame: Frame,
    ) -> Step<Vec<(String, String)>> {
        let Some(signer) = &self.signer else {
            return Ok(Vec::new());
        };
        let keys = self.keys(&frame)?;
        let declaration = &signer.spec.declaration;
        let mut timestamp = declaration.time(at);
        if let Some(other) = webhooks.and_then(|webhooks| webhooks.timestamp.as_ref()) {
            frame.bind_value("timestamp", timestamp.into());
            timestamp = other.render_text(&self.view(Some(&frame)))?;
        }
        let message = match webhooks.and_then(|webhooks| webhooks.signed.as_ref()) {
            None => declaration.message(&timestamp, body),
            Some(other) => {
                frame.bind_value("timestamp", timestamp.as_str().into());
                frame.bind_value("text", String::from_utf8_lossy(body).into());
                other.render_text(&self.view(Some(&frame)))?.into_bytes()
            }
        };
        Ok(declaration.sign_as(&keys, &timestamp, &message))
    }

    fn subscriber_url(&self, subscriber: &Subscriber) -> String {
        let record = match subscriber {
            Subscriber::Record(record) => self.store.read(record),
            Subscriber::Control(_, given) => Arc::clone(given),
        };
        let url = record.get("url").and_then(Value::as_str);
        url.unwrap_or_default().to_owned()
    }

    /// What signs for the subscriber of this frame.
    fn keys(&self, frame: &Frame) -> Step<Vec<Arc<SigningKey>>> {
        let Some(signer) = &self.signer else {
            return Ok(Vec::new());
        };
        let spec = &signer.spec;
        let own = self.file.webhooks.as_ref().and_then(|all| all.key.as_ref());
        let key = match (own, spec.declaration.scheme) {
            (Some(key), _) => key,
            (None, Scheme::HmacSha256) => &spec.key,
            (None, Scheme::Ed25519) => return Err(no_key(spec)),
        };
        let texts = match self.given(key, frame)? {
            Value::Array(items) => items,
            one => vec![one],
        };
        texts
            .iter()
            .map(|text| {
                let read = signer.key(text.as_str().unwrap_or_default());
                read.map_err(|message| problem("bad-key", message, &key.place))
            })
            .collect()
    }

    /// Takes in what came of an attempt: effects, and the next attempt if there is to be one.
    pub(super) fn finish(&mut self, attempt: Attempt, reached: &Reached) {
        let Attempt {
            delivery, at, url, ..
        } = attempt;
        self.moment = Clock::standing_at(at);
        let file = Arc::clone(&self.file);
        let name = Arc::clone(&file.events[delivery.event.spec].name);
        let outcome = match reached {
            Reached::Answered(status) => status.to_string(),
            Reached::Failed(why) => why.clone(),
            Reached::Refused(why) => {
                // Nothing was sent, and nothing will be.
                self.journal
                    .delivery(Delivered::refused(at, &name, &url, why));
                return;
            }
        };
        let line = format!("{outcome} (attempt {})", delivery.number);
        self.journal
            .delivery(Delivered::sent(at, &name, &url, &line, reached.is_taken()));
        if let Err(Halt::Problem(problem)) = self.after_attempt(delivery, at, reached) {
            self.journal
                .problem(at, &format!("a delivery of {name}"), &problem);
        }
    }

    fn after_attempt(&mut self, delivery: Delivery, at: Timestamp, reached: &Reached) -> Step<()> {
        let file = Arc::clone(&self.file);
        let Some(webhooks) = &file.webhooks else {
            return Ok(());
        };
        let mut frame = with_subscriber(&delivery.event, &delivery.subscriber);
        let status = match reached {
            Reached::Answered(status) => Some(*status),
            Reached::Failed(_) | Reached::Refused(_) => None,
        };
        let delivered = reached.is_taken();
        let wait = webhooks
            .retry
            .get(delivery.number - 1)
            .filter(|_| !delivered);
        frame.bind_value(
            "attempt",
            json!({
                "number": delivery.number,
                "status": status,
                "delivered": delivered,
                "last": wait.is_none(),
            }),
        );
        if let Some(wait) = wait {
            let due = later(at, wait.resolve(&self.view(Some(&frame)))?);
            let next = Delivery {
                number: delivery.number + 1,
                ..delivery
            };
            self.outbox.push(due, next);
        }
        self.perform(&webhooks.attempted, &mut frame, 0)
    }

    /// A rendered value; `omit` is `null`.
    fn given(&self, template: &Template, frame: &Frame) -> Step<Value> {
        Ok(match self.value(template, frame)? {
            Outcome::Value(value) => value,
            Outcome::Omit => Value::Null,
        })
    }

    /// Rendered headers; those that are `omit` are left out.
    fn texts(&self, headers: &[(String, Template)], frame: &Frame) -> Step<Vec<(String, String)>> {
        let mut texts = Vec::new();
        for (name, template) in headers {
            match self.value(template, frame)? {
                Outcome::Value(Value::String(text)) => texts.push((name.clone(), text)),
                Outcome::Value(other) => texts.push((name.clone(), other.to_string())),
                Outcome::Omit => {}
            }
        }
        Ok(texts)
    }
}

fn with_subscriber(event: &Event, subscriber: &Subscriber) -> Frame {
    let mut frame = event.frame.clone();
    let bound = match subscriber {
        Subscriber::Record(record) => Bound::Record(record.clone()),
        Subscriber::Control(_, given) => Bound::Value(Arc::clone(given)),
    };
    frame.bind(&Arc::from("subscriber"), bound);
    frame
}

fn merge(headers: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for (name, value) in more {
        headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        headers.push((name, value));
    }
}

fn later(instant: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    instant.checked_add(wait).unwrap_or(Timestamp::MAX)
}

fn no_key(signature: &SignatureSpec) -> Halt {
    let message = "what signs is not said: `webhooks` has no `key`".to_owned();
    problem("missing-key", message, &signature.place)
}

fn problem(code: &'static str, message: String, place: &Place) -> Halt {
    Diagnostic::error(code, message).at(place.clone()).into()
}
