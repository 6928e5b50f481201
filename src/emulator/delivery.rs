//! Deliveries, attempt by attempt: what is due is handed out, signed, and its outcome taken in here; the sending is the
//! courier's.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

use super::frame::Frame;
use super::instance::{Halt, Instance, Step};
use super::journal::Delivered;
use super::outbox::{Delivery, Lane, Subscriber};
use super::webhooks::{later, with_subscriber};
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::pack::SignatureSpec;
use crate::pack::emulator::Webhooks;
use crate::signature::{Scheme, SigningKey};
use crate::source::Place;
use crate::value::Value;

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

impl Instance {
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
    pub(super) fn keys(&self, frame: &Frame) -> Step<Vec<Arc<SigningKey>>> {
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
}

fn merge(headers: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for (name, value) in more {
        headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        headers.push((name, value));
    }
}

fn no_key(signature: &SignatureSpec) -> Halt {
    let message = "what signs is not said: `webhooks` has no `key`".to_owned();
    problem("missing-key", message, &signature.place)
}

fn problem(code: &'static str, message: String, place: &Place) -> Halt {
    Diagnostic::error(code, message).at(place.clone()).into()
}
