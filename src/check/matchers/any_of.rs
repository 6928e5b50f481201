//! `any_of`: several matchers, one of which must hold.

use std::sync::Arc;

use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::show::{Context, LINE_LIMIT, limited};
use crate::document::Shape;
use crate::value::Value;

pub(super) static ANY_OF: OperatorSpec = OperatorSpec {
    name: "any_of",
    doc: "A value that at least one of these matchers holds of.",
    argument: Shape::List(&Shape::Matcher),
    example: "$.closed_at: { any_of: [null, { format: date-time }] }",
    lists: true,
    make: Make::Matchers(|inner| Arc::new(AnyOf(inner))),
};

#[derive(Debug)]
struct AnyOf(Vec<Ready>);

impl Test for AnyOf {
    fn describe(&self, cx: Context<'_>) -> String {
        let all: Vec<String> = self.0.iter().map(|ready| ready.describe(cx)).collect();
        all.join(" or ")
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        self.holds_of(Some(actual), cx)
    }

    fn holds_of(&self, actual: Option<&Value>, cx: Context<'_>) -> Answer {
        self.0
            .iter()
            .map(|ready| ready.holds(actual, cx))
            .fold(Answer::No, Answer::or)
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let got = cx.actual(actual);
        // What says no more than that the value is another one is in the summary.
        let plain = |ready: &Ready| Complaint::new(ready.describe(cx), &got).summary;
        let reasons = self.0.iter().filter_map(|ready| {
            let reason = ready.explain(actual, cx).summary;
            (reason != plain(ready)).then_some(reason)
        });
        let reasons = limited(reasons, LINE_LIMIT);
        let note = (!reasons.is_empty()).then(|| reasons.join("\n"));
        Complaint::new(self.describe(cx), &got).notes(note)
    }
}
