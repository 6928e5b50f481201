//! Why a path finds nothing: the nearest part of it that exists, and what is there.

use std::fmt;

use super::super::Value;
use super::ast::{Query, Step};
use super::evaluate::child;
use super::place::{push_index, push_name};

/// More keys than this are not looked through for one that was meant.
const MAX_KEYS: usize = 1_000;

/// More keys than this are not listed in a message.
const SHOWN_KEYS: usize = 8;

/// A value that a path does not find. Its `Display` is a sentence for a message, such as
/// `` `$.data.idd` does not exist; `$.data` has the keys `id` and `name` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The shallowest part of the path that does not exist, such as `$.data.idd`.
    pub path: String,
    /// The deepest part that does, such as `$.data`.
    pub nearest: String,
    /// The name that is not there, for "did you mean"; `None` for an index.
    pub name: Option<String>,
    /// The keys that are there, a thousand at most; empty if there is no object.
    pub keys: Vec<String>,
    /// What is there, in words, such as `has the keys …` or `is a string`.
    pub there: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            nearest,
            there,
            ..
        } = self;
        write!(f, "`{path}` does not exist; `{nearest}` {there}")
    }
}

pub(super) fn explain(query: &Query, document: &Value) -> Option<Missing> {
    let mut nearest = String::from("$");
    let mut value = document;
    for step in query.steps() {
        let mut path = nearest.clone();
        match step {
            Step::Name(name) => push_name(&mut path, name),
            Step::Index(index) => push_index(&mut path, index),
        }
        match child(value, step) {
            Some(child) => {
                value = child;
                nearest = path;
            }
            None => return Some(describe(path, nearest, step, value)),
        }
    }
    None
}

fn describe(path: String, nearest: String, step: Step<'_>, value: &Value) -> Missing {
    let keys = match value {
        Value::Object(map) => map.keys().take(MAX_KEYS).cloned().collect(),
        _ => Vec::new(),
    };
    Missing {
        path,
        nearest,
        name: match step {
            Step::Name(name) => Some(name.to_owned()),
            Step::Index(_) => None,
        },
        keys,
        there: there(value),
    }
}

fn there(value: &Value) -> String {
    match value {
        Value::Null => "is null".to_owned(),
        Value::Bool(_) => "is a boolean".to_owned(),
        Value::Number(_) => "is a number".to_owned(),
        Value::String(_) => "is a string".to_owned(),
        Value::Array(list) => match list.len() {
            0 => "is an empty list".to_owned(),
            1 => "is a list of 1 element".to_owned(),
            count => format!("is a list of {count} elements"),
        },
        Value::Object(map) if map.is_empty() => "is an empty object".to_owned(),
        Value::Object(map) => {
            let shown: Vec<String> = map
                .keys()
                .take(SHOWN_KEYS)
                .map(|key| format!("`{}`", key.escape_debug()))
                .collect();
            let keys = if map.len() == 1 { "key" } else { "keys" };
            let more = map.len() - shown.len();
            if more > 0 {
                return format!("has the {keys} {} and {more} more", shown.join(", "));
            }
            format!("has the {keys} {}", join_and(&shown))
        }
    }
}

fn join_and(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.join(""),
    }
}
