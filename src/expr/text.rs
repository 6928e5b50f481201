//! Values as text, and the bounds on what an expression may make.

use std::borrow::Cow;

use crate::value::Value;

/// The longest text that an expression or a template may make, in bytes.
pub(super) const MAX_TEXT: usize = 1024 * 1024;

/// How many steps one evaluation may take: a node evaluated, an item looked at, a value copied.
pub(super) const MAX_STEPS: u64 = 4_000_000;

/// How much a repeated list may hold.
pub(super) const MAX_REPEATED: u64 = 100_000;

/// A value as text: a string as it is, a number with its own text, and JSON for everything else.
pub(super) fn to_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Borrowed(number.as_str()),
        Value::Null => Cow::Borrowed("null"),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    }
}

/// How much it costs to copy a value.
pub(super) fn weight(value: &Value) -> u64 {
    let of_text = |text: &str| 1 + text.len() as u64 / 64;
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(number) => of_text(number.as_str()),
        Value::String(text) => of_text(text),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<u64>(),
        Value::Object(map) => {
            1 + map
                .iter()
                .map(|(key, value)| of_text(key) + weight(value))
                .sum::<u64>()
        }
    }
}
