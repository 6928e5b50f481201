//! The outline of a schema: its properties, items, alternatives, and the values that it enumerates at each place.

use std::sync::Arc;

use super::load::escape;
use super::schemas::{Interned, SchemaAt, Schemas, Way};
use crate::value::{Map, PathStep, Value, equal, normalized};

/// What a schema says of a value at one place.
#[derive(Debug, Default)]
pub(super) struct Outline {
    properties: Vec<(String, Outline)>,
    /// Of the values of keys that are not named.
    others: Option<Box<Outline>>,
    items: Option<Box<Outline>>,
    enumerations: Vec<Enumeration>,
    branches: Vec<Branch>,
}

/// Values that are allowed at a place, and where the first of them stands in the list of all.
#[derive(Debug)]
struct Enumeration {
    first: usize,
    values: Vec<Value>,
}

/// What holds of a value if it keeps, or does not keep, another schema.
#[derive(Debug)]
struct Branch {
    condition: Arc<SchemaAt>,
    holds: bool,
    outline: Outline,
}

/// A value that a schema enumerates.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// `$.status`, and which alternative it is of.
    pub place: String,
    pub value: Value,
}

impl Outline {
    pub(super) fn of(schemas: &Schemas, schema: &SchemaAt) -> Self {
        let nothing = (&mut Interned::default(), &mut Vec::new());
        Self::with_values(schemas, nothing.0, (schema, "$"), nothing.1)
    }

    /// The outline of a schema, which is of the value at a place. All that it enumerates is added to a list.
    pub(super) fn with_values(
        schemas: &Schemas,
        interned: &mut Interned,
        (schema, place): (&SchemaAt, &str),
        listed: &mut Vec<Listed>,
    ) -> Self {
        let mut drawer = Drawer {
            schemas,
            way: schema.way,
            interned,
            listed,
            place: place.to_owned(),
            branch: Vec::new(),
            open: Vec::new(),
        };
        let mut outline = Self::default();
        drawer.draw(&schema.pointer, &mut outline);
        outline
    }

    /// The names of the properties at a place.
    pub(super) fn names(&self, path: &[PathStep]) -> Vec<String> {
        let mut names = Vec::new();
        self.collect_names(path, &mut names);
        names.dedup();
        names
    }

    fn collect_names(&self, path: &[PathStep], names: &mut Vec<String>) {
        match path.split_first() {
            None => names.extend(self.properties.iter().map(|(name, _)| name.clone())),
            Some((PathStep::Index(_), rest)) => {
                if let Some(items) = &self.items {
                    items.collect_names(rest, names);
                }
            }
            Some((PathStep::Name(name), rest)) => {
                if let Some(property) = self.property(name) {
                    property.collect_names(rest, names);
                }
            }
        }
        for branch in &self.branches {
            branch.outline.collect_names(path, names);
        }
    }

    fn property(&self, name: &str) -> Option<&Self> {
        let named = self.properties.iter().find(|(known, _)| known == name);
        named.map(|(_, outline)| outline).or(self.others.as_deref())
    }

    /// Marks the listed values that stand in a value that keeps the schema.
    pub(super) fn mark(&self, value: &Value, schemas: &Schemas, seen: &mut [bool]) {
        for list in &self.enumerations {
            let mut values = list.values.iter();
            if let Some(index) = values.position(|listed| equal(listed, value)) {
                seen[list.first + index] = true;
            }
        }
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    if let Some(property) = self.property(name) {
                        property.mark(value, schemas, seen);
                    }
                }
            }
            Value::Array(items) => {
                if let Some(outline) = &self.items {
                    for item in items {
                        outline.mark(item, schemas, seen);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        for branch in &self.branches {
            let kept = schemas
                .get(&branch.condition)
                .map(|schema| schema.allows(value));
            if kept == Ok(branch.holds) {
                branch.outline.mark(value, schemas, seen);
            }
        }
    }
}

/// Draws an outline.
struct Drawer<'a> {
    schemas: &'a Schemas,
    way: Way,
    interned: &'a mut Interned,
    listed: &'a mut Vec<Listed>,
    /// The place in the value, as it is written.
    place: String,
    /// The alternatives on the way.
    branch: Vec<String>,
    /// The schemas on the way: one within itself is not drawn again.
    open: Vec<String>,
}

