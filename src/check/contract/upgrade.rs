//! Schemas of OpenAPI 3.0 in the terms of 3.1, which are those of JSON Schema.

use serde_json::json;

use crate::value::{Map, Value};

/// Rewrites every schema of a 3.0 document: `nullable`, and the boolean `exclusiveMinimum` and `exclusiveMaximum`.
pub(super) fn upgrade(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(upgrade),
        Value::Object(object) => {
            object.values_mut().for_each(upgrade);
            bound(object, "minimum", "exclusiveMinimum");
            bound(object, "maximum", "exclusiveMaximum");
            if object.get("nullable") == Some(&Value::Bool(true)) {
                let schema = nullable(std::mem::take(object));
                *value = schema;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn bound(object: &mut Map<String, Value>, limit: &str, exclusive: &str) {
    match object.get(exclusive) {
        Some(Value::Bool(true)) => {
            if let Some(number) = object.shift_remove(limit) {
                object.insert(exclusive.to_owned(), number);
            }
        }
        Some(Value::Bool(false)) => {
            object.shift_remove(exclusive);
        }
        _ => {}
    }
}

/// The schema, or null; which way it is sent is still said of the whole.
fn nullable(mut object: Map<String, Value>) -> Value {
    object.shift_remove("nullable");
    let ways = ["readOnly", "writeOnly"].map(|key| object.shift_remove_entry(key));
    let mut schema = Map::new();
    schema.insert("anyOf".to_owned(), json!([{ "type": "null" }, object]));
    schema.extend(ways.into_iter().flatten());
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_told_in_the_terms_of_3_1() {
        let mut schema = json!({"properties": {
            "a": {"type": "string", "nullable": true},
            "b": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
            "c": {"type": "number", "maximum": 0, "exclusiveMaximum": false},
            "d": {"type": "string", "readOnly": true, "nullable": true},
            "nullable": {"type": "boolean"},
        }});
        upgrade(&mut schema);
        assert_eq!(
            schema,
            json!({"properties": {
                "a": {"anyOf": [{"type": "null"}, {"type": "string"}]},
                "b": {"type": "number", "exclusiveMinimum": 0},
                "c": {"type": "number", "maximum": 0},
                "d": {"anyOf": [{"type": "null"}, {"type": "string"}], "readOnly": true},
                "nullable": {"type": "boolean"},
            }})
        );
    }
}
