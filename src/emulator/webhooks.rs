//! Events: what an instance tells its subscribers. An emitted event is remembered, and its deliveries are queued.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::frame::{Bound, Frame};
use super::instance::{Halt, Instance, Step};
use super::outbox::{Delivery, Event, Subscriber};
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, Template};
use crate::pack::emulator::{EventSpec, Field, Webhooks};
use crate::value::{Map, Value};

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

    /// A rendered value; `omit` is `null`.
    pub(super) fn given(&self, template: &Template, frame: &Frame) -> Step<Value> {
        Ok(match self.value(template, frame)? {
            Outcome::Value(value) => value,
            Outcome::Omit => Value::Null,
        })
    }

    /// Rendered headers; those that are `omit` are left out.
    pub(super) fn texts(
        &self,
        headers: &[(String, Template)],
        frame: &Frame,
    ) -> Step<Vec<(String, String)>> {
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

pub(super) fn with_subscriber(event: &Event, subscriber: &Subscriber) -> Frame {
    let mut frame = event.frame.clone();
    let bound = match subscriber {
        Subscriber::Record(record) => Bound::Record(record.clone()),
        Subscriber::Control(_, given) => Bound::Value(Arc::clone(given)),
    };
    frame.bind(&Arc::from("subscriber"), bound);
    frame
}

pub(super) fn later(instant: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    instant.checked_add(wait).unwrap_or(Timestamp::MAX)
}
