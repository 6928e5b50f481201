//! `all_of`: several matchers, all of which must hold.

use std::sync::Arc;

use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static ALL_OF: OperatorSpec = OperatorSpec {
    name: "all_of",
    doc: "A value that each of these matchers holds of, such as two `contains`.",
    argument: Shape::List(&Shape::Matcher),
    example: "text: { all_of: [{ contains: a }, { contains: b }] }",
    lists: true,
    make: Make::Matchers(|inner| Arc::new(AllOf(inner))),
};

#[derive(Debug)]
struct AllOf(Vec<Ready>);

impl Test for AllOf {
    fn describe(&self, cx: Context<'_>) -> String {
        let all: Vec<String> = self.0.iter().map(|ready| ready.describe(cx)).collect();
        all.join(" and ")
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        self.holds_of(Some(actual), cx)
    }

    fn holds_of(&self, actual: Option<&Value>, cx: Context<'_>) -> Answer {
        self.0
            .iter()
            .map(|ready| ready.holds(actual, cx))
            .fold(Answer::Yes, Answer::and)
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let failing = self
            .0
            .iter()
            .find(|ready| ready.holds(Some(actual), cx) != Answer::Yes);
        match failing {
            Some(ready) => ready.explain(actual, cx),
            None => Complaint::new(self.describe(cx), cx.actual(actual)),
        }
    }
}
