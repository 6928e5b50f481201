//! `not`: a matcher that must not hold.

use std::sync::Arc;

use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Value, a_type};

pub(super) static NOT: OperatorSpec = OperatorSpec {
    name: "not",
    doc: "A value that does not match. A value that is absent, or of a kind that the operators inside can't judge, \
          fails here too.",
    argument: Shape::Matcher,
    example: "$.message: { not: { contains: password } }",
    lists: true,
    make: Make::Matcher(None, |inner| Arc::new(Not(inner))),
};

#[derive(Debug)]
struct Not(Ready);

impl Test for Not {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("not {}", self.0.describe(cx))
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        self.holds_of(Some(actual), cx)
    }

    fn holds_of(&self, actual: Option<&Value>, cx: Context<'_>) -> Answer {
        !self.0.holds(actual, cx)
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let complaint = Complaint::new(self.describe(cx), cx.actual(actual));
        match self.0.holds(Some(actual), cx) {
            Answer::Unfit => complaint.notes([format!(
                "this can't be judged of {}, and so it holds neither with `not` nor without",
                a_type(actual)
            )]),
            _ => complaint,
        }
    }
}
