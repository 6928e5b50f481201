//! From tables and shapes to JSON Schema.

use serde_json::{Map, Value, json};

use crate::check::{EXPECT, OPERATORS};
use crate::document::{KeySpec, Shape, Table};

const EXPECT_NAME: &str = "expect";
const MATCHER_NAME: &str = "matcher";

/// The definitions that a schema refers to, each made once.
#[derive(Default)]
pub(super) struct Definitions {
    made: Map<String, Value>,
    /// Names of tables: two of one name are told apart.
    names: Vec<(*const Table, String)>,
}

impl Definitions {
    /// A reference to a table's definition.
    pub(super) fn reference(&mut self, table: &'static Table) -> Value {
        let known = self
            .names
            .iter()
            .find(|(have, _)| std::ptr::eq(*have, table));
        let name = match known {
            Some((_, name)) => name.clone(),
            None => self.define(table),
        };
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    pub(super) fn finish(self) -> Value {
        Value::Object(self.made)
    }

    fn define(&mut self, table: &'static Table) -> String {
        let plain: String = table
            .name
            .chars()
            .filter(|c| *c != '`')
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let count = self
            .names
            .iter()
            .filter(|(_, name)| name.starts_with(&plain))
            .count();
        let name = if count == 0 {
            plain
        } else {
            format!("{plain}-{}", count + 1)
        };
        self.names.push((table, name.clone()));
        // The name is taken before its keys are looked at, since a table may hold itself.
        self.made.insert(name.clone(), Value::Null);
        let definition = self.table(table);
        self.made.insert(name.clone(), definition);
        name
    }

    fn table(&mut self, table: &'static Table) -> Value {
        let mut definition = json!({
            "type": "object",
            "description": table.doc,
            "properties": self.properties(table.keys),
            "additionalProperties": false,
        });
        let required: Vec<&str> = table
            .keys
            .iter()
            .filter(|key| key.required)
            .map(|key| key.name)
            .collect();
        if !required.is_empty() {
            definition["required"] = json!(required);
        }
        definition
    }

    fn properties(&mut self, keys: &'static [KeySpec]) -> Value {
        let properties = keys.iter().map(|key| {
            let mut schema = self.shape(&key.shape);
            // Beside a `$ref`, a description is the key's own.
            schema["description"] = json!(key.doc);
            (key.name.to_owned(), schema)
        });
        Value::Object(properties.collect())
    }

    fn shape(&mut self, shape: &'static Shape) -> Value {
        match shape {
            Shape::Any => json!({}),
            Shape::Null => json!({ "type": "null" }),
            Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
            Shape::Reason => json!({ "type": "string", "pattern": "\\S" }),
            Shape::Boolean => or_expression(&json!({ "type": "boolean" })),
            Shape::Integer => or_expression(&json!({ "type": "integer" })),
            Shape::Number => or_expression(&json!({ "type": "number" })),
            Shape::Duration => or_expression(
                &json!({ "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$" }),
            ),
            Shape::Expression => json!({ "type": ["string", "boolean"] }),
            Shape::Literal(words) => or_expression(&json!({ "enum": words })),
            Shape::Plain => json!({ "type": "string" }),
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Count => json!({ "type": "integer", "minimum": 0 }),
            Shape::Name => json!({ "type": "string", "pattern": "^[a-z_][a-z0-9_]*$" }),
            Shape::PackVersions => {
                json!({ "type": "string", "pattern": "^[a-z_][a-z0-9_-]*(@.+)?$" })
            }
            Shape::HyphenatedName => json!({ "type": "string", "pattern": "^[a-z_][a-z0-9_-]*$" }),
            Shape::JsonPath => json!({ "type": "string", "pattern": r"^\$" }),
            Shape::List(item) => {
                or_expression(&json!({ "type": "array", "items": self.shape(item) }))
            }
            Shape::MapOf(value) => or_expression(
                &json!({ "type": ["object", "null"], "additionalProperties": self.shape(value) }),
            ),
            Shape::Map(table) => self.reference(table),
            Shape::OneOf(shapes) => {
                let shapes: Vec<Value> = shapes.iter().map(|shape| self.shape(shape)).collect();
                json!({ "anyOf": shapes })
            }
            Shape::Expect => self.named(EXPECT_NAME, Self::expect),
            Shape::Matcher => self.named(MATCHER_NAME, Self::matcher),
            Shape::JsonSchema => json!({ "type": ["object", "boolean", "string"] }),
        }
    }

    /// A reference to a definition that is not a table's own.
    fn named(&mut self, name: &str, make: fn(&mut Self) -> Value) -> Value {
        if !self.made.contains_key(name) {
            self.made.insert(name.to_owned(), Value::Null);
            let definition = make(self);
            self.made.insert(name.to_owned(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn expect(&mut self) -> Value {
        let mut definition = self.table(&EXPECT);
        let matcher = self.named(MATCHER_NAME, Self::matcher);
        definition["patternProperties"] = json!({ r"^\$": matcher });
        definition
    }

    /// A plain value, or a map of operators.
    fn matcher(&mut self) -> Value {
        let operators = OPERATORS.iter().map(|operator| {
            let mut schema = self.shape(&operator.argument);
            schema["description"] = json!(operator.doc);
            (operator.name.to_owned(), schema)
        });
        let operators: Map<String, Value> = operators.collect();
        json!({
            "description": "A plain value, which must be equal, or a map of operators, all of which must hold.",
            "anyOf": [
                { "type": ["string", "number", "boolean", "null", "array"] },
                { "type": "object", "properties": operators, "additionalProperties": false, "minProperties": 1 },
            ],
        })
    }
}

/// The value itself, or an expression that gives it.
fn or_expression(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": r"\$\{\{" }] })
}
