//! What differs between two values, path by path.

use super::path::{PathStep, normalized};
use super::{Map, Value, equal};

/// One place at which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// A normalized JSONPath such as `$.items[0].id`.
    pub path: String,
    /// What was expected there; `None` if nothing should be there.
    pub expected: Option<Value>,
    /// What is there; `None` if it is missing.
    pub actual: Option<Value>,
}

/// All differences, in document order: the expected keys first, then those that only `actual` has. Lists are compared
/// by index. With `partial`, keys that only `actual` has do not count.
#[must_use]
pub fn differences(expected: &Value, actual: &Value, partial: bool) -> Vec<Difference> {
    let mut walk = Walk {
        partial,
        place: Vec::new(),
        found: Vec::new(),
    };
    walk.values(expected, actual);
    walk.found
}

struct Walk {
    partial: bool,
    place: Vec<PathStep>,
    found: Vec<Difference>,
}

impl Walk {
    fn values(&mut self, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => self.objects(expected, actual),
            (Value::Array(expected), Value::Array(actual)) => self.lists(expected, actual),
            _ if equal(expected, actual) => {}
            _ => self.note(Some(expected), Some(actual)),
        }
    }

    fn objects(&mut self, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (key, expected) in expected {
            self.at(PathStep::Name(key.clone()), Some(expected), actual.get(key));
        }
        if self.partial {
            return;
        }
        for (key, actual) in actual {
            if !expected.contains_key(key) {
                self.at(PathStep::Name(key.clone()), None, Some(actual));
            }
        }
    }

    fn lists(&mut self, expected: &[Value], actual: &[Value]) {
        for index in 0..expected.len().max(actual.len()) {
            self.at(
                PathStep::Index(index),
                expected.get(index),
                actual.get(index),
            );
        }
    }

    fn at(&mut self, step: PathStep, expected: Option<&Value>, actual: Option<&Value>) {
        self.place.push(step);
        match (expected, actual) {
            (Some(expected), Some(actual)) => self.values(expected, actual),
            _ => self.note(expected, actual),
        }
        self.place.pop();
    }

    fn note(&mut self, expected: Option<&Value>, actual: Option<&Value>) {
        self.found.push(Difference {
            path: normalized(&self.place),
            expected: expected.cloned(),
            actual: actual.cloned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(expected: &Value, actual: &Value, partial: bool) -> Vec<String> {
        let side = |value: Option<Value>| value.map_or("none".to_owned(), |v| v.to_string());
        differences(expected, actual, partial)
            .into_iter()
            .map(|found| {
                format!(
                    "{}: {} / {}",
                    found.path,
                    side(found.expected),
                    side(found.actual)
                )
            })
            .collect()
    }

    #[test]
    fn each_place_that_differs_is_named() {
        let expected =
            json!({"id": 1, "items": [{"n": 1}, {"n": 2}, 3], "x-y": {"gone": true}, "same": 1.0});
        let actual =
            json!({"new": 0, "same": 1, "items": [{"n": 1}, {"n": 5}], "x-y": {}, "id": "1"});
        let all = [
            r#"$.id: 1 / "1""#,
            "$.items[1].n: 2 / 5",
            "$.items[2]: 3 / none",
            "$['x-y'].gone: true / none",
            "$.new: none / 0",
        ];
        assert_eq!(shown(&expected, &actual, false), all);
        assert_eq!(shown(&expected, &actual, true), all[..4]);
    }

    #[test]
    fn a_list_with_too_many_elements_differs_even_in_part() {
        assert_eq!(shown(&json!([]), &json!([1]), true), ["$[0]: none / 1"]);
        assert_eq!(shown(&json!({}), &json!([]), true), ["$: {} / []"]);
    }

    #[test]
    fn there_is_no_difference_exactly_when_values_match() {
        let values = [
            json!(null),
            json!(1),
            json!([1, {"a": [2]}]),
            json!({"a": 1}),
            json!({"a": 1, "b": {}}),
            json!({"a": 1, "b": {"c": null}}),
        ];
        for expected in &values {
            for actual in &values {
                assert_eq!(
                    differences(expected, actual, false).is_empty(),
                    equal(expected, actual)
                );
                assert_eq!(
                    differences(expected, actual, true).is_empty(),
                    super::super::contains_partial(actual, expected)
                );
            }
        }
    }
}
