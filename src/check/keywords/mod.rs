//! JSON Schemas that are written in our own files: their keywords, and what each of those takes. By the standard an unknown
//! one is let pass, and so a misspelt one would check nothing; and what is wrong with a value is told where it stands.

mod formats;
mod lists;
pub(super) mod misspelt;
mod table;
mod types;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Decoder;
use crate::source::{Entry, Key, Node, Place, Yaml};
use crate::value::{Decimal, Value, number_from_text};
pub(super) use lists::says_of_lists;
use table::{KEYWORDS, takes};
pub(super) use table::{Takes, keyword_at};

const REQUIRED: &str = "required";
/// The key of ours by which an input or a header may be left out.
const OPTIONAL: &str = "optional";

/// Makes a problem of each unknown keyword of a schema and of those in it, and of each value that its keyword does not
/// take; `own` are keys of ours that stand beside the outermost ones. What an expression gives is not looked at.
pub fn check_keywords(schema: &Node, own: &[&'static str], decoder: &mut Decoder) {
    let Yaml::Map(entries) = &schema.value else {
        return;
    };
    for Entry { key, value } in entries {
        let name = key.text.as_str();
        match takes(name) {
            Some((REQUIRED, _)) if own.contains(&OPTIONAL) && is_flag(value) => {
                let problem = wrong(REQUIRED, Takes::Names, value, decoder);
                decoder.problem(problem.help(format!(
                    "leave it out: what is not `{OPTIONAL}: true` is required"
                )));
            }
            Some((keyword, takes)) => check_value(keyword, takes, value, decoder),
            None if own.contains(&name) || name.starts_with("x-") => {}
            None => {
                let problem = unknown_keyword(schema, key, value, own, decoder);
                decoder.problem(problem);
            }
        }
    }
}

fn check_value(keyword: &str, takes: Takes, value: &Node, decoder: &mut Decoder) {
    if value.as_str().is_some_and(|text| text.contains("${{")) {
        return;
    }
    match (takes, &value.value) {
        (Takes::Anything, _)
        | (Takes::Text, Yaml::String(_))
        | (Takes::Flag | Takes::Schema, Yaml::Bool(_))
        | (Takes::Values, Yaml::List(_)) => {}
        (Takes::Schema, Yaml::Map(_)) => check_keywords(value, &[], decoder),
        (Takes::Schemas, Yaml::List(schemas)) if !schemas.is_empty() => {
            for schema in schemas {
                match &schema.value {
                    Yaml::Map(_) | Yaml::Bool(_) => check_keywords(schema, &[], decoder),
                    _ => refuse(keyword, takes, schema, decoder),
                }
            }
        }
        (Takes::Named | Takes::ByPattern, Yaml::Map(entries)) => {
            for entry in entries {
                if takes == Takes::ByPattern {
                    let place = decoder.key_place(&entry.key);
                    check_pattern(&entry.key.text, place, decoder);
                }
                check_value(&entry.key.text, Takes::Schema, &entry.value, decoder);
            }
        }
        (Takes::Number | Takes::Factor | Takes::Count, Yaml::Number(text)) => {
            if !is_allowed(takes, text) {
                refuse(keyword, takes, value, decoder);
            }
        }
        (Takes::Names, Yaml::List(names)) => {
            for name in names.iter().filter(|name| name.as_str().is_none()) {
                refuse(keyword, takes, name, decoder);
            }
        }
        (Takes::NamesByName, Yaml::Map(entries)) => {
            for entry in entries {
                check_value(&entry.key.text, Takes::Names, &entry.value, decoder);
            }
        }
        (Takes::Type, Yaml::List(kinds)) if !kinds.is_empty() => {
            for kind in kinds {
                types::check(kind, decoder);
            }
        }
        (Takes::Type, Yaml::String(_) | Yaml::Null) => types::check(value, decoder),
        (Takes::Format, Yaml::String(text)) => {
            formats::check(&text.value, decoder.place(value), decoder);
        }
        (Takes::Pattern, Yaml::String(text)) => {
            check_pattern(&text.value, decoder.place(value), decoder);
        }
        _ => refuse(keyword, takes, value, decoder),
    }
}

fn is_allowed(takes: Takes, number: &str) -> bool {
    let Some(number) = number_from_text(number) else {
        return false;
    };
    let is_zero = crate::value::equal(&Value::Number(number.clone()), &Value::from(0));
    let is_negative = number.as_str().starts_with('-') && !is_zero;
    match takes {
        Takes::Count => !is_negative && Decimal::from_number(&number).is_integer(),
        Takes::Factor => !is_negative && !is_zero,
        _ => true,
    }
}

fn check_pattern(text: &str, place: Place, decoder: &mut Decoder) {
    // The pattern's dialect has more than this one, such as look-around; it is asked where this one says no.
    let Err(error) = regex::Regex::new(text) else {
        return;
    };
    let schema = serde_json::json!({ "pattern": text });
    if super::schema::Schema::compile(&schema).is_err() {
        decoder.bad_regex(place, &error);
    }
}

fn refuse(keyword: &str, takes: Takes, value: &Node, decoder: &mut Decoder) {
    if takes == Takes::Flag {
        decoder.boolean(value);
        return;
    }
    let problem = wrong(keyword, takes, value, decoder);
    decoder.problem(match help(keyword, takes, &value.value) {
        Some(help) => problem.help(help),
        None => problem,
    });
}

/// What a keyword takes, of a value that it does not.
fn wrong(keyword: &str, takes: Takes, value: &Node, decoder: &Decoder) -> Diagnostic {
    let expected = takes.words();
    let found = match &value.value {
        Yaml::Number(text) => text,
        Yaml::List(items) if items.is_empty() => "an empty list",
        _ => value.kind(),
    };
    let message = format!("`{keyword}` takes {expected}, found {found}");
    Diagnostic::error("bad-schema", message)
        .at(decoder.place(value))
        .label(format!("expected {expected}"))
}

fn is_flag(value: &Node) -> bool {
    matches!(value.value, Yaml::Bool(_))
}

/// How what was likely meant is written.
fn help(keyword: &str, takes: Takes, value: &Yaml) -> Option<String> {
    Some(match (takes, value) {
        (Takes::Names, Yaml::Bool(_)) if keyword == REQUIRED => {
            "it stands beside `properties`, and names those of them that must be there: `required: [name]`".to_owned()
        }
        (Takes::Names | Takes::Values, Yaml::String(text)) => {
            format!("write `{keyword}: [{}]`", text.value)
        }
        (Takes::Number | Takes::Factor | Takes::Count, Yaml::String(text))
            if number_from_text(&text.value).is_some() =>
        {
            "write it without quotes".to_owned()
        }
        (Takes::Number, Yaml::Bool(_)) if keyword.starts_with("exclusive") => {
            let bound = keyword.trim_start_matches("exclusive").to_lowercase();
            format!("it is the limit itself: write `{keyword}: …` in place of `{bound}: …`")
        }
        (Takes::Schema, Yaml::String(text)) => match types::meant(&text.value) {
            Some(kind) => format!("write `{keyword}: {{ type: {kind} }}`"),
            None if matches!(&*text.value, "no" | "yes") => {
                "write `false` or `true`".to_owned()
            }
            None => return None,
        },
        (Takes::Schemas, Yaml::String(text)) => {
            format!("write `{{ type: {} }}`", types::meant(&text.value)?)
        }
        (Takes::Schemas, Yaml::Map(_)) => "begin each schema of the list with `- `".to_owned(),
        (Takes::Text | Takes::Format, Yaml::Number(_) | Yaml::Bool(_)) => "put it into quotes".to_owned(),
        (Takes::Schema, Yaml::List(_)) if keyword == "items" => {
            "schemas for the elements one by one are written under `prefixItems`".to_owned()
        }
        (Takes::Named, Yaml::List(_)) => {
            format!("write `{keyword}: {{ name: {{ type: string }} }}`")
        }
        _ => return None,
    })
}

fn unknown_keyword(
    schema: &Node,
    key: &Key,
    value: &Node,
    own: &[&'static str],
    decoder: &Decoder,
) -> Diagnostic {
    let problem = decoder.no_such_key(key, "JSON Schema");
    if key.text == "nullable" {
        return problem.help(not_nullable(schema, value));
    }
    let known = KEYWORDS.iter().map(|(keyword, _)| *keyword);
    problem.help(
        match did_you_mean(&key.text, known.chain(own.iter().copied())) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "schemas are of draft 2020-12; a key of your own begins with `x-`".to_owned(),
        },
    )
}

/// How a schema of OpenAPI 3.0 says it here.
fn not_nullable(schema: &Node, value: &Node) -> String {
    if matches!(value.value, Yaml::Bool(false)) {
        return "leave it out: null is allowed only where the type says so".to_owned();
    }
    match schema.get("type").and_then(Node::as_str) {
        Some(kind) => format!("write `type: [{kind}, 'null']`"),
        None if schema.get("enum").is_some() => "write `null` among the values of `enum`".to_owned(),
        None => "write `'null'` among the types, as in `type: [string, 'null']`, or `anyOf: [{ type: 'null' }, …]`".to_owned(),
    }
}
