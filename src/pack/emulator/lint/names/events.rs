//! Names that events and webhooks read.

use std::sync::Arc;

use super::{Bound, Walk};
use crate::diagnostic::Diagnostic;
use crate::expr::{Kind, Piece, Setting, Template};
use crate::pack::emulator::{EmulatorFile, EventSpec, Field, Webhooks};
use crate::value::Value;

impl<'a> Walk<'a> {
    pub(super) fn emit(&mut self, name: &'a Template, with: &'a [Field]) {
        self.template(name);
        self.fields(with);
        let file = self.scope.file;
        let specs = named(file, name);
        if specs.is_empty() {
            let shown = shown(name);
            let known = file.events.iter().map(|spec| &*spec.name);
            let message = match name.as_literal() {
                Some(_) => format!("there is no event `{shown}`"),
                None => format!("no event has a name such as `{shown}`"),
            };
            let problem = Diagnostic::error("undefined-name", message)
                .at(name.place.clone())
                .suggest(&shown, known)
                .help("declare it under `events`");
            self.found.push(problem);
        }
        let depth = self.scope.bound.len();
        for field in with {
            self.bind(&field.name, Bound::Value);
        }
        self.bind("event", Bound::Value);
        for data in specs.iter().filter_map(|spec| spec.data.as_ref()) {
            self.template(data);
        }
        self.scope.bound.truncate(depth);
    }

    pub(super) fn webhooks(&mut self, file: &'a EmulatorFile, webhooks: &'a Webhooks) {
        let depth = self.scope.bound.len();
        self.bind("event", Bound::Value);
        for template in webhooks.id.iter().chain(&webhooks.json) {
            self.template(template);
        }
        self.effects(&webhooks.emitted);
        let subscribers = webhooks.subscribers.as_ref();
        let kind = subscribers.and_then(|name| self.collection(name));
        self.bind("subscriber", kind.map_or(Bound::Value, Bound::Record));
        self.condition(webhooks.condition.as_ref());
        for template in webhooks.url.iter().chain(&webhooks.key) {
            self.template(template);
        }
        let unsigned = self.scope.bound.len();
        self.bind("timestamp", Bound::Value);
        if let Some(timestamp) = &webhooks.timestamp {
            self.template(timestamp);
        }
        self.bind("text", Bound::Value);
        if let Some(signed) = &webhooks.signed {
            self.template(signed);
        }
        self.scope.bound.truncate(unsigned);
        self.references(&webhooks.delay.references());
        self.references(&webhooks.copies.references());
        self.bind("attempt", Bound::Value);
        self.references(
            &webhooks
                .retry
                .iter()
                .flat_map(Setting::references)
                .collect::<Vec<_>>(),
        );
        self.templates(&webhooks.headers);
        for spec in &file.events {
            self.templates(&spec.headers);
        }
        self.effects(&webhooks.attempted);
        self.scope.bound.truncate(depth);
    }

    fn bind(&mut self, name: &str, bound: Bound<'a>) {
        self.scope.bound.push((Arc::from(name), bound));
    }
}

/// The events that an `emit` may mean: of a name with expressions in it, all that begin and end as it does.
pub(in super::super) fn named<'a>(file: &'a EmulatorFile, name: &Template) -> Vec<&'a EventSpec> {
    let (start, end) = match &name.kind {
        Kind::Literal(Value::String(name)) => {
            let same = |spec: &&EventSpec| *spec.name == **name;
            return file.events.iter().filter(same).collect();
        }
        Kind::Text(pieces) => (literal(pieces.first()), literal(pieces.last())),
        _ => ("", ""),
    };
    let fits = |spec: &&EventSpec| spec.name.starts_with(start) && spec.name.ends_with(end);
    file.events.iter().filter(fits).collect()
}

fn literal(piece: Option<&Piece>) -> &str {
    match piece {
        Some(Piece::Literal(text)) => text,
        _ => "",
    }
}

fn shown(name: &Template) -> String {
    match &name.kind {
        Kind::Literal(Value::String(text)) => text.clone(),
        Kind::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.as_str(),
                Piece::Expr(_) => "…",
            })
            .collect(),
        _ => "…".to_owned(),
    }
}
