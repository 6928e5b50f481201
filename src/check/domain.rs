//! What kind of value a subject has, and so what may be expected of it: a status has classes, a duration has units.

use std::time::Duration;

use super::matchers::{Fault, named};
use super::show::Show;
use crate::diagnostic::did_you_mean;
use crate::value::{Decimal, Value, equal, format_duration, number_from_text, parse_duration};

/// The kind of value that a matcher looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    Json,
    /// A header, a cookie, or the body as text.
    Text,
    Status,
    /// A duration, as a number of nanoseconds.
    Duration,
    /// How many branches passed.
    Count,
    /// How many webhooks came.
    Webhooks,
    /// How long a value is.
    Length,
    /// The number that a text is written as.
    Number,
    /// `timeout`, `connection` or `tls`.
    Error,
    /// `valid`, `invalid` or `missing`.
    Signature,
    Boolean,
}

/// The operators that suit numbers with a meaning of their own.
const NUMERIC: &[&str] = &[
    "eq", "ne", "gt", "gte", "lt", "lte", "in", "not", "all_of", "any_of", "close_to",
];
/// Those that suit any number.
const ARITHMETIC: &[&str] = &[
    "eq", "ne", "gt", "gte", "lt", "lte", "in", "not", "all_of", "any_of", "close_to", "type",
    "schema",
];
const WORDS: &[&str] = &["eq", "in", "any_of"];
const ERRORS: [&str; 3] = ["timeout", "connection", "tls"];
const SIGNATURES: [&str; 3] = ["valid", "invalid", "missing"];

impl Domain {
    /// The value as a message names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "a value of the body",
            Self::Text => "a text",
            Self::Status => "`status`",
            Self::Duration => "`duration`",
            Self::Count => "`passed`",
            Self::Webhooks => "`count`",
            Self::Length => "`length`",
            Self::Number => "`number`",
            Self::Error => "`error`",
            Self::Signature => "`signature`",
            Self::Boolean => "`contract`",
        }
    }

    /// The operators that may be used; `None` is all.
    pub(super) fn operators(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Json | Self::Text => None,
            Self::Status | Self::Duration | Self::Count | Self::Webhooks | Self::Length => {
                Some(NUMERIC)
            }
            Self::Number => Some(ARITHMETIC),
            Self::Error | Self::Signature => Some(WORDS),
            Self::Boolean => Some(&["eq"]),
        }
    }

    /// Takes an expected value, as written or rendered, to what is compared.
    pub(super) fn expected(self, value: Value) -> Result<Value, Fault> {
        match self {
            Self::Json => Ok(value),
            Self::Text => text(value),
            Self::Status => status(value),
            Self::Duration => duration(&value),
            Self::Count | Self::Webhooks | Self::Length => count(value),
            Self::Number => number(value),
            Self::Error => word(value, &ERRORS, "a way in which a request fails"),
            Self::Signature => word(value, &SIGNATURES, "how a webhook is signed"),
            Self::Boolean => match &value {
                Value::Bool(_) => Ok(value),
                _ => Err(Fault::found("expected `true` or `false`", &value)),
            },
        }
    }

    pub(super) fn equal(self, expected: &Value, actual: &Value) -> bool {
        match (self, expected) {
            (Self::Status, Value::String(class)) => {
                actual.as_u64().map(|status| status / 100) == class_digit(class)
            }
            _ => equal(expected, actual),
        }
    }

    pub(super) fn show(self, value: &Value, show: Show<'_>) -> String {
        match (self, value) {
            (Self::Status | Self::Error | Self::Signature, Value::String(word)) => word.clone(),
            (Self::Duration, Value::Number(nanos)) => {
                format_duration(Duration::from_nanos(nanos.as_u64().unwrap_or(u64::MAX)))
            }
            _ => show.value(value),
        }
    }
}

/// A duration as the number that matchers compare.
pub(super) fn nanos(duration: Duration) -> Value {
    Value::from(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

fn number(value: Value) -> Result<Value, Fault> {
    let fault = || Fault::found("expected a number", &value);
    match &value {
        Value::Number(_) => Ok(value),
        Value::String(text) if number_from_text(text).is_some() => {
            Err(fault().help(format!("write `{text}`")))
        }
        _ => Err(fault()),
    }
}

/// How many there are.
fn count(value: Value) -> Result<Value, Fault> {
    let value = number(value)?;
    let is_count = value.as_number().is_some_and(|number| {
        let number = Decimal::from_number(number);
        number.is_integer() && !number.is_negative()
    });
    if is_count {
        return Ok(value);
    }
    Err(Fault::found("expected a whole number from 0", &value)
        .help("it is a number of things, such as `2`, or `{ gte: 1 }`"))
}

fn text(value: Value) -> Result<Value, Fault> {
    match value {
        Value::String(_) => Ok(value),
        Value::Number(number) => Err(Fault::new(format!(
            "a text never equals the number `{number}`"
        ))
        .help(format!(
            "`'{number}'` is the text; `{{ number: {number} }}` compares a number that is written as text"
        ))),
        Value::Null => Err(Fault::new("a text never equals null").help("absence is `exists: false`")),
        other => Err(Fault::new(format!("a text never equals {}", named(&other)))
            .help("a header, a cookie and `text` are compared as text: quote the value")),
    }
}

fn status(value: Value) -> Result<Value, Fault> {
    let known = match &value {
        Value::Number(number) => number
            .as_u64()
            .is_some_and(|status| (100..600).contains(&status)),
        Value::String(class) => class_digit(class).is_some(),
        _ => false,
    };
    if known {
        return Ok(value);
    }
    let fault = Fault::new(format!("{} is not a status", named(&value)));
    Err(match &value {
        Value::String(text) if class_digit(&text.to_ascii_lowercase()).is_some() => {
            fault.help(format!("did you mean `{}`?", text.to_ascii_lowercase()))
        }
        Value::String(text) if text.parse::<u16>().is_ok() => fault.help(format!(
            "a status is a number: write `{text}`; a CSV column is one with the header `name:number`"
        )),
        _ => fault.help("a status is a number from 100 to 599, such as `201`, or a class, such as `2xx`"),
    })
}

/// 2 for `2xx`.
fn class_digit(class: &str) -> Option<u64> {
    match class.as_bytes() {
        [digit @ b'1'..=b'5', b'x', b'x'] => Some(u64::from(digit - b'0')),
        _ => None,
    }
}

fn duration(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::String(text) => parse_duration(text).map(nanos).map_err(Fault::new),
        Value::Number(number) => Err(Fault::new(format!("`{number}` has no unit"))
            .help(format!("write `{number}ms` or `{number}s`"))),
        other => Err(Fault::found("expected a duration such as `500ms`", other)),
    }
}

/// One of a few words, and what to say of another.
fn word(value: Value, words: &[&'static str; 3], what: &str) -> Result<Value, Fault> {
    if value.as_str().is_some_and(|word| words.contains(&word)) {
        return Ok(value);
    }
    let fault = Fault::new(format!("{} is not {what}", named(&value)));
    let close = value
        .as_str()
        .and_then(|word| did_you_mean(word, words.iter().copied()));
    let [first, second, third] = words;
    Err(match close {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None => fault.help(format!("it is `{first}`, `{second}` or `{third}`")),
    })
}
