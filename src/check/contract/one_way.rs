//! What a document requires one way only: a `readOnly` property that is required is so in responses, a `writeOnly` one in
//! requests (OpenAPI 3.0.3 and 3.1).

use crate::value::{Map, Value};

/// The document in which no property that has `mark` (`readOnly` or `writeOnly`) is required; `None` where none is.
pub(super) fn without(document: &Value, mark: &'static str) -> Option<Value> {
    if !mentions(document, mark) {
        return None;
    }
    let mut found = Vec::new();
    let finder = Finder { document, mark };
    finder.search(document, &Names::default(), &mut String::new(), &mut found);
    if found.is_empty() {
        return None;
    }
    let mut changed = document.clone();
    for (pointer, required) in found {
        if let Some(schema) = changed.pointer_mut(&pointer) {
            schema["required"] = required;
        }
    }
    Some(changed)
}

fn mentions(value: &Value, key: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| mentions(item, key)),
        Value::Object(object) => {
            object.contains_key(key) || object.values().any(|inner| mentions(inner, key))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The properties of a schema that have the mark.
type Names = std::collections::BTreeSet<String>;

type Schema = Map<String, Value>;

/// The keywords that hold parts of the same schema.
const PARTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

struct Finder<'d> {
    document: &'d Value,
    mark: &'static str,
}

impl Finder<'_> {
    /// Finds every schema that requires a marked property, and what is left that it requires. `around` are the marked
    /// properties of the schema that this one is a part of.
    fn search(
        &self,
        value: &Value,
        around: &Names,
        pointer: &mut String,
        found: &mut Vec<(String, Value)>,
    ) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(item, &index.to_string(), around, pointer, found);
                }
            }
            Value::Object(schema) => {
                let mut names = around.clone();
                if PARTS
                    .iter()
                    .chain(&["required"])
                    .any(|key| schema.contains_key(*key))
                {
                    self.marked(schema, &mut Vec::new(), &mut names);
                }
                if let Some(required) = schema.get("required").and_then(Value::as_array) {
                    let is_marked =
                        |name: &&Value| name.as_str().is_some_and(|name| names.contains(name));
                    let left: Vec<Value> = required
                        .iter()
                        .filter(|name| !is_marked(name))
                        .cloned()
                        .collect();
                    if left.len() < required.len() {
                        found.push((pointer.clone(), Value::Array(left)));
                    }
                }
                let none = Names::new();
                for (key, inner) in schema {
                    let is_part = PARTS.contains(&key.as_str());
                    let around = if is_part { &names } else { &none };
                    self.below(inner, key, around, pointer, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn below(
        &self,
        value: &Value,
        step: &str,
        around: &Names,
        pointer: &mut String,
        found: &mut Vec<(String, Value)>,
    ) {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&super::load::escape(step));
        self.search(value, around, pointer, found);
        pointer.truncate(length);
    }

    /// Adds the marked properties of a schema, those of what it refers to and of all its parts among them.
    fn marked<'s>(&'s self, schema: &'s Schema, seen: &mut Vec<&'s Schema>, names: &mut Names) {
        if !is_new(schema, seen) {
            return;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if self.has_mark(property, &mut Vec::new()) {
                names.insert(name.clone());
            }
        }
        for part in self.parts(schema).filter_map(Value::as_object) {
            self.marked(part, seen, names);
        }
    }

    fn has_mark<'s>(&'s self, schema: &'s Value, seen: &mut Vec<&'s Schema>) -> bool {
        let Some(schema) = schema.as_object() else {
            return false;
        };
        is_new(schema, seen)
            && (schema.get(self.mark) == Some(&Value::Bool(true))
                || self.parts(schema).any(|part| self.has_mark(part, seen)))
    }

    fn referred(&self, schema: &Schema) -> Option<&Value> {
        let reference = schema.get("$ref")?.as_str()?;
        self.document.pointer(reference.strip_prefix('#')?)
    }

    /// What a schema refers to, and the parts that all hold.
    fn parts<'s>(&'s self, schema: &'s Schema) -> impl Iterator<Item = &'s Value> {
        let all = schema.get("allOf").and_then(Value::as_array);
        all.into_iter().flatten().chain(self.referred(schema))
    }
}

/// Whether a schema is looked at for the first time: references may lead in a circle.
fn is_new<'s>(schema: &'s Schema, seen: &mut Vec<&'s Schema>) -> bool {
    let is_new = !seen.iter().any(|one| std::ptr::eq(*one, schema));
    seen.push(schema);
    is_new
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is required at a pointer of the document of one way.
    fn required(document: &Value, mark: &'static str, pointer: &str) -> Value {
        let changed = without(document, mark);
        let schema = changed
            .as_ref()
            .unwrap_or(document)
            .pointer(pointer)
            .unwrap();
        schema["required"].clone()
    }

    #[test]
    fn what_is_marked_is_required_one_way_only() {
        let document = json!({
            "Id": { "type": "string", "readOnly": true },
            "User": {
                "required": ["id", "name", "password", "made"],
                "properties": {
                    "id": { "$ref": "#/Id" },
                    "name": { "readOnly": false },
                    "password": { "writeOnly": true },
                    "made": { "allOf": [{ "$ref": "#/Id" }] },
                },
            },
            "Apart": { "allOf": [{ "$ref": "#/User" }, { "required": ["id", "more"] }] },
            "Within": { "properties": { "user": { "required": ["id"], "properties": { "id": {} } } } },
            "Around": {
                "properties": { "id": { "readOnly": true } },
                "anyOf": [{ "required": ["id"] }, { "items": { "required": ["id"] } }],
            },
            "Circle": { "allOf": [{ "$ref": "#/Circle" }], "required": ["id"] },
        });
        let of = |mark, pointer| required(&document, mark, pointer);
        assert_eq!(of("readOnly", "/User"), json!(["name", "password"]));
        assert_eq!(of("writeOnly", "/User"), json!(["id", "name", "made"]));
        assert_eq!(of("readOnly", "/Apart/allOf/1"), json!(["more"]));
        assert_eq!(of("readOnly", "/Within/properties/user"), json!(["id"]));
        assert_eq!(of("readOnly", "/Around/anyOf/0"), json!([]));
        assert_eq!(of("readOnly", "/Around/anyOf/1/items"), json!(["id"]));
        assert_eq!(of("readOnly", "/Circle"), json!(["id"]));
    }

    #[test]
    fn a_document_without_such_a_property_is_left_alone() {
        let document = json!({
            "a": { "required": ["b"], "properties": { "b": {}, "c": { "readOnly": true } } },
            "required": true,
        });
        assert_eq!(without(&document, "readOnly"), None);
        assert_eq!(without(&document, "writeOnly"), None);
    }
}
