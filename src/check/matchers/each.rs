//! `each`: every element of a list.

use std::sync::Arc;

use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::show::{Context, limited};
use crate::document::Shape;
use crate::value::{Value, counted};

/// Elements of which it is said what is wrong with them.
const SHOWN: usize = 5;

pub(super) static EACH: OperatorSpec = OperatorSpec {
    name: "each",
    doc: "A list of which every element matches. It fails on an empty list, of which nothing would be checked.",
    argument: Shape::Matcher,
    example: "$.items[*].amount: { each: { gt: 0 } }",
    lists: true,
    make: Make::Matcher(None, |inner| Arc::new(Each(inner))),
};

#[derive(Debug)]
struct Each(Ready);

impl Test for Each {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("each element to be {}", self.0.describe(cx.inside()))
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        match actual {
            Value::Array(items) if !items.is_empty() => items
                .iter()
                .map(|item| self.0.holds(Some(item), cx.inside()))
                .fold(Answer::Yes, Answer::and),
            _ => Answer::Unfit,
        }
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let expected = self.describe(cx);
        match actual {
            Value::Array(items) if items.is_empty() => Complaint::new(expected, "an empty list"),
            Value::Array(items) => {
                let (lines, failing) = reasons(&self.0, items, cx);
                let label = format!("{failing} of {} not so", counted(items.len(), "element"));
                Complaint::of(format!("expected {expected}; {label}"), label)
                    .notes([lines.join("\n")])
            }
            _ => Complaint::new(format_args!("a list, {expected}"), cx.show.value(actual)),
        }
    }
}

/// What is wrong with the first elements that do not match, and how many there are of them.
pub(super) fn reasons(ready: &Ready, items: &[Value], cx: Context<'_>) -> (Vec<String>, usize) {
    let cx = cx.inside();
    let failing: Vec<(usize, &Value)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| ready.holds(Some(item), cx) != Answer::Yes)
        .collect();
    let lines = failing
        .iter()
        .map(|(index, item)| format!("[{index}]: {}", ready.explain(item, cx).summary));
    (limited(lines, SHOWN), failing.len())
}