impl Drawer<'_> {
    fn draw(&mut self, pointer: &str, outline: &mut Outline) {
        let document = self.schemas.document();
        let Some(schema) = document.pointer(pointer).and_then(Value::as_object) else {
            return;
        };
        if self.open.iter().any(|open| open == pointer) {
            return;
        }
        self.open.push(pointer.to_owned());
        let reference = schema.get("$ref").and_then(Value::as_str);
        if let Some(target) = reference.and_then(|target| target.strip_prefix('#')) {
            self.draw(target, outline);
        }
        self.enumerate(schema, outline);
        self.draw_properties(schema, pointer, outline);
        self.draw_items(schema, pointer, outline);
        for inner in parts(schema, pointer, "allOf") {
            self.draw(&inner, outline);
        }
        for key in ["oneOf", "anyOf"] {
            let all = parts(schema, pointer, key);
            // One that may also be null is no choice that needs a name.
            let choices = all.iter().filter(|inner| !self.is_null(inner)).count();
            for (index, inner) in all.iter().enumerate() {
                let name = (choices > 1).then(|| self.name_of(inner, key, index));
                self.draw_branch(name, inner, true, inner, outline);
            }
        }
        if schema.contains_key("if") {
            let condition = format!("{pointer}/if");
            for (key, holds) in [("then", true), ("else", false)] {
                let inner = format!("{pointer}/{key}");
                self.draw_branch(None, &condition, holds, &inner, outline);
            }
        }
        self.open.pop();
    }

    fn enumerate(&mut self, schema: &Map<String, Value>, outline: &mut Outline) {
        let values = match (schema.get("enum"), schema.get("const")) {
            (Some(Value::Array(values)), _) => values.clone(),
            (_, Some(value)) => vec![value.clone()],
            _ => return,
        };
        let place = match self.branch.as_slice() {
            [] => self.place.clone(),
            names => format!("{} ({})", self.place, names.join(", ")),
        };
        outline.enumerations.push(Enumeration {
            first: self.listed.len(),
            values: values.clone(),
        });
        self.listed.extend(values.into_iter().map(|value| Listed {
            place: place.clone(),
            value,
        }));
    }

    fn draw_properties(
        &mut self,
        schema: &Map<String, Value>,
        pointer: &str,
        outline: &mut Outline,
    ) {
        for inner in parts(schema, pointer, "properties") {
            let name = inner.rsplit('/').next().unwrap_or_default();
            let name = name.replace("~1", "/").replace("~0", "~");
            let known = outline
                .properties
                .iter()
                .position(|(known, _)| *known == name);
            let index = known.unwrap_or_else(|| {
                outline.properties.push((name.clone(), Outline::default()));
                outline.properties.len() - 1
            });
            let step = normalized(&[PathStep::Name(name)]);
            self.draw_below(&step[1..], &inner, &mut outline.properties[index].1);
        }
        let patterns = parts(schema, pointer, "patternProperties");
        for inner in patterns
            .into_iter()
            .chain([format!("{pointer}/additionalProperties")])
        {
            self.draw_below(".*", &inner, outline.others.get_or_insert_default());
        }
    }

    fn draw_items(&mut self, schema: &Map<String, Value>, pointer: &str, outline: &mut Outline) {
        let first = parts(schema, pointer, "prefixItems");
        for inner in first.into_iter().chain([format!("{pointer}/items")]) {
            self.draw_below("[*]", &inner, outline.items.get_or_insert_default());
        }
    }

    fn draw_below(&mut self, step: &str, pointer: &str, outline: &mut Outline) {
        let length = self.place.len();
        self.place.push_str(step);
        self.draw(pointer, outline);
        self.place.truncate(length);
    }

    fn draw_branch(
        &mut self,
        name: Option<String>,
        condition: &str,
        holds: bool,
        pointer: &str,
        outline: &mut Outline,
    ) {
        let mut branch = Branch {
            condition: self
                .interned
                .at(self.schemas, self.way, condition.to_owned()),
            holds,
            outline: Outline::default(),
        };
        let named = name.is_some();
        self.branch.extend(name);
        self.draw(pointer, &mut branch.outline);
        if named {
            self.branch.pop();
        }
        outline.branches.push(branch);
    }

    fn is_null(&self, pointer: &str) -> bool {
        let document = self.schemas.document();
        let kind = document
            .pointer(pointer)
            .and_then(|schema| schema.get("type"));
        kind.and_then(Value::as_str) == Some("null")
    }

    /// What an alternative is called: by what it refers to, else by its number.
    fn name_of(&self, pointer: &str, key: &str, index: usize) -> String {
        let schema = self.schemas.document().pointer(pointer);
        let text = |key: &str| schema.and_then(|schema| schema.get(key)?.as_str());
        let referred = text("$ref").and_then(|target| target.rsplit('/').next());
        let name = text("title").or(referred).map(str::to_owned);
        name.unwrap_or_else(|| format!("{key} {}", index + 1))
    }
}

