//! `some`: at least one element of a list.

use std::sync::Arc;

use super::each::reasons;
use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Value, counted};

pub(super) static SOME: OperatorSpec = OperatorSpec {
    name: "some",
    doc: "A list of which at least one element matches.",
    argument: Shape::Matcher,
    example: "$.items[*].status: { some: { eq: paid } }",
    lists: true,
    make: Make::Matcher(None, |inner| Arc::new(SomeElement(inner))),
};

#[derive(Debug)]
struct SomeElement(Ready);

impl Test for SomeElement {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("an element to be {}", self.0.describe(cx.inside()))
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        match actual {
            Value::Array(items) => items
                .iter()
                .map(|item| self.0.holds(Some(item), cx.inside()))
                .fold(Answer::No, Answer::or),
            _ => Answer::Unfit,
        }
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let expected = self.describe(cx);
        match actual {
            Value::Array(items) if items.is_empty() => Complaint::new(expected, "an empty list"),
            Value::Array(items) => {
                let (lines, _) = reasons(&self.0, items, cx);
                let label = format!("none of {} is", counted(items.len(), "element"));
                Complaint::of(format!("expected {expected}; {label}"), label)
                    .notes([lines.join("\n")])
            }
            _ => Complaint::new(format_args!("a list, {expected}"), cx.show.value(actual)),
        }
    }
}
