//! JSON values with exact numbers: comparison, JSONPath, differences, secrets and their redaction.
//!
//! Row 0. A value is [`serde_json::Value`] with `arbitrary_precision`, so that a number keeps the text it came with.

mod arithmetic;
mod compare;
mod decimal;
mod diff;
mod duration;
mod json;
mod path;
mod redact;
mod show;

pub use arithmetic::DecimalError;
pub use compare::{compare, contains_partial, equal};
pub use decimal::{Decimal, number_from_text};
pub use diff::{Difference, differences};
pub use duration::{format_duration, format_measured, parse_duration};
pub use json::{from_json, from_json_bytes};
pub use path::{Found, Missing, Path, PathError, PathStep, normalized, without};
pub use redact::{Extent, Redactor, Secret};
pub use serde_json::{Map, Number, Value};
pub use show::{counted, kept, whole_escapes};

/// The JSON type of a value, as matchers and messages name it: `integer` for a number without a fractional part.
#[must_use]
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if Decimal::from_number(number).is_integer() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The type of a value as a message names it.
#[must_use]
pub fn a_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
