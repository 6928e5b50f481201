//! The operators, over values that are there: exact arithmetic, equality, order, membership.

use std::cmp::Ordering;

use super::ast::{Arithmetic, Comparison};
use super::functions::{Failure, too_long};
use super::text::{MAX_REPEATED, MAX_TEXT, to_text, weight};
use crate::value::{Decimal, DecimalError, Value, a_type, compare, equal};

fn wrong_type(message: String) -> Failure {
    Failure::new(message).code("wrong-type")
}

/// `left operator right`
pub(super) fn arithmetic(
    operator: Arithmetic,
    left: &Value,
    right: &Value,
) -> Result<Value, Failure> {
    match (operator, left, right) {
        (_, Value::Number(left), Value::Number(right)) => {
            let (left, right) = (Decimal::from_number(left), Decimal::from_number(right));
            computed(operator, &left, &right)
                .map(|result| Value::Number(result.to_number()))
                .map_err(|problem| inexact(operator, &problem))
        }
        (Arithmetic::Add, Value::Array(left), Value::Array(right)) => {
            Ok(Value::Array([left.as_slice(), right].concat()))
        }
        (Arithmetic::Multiply, Value::String(_) | Value::Array(_), Value::Number(count)) => {
            let count = Decimal::from_number(count).to_u64();
            let count = count.ok_or_else(|| {
                let message = format!("{} is repeated an integer number of times", a_type(left));
                wrong_type(message)
            })?;
            repeated(left, count)
        }
        _ => {
            let symbol = operator.symbol();
            let (left, right) = (a_type(left), a_type(right));
            let failure = wrong_type(format!("`{symbol}` does not work on {left} and {right}"));
            Err(match (operator, left, right) {
                (Arithmetic::Add, "a string", _) | (Arithmetic::Add, _, "a string") => failure
                    .help("to join texts, write `~`; to add a number written as a string, `x | number`"),
                (_, "a string", _) | (_, _, "a string") => {
                    failure.help("a number written as a string becomes one by `x | number`")
                }
                _ => failure,
            })
        }
    }
}

fn computed(
    operator: Arithmetic,
    left: &Decimal,
    right: &Decimal,
) -> Result<Decimal, DecimalError> {
    match operator {
        Arithmetic::Add => left.add(right),
        Arithmetic::Subtract => left.sub(right),
        Arithmetic::Multiply => left.mul(right),
        Arithmetic::Divide => left.div(right),
        Arithmetic::FloorDivide => left.floor_div(right),
        Arithmetic::Remainder => left.rem(right),
        Arithmetic::Power => match right.to_i64() {
            Some(power) => left.pow(power),
            None if right.is_integer() => Err(DecimalError::TooLarge),
            None => Err(DecimalError::Inexact),
        },
    }
}

fn inexact(operator: Arithmetic, problem: &DecimalError) -> Failure {
    let failure = Failure::new(problem.to_string());
    match problem {
        DecimalError::DivisionByZero => failure.code("division-by-zero"),
        DecimalError::TooLarge => failure.code("expression-limit"),
        DecimalError::Inexact if operator == Arithmetic::Divide => failure
            .code("inexact-number")
            .help("`//` divides and rounds down to an integer"),
        DecimalError::Inexact => failure.code("inexact-number"),
    }
}

fn repeated(value: &Value, count: u64) -> Result<Value, Failure> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    match value {
        Value::String(text) if text.len().saturating_mul(most) <= MAX_TEXT => {
            Ok(Value::String(text.repeat(most)))
        }
        Value::Array(items) if weight(value).saturating_mul(count) <= MAX_REPEATED => {
            Ok(Value::Array(
                items
                    .iter()
                    .cycle()
                    .take(items.len() * most)
                    .cloned()
                    .collect(),
            ))
        }
        Value::String(_) => Err(too_long()),
        _ => Err(Failure::new("the list would be too long").code("expression-limit")),
    }
}

/// `-value`
pub(super) fn negated(value: &Value) -> Result<Value, Failure> {
    match value {
        Value::Number(number) => Ok(Value::Number(
            Decimal::from_number(number).neg().to_number(),
        )),
        _ => Err(wrong_type(format!(
            "`-` does not work on {}",
            a_type(value)
        ))),
    }
}

/// `left ~ right`
pub(super) fn concatenated(left: &Value, right: &Value) -> Result<Value, Failure> {
    let (left, right) = (to_text(left), to_text(right));
    if left.len() + right.len() > MAX_TEXT {
        return Err(too_long());
    }
    Ok(Value::String(left.into_owned() + &right))
}

/// `left operator right`
pub(super) fn compared(operator: Comparison, left: &Value, right: &Value) -> Result<bool, Failure> {
    let order = |accept: fn(Ordering) -> bool| match compare(left, right) {
        Some(order) => Ok(accept(order)),
        None => Err(no_order(operator, left, right)),
    };
    match operator {
        Comparison::Equal => Ok(equal(left, right)),
        Comparison::NotEqual => Ok(!equal(left, right)),
        Comparison::Less => order(Ordering::is_lt),
        Comparison::LessOrEqual => order(Ordering::is_le),
        Comparison::Greater => order(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(Ordering::is_ge),
        Comparison::In => is_in(left, right),
        Comparison::NotIn => is_in(left, right).map(|found| !found),
    }
}

fn no_order(operator: Comparison, left: &Value, right: &Value) -> Failure {
    let message = format!(
        "`{}` does not order {} and {}",
        operator.symbol(),
        a_type(left),
        a_type(right)
    );
    match (left, right) {
        (Value::String(_), Value::Number(_)) | (Value::Number(_), Value::String(_)) => {
            wrong_type(message).help("a number written as a string becomes one by `x | number`")
        }
        _ => wrong_type(message).help("numbers have an order, and strings"),
    }
}

/// Whether a list has an equal item, a text a part, or a map a key.
pub(super) fn is_in(part: &Value, whole: &Value) -> Result<bool, Failure> {
    match (whole, part) {
        (Value::Array(items), _) => Ok(items.iter().any(|item| equal(item, part))),
        (Value::String(text), Value::String(part)) => Ok(text.contains(part.as_str())),
        (Value::Object(map), Value::String(key)) => Ok(map.contains_key(key)),
        _ => Err(wrong_type(format!(
            "`in` does not look for {} in {}",
            a_type(part),
            a_type(whole)
        ))
        .help("`in` looks for an item in a list, for a text in a text, for a key in a map")),
    }
}
