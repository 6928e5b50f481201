//! `unordered`: the same elements in any order.

use std::sync::Arc;

use super::{Answer, Complaint, Fault, Made, Make, OperatorSpec, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Value, equal};

pub(super) static UNORDERED: OperatorSpec = OperatorSpec {
    name: "unordered",
    doc: "A list of exactly these elements, each as often as here, in any order.",
    argument: Shape::List(&Shape::Any),
    example: "$.roles: { unordered: [admin, owner] }",
    lists: true,
    make: Make::Data(|expected, _| make(expected)),
};

#[derive(Debug)]
struct Unordered(Vec<Value>);

fn make(expected: Value) -> Made {
    match expected {
        Value::Array(items) => Ok(Arc::new(Unordered(items))),
        other => Err(Fault::found("`unordered` takes a list", &other)),
    }
}

/// The expected elements that are not there, and those that are there beyond the expected.
fn unmatched<'v>(expected: &'v [Value], actual: &'v [Value]) -> (Vec<&'v Value>, Vec<&'v Value>) {
    let mut extra: Vec<&Value> = actual.iter().collect();
    let missing = expected
        .iter()
        .filter(
            |wanted| match extra.iter().position(|have| equal(wanted, have)) {
                Some(at) => {
                    extra.remove(at);
                    false
                }
                None => true,
            },
        )
        .collect();
    (missing, extra)
}

impl Test for Unordered {
    fn describe(&self, cx: Context<'_>) -> String {
        format!(
            "the elements {} in any order",
            cx.show.value(&Value::Array(self.0.clone()))
        )
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match actual {
            Value::Array(items) => {
                let (missing, extra) = unmatched(&self.0, items);
                (missing.is_empty() && extra.is_empty()).into()
            }
            _ => Answer::Unfit,
        }
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let complaint = Complaint::new(self.describe(cx), cx.show.value(actual));
        let Value::Array(items) = actual else {
            return complaint;
        };
        let (missing, extra) = unmatched(&self.0, items);
        let note = |what: &str, values: Vec<&Value>| {
            (!values.is_empty()).then(|| format!("{what}: {}", cx.show.values(values)))
        };
        complaint.notes(
            [note("missing", missing), note("not expected", extra)]
                .into_iter()
                .flatten(),
        )
    }
}
