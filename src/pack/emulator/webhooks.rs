//! Reading `events` and `webhooks`: what subscribers are told, and how it is delivered.

use std::sync::Arc;
use std::time::Duration;

use super::decode::collection_name;
use super::effects::decode_effects;
use super::replies::{facts, headers};
use super::tables;
use super::{CollectionName, Effects, Fact};
use crate::document::{Decoder, Fields};
use crate::expr::{Expr, Setting, Template};
use crate::source::{Node, Place};

/// An event that the provider tells its subscribers.
#[derive(Clone, Debug)]
pub struct EventSpec {
    pub name: Arc<str>,
    pub place: Place,
    pub facts: Vec<Fact>,
    /// What the event says; reads what is bound where it is emitted.
    pub data: Option<Template>,
    /// Besides the headers of all webhooks.
    pub headers: Vec<(String, Template)>,
}

/// What all webhooks have in common.
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub place: Place,
    pub facts: Vec<Fact>,
    /// The event's id; reads `event.name`. Without it, a UUID.
    pub id: Option<Template>,
    /// The body; reads `event`. Without it, the event's data.
    pub json: Option<Template>,
    /// Rendered for each attempt; reads `event`, `subscriber` and `attempt`.
    pub headers: Vec<(String, Template)>,
    /// The collection of those who are told.
    pub subscribers: Option<CollectionName>,
    pub url: Option<Template>,
    /// Whether a subscriber is told of an event.
    pub condition: Option<Expr>,
    /// What signs: a text or a list of texts.
    pub key: Option<Template>,
    /// The time of signing that is told instead of the true one; reads `timestamp`, the true one.
    pub timestamp: Option<Template>,
    /// What is signed instead of what the pack declares; reads `timestamp` and `text`.
    pub signed: Option<Template>,
    /// From the emit to the first attempt.
    pub delay: Setting<Duration>,
    /// How often each event is delivered.
    pub copies: Setting<u64>,
    /// The waits before the attempts after the first.
    pub retry: Vec<Setting<Duration>>,
    /// Done at each emit.
    pub emitted: Effects,
    /// Done after each attempt.
    pub attempted: Effects,
}

pub(super) fn events(node: Option<&Node>, decoder: &mut Decoder) -> Vec<EventSpec> {
    let mut events = Vec::new();
    for entry in node.map_or(&[][..], |node| decoder.map(node)) {
        let fields = decoder.fields(&entry.value, &tables::EVENT);
        events.push(EventSpec {
            name: Arc::from(entry.key.text.as_str()),
            place: decoder.key_place(&entry.key),
            facts: facts(fields, decoder),
            data: template(fields, "data", decoder),
            headers: headers(fields.get("headers"), decoder),
        });
    }
    events
}

pub(super) fn webhooks(node: &Node, decoder: &mut Decoder) -> Webhooks {
    let fields = decoder.fields(node, &tables::WEBHOOKS);
    Webhooks {
        place: decoder.place(node),
        facts: facts(fields, decoder),
        id: template(fields, "id", decoder),
        json: template(fields, "json", decoder),
        headers: headers(fields.get("headers"), decoder),
        subscribers: fields
            .get("subscribers")
            .and_then(|node| collection_name(node, decoder)),
        url: template(fields, "url", decoder),
        condition: fields.get("when").and_then(|node| decoder.expression(node)),
        key: template(fields, "key", decoder),
        timestamp: template(fields, "timestamp", decoder),
        signed: template(fields, "signed", decoder),
        delay: fields
            .get("delay")
            .and_then(|node| decoder.duration_setting(node))
            .unwrap_or(Setting::Fixed(Duration::ZERO)),
        copies: fields
            .get("copies")
            .and_then(|node| decoder.count_setting(node, 0, "`copies`"))
            .unwrap_or(Setting::Fixed(1)),
        retry: fields
            .get("retry")
            .map(|node| decoder.list(node))
            .unwrap_or_default()
            .iter()
            .filter_map(|node| decoder.duration_setting(node))
            .collect(),
        emitted: decode_effects(fields.get("emitted"), decoder),
        attempted: decode_effects(fields.get("attempted"), decoder),
    }
}

fn template(fields: Fields<'_>, key: &'static str, decoder: &mut Decoder) -> Option<Template> {
    fields.get(key).map(|node| decoder.template(node))
}
