//! Schemas in files that others may have written: keywords and formats of their own are let pass, and those that look
//! misspelt are told.

use super::formats;
use super::table::{KEYWORDS, Takes, takes};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Place;
use crate::value::Value;

/// A keyword or a format that there is not, and that is nearly one.
#[derive(Debug)]
pub(in crate::check) struct Misspelt {
    /// A JSON Pointer to it.
    pub pointer: String,
    what: &'static str,
    name: String,
    meant: String,
}

impl Misspelt {
    pub fn warning(&self, place: Place) -> Diagnostic {
        let (code, message) = match self.what {
            "format" => (
                "misspelt-format",
                format!("`{}` is not a format of JSON Schema", self.name),
            ),
            _ => (
                "misspelt-keyword",
                format!("a JSON Schema has no keyword `{}`", self.name),
            ),
        };
        Diagnostic::warning(code, message)
            .at(place)
            .label("checks nothing")
            .help(format!("did you mean `{}`?", self.meant))
    }
}

/// Those of a schema, and of the schemas in it.
pub(in crate::check) fn in_schema(schema: &Value) -> Vec<Misspelt> {
    let mut found = Vec::new();
    look(schema, "", &mut found);
    found
}

/// Those of the schemas of an OpenAPI document.
pub(in crate::check) fn in_document(document: &Value) -> Vec<Misspelt> {
    let mut found = Vec::new();
    descend(document, "", &mut found);
    found
}

fn descend(part: &Value, at: &str, found: &mut Vec<Misspelt>) {
    for (key, value, at) in parts(part, at) {
        match key {
            "schema" => look(value, &at, found),
            "schemas" if at == "/components/schemas" => look_at_each(value, &at, found),
            "example" | "examples" | "default" => {}
            _ => descend(value, &at, found),
        }
    }
}

fn look(schema: &Value, at: &str, found: &mut Vec<Misspelt>) {
    for (key, value, at) in parts(schema, at) {
        match takes(key) {
            // Older drafts have a list of schemas in `items`.
            Some((_, Takes::Schema)) if value.is_array() => look_at_each(value, &at, found),
            Some((_, Takes::Schema)) => look(value, &at, found),
            Some((_, Takes::Schemas | Takes::Named | Takes::ByPattern)) => {
                look_at_each(value, &at, found);
            }
            Some((_, Takes::Format)) => {
                let name = value.as_str().unwrap_or_default();
                found.extend(formats::misspelt(name).map(|meant| Misspelt {
                    what: "format",
                    name: name.to_owned(),
                    pointer: at,
                    meant,
                }));
            }
            Some(_) => {}
            None if key.starts_with("x-") => {}
            None => {
                let known = KEYWORDS.iter().map(|(keyword, _)| *keyword);
                found.extend(did_you_mean(key, known).map(|meant| Misspelt {
                    what: "keyword",
                    name: key.to_owned(),
                    pointer: at,
                    meant,
                }));
            }
        }
    }
}

fn look_at_each(schemas: &Value, at: &str, found: &mut Vec<Misspelt>) {
    for (_, schema, at) in parts(schemas, at) {
        look(schema, &at, found);
    }
}

/// What a map or a list consists of: the key of each, if it has one, and a pointer to it.
fn parts<'v>(value: &'v Value, at: &str) -> Vec<(&'v str, &'v Value, String)> {
    match value {
        Value::Object(map) => {
            let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
            let part = |(key, value): (&'v String, &'v Value)| {
                (key.as_str(), value, format!("{at}/{}", escaped(key)))
            };
            map.iter().map(part).collect()
        }
        Value::Array(list) => {
            let items = list.iter().enumerate();
            items
                .map(|(index, value)| ("", value, format!("{at}/{index}")))
                .collect()
        }
        _ => Vec::new(),
    }
}
