//! `close_to`: a number that is not further off than a tolerance.

use std::sync::Arc;

use super::{Answer, Fault, Made, Make, Making, OperatorSpec, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Decimal, Value};

pub(super) static CLOSE_TO: OperatorSpec = OperatorSpec {
    name: "close_to",
    doc: "`[value, tolerance]`: a number no further from the value than the tolerance, in exact decimals.",
    argument: Shape::List(&Shape::Number),
    example: "$.rate: { close_to: [1.08, 0.01] }",
    lists: false,
    make: Make::Data(make),
};

#[derive(Debug)]
struct CloseTo {
    value: Value,
    tolerance: Value,
    domain: Domain,
}

fn make(argument: Value, making: &Making) -> Made {
    let domain = making.domain;
    let pair = match argument {
        Value::Array(items) => <[Value; 2]>::try_from(items).map_err(Value::Array),
        other => Err(other),
    };
    let [value, tolerance] =
        pair.map_err(|other| Fault::found("`close_to` takes `[value, tolerance]`", &other))?;
    let (value, tolerance) = (domain.expected(value)?, domain.expected(tolerance)?);
    match (decimal(&value), decimal(&tolerance)) {
        (Some(_), Some(least)) if !least.is_negative() => Ok(Arc::new(CloseTo {
            value,
            tolerance,
            domain,
        })),
        (Some(_), Some(_)) => Err(Fault::new("a tolerance is not negative")),
        _ => Err(Fault::new("`close_to` takes two numbers")),
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(Decimal::from_number(number)),
        _ => None,
    }
}

impl CloseTo {
    fn is_close(&self, actual: &Value) -> Option<bool> {
        let (actual, value, tolerance) = (
            decimal(actual)?,
            decimal(&self.value)?,
            decimal(&self.tolerance)?,
        );
        match actual.sub(&value) {
            Ok(distance) => Some(distance.abs() <= tolerance),
            // Too far apart to be computed, and so to be close; or the same number of a million digits.
            Err(_) => Some(actual == value),
        }
    }
}

impl Test for CloseTo {
    fn describe(&self, cx: Context<'_>) -> String {
        let (value, tolerance) = (
            self.domain.show(&self.value, cx.show),
            self.domain.show(&self.tolerance, cx.show),
        );
        format!("{value} give or take {tolerance}")
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        self.is_close(actual).map_or(Answer::Unfit, Answer::from)
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> super::Complaint {
        super::Complaint::new(self.describe(cx), self.domain.show(actual, cx.show))
    }
}
