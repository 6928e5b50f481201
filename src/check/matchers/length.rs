//! `length`: how long a value is.

use std::sync::Arc;

use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static LENGTH: OperatorSpec = OperatorSpec {
    name: "length",
    doc: "The number of elements of a list, of keys of an object, or of characters of a string.",
    argument: Shape::OneOf(&[Shape::Integer, Shape::Matcher]),
    example: "$.items: { length: { gte: 1 } }",
    lists: true,
    make: Make::Matcher(Some(Domain::Length), |inner| Arc::new(Length(inner))),
};

#[derive(Debug)]
struct Length(Ready);

/// How long a value is, if it has a length at all.
pub(super) fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(object) => Some(object.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

impl Test for Length {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("length {}", self.0.describe(cx))
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        match length_of(actual) {
            Some(length) => self.0.holds(Some(&Value::from(length)), cx.inside()),
            None => Answer::Unfit,
        }
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let expected = self.describe(cx);
        match length_of(actual) {
            Some(length) => Complaint::new(expected, length)
                .notes([format!("the value: {}", cx.show.value(actual))]),
            None => Complaint::new(
                format_args!("a string, a list or an object of {expected}"),
                cx.show.value(actual),
            ),
        }
    }
}
