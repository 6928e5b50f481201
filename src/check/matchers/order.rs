//! `gt`, `gte`, `lt`, `lte`: order between numbers, exact, or between texts, by code point.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Answer, Complaint, Fault, Made, Make, Making, OperatorSpec, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Value, compare};

const BOUND: Shape = Shape::OneOf(&[Shape::Number, Shape::Text]);

pub(super) static GT: OperatorSpec = OperatorSpec {
    name: "gt",
    doc: "Greater than this number; of two texts, later by code point.",
    argument: BOUND,
    example: "$.amount: { gt: 0 }",
    lists: false,
    make: Make::Data(|bound, making| make(bound, making, "greater than", Ordering::is_gt)),
};

pub(super) static GTE: OperatorSpec = OperatorSpec {
    name: "gte",
    doc: "Greater than this number, or equal to it.",
    argument: BOUND,
    example: "$.amount: { gte: 99.95 }",
    lists: false,
    make: Make::Data(|bound, making| make(bound, making, "at least", Ordering::is_ge)),
};

pub(super) static LT: OperatorSpec = OperatorSpec {
    name: "lt",
    doc: "Less than this number; of two texts, earlier by code point.",
    argument: BOUND,
    example: "duration: { lt: 500ms }",
    lists: false,
    make: Make::Data(|bound, making| make(bound, making, "less than", Ordering::is_lt)),
};

pub(super) static LTE: OperatorSpec = OperatorSpec {
    name: "lte",
    doc: "Less than this number, or equal to it.",
    argument: BOUND,
    example: "$.fee: { lte: 0.25 }",
    lists: false,
    make: Make::Data(|bound, making| make(bound, making, "at most", Ordering::is_le)),
};

#[derive(Debug)]
struct Order {
    bound: Value,
    domain: Domain,
    words: &'static str,
    wanted: fn(Ordering) -> bool,
}

fn make(bound: Value, making: &Making, words: &'static str, wanted: fn(Ordering) -> bool) -> Made {
    let bound = making.domain.expected(bound)?;
    match (&bound, making.domain) {
        (Value::Number(_), _) | (Value::String(_), Domain::Json | Domain::Text) => {}
        (Value::String(class), _) => {
            return Err(Fault::new(format!("the class `{class}` has no order"))
                .help("compare with a number such as `400`"));
        }
        (other, _) => {
            return Err(Fault::found("only numbers and texts have an order", other));
        }
    }
    Ok(Arc::new(Order {
        bound,
        domain: making.domain,
        words,
        wanted,
    }))
}

impl Test for Order {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("{} {}", self.words, self.domain.show(&self.bound, cx.show))
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match compare(actual, &self.bound) {
            Some(order) => (self.wanted)(order).into(),
            None => Answer::Unfit,
        }
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let unfit = self.holds(actual, cx) == Answer::Unfit;
        let kind = match (&self.bound, unfit) {
            (_, false) => "",
            (Value::Number(_), true) => "a number ",
            (_, true) => "a string ",
        };
        let complaint = Complaint::new(
            format_args!("{kind}{}", self.describe(cx)),
            self.domain.show(actual, cx.show),
        );
        match (actual, &self.bound) {
            (Value::String(_), Value::Number(_)) => complaint.help(
                "a number that is written as a string is compared under `number`, such as `number: { gt: 0 }`",
            ),
            _ => complaint,
        }
    }
}
