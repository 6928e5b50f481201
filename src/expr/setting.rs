//! Settings of a certain type that may be given by an expression, such as `timeout` and `every`.

use std::sync::Arc;
use std::time::Duration;

use super::{Kind, Outcome, Reference, Scope, Template};
use crate::diagnostic::Diagnostic;
use crate::source::{Node, Source};
use crate::value::{Decimal, Value, a_type, parse_duration};

/// A value of a certain type, or the expression that gives it.
#[derive(Clone, Debug)]
pub enum Setting<T> {
    Fixed(T),
    /// Few are: each would else take the room of a template.
    Dynamic(Box<Template>),
}

/// A type that a setting may have.
pub trait FromValue: Sized + Clone {
    /// # Errors
    /// What is wrong, such as ``expected `true` or `false`, found a string``.
    fn from_value(value: &Value) -> Result<Self, String>;
}

impl<T: FromValue> Setting<T> {
    /// Decodes a YAML node; `None` where it has a problem.
    #[must_use]
    pub fn decode(
        node: &Node,
        source: &Arc<Source>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let before = problems.len();
        let template = Template::decode(node, source, problems);
        if problems.len() > before {
            return None;
        }
        match &template.kind {
            Kind::Literal(value) => match T::from_value(value) {
                Ok(value) => Some(Self::Fixed(value)),
                Err(message) => {
                    problems.push(Diagnostic::error("wrong-type", message).at(template.place));
                    None
                }
            },
            _ => Some(Self::Dynamic(Box::new(template))),
        }
    }

    /// The value now.
    ///
    /// # Errors
    /// As [`Template::render`], or the value is not of this type.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<T, Diagnostic> {
        let template = match self {
            Self::Fixed(value) => return Ok(value.clone()),
            Self::Dynamic(template) => template,
        };
        let value = match template.render(scope)? {
            Outcome::Value(value) => value,
            Outcome::Omit => return Err(template.omitted()),
        };
        T::from_value(&value)
            .map_err(|message| Diagnostic::error("wrong-type", message).at(template.place.clone()))
    }

    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Dynamic(template) => template.references(),
        }
    }
}

impl FromValue for Duration {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => parse_duration(text),
            Value::Number(number) => Err(format!("a duration has a unit: `{number}s`")),
            other => Err(format!(
                "expected a duration such as `5s`, found {}",
                a_type(other)
            )),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Result<Self, String> {
        value
            .as_bool()
            .ok_or_else(|| format!("expected `true` or `false`, found {}", a_type(value)))
    }
}

impl FromValue for u64 {
    fn from_value(value: &Value) -> Result<Self, String> {
        let found = match value {
            Value::Number(number) => match Decimal::from_number(number).to_u64() {
                Some(integer) => return Ok(integer),
                None => number.to_string(),
            },
            other => a_type(other).to_owned(),
        };
        Err(format!("expected an integer of at least 0, found {found}"))
    }
}

impl FromValue for f64 {
    fn from_value(value: &Value) -> Result<Self, String> {
        let Value::Number(number) = value else {
            return Err(format!("expected a number, found {}", a_type(value)));
        };
        Some(Decimal::from_number(number).to_f64())
            .filter(|number| number.is_finite())
            .ok_or_else(|| format!("{number} is too large"))
    }
}
