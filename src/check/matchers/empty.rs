//! `empty`: whether there is anything in a value.

use std::sync::Arc;

use super::length::length_of;
use super::{Answer, Fault, Made, Make, OperatorSpec, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static EMPTY: OperatorSpec = OperatorSpec {
    name: "empty",
    doc: "Whether a list, an object or a string is empty. Null is none of these.",
    argument: Shape::Boolean,
    example: "$.data: { empty: true }",
    lists: true,
    make: Make::Data(|wanted, _| make(&wanted)),
};

#[derive(Debug)]
struct Empty(bool);

fn make(wanted: &Value) -> Made {
    match wanted {
        Value::Bool(wanted) => Ok(Arc::new(Empty(*wanted))),
        other => Err(Fault::found("`empty` takes `true` or `false`", other)),
    }
}

impl Test for Empty {
    fn describe(&self, _: Context<'_>) -> String {
        let what = if self.0 { "an empty" } else { "a non-empty" };
        format!("{what} list, object or string")
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match length_of(actual) {
            Some(length) => ((length == 0) == self.0).into(),
            None => Answer::Unfit,
        }
    }
}
