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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn equality_is_of_numbers_and_not_of_texts() {
        for (left, right, same) in [
            ("1", "1.0", true),
            ("[1e2]", "[100]", true),
            ("1234567890123456.78", "1234567890123456.79", false),
            ("-0", "0", true),
            ("1", "\"1\"", false),
            ("1", "true", false),
            ("null", "null", true),
            (r#"{"a":1,"b":2}"#, r#"{"b":2.0,"a":1}"#, true),
            (r#"{"a":1}"#, r#"{ "a" : 1 }"#, true),
            (r#"{"a":null}"#, r#"{"b":null}"#, false),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
            ("[1,2]", "[2,1]", false),
            ("[1]", "[1,2]", false),
        ] {
            assert_eq!(equal(&value(left), &value(right)), same, "{left} {right}");
            assert_eq!(equal(&value(right), &value(left)), same, "{right} {left}");
        }
    }

    #[test]
    fn numbers_and_strings_have_an_order() {
        use Ordering::{Equal, Greater, Less};
        for (left, right, order) in [
            ("99999999999999999999", "100000000000000000000", Some(Less)),
            ("1.0", "1", Some(Equal)),
            ("1e1000000000", "1", Some(Greater)),
            ("2", "10", Some(Less)),
            ("\"2\"", "\"10\"", Some(Greater)),
            // By code point: UTF-16 would put the emoji first.
            ("\"\u{ff5e}\"", "\"😀\"", Some(Less)),
            ("1", "\"2\"", None),
            ("true", "false", None),
            ("null", "null", None),
            ("[1]", "[2]", None),
        ] {
            assert_eq!(
                compare(&value(left), &value(right)),
                order,
                "{left} {right}"
            );
        }
    }

    #[test]
    fn a_partial_match_lets_objects_have_more_keys_but_lists_no_more_elements() {
        let actual = json!({"id": 1, "tags": [{"k": "a", "v": 1}, {"k": "b"}], "more": null});
        assert!(contains_partial(&actual, &json!({"id": 1.0})));
        assert!(contains_partial(
            &actual,
            &json!({"tags": [{"k": "a"}, {}]})
        ));
        assert!(contains_partial(&actual, &json!({"more": null})));
        assert!(!contains_partial(&actual, &json!({"tags": [{"k": "a"}]})));
        assert!(!contains_partial(
            &actual,
            &json!({"tags": [{"k": "b"}, {"k": "a"}]})
        ));
        assert!(!contains_partial(&actual, &json!({"none": null})));
        assert!(!contains_partial(&json!([1]), &json!({})));
    }
}
