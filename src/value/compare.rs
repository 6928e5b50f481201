//! Equality and order over JSON values, exact for numbers of any size.

use std::cmp::Ordering;

use super::{Decimal, Number, Value};

/// Whether two values are the same: `1.0` equals `1`, objects compare without regard to order of keys.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            compare_numbers(left, right) == Ordering::Equal
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, l)| right.get(key).is_some_and(|r| equal(l, r)))
        }
        _ => left == right,
    }
}

/// Order between two numbers or two strings (by code point); `None` between anything else.
#[must_use]
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(compare_numbers(left, right)),
        // The order of UTF-8 bytes is the order of code points.
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn compare_numbers(left: &Number, right: &Number) -> Ordering {
    if left.as_str() == right.as_str() {
        return Ordering::Equal;
    }
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => Decimal::from_number(left).cmp(&Decimal::from_number(right)),
    }
}

/// Deep partial match: objects of `actual` may have more keys than `expected`, lists match in order and length.
#[must_use]
pub fn contains_partial(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual
                    .iter()
                    .zip(expected)
                    .all(|(actual, expected)| contains_partial(actual, expected))
        }
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| {
                actual
                    .get(key)
                    .is_some_and(|actual| contains_partial(actual, expected))
            })
        }
        _ => equal(actual, expected),
    }
}
