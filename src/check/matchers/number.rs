//! `number`: a number that is written as a string.

use std::sync::Arc;

use super::{Answer, Complaint, Make, OperatorSpec, Ready, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Value, number_from_text};

pub(super) static NUMBER: OperatorSpec = OperatorSpec {
    name: "number",
    doc: "A string that is written as JSON writes a number, and the number of which matches.",
    argument: Shape::Matcher,
    example: "$.amount: { number: { gte: 99 } }",
    lists: false,
    make: Make::Matcher(Some(Domain::Number), |inner| Arc::new(NumberText(inner))),
};

#[derive(Debug)]
struct NumberText(Ready);

fn number_in(value: &Value) -> Option<Value> {
    number_from_text(value.as_str()?).map(Value::Number)
}

impl Test for NumberText {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("a number in a string, {}", self.0.describe(cx))
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        match number_in(actual) {
            Some(number) => self.0.holds(Some(&number), cx),
            None => Answer::Unfit,
        }
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let complaint = Complaint::new(self.describe(cx), cx.show.value(actual));
        match actual {
            Value::Number(_) => {
                complaint.help("this is a number already: compare it without `number`")
            }
            _ => complaint,
        }
    }
}