/// The pointers of the schemas that a keyword holds, in a list or by names.
fn parts(schema: &Map<String, Value>, pointer: &str, key: &str) -> Vec<String> {
    let inside = |name: &str| format!("{pointer}/{key}/{}", escape(name));
    match schema.get(key) {
        Some(Value::Object(named)) => named.keys().map(|name| inside(name)).collect(),
        Some(Value::Array(list)) => (0..list.len())
            .map(|index| inside(&index.to_string()))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is listed, and what of it stands in each value.
    fn marked(schema: Value, values: &[Value]) -> Vec<String> {
        let schemas = Schemas::new(schema);
        let mut listed = Vec::new();
        let mut interned = Interned::default();
        let at = interned.at(&schemas, Way::Response, String::new());
        let outline = Outline::with_values(&schemas, &mut interned, (&at, "$"), &mut listed);
        let mut seen = vec![false; listed.len()];
        for value in values {
            outline.mark(value, &schemas, &mut seen);
        }
        let listed = listed.iter().zip(seen);
        listed
            .map(|(one, seen)| {
                let mark = if seen { "+" } else { "-" };
                format!("{mark} {} {}", one.place, one.value)
            })
            .collect()
    }

    #[test]
    fn values_are_listed_by_their_place_and_marked_where_they_stand() {
        let schema = json!({
            "properties": {
                "kind": { "enum": ["a", "b"] },
                "tags": { "items": { "enum": ["x", 1] } },
                "more": { "additionalProperties": { "const": true } },
                "a-b": { "allOf": [{ "enum": [null] }] },
            },
        });
        let seen = marked(
            schema,
            &[json!({ "kind": "b", "tags": ["y", 1.0], "more": { "k": true } })],
        );
        assert_eq!(
            seen,
            [
                "- $.kind \"a\"",
                "+ $.kind \"b\"",
                "- $.tags[*] \"x\"",
                "+ $.tags[*] 1",
                "+ $.more.* true",
                "- $['a-b'] null",
            ]
        );
    }

    #[test]
    fn alternatives_have_values_of_their_own() {
        let schema = json!({
            "oneOf": [{ "$ref": "#/$defs/One" }, { "$ref": "#/$defs/Other" }],
            "$defs": {
                "One": { "properties": { "type": { "const": "one" }, "status": { "enum": ["on"] } } },
                "Other": { "properties": { "type": { "const": "other" }, "status": { "enum": ["on"] } } },
            },
        });
        let seen = marked(schema, &[json!({ "type": "other", "status": "on" })]);
        assert_eq!(
            seen,
            [
                "- $.type (One) \"one\"",
                "- $.status (One) \"on\"",
                "+ $.type (Other) \"other\"",
                "+ $.status (Other) \"on\"",
            ]
        );
    }

    #[test]
    fn what_may_also_be_null_is_no_alternative() {
        let schema = json!({ "anyOf": [{ "enum": ["on"] }, { "type": "null" }] });
        assert_eq!(marked(schema, &[json!(null)]), ["- $ \"on\""]);
    }

    #[test]
    fn conditions_are_followed_and_circles_are_not() {
        let schema = json!({
            "properties": { "child": { "$ref": "#" }, "n": {} },
            "if": { "required": ["n"] },
            "then": { "properties": { "n": { "enum": [1] } } },
            "else": { "properties": { "m": { "enum": [2] } } },
        });
        let seen = marked(schema, &[json!({ "n": 1, "m": 2 })]);
        assert_eq!(seen, ["+ $.n 1", "- $.m 2"]);
    }

    #[test]
    fn names_are_those_of_a_place() {
        let schema = json!({
            "properties": { "a": { "items": { "properties": { "x": {}, "y": {} } } } },
            "oneOf": [{ "properties": { "b": {} } }],
        });
        let schemas = Schemas::new(schema);
        let at = Interned::default().at(&schemas, Way::Response, String::new());
        let outline = Outline::of(&schemas, &at);
        assert_eq!(outline.names(&[]), ["a", "b"]);
        let path = [PathStep::Name("a".to_owned()), PathStep::Index(3)];
        assert_eq!(outline.names(&path), ["x", "y"]);
    }
}
