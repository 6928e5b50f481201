//! What is sent as text, read as its schema wants it: parameters, and the fields of forms.

use super::Contract;
use super::load::escape;
use super::partial::{BreachKind, Partial, RequestBreach};
use super::query::{QueryPart, Style};
use super::request::{Location, Parameter};
use crate::check::schema::Schema;
use crate::value::{Map, PathStep, Value, number_from_text};

impl Contract {
    /// What the contract has against a parameter's value, as it is sent: nothing, or what it expects instead.
    #[must_use]
    pub fn parameter_breach(
        &self,
        parameter: &Parameter,
        part: &QueryPart,
        text: &str,
    ) -> Option<RequestBreach> {
        let schema = self.schemas.get(parameter.schema.as_deref()?).ok()?;
        match part {
            QueryPart::Whole => whole(parameter, schema, text),
            QueryPart::Property(name) => property(schema, name, text).1,
            QueryPart::Deeper => None,
        }
    }

    /// All that a parameter's value may stand for.
    pub(super) fn parameter_readings(
        &self,
        parameter: &Parameter,
        part: &QueryPart,
        text: &str,
    ) -> Vec<Value> {
        let schema = parameter.schema.as_deref().map(|at| self.schemas.get(at));
        let Some(Ok(schema)) = schema else {
            return Vec::new();
        };
        match part {
            QueryPart::Whole => {
                let items = items(parameter, schema, text).into_iter();
                let list = items.map(|(item, _)| item).collect();
                let mut readings = scalars(text);
                readings.push(Value::Array(list));
                readings
            }
            QueryPart::Property(name) => {
                let (value, _) = property(schema, name, text);
                value.map(|value| object(name, value)).into_iter().collect()
            }
            QueryPart::Deeper => Vec::new(),
        }
    }
}

/// What a text may stand for: itself first.
fn scalars(text: &str) -> Vec<Value> {
    let mut readings = vec![Value::from(text)];
    readings.extend(number_from_text(text).map(Value::Number));
    readings.extend(text.parse().ok().map(Value::Bool));
    readings
}

fn object(name: &str, value: Value) -> Value {
    Value::Object([(name.to_owned(), value)].into_iter().collect())
}

