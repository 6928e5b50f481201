//! The types of JSON Schema, and the words that others have for them.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Decoder;
use crate::source::{Node, Yaml};

const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "array", "object", "null",
];

/// What other languages call them.
const WORDS: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("decimal", "number"),
    ("dict", "object"),
    ("double", "number"),
    ("float", "number"),
    ("int", "integer"),
    ("list", "array"),
    ("long", "integer"),
    ("map", "object"),
    ("nil", "null"),
    ("none", "null"),
    ("str", "string"),
    ("text", "string"),
];

/// Those that are formats of strings.
const FORMATS: [&str; 8] = [
    "date",
    "date-time",
    "email",
    "ipv4",
    "ipv6",
    "time",
    "uri",
    "uuid",
];

/// Holds a name of a type to those that there are.
pub(super) fn check(node: &Node, decoder: &mut Decoder) {
    let problem = |message: String| {
        Diagnostic::error("bad-schema", message)
            .at(decoder.place(node))
            .label("not a type")
    };
    let problem = match &node.value {
        Yaml::String(text) if TYPES.contains(&&*text.value) || text.value.contains("${{") => return,
        Yaml::String(text) => problem(format!("`{}` is not a type of JSON Schema", text.value))
            .help(help(&text.value)),
        Yaml::Null => problem("a type is a string, found nothing (null)".to_owned())
            .help("put the type of null into quotes: `'null'`"),
        _ => problem(format!("a type is a string, found {}", node.kind())),
    };
    decoder.problem(problem);
}

/// The type that a word means.
pub(super) fn meant(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let own = TYPES.into_iter().find(|name| *name == lower);
    let others = || WORDS.iter().find(|(other, _)| *other == lower);
    own.or_else(|| Some(others()?.1))
}

fn help(word: &str) -> String {
    let lower = word.to_ascii_lowercase().replace("datetime", "date-time");
    if let Some(format) = FORMATS.iter().find(|format| **format == lower) {
        return format!("write `type: string` and `format: {format}`");
    }
    if lower == "any" {
        return "leave `type` out to allow any".to_owned();
    }
    let close = meant(word).map(str::to_owned);
    match close.or_else(|| did_you_mean(word, TYPES)) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are: {}", TYPES.join(", ")),
    }
}
