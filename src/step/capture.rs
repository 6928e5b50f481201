//! Reading `capture`: names, and where their values come from.

use std::sync::Arc;

use regex::Regex;

use super::kinds::names;
use super::tables::CAPTURE;
use super::{Capture, CaptureFrom};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, has_expression, is_name};
use crate::expr::Template;
use crate::source::{Entry, Node, Yaml};
use crate::value::Path;

/// The keys of which a capture has exactly one.
const SOURCES: [&str; 8] = [
    "jsonpath", "header", "cookie", "regex", "status", "text", "duration", "expr",
];

impl Capture {
    pub(super) fn decode_map(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        decoder
            .map(node)
            .iter()
            .map(|entry| Self::decode(entry, decoder))
            .collect()
    }

    /// A capture whose source can't be read still has a name, so that what reads it is not taken for a mistake too.
    fn decode(entry: &Entry, decoder: &mut Decoder) -> Self {
        let name = entry.key.text.clone();
        let place = decoder.key_place(&entry.key);
        decoder.check_variable(&name, place.clone());
        let node = &entry.value;
        let (from, default, secret) = if node.as_map().is_some() {
            decode_map(node, decoder)
        } else {
            let path = decode_path(node, decoder).map(CaptureFrom::JsonPath);
            (path, None, false)
        };
        Self {
            name,
            place,
            from: from.unwrap_or(CaptureFrom::Text),
            default: default.map(Box::new),
            secret,
        }
    }

    /// Refuses what no webhook has, as `expect` does.
    pub(super) fn refuse_unfit_for_webhooks(&self, decoder: &mut Decoder) {
        let what = match &self.from {
            CaptureFrom::Status => "status",
            CaptureFrom::Cookie(_) => "cookie",
            CaptureFrom::Duration => "duration",
            CaptureFrom::JsonPath(_)
            | CaptureFrom::Header(_)
            | CaptureFrom::Regex(_)
            | CaptureFrom::Text
            | CaptureFrom::Expr(_) => return,
        };
        let problem = Diagnostic::error("unfit-capture", format!("a webhook has no `{what}`"))
            .at(self.place.clone())
            .help("it has headers and a body: `jsonpath`, `header`, `regex`, `text`");
        decoder.problem(problem);
    }
}

/// `{source: …, default: …, secret: …}`
fn decode_map(node: &Node, decoder: &mut Decoder) -> (Option<CaptureFrom>, Option<Template>, bool) {
    let fields = decoder.fields(node, &CAPTURE);
    let default = fields.get("default").map(|node| decoder.template(node));
    let secret = fields
        .get("secret")
        .and_then(|node| decoder.flag(node, "`secret`"))
        .unwrap_or(false);
    let found = SOURCES
        .iter()
        .filter_map(|key| Some((*key, fields.entry(key)?)));
    let found: Vec<(&str, &Entry)> = found.collect();
    let from = match found.as_slice() {
        [(key, entry)] => decode_source(key, &entry.value, decoder),
        found => {
            // A key that is unknown is likely meant for the source.
            if !found.is_empty() || fields.all_known() {
                let entries: Vec<&Entry> = found.iter().map(|(_, entry)| *entry).collect();
                refuse_sources(node, &entries, decoder);
            }
            None
        }
    };
    (from, default, secret)
}

/// Says that a capture has no source, or more than one.
fn refuse_sources(node: &Node, found: &[&Entry], decoder: &mut Decoder) {
    let sources = names(SOURCES.into_iter(), "and");
    let problem = match found.get(1) {
        None => Diagnostic::error(
            "no-source",
            "this capture does not say where its value comes from",
        )
        .at(decoder.place(node))
        .label("no source"),
        Some(second) => Diagnostic::error("key-conflict", "this capture has two sources")
            .at(decoder.key_place(&second.key))
            .label("a second source")
            .also(decoder.key_place(&found[0].key), "the first source"),
    };
    decoder.problem(problem.help(format!("a capture has exactly one of {sources}")));
}

fn decode_source(key: &str, node: &Node, decoder: &mut Decoder) -> Option<CaptureFrom> {
    match key {
        "jsonpath" => decode_path(node, decoder).map(CaptureFrom::JsonPath),
        "header" => decoder
            .plain(node, "the name of a header")
            .map(CaptureFrom::Header),
        "cookie" => decoder
            .plain(node, "the name of a cookie")
            .map(CaptureFrom::Cookie),
        "regex" => decode_regex(node, decoder).map(CaptureFrom::Regex),
        "expr" => decoder.expression(node).map(CaptureFrom::Expr),
        switch => {
            if !matches!(node.value, Yaml::Bool(true)) {
                let problem =
                    Diagnostic::error("wrong-type", format!("`{switch}` has no value of its own"))
                        .at(decoder.place(node))
                        .label("expected `true`")
                        .help(format!("write `{switch}: true`"));
                decoder.problem(problem);
                return None;
            }
            Some(match switch {
                "status" => CaptureFrom::Status,
                "text" => CaptureFrom::Text,
                _ => CaptureFrom::Duration,
            })
        }
    }
}

/// A JSONPath, with hints at what is often written instead of one.
fn decode_path(node: &Node, decoder: &mut Decoder) -> Option<Path> {
    let Some(text) = node.as_str() else {
        decoder.expected("a JSONPath such as `$.id`", node);
        return None;
    };
    if has_expression(node) {
        let problem =
            Diagnostic::error("no-expression", "a JSONPath can't have an expression in it")
                .at(decoder.place(node))
                .label("expected a JSONPath such as `$.id`")
                .help("to capture the value of an expression, write `{expr: …}`");
        decoder.problem(problem);
        return None;
    }
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(_) if !text.starts_with('$') => {
            let problem = Diagnostic::error("bad-jsonpath", format!("`{text}` is not a JSONPath"))
                .at(decoder.place(node))
                .label("a JSONPath begins with `$`");
            let problem = if text.split('.').all(is_member) {
                problem.help(format!("write `$.{text}`"))
            } else {
                problem
                    .help("write `$.name` for a member of the body, `{header: name}` for a header")
            };
            decoder.problem(problem);
            None
        }
        Err(error) => {
            decoder.bad_jsonpath(node, text, error);
            None
        }
    }
}

fn is_member(part: &str) -> bool {
    !part.is_empty() && is_name(&part.to_ascii_lowercase())
}

fn decode_regex(node: &Node, decoder: &mut Decoder) -> Option<Arc<Regex>> {
    let text = decoder.plain(node, "a regular expression")?;
    match Regex::new(&text) {
        Ok(regex) => Some(Arc::new(regex)),
        Err(error) => {
            decoder.bad_regex(decoder.place(node), &error);
            None
        }
    }
}
