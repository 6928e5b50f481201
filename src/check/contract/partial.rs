//! Values of which not all is known before they are rendered, held to a schema as far as they are.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Keyword;

use super::load::escape;
use super::request::words;
use crate::check::schema::{Schema, expectation, steps};
use crate::check::show::Show;
use crate::expr::{Kind, Template};
use crate::value::{PathStep, Value};

/// A value with holes: what expressions will give is not known.
#[derive(Clone, Debug)]
pub struct Partial {
    value: Value,
    /// JSON Pointers.
    holes: Vec<String>,
}

/// What a schema has against a value, whatever stands in its holes.
#[derive(Clone, Debug)]
pub struct RequestBreach {
    pub kind: BreachKind,
    /// The value that is meant: of a missing or unknown key, the object.
    pub path: Vec<PathStep>,
    /// Words that would be right.
    pub known: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreachKind {
    Missing(String),
    /// A key that the schema does not allow.
    Unknown(String),
    /// What is expected, and what was found, in words.
    Value {
        expected: String,
        found: String,
    },
}

impl RequestBreach {
    pub(super) fn is_of_unknown_key(&self) -> bool {
        matches!(self.kind, BreachKind::Unknown(_))
    }
}

impl Partial {
    /// A value without holes.
    #[must_use]
    pub fn known(value: Value) -> Self {
        Self {
            value,
            holes: Vec::new(),
        }
    }

    /// A value of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        let mut partial = Self::known(Value::Null);
        partial.value = partial.hole(String::new());
        partial
    }

    /// A document's value, with a hole for each expression.
    #[must_use]
    pub fn of(template: &Template) -> Self {
        let mut partial = Self::known(Value::Null);
        partial.value = partial.fill(template, "");
        partial
    }

    /// An object of these entries; a hole for each that has no value.
    #[must_use]
    pub fn of_entries<'t>(
        entries: impl IntoIterator<Item = (&'t str, Option<&'t Template>)>,
    ) -> Self {
        let mut partial = Self::known(Value::Null);
        let entries = entries.into_iter().map(|(name, template)| {
            let pointer = below("", name);
            let value = match template {
                Some(template) => partial.fill(template, &pointer),
                None => partial.hole(pointer),
            };
            (name.to_owned(), value)
        });
        partial.value = Value::Object(entries.collect());
        partial
    }

    /// The entries of an object that are not holes themselves.
    pub(super) fn known_entries(&self) -> Vec<(String, Value)> {
        let entries = self.value.as_object().into_iter().flatten();
        let known = entries.filter(|(name, _)| !self.holes.contains(&below("", name)));
        known
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Puts a value in the place of an object's entry, or a hole.
    pub(super) fn set_entry(&mut self, name: &str, value: Option<Value>) {
        self.value[name] = value.unwrap_or_else(|| self.hole(below("", name)));
    }

    /// The same with a value in place of the hole at a path.
    #[must_use]
    pub fn with(mut self, path: &[PathStep], value: Value) -> Self {
        let pointer = path.iter().fold(String::new(), |pointer, step| match step {
            PathStep::Name(name) => below(&pointer, name),
            PathStep::Index(index) => below(&pointer, &index.to_string()),
        });
        self.holes.retain(|hole| *hole != pointer);
        if let Some(hole) = self.value.pointer_mut(&pointer) {
            *hole = value;
        }
        self
    }

    fn fill(&mut self, template: &Template, pointer: &str) -> Value {
        match &template.kind {
            Kind::Literal(value) => value.clone(),
            Kind::Expr(_) | Kind::Text(_) => self.hole(pointer.to_owned()),
            Kind::List(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.fill(item, &below(pointer, &index.to_string())))
                    .collect()
            }
            Kind::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.to_string(), self.fill(value, &below(pointer, key))));
                Value::Object(entries.collect())
            }
        }
    }

    fn hole(&mut self, pointer: String) -> Value {
        self.holes.push(pointer);
        // No two holes are alike, in case all are to be different.
        Value::from(format!("\u{1}{}", self.holes.len()))
    }

    /// Everything that a schema has against it, whatever stands in the holes.
    pub(super) fn breaches(&self, schema: &Schema) -> Vec<RequestBreach> {
        let mut found = Vec::new();
        if !schema.allows(&self.value) {
            for error in schema.validator().iter_errors(&self.value) {
                self.judge(&error, &mut found);
            }
        }
        found
    }

    fn judge(&self, error: &ValidationError<'_>, found: &mut Vec<RequestBreach>) {
        let at = error.instance_path().as_str();
        let is_hole = self.holes.iter().any(|hole| hole == at);
        if is_hole || self.depends_on_a_condition(error) {
            return;
        }
        let path = || steps(error.instance_path(), &self.value);
        let breach = |kind, known| RequestBreach {
            kind,
            path: path(),
            known,
        };
        match error.kind() {
            Keyword::Required { property } => {
                let name = property.as_str().unwrap_or_default().to_owned();
                found.push(breach(BreachKind::Missing(name), Vec::new()));
            }
            Keyword::AdditionalProperties { unexpected } => found.extend(
                unexpected
                    .iter()
                    .map(|name| breach(BreachKind::Unknown(name.clone()), Vec::new())),
            ),
            Keyword::AnyOf { context } | Keyword::OneOfNotValid { context } => {
                found.extend(self.nearest(context));
            }
            Keyword::Type { .. } => found.push(breach(value_breach(error), Vec::new())),
            // What else is said of a list or an object may come to be right with what its holes will hold.
            _ if self.has_holes(at) => {}
            Keyword::UnevaluatedProperties { unexpected } => found.extend(
                unexpected
                    .iter()
                    .map(|name| breach(BreachKind::Unknown(name.clone()), Vec::new())),
            ),
            Keyword::Enum { options } => {
                let known = options.as_array().map(|options| words(options));
                found.push(breach(value_breach(error), known.unwrap_or_default()));
            }
            Keyword::Constant { expected_value } => {
                let known = words(std::slice::from_ref(expected_value));
                found.push(breach(value_breach(error), known));
            }
            _ => found.push(breach(value_breach(error), Vec::new())),
        }
    }

    /// Of several alternatives of which none can hold, the breaches of the one with the fewest.
    fn nearest(&self, context: &[Vec<ValidationError<'static>>]) -> Vec<RequestBreach> {
        let judged = context.iter().map(|errors| {
            let mut found = Vec::new();
            for error in errors {
                self.judge(error, &mut found);
            }
            found
        });
        // One without any may hold.
        judged.min_by_key(Vec::len).unwrap_or_default()
    }

    /// Whether a hole stands at a place or below it.
    fn has_holes(&self, pointer: &str) -> bool {
        self.holes.iter().any(|hole| {
            hole.strip_prefix(pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether it is not known that the schema says this at all: what an `if` decides on may be a hole.
    fn depends_on_a_condition(&self, error: &ValidationError<'_>) -> bool {
        let conditions = ["/then/", "/else/", "/dependentSchemas/"];
        let path = error.evaluation_path().as_str();
        !self.holes.is_empty() && conditions.iter().any(|word| path.contains(word))
    }
}

fn value_breach(error: &ValidationError<'_>) -> BreachKind {
    let show = Show {
        redactor: None,
        base: "$",
    };
    BreachKind::Value {
        expected: expectation(error, show)
            .unwrap_or_else(|| error.masked_with("another value").to_string()),
        found: show.value(error.instance()),
    }
}

/// A JSON Pointer one step further.
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escape(name))
}
