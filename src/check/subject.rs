//! What checks look at: its name in messages, its kind of value, and finding it in a response.

use super::Subject;
use super::domain::{Domain, nanos};
use crate::http::{JsonError, Response};
use crate::value::{Found, Missing, Value};

/// What was found where a check looks.
pub(super) enum Look<'v> {
    There(&'v Value),
    /// A singular path finds nothing.
    Missing(Missing),
    /// There is no such header or cookie; the names of those that there are.
    Absent(Vec<String>),
    /// The body is not JSON.
    Unreadable(JsonError),
    /// The path visits more nodes than this.
    TooMuch(usize),
}

impl Subject {
    /// The stable name of a failure, in reports.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Header(_) => "header",
            Self::Cookie(_) => "cookie",
            Self::Text => "text",
            Self::Json => "json",
            Self::Schema => "schema",
            Self::Contract => "contract",
            Self::Duration => "duration",
            Self::Passed => "passed",
            Self::Error => "error",
            Self::Signature => "signature",
            Self::Count => "count",
            Self::Path(_) => "path",
        }
    }

    /// How it is called before a message, such as `` `$.id`: ``; nothing where the message is plain without.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Status | Self::Contract | Self::Error => String::new(),
            Self::Header(name) => format!("header `{name}`: "),
            Self::Cookie(name) => format!("cookie `{name}`: "),
            Self::Json | Self::Schema => "body: ".to_owned(),
            Self::Text | Self::Duration | Self::Passed | Self::Signature | Self::Count => {
                format!("{}: ", self.code())
            }
            Self::Path(path) => format!("`{path}`: "),
        }
    }

    pub(super) fn domain(&self) -> Domain {
        match self {
            Self::Status => Domain::Status,
            Self::Header(_) | Self::Cookie(_) | Self::Text => Domain::Text,
            Self::Json | Self::Schema | Self::Path(_) => Domain::Json,
            Self::Contract => Domain::Boolean,
            Self::Duration => Domain::Duration,
            Self::Passed => Domain::Count,
            Self::Error => Domain::Error,
            Self::Signature => Domain::Signature,
            Self::Count => Domain::Webhooks,
        }
    }

    /// The path of its value within the body; empty if it has none, as a list of what a path found.
    pub(super) fn base(&self) -> &str {
        match self {
            Self::Json | Self::Schema => "$",
            Self::Path(path) if path.is_singular() => path.text(),
            _ => "",
        }
    }

    /// Finds it in a response. Of what is not in a response, nothing is found.
    pub(super) fn look<R>(&self, response: &Response, then: impl FnOnce(Look<'_>) -> R) -> R {
        match self {
            Self::Status => then(Look::There(&Value::from(response.status))),
            Self::Text => then(Look::There(&Value::from(&*response.text()))),
            Self::Duration => then(Look::There(&nanos(response.duration))),
            Self::Header(name) => match response.header(name) {
                Some(value) => then(Look::There(&Value::from(value))),
                None => then(Look::Absent(names(
                    response.headers.iter().map(|(name, _)| name.as_str()),
                ))),
            },
            Self::Cookie(wanted) => {
                // Of two cookies of one name, a client keeps the later.
                let value = response
                    .cookies()
                    .filter(|(name, _)| *name == &**wanted)
                    .last();
                match value {
                    Some((_, value)) => then(Look::There(&Value::from(value))),
                    None => then(Look::Absent(names(
                        response.cookies().map(|(name, _)| name),
                    ))),
                }
            }
            Self::Json | Self::Schema | Self::Path(_) => {
                if let Self::Path(path) = self
                    && let Some(value) = response.found(path)
                {
                    return then(Look::There(&value));
                }
                match response.json() {
                    Ok(body) => self.look_into(&body, then),
                    Err(error) => then(Look::Unreadable(error)),
                }
            }
            Self::Contract | Self::Passed | Self::Error | Self::Signature | Self::Count => {
                then(Look::Absent(Vec::new()))
            }
        }
    }

    fn look_into<R>(&self, body: &Value, then: impl FnOnce(Look<'_>) -> R) -> R {
        let Self::Path(path) = self else {
            return then(Look::There(body));
        };
        match path.find(body) {
            Found::One(value) => then(Look::There(value)),
            Found::Many(values) => {
                let list = Value::Array(values.into_iter().cloned().collect());
                then(Look::There(&list))
            }
            Found::TooMuch { limit } => then(Look::TooMuch(limit)),
            Found::Missing { .. } => match path.missing(body) {
                Some(missing) => then(Look::Missing(missing)),
                None => then(Look::Absent(Vec::new())),
            },
        }
    }
}

/// Each name once, in order.
fn names<'n>(all: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in all {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}
