//! Whether a schema says anything of a list: most keywords hold of every value that is not of the type they are about.

use crate::value::Value;

/// The keywords that are about one type, which is not that of lists.
const OF_OTHERS: &[&str] = &[
    "additionalProperties",
    "dependentRequired",
    "dependentSchemas",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxLength",
    "maxProperties",
    "maximum",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "patternProperties",
    "properties",
    "propertyNames",
    "required",
    "unevaluatedProperties",
];

/// The keywords that are about lists, or about values of any type.
const OF_LISTS: &[&str] = &[
    "$dynamicRef",
    "$ref",
    "const",
    "contains",
    "enum",
    "items",
    "maxItems",
    "minItems",
    "prefixItems",
    "unevaluatedItems",
    "uniqueItems",
];

/// False where a list, whatever is in it, is none of what the schema is about: the schema then lets every list pass, or
/// none by its type.
pub(in crate::check) fn says_of_lists(schema: &Value) -> bool {
    let Some(keywords) = schema.as_object() else {
        return true;
    };
    match keywords.get("type") {
        Some(Value::String(kind)) => return kind == "array",
        Some(Value::Array(kinds)) => return kinds.contains(&Value::from("array")),
        _ => {}
    }
    let has = |names: &[&str]| names.iter().any(|name| keywords.contains_key(*name));
    let mut inner = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"]
        .iter()
        .filter_map(|keyword| keywords.get(*keyword))
        .flat_map(|value| {
            value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice)
        })
        .peekable();
    if has(OF_LISTS) {
        return true;
    }
    if inner.peek().is_some() {
        return inner.any(says_of_lists);
    }
    !has(OF_OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_schemas_say_something_of_lists() {
        for (schema, expected) in [
            (r#"{"type": "array"}"#, true),
            (r#"{"type": ["object", "array"], "required": ["id"]}"#, true),
            (r#"{"items": {"type": "string"}}"#, true),
            (r#"{"enum": [["a"]]}"#, true),
            (r##"{"$ref": "#/$defs/list", "required": ["id"]}"##, true),
            (r#"{"anyOf": [{"type": "null"}, {"minItems": 1}]}"#, true),
            ("{}", true),
            (r#"{"title": "anything"}"#, true),
            ("true", true),
            (r#"{"required": ["id"]}"#, false),
            (r#"{"type": "object"}"#, false),
            (r#"{"format": "uuid"}"#, false),
            (r#"{"allOf": [{"required": ["id"]}]}"#, false),
            (r#"{"not": {"required": ["error"]}}"#, false),
        ] {
            let schema = serde_json::from_str(schema).unwrap();
            assert_eq!(says_of_lists(&schema), expected, "{schema}");
        }
    }
}
