//! `exists`: whether there is a value at all.

use std::sync::Arc;

use super::{Answer, Complaint, Fault, Made, Make, OperatorSpec, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static EXISTS: OperatorSpec = OperatorSpec {
    name: "exists",
    doc: "Whether there is a value, be it null. `exists: false` is the way to check that something is absent.",
    argument: Shape::Boolean,
    example: "$.error: { exists: false }",
    lists: false,
    make: Make::Data(|wanted, _| make(&wanted)),
};

#[derive(Debug)]
struct Exists(bool);

fn make(wanted: &Value) -> Made {
    match wanted {
        Value::Bool(wanted) => Ok(Arc::new(Exists(*wanted))),
        other => Err(Fault::found("`exists` takes `true` or `false`", other)),
    }
}

impl Test for Exists {
    fn describe(&self, _: Context<'_>) -> String {
        if self.0 { "a value" } else { "no value" }.to_owned()
    }

    fn holds(&self, _: &Value, _: Context<'_>) -> Answer {
        self.0.into()
    }

    fn holds_of(&self, actual: Option<&Value>, _: Context<'_>) -> Answer {
        (actual.is_some() == self.0).into()
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let complaint = Complaint::new(self.describe(cx), cx.show.value(actual));
        if actual.is_null() {
            return complaint.help(
                "null is a value; where either will do, write `any_of: [null, { exists: false }]`",
            );
        }
        complaint
    }
}
