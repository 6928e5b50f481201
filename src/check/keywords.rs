//! The keywords of JSON Schemas that are written in our own files. By the standard an unknown one is let pass, and so a
//! misspelt one would check nothing.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Decoder;
use crate::source::{Key, Node, Yaml};

/// What the value of a keyword holds.
#[derive(Clone, Copy)]
enum Holds {
    /// No schema: what stands there is not looked at.
    Data,
    Schema,
    /// A list of schemas.
    List,
    /// Schemas by names of the user's own.
    Named,
}

/// Those of draft 2020-12 that check or explain something. An extension begins with `x-`.
const KEYWORDS: &[(&str, Holds)] = &[
    ("$anchor", Holds::Data),
    ("$comment", Holds::Data),
    ("$defs", Holds::Named),
    ("$dynamicAnchor", Holds::Data),
    ("$dynamicRef", Holds::Data),
    ("$id", Holds::Data),
    ("$ref", Holds::Data),
    ("$schema", Holds::Data),
    ("$vocabulary", Holds::Data),
    ("additionalProperties", Holds::Schema),
    ("allOf", Holds::List),
    ("anyOf", Holds::List),
    ("const", Holds::Data),
    ("contains", Holds::Schema),
    ("contentEncoding", Holds::Data),
    ("contentMediaType", Holds::Data),
    ("contentSchema", Holds::Schema),
    ("default", Holds::Data),
    ("definitions", Holds::Named),
    ("dependentRequired", Holds::Data),
    ("dependentSchemas", Holds::Named),
    ("deprecated", Holds::Data),
    ("description", Holds::Data),
    ("else", Holds::Schema),
    ("enum", Holds::Data),
    ("examples", Holds::Data),
    ("exclusiveMaximum", Holds::Data),
    ("exclusiveMinimum", Holds::Data),
    ("format", Holds::Data),
    ("if", Holds::Schema),
    ("items", Holds::Schema),
    ("maxContains", Holds::Data),
    ("maxItems", Holds::Data),
    ("maxLength", Holds::Data),
    ("maxProperties", Holds::Data),
    ("maximum", Holds::Data),
    ("minContains", Holds::Data),
    ("minItems", Holds::Data),
    ("minLength", Holds::Data),
    ("minProperties", Holds::Data),
    ("minimum", Holds::Data),
    ("multipleOf", Holds::Data),
    ("not", Holds::Schema),
    ("oneOf", Holds::List),
    ("pattern", Holds::Data),
    ("patternProperties", Holds::Named),
    ("prefixItems", Holds::List),
    ("properties", Holds::Named),
    ("propertyNames", Holds::Schema),
    ("readOnly", Holds::Data),
    ("required", Holds::Data),
    ("then", Holds::Schema),
    ("title", Holds::Data),
    ("type", Holds::Data),
    ("unevaluatedItems", Holds::Schema),
    ("unevaluatedProperties", Holds::Schema),
    ("uniqueItems", Holds::Data),
    ("writeOnly", Holds::Data),
];

/// Makes a problem of each unknown keyword of a schema and of those in it; `own` are keys of ours that stand beside the
/// outermost ones.
pub fn check_keywords(schema: &Node, own: &[&'static str], decoder: &mut Decoder) {
    let Yaml::Map(entries) = &schema.value else {
        return;
    };
    for entry in entries {
        let name = entry.key.text.as_str();
        match KEYWORDS.iter().find(|(keyword, _)| *keyword == name) {
            Some((_, holds)) => check_within(&entry.value, *holds, decoder),
            None if own.contains(&name) || name.starts_with("x-") => {}
            None => {
                let problem = unknown_keyword(&entry.key, own, decoder);
                decoder.problem(problem);
            }
        }
    }
}

fn check_within(value: &Node, holds: Holds, decoder: &mut Decoder) {
    match (holds, &value.value) {
        (Holds::Schema, _) => check_keywords(value, &[], decoder),
        (Holds::List, Yaml::List(schemas)) => {
            for schema in schemas {
                check_keywords(schema, &[], decoder);
            }
        }
        (Holds::Named, Yaml::Map(entries)) => {
            for entry in entries {
                check_keywords(&entry.value, &[], decoder);
            }
        }
        (Holds::Data | Holds::List | Holds::Named, _) => {}
    }
}

fn unknown_keyword(key: &Key, own: &[&'static str], decoder: &Decoder) -> Diagnostic {
    let message = format!("a JSON Schema has no key `{}`", key.text);
    let known = KEYWORDS.iter().map(|(keyword, _)| *keyword);
    Diagnostic::error("unknown-key", message)
        .at(decoder.key_place(key))
        .label("unknown key")
        .help(
            match did_you_mean(&key.text, known.chain(own.iter().copied())) {
                Some(close) => format!("did you mean `{close}`?"),
                None => {
                    "schemas are of draft 2020-12; a key of your own begins with `x-`".to_owned()
                }
            },
        )
}
