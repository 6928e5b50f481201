//! Places in a document: the steps that lead there, and how they are written.

use std::fmt::Write;

use super::super::Value;
use super::Path;
use super::cursor::{is_name_char, is_name_first};

/// One step from a value to one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    Name(String),
    Index(usize),
}

/// The steps as a path from the document's root, as a person would write it: `$.items[0].id`, `$['x-y']`.
#[must_use]
pub fn normalized(steps: &[PathStep]) -> String {
    let mut out = String::from("$");
    for step in steps {
        match step {
            PathStep::Name(name) => push_name(&mut out, name),
            PathStep::Index(index) => push_index(&mut out, index),
        }
    }
    out
}

pub(super) fn push_index(out: &mut String, index: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _ = write!(out, "[{index}]");
}

pub(super) fn push_name(out: &mut String, name: &str) {
    let mut characters = name.chars();
    if characters.next().is_some_and(is_name_first) && characters.all(is_name_char) {
        out.push('.');
        out.push_str(name);
        return;
    }
    out.push_str("['");
    for character in name.chars() {
        match character {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push_str("']");
}

/// The value without what the paths find in it: keys and elements are taken out. A path that finds nothing, or visits
/// too many nodes, takes nothing out; one that finds the root leaves `null`.
#[must_use]
pub fn without(value: &Value, paths: &[Path]) -> Value {
    let mut places: Vec<Vec<PathStep>> = paths
        .iter()
        .flat_map(|path| path.locate(value).unwrap_or_default())
        .map(|(place, _)| place)
        .collect();
    // Later elements of a list go first, so that the places of the others stay right.
    places.sort_by(|left, right| order(right, left));
    places.dedup();
    let mut out = value.clone();
    for place in &places {
        remove(&mut out, place);
    }
    out
}

fn order(left: &[PathStep], right: &[PathStep]) -> std::cmp::Ordering {
    let key = |step: &PathStep| match step {
        PathStep::Name(name) => (None, name.clone()),
        PathStep::Index(index) => (Some(*index), String::new()),
    };
    left.iter().map(key).cmp(right.iter().map(key))
}

fn remove(value: &mut Value, place: &[PathStep]) {
    let Some((target, parents)) = place.split_last() else {
        *value = Value::Null;
        return;
    };
    let mut parent = value;
    for step in parents {
        let child = match (step, parent) {
            (PathStep::Name(name), Value::Object(map)) => map.get_mut(name),
            (PathStep::Index(index), Value::Array(list)) => list.get_mut(*index),
            _ => None,
        };
        match child {
            Some(child) => parent = child,
            None => return,
        }
    }
    match (target, parent) {
        (PathStep::Name(name), Value::Object(map)) => {
            map.shift_remove(name);
        }
        (PathStep::Index(index), Value::Array(list)) if *index < list.len() => {
            list.remove(*index);
        }
        _ => {}
    }
}