/// What a schema has against a parameter that is given whole.
fn whole(parameter: &Parameter, schema: &Schema, text: &str) -> Option<RequestBreach> {
    let scalars = scalars(text);
    if scalars.iter().any(|value| schema.allows(value)) {
        return None;
    }
    let takes_scalars = scalars.iter().any(|value| schema.allows_type_of(value));
    let takes = |value: Value| !takes_scalars && schema.allows_type_of(&value);
    let (values, breaches): (Vec<Value>, Vec<_>) =
        items(parameter, schema, text).into_iter().unzip();
    let list = Value::Array(values);
    if schema.allows(&list) {
        return None;
    }
    if takes(Value::Array(Vec::new())) {
        let first = breaches.into_iter().flatten().next();
        return match parameter.style {
            // Whether there are enough of them, more keys decide.
            Style::Exploded | Style::Deep => first,
            Style::Joined(_) => first.or_else(|| breach_of(schema, list)),
        };
    }
    if takes(nothing()) {
        let Style::Joined(separator) = parameter.style else {
            return breach_of(schema, scalars[0].clone());
        };
        // In a path or header, an object is written in one of several ways.
        let words = (parameter.location == Location::Query).then(|| text.split(separator));
        let words: Vec<&str> = words.into_iter().flatten().collect();
        let mut pairs = words.chunks_exact(2);
        return pairs.find_map(|pair| property(schema, pair[0], pair[1]).1);
    }
    // Of a number that is too small, not that the text is no number.
    let meant = scalars.iter().find(|value| schema.allows_type_of(value));
    breach_of(schema, meant.unwrap_or(&scalars[0]).clone())
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

fn breach_of(schema: &Schema, value: Value) -> Option<RequestBreach> {
    Partial::known(value).breaches(schema).into_iter().next()
}

type Reading = (Value, Option<RequestBreach>);

/// The items of a list that is written in one text, each as the schema wants it.
fn items(parameter: &Parameter, schema: &Schema, text: &str) -> Vec<Reading> {
    let texts: Vec<&str> = match parameter.style {
        Style::Joined(separator) if parameter.location == Location::Query => {
            text.split(separator).collect()
        }
        Style::Joined(separator) => text.split(separator).map(str::trim).collect(),
        Style::Exploded | Style::Deep => vec![text],
    };
    let read = |text: &str| {
        let place = [PathStep::Index(0)];
        best(schema, scalars(text), &place, &|item| {
            Value::Array(vec![item])
        })
    };
    texts.into_iter().map(read).collect()
}

/// A property of an object, as the schema wants it: one text may be a list's only item. No value where it is an object
/// itself, for which there are several ways to write it.
fn property(schema: &Schema, name: &str, text: &str) -> (Option<Value>, Option<RequestBreach>) {
    let mut readings = scalars(text);
    let lists: Vec<Value> = readings
        .iter()
        .map(|item| Value::Array(vec![item.clone()]))
        .collect();
    readings.extend(lists);
    let place = [PathStep::Name(name.to_owned())];
    let wrap = |value: Value| object(name, value);
    let pointer = format!("/{}", escape(name));
    let takes = |value: &Value| schema.allows_type_at(&wrap(value.clone()), &pointer);
    let is_object = takes(&nothing()) && !readings.iter().any(takes);
    match best(schema, readings, &place, &wrap) {
        (_, Some(_)) if is_object => (None, None),
        (value, breach) => (Some(value), breach),
    }
}

/// The reading that a schema allows at a place of what `wrap` makes of it, or else the one that was meant, with what
/// is wrong with it.
fn best(
    schema: &Schema,
    readings: Vec<Value>,
    place: &[PathStep],
    wrap: &dyn Fn(Value) -> Value,
) -> Reading {
    let pointer = place
        .iter()
        .fold(String::new(), |pointer, step| match step {
            PathStep::Name(name) => format!("{pointer}/{}", escape(name)),
            PathStep::Index(index) => format!("{pointer}/{index}"),
        });
    let tried = readings.into_iter().map(|reading| {
        let wrapped = wrap(reading.clone());
        let fits = schema.allows_type_at(&wrapped, &pointer);
        let mut breaches = Partial::known(wrapped).breaches(schema).into_iter();
        (reading, fits, breaches.find(|breach| is_at(breach, place)))
    });
    let mut tried: Vec<_> = tried.collect();
    let right = tried.iter().position(|(_, _, breach)| breach.is_none());
    // Of a number that is too small, not that the text is no number.
    let chosen = right.or_else(|| tried.iter().position(|(_, fits, _)| *fits));
    let (reading, _, breach) = tried.swap_remove(chosen.unwrap_or(0));
    (reading, breach)
}

/// Whether a breach is of what stands at a place, or of its key.
fn is_at(breach: &RequestBreach, place: &[PathStep]) -> bool {
    let (last, around) = match place.split_last() {
        Some((PathStep::Name(name), around)) => (Some(name), around),
        _ => (None, place),
    };
    match &breach.kind {
        BreachKind::Unknown(name) => Some(name) == last && breach.path == around,
        BreachKind::Missing(_) | BreachKind::Value { .. } => breach.path.starts_with(place),
    }
}

impl Partial {
    /// The fields of a form, which are sent as text, each as the schema wants it.
    pub(super) fn read_as_texts(mut self, schema: &Schema) -> Self {
        for (name, value) in self.known_entries() {
            let read = read_field(schema, &name, &value);
            self.set_entry(&name, read);
        }
        self
    }
}

/// A form's field as the schema wants it; `None` where that can't be told.
fn read_field(schema: &Schema, name: &str, value: &Value) -> Option<Value> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let Value::Array(items) = value else {
        return property(schema, name, &text(value)?).0;
    };
    let place = [PathStep::Name(name.to_owned()), PathStep::Index(0)];
    let wrap = |item: Value| object(name, Value::Array(vec![item]));
    let items = items.iter();
    let items = items.map(|item| Some(best(schema, scalars(&text(item)?), &place, &wrap).0));
    items.collect::<Option<Vec<_>>>().map(Value::Array)
}
