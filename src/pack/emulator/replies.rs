//! Reading replies and what they are made of: headers, fields, and where facts come from.

use std::sync::Arc;

use super::tables;
use super::{Fact, FactKind, Field, Headers, Reply, ReplyBody};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::expr::{Kind, Template};
use crate::source::{Node, Place, Yaml};
use crate::value::Value;

pub(super) fn reply(node: &Node, decoder: &mut Decoder) -> Reply {
    let fields = decoder.fields(node, &tables::REPLY);
    let place = decoder.place(node);
    let bodies = ["json", "text", "error"];
    if bodies
        .iter()
        .filter(|key| fields.get(key).is_some())
        .count()
        > 1
    {
        let problem = Diagnostic::error(
            "two-bodies",
            "a reply has one of `json`, `text` and `error`",
        )
        .at(place.clone());
        decoder.problem(problem);
    }
    let body = if let Some(node) = fields.get("json") {
        ReplyBody::Json(decoder.template(node))
    } else if let Some(node) = fields.get("text") {
        ReplyBody::Text(decoder.template(node))
    } else if let Some(node) = fields.get("error") {
        ReplyBody::Error(record_fields(Some(node), decoder))
    } else {
        ReplyBody::Empty
    };
    Reply {
        facts: facts(fields, decoder),
        status: status(fields.get("status"), &place, decoder),
        headers: headers(fields.get("headers"), decoder),
        body,
        delay: fields
            .get("delay")
            .and_then(|node| decoder.duration_setting(node)),
        drop: fields
            .get("drop")
            .and_then(|node| decoder.boolean_setting(node)),
        place,
    }
}

fn status(node: Option<&Node>, reply: &Place, decoder: &mut Decoder) -> Template {
    let Some(node) = node else {
        return Template {
            place: reply.clone(),
            kind: Kind::Literal(Value::from(200)),
        };
    };
    let template = decoder.template(node);
    if let Some(literal) = template.as_literal()
        && !literal
            .as_u64()
            .is_some_and(|status| (200..600).contains(&status))
    {
        let problem = Diagnostic::error("bad-status", "a status is a number from 200 to 599")
            .at(decoder.place(node));
        decoder.problem(problem);
    }
    template
}

pub(super) fn headers(node: Option<&Node>, decoder: &mut Decoder) -> Headers {
    let mut headers = Headers::new();
    for entry in node.map_or(&[][..], |node| decoder.map(node)) {
        if entry.key.text.parse::<http::HeaderName>().is_err() {
            let problem = Diagnostic::error(
                "bad-header",
                format!("`{}` can't be a header's name", entry.key.text),
            )
            .at(decoder.key_place(&entry.key));
            decoder.problem(problem);
            continue;
        }
        headers.push((entry.key.text.clone(), decoder.template(&entry.value)));
    }
    headers
}

pub(super) fn record_fields(node: Option<&Node>, decoder: &mut Decoder) -> Vec<Field> {
    node.map_or(&[][..], |node| decoder.map(node))
        .iter()
        .map(|entry| Field {
            name: Arc::from(entry.key.text.as_str()),
            place: decoder.key_place(&entry.key),
            value: decoder.template(&entry.value),
        })
        .collect()
}

/// What `source` says: one fact or a list of them.
pub(super) fn facts(fields: Fields<'_>, decoder: &mut Decoder) -> Vec<Fact> {
    let Some(node) = fields.get("source") else {
        return Vec::new();
    };
    let items = match &node.value {
        Yaml::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items
        .iter()
        .filter_map(|item| fact(item, decoder))
        .collect()
}

fn fact(node: &Node, decoder: &mut Decoder) -> Option<Fact> {
    let text = decoder.text(node)?;
    let word = text
        .split(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let kind = FactKind::ALL.iter().find(|(name, _)| *name == word);
    let rest = text[word.len()..].trim_start_matches([':', ',', ' ']);
    let problem = match kind {
        Some((_, kind)) if !rest.is_empty() => {
            return Some(Fact {
                place: decoder.place(node),
                kind: *kind,
                text: rest.to_owned(),
            });
        }
        Some((name, _)) => Diagnostic::error("bare-source", format!("what is {name} is not said"))
            .help("say where it is written, or why it is assumed"),
        None => Diagnostic::error("bad-source", format!("`{word}` is not a kind of source"))
            .suggest(word, FactKind::ALL.map(|(name, _)| name))
            .help("a source begins with `documented`, `observed` or `assumed`"),
    };
    let place = decoder.place(node);
    decoder.problem(problem.at(place));
    None
}
