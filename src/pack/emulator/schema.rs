//! The JSON Schema of a part of a request: compiled when first asked, violations told field by field.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;

use crate::check::Schema;
use crate::value::{Value, from_json};

/// The schema of a body, or of a header or a key of the query.
#[derive(Debug)]
pub struct PartSchema {
    pub schema: Value,
    compiled: OnceLock<Result<Schema, String>>,
}

/// One way in which a request is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, as `address.country` or `items[0].id`; empty for the body itself.
    pub field: String,
    pub message: String,
    /// The keyword of the schema that it breaks.
    pub rule: String,
}

impl PartSchema {
    #[must_use]
    pub fn new(schema: Value) -> Self {
        Self {
            schema,
            compiled: OnceLock::new(),
        }
    }

    /// Whether its `type` is this one.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        match self.schema.get("type") {
            Some(Value::String(only)) => only == kind,
            Some(Value::Array(several)) => several.iter().any(|one| one == kind),
            _ => false,
        }
    }

    /// What a header or a key of the query says: its text, or the number or boolean that the schema wants and it is.
    #[must_use]
    pub fn typed(&self, text: Value) -> Value {
        let scalar = || from_json(text.as_str()?).ok();
        let read = match scalar() {
            Some(Value::Number(number)) if self.wants("integer") || self.wants("number") => {
                Some(Value::Number(number))
            }
            Some(Value::Bool(value)) if self.wants("boolean") => Some(Value::Bool(value)),
            _ => None,
        };
        read.unwrap_or(text)
    }

    /// All ways in which `body` breaks the schema, in its order.
    ///
    /// # Errors
    /// A message: the schema itself is not valid.
    pub fn violations(&self, body: &Value) -> Result<Vec<Violation>, String> {
        let validator = self.compiled()?;
        if validator.is_valid(body) {
            return Ok(Vec::new());
        }
        Ok(validator
            .iter_errors(body)
            .flat_map(|error| violations(&error))
            .collect())
    }

    /// # Errors
    /// A message: the schema is not valid.
    pub fn compiled(&self) -> Result<&jsonschema::Validator, String> {
        self.compiled
            .get_or_init(|| Schema::compile(&self.schema))
            .as_ref()
            .map(Schema::validator)
            .map_err(Clone::clone)
    }
}

/// What an error of the validator says: a violation for each field that it is of.
fn violations(error: &jsonschema::ValidationError<'_>) -> Vec<Violation> {
    let around = dotted(error.instance_path().as_str());
    let violation = |field: String, message: String| Violation {
        field,
        message,
        rule: error.kind().keyword().to_owned(),
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            let message = format!("{property} is required");
            vec![violation(below(&around, property), message)]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|name| violation(below(&around, name), format!("unknown: {name}")))
            .collect(),
        _ => vec![violation(around, error.to_string())],
    }
}

fn below(field: &str, name: &str) -> String {
    if field.is_empty() {
        name.to_owned()
    } else {
        format!("{field}.{name}")
    }
}

/// A JSON pointer as people write it: `/items/0/id` is `items[0].id`.
fn dotted(pointer: &str) -> String {
    let mut field = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push('[');
            field.push_str(&part);
            field.push(']');
        } else {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(&part);
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn violations_name_their_field() {
        let schema = PartSchema::new(json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": { "type": "string" },
                "items": { "items": { "properties": { "n": { "type": "integer" } } } },
                "owner": { "required": ["name"] },
                "closed": { "properties": { "a": {} }, "additionalProperties": false },
            },
        }));
        let fields = |body: Value| -> Vec<String> {
            schema
                .violations(&body)
                .unwrap()
                .into_iter()
                .map(|violation| violation.field)
                .collect()
        };
        assert_eq!(fields(json!({ "id": "x" })), [""; 0]);
        assert_eq!(fields(json!({})), ["id"]);
        assert_eq!(fields(json!({ "id": 1 })), ["id"]);
        assert_eq!(
            fields(json!({ "id": "x", "items": [{}, { "n": "1" }] })),
            ["items[1].n"]
        );
        assert_eq!(fields(json!({ "id": "x", "owner": {} })), ["owner.name"]);
        assert_eq!(
            fields(json!({ "id": "x", "closed": { "a": 1, "b": 2, "c": 3 } })),
            ["closed.b", "closed.c"]
        );
        assert_eq!(fields(json!([])), [""]);
    }

    #[test]
    fn an_invalid_schema_is_an_error() {
        let schema = PartSchema::new(json!({ "type": "text" }));
        assert!(schema.violations(&json!(1)).is_err());
    }
}
