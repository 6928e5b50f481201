//! Matchers: a plain value, or operators that must all hold. One table of operators, one file each.
//!
//! A [`Matcher`] is what stands in the file, decoded once. Rendering its expressions makes it [`ready::Ready`]: tests
//! that look at values and say yes, no, or that the value is not of a kind they can judge.

mod affix;
mod all_of;
mod any_of;
mod close_to;
mod contains;
mod decode;
mod each;
mod empty;
mod eq;
mod exists;
mod format;
mod r#in;
mod instant;
mod length;
mod matches;
mod ne;
mod not;
mod number;
mod order;
mod ready;
mod schema;
mod some;
mod r#type;
mod unordered;

use std::sync::Arc;

use super::domain::Domain;
use crate::document::Shape;
use crate::expr::{Reference, Template};
use crate::source::Place;
use crate::value::{Path, Value};

pub(super) use eq::PARTIAL;
pub(super) use ready::{Answer, Complaint, Ready, Test};
pub(super) use schema::SCHEMA;

/// What a value must be like: operators, all of which must hold. A plain value is `eq`.
#[derive(Clone, Debug)]
pub struct Matcher {
    pub(super) operators: Vec<Operator>,
}

/// One operator and its argument.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub spec: &'static OperatorSpec,
    /// Where the operator's name stands; `None` for a plain value.
    pub key: Option<Place>,
    /// Where its argument stands.
    pub place: Place,
    pub argument: Argument,
}

impl Matcher {
    /// The value, where it is a plain one without expressions.
    pub(super) fn as_literal(&self) -> Option<&Value> {
        match self.operators.as_slice() {
            [
                Operator {
                    key: None,
                    argument: Argument::Literal(test),
                    ..
                },
            ] => test.expected(),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Argument {
    /// Plain data without expressions, made ready at once.
    Literal(Arc<dyn Test>),
    /// Data with expressions in it.
    Dynamic(Box<(Template, Making)>),
    Matcher(Box<Matcher>),
    Matchers(Vec<Matcher>),
}

/// What an argument's test is made for, besides its value.
#[derive(Clone, Debug)]
pub(super) struct Making {
    pub domain: Domain,
    /// The paths that `eq` leaves out.
    pub except: Box<[Path]>,
    /// Whether the value is written out, without expressions.
    pub written: bool,
}

/// An argument that an operator can't have: what is wrong, and what to do.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// `message, found …`.
    pub(super) fn found(message: impl std::fmt::Display, value: &Value) -> Self {
        Self::new(format!("{message}, found {}", named(value)))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A value in a message: a short scalar itself, else its type. Nothing is cut short, since a secret that is cut is not
/// known for one.
pub(super) fn named(value: &Value) -> String {
    const LIMIT: usize = 80;
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.len() > LIMIT => "a long string".to_owned(),
        Value::Number(number) if number.as_str().len() > LIMIT => "a long number".to_owned(),
        // Where it would read as something else, that it is a string is what is wrong with it.
        Value::String(text) if serde_json::from_str::<Value>(text).is_ok() => {
            format!("the string `{text}`")
        }
        Value::String(text) => format!("`{text}`"),
        scalar => format!("`{scalar}`"),
    }
}

type Made = Result<Arc<dyn Test>, Fault>;

/// How an operator's argument becomes a test.
#[derive(Debug)]
pub(super) enum Make {
    /// From data.
    Data(fn(Value, &Making) -> Made),
    /// From a JSON Schema, inline or by its path.
    Schema,
    /// From a matcher for values of this domain; without one, of the domain that the operator itself is used in.
    Matcher(Option<Domain>, fn(Ready) -> Arc<dyn Test>),
    /// From a list of matchers.
    Matchers(fn(Vec<Ready>) -> Arc<dyn Test>),
    /// Not a test of its own: it says more of the operator of this name beside it.
    With(&'static str),
}

/// One operator: a line of the table.
#[derive(Debug)]
pub struct OperatorSpec {
    pub name: &'static str,
    /// What it means, in one or two sentences of Markdown.
    pub doc: &'static str,
    /// What its argument may be.
    pub argument: Shape,
    /// A use of it, as one line of YAML.
    pub example: &'static str,
    /// Whether a list can pass it, as a path that is not singular gives.
    pub(super) lists: bool,
    pub(super) make: Make,
}

/// Every operator, in the order of the docs.
pub static OPERATORS: &[&OperatorSpec] = &[
    &eq::EQ,
    &eq::EXCEPT,
    &ne::NE,
    &order::GT,
    &order::GTE,
    &order::LT,
    &order::LTE,
    &r#in::IN,
    &contains::CONTAINS,
    &affix::STARTS_WITH,
    &affix::ENDS_WITH,
    &matches::MATCHES,
    &r#type::TYPE,
    &format::FORMAT,
    &length::LENGTH,
    &exists::EXISTS,
    &empty::EMPTY,
    &each::EACH,
    &some::SOME,
    &unordered::UNORDERED,
    &not::NOT,
    &all_of::ALL_OF,
    &any_of::ANY_OF,
    &number::NUMBER,
    &instant::BEFORE,
    &instant::AFTER,
    &close_to::CLOSE_TO,
    &schema::SCHEMA,
];

impl Matcher {
    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        self.operators
            .iter()
            .flat_map(|operator| operator.argument.references())
            .collect()
    }
}

impl Argument {
    fn references(&self) -> Vec<Reference> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Dynamic(dynamic) => dynamic.0.references(),
            Self::Matcher(matcher) => matcher.references(),
            Self::Matchers(matchers) => matchers.iter().flat_map(Matcher::references).collect(),
        }
    }
}
