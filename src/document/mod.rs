//! Tables of the keys that each kind of document may have, and the reading of YAML maps by them.
//!
//! One table drives four things: which keys are known (and what is meant by an unknown one), the JSON Schema that
//! editors use, the reference in the docs, and the decoders, which may only ask for keys that are in their table.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Template};
use crate::source::{Entry, Folder, Key, Node, Place, Source, Yaml};
use crate::value::{Map, Value};

/// The keys of one kind of map.
#[derive(Debug)]
pub struct Table {
    /// What messages and the schema call such a map, such as `step`.
    pub name: &'static str,
    pub doc: &'static str,
    pub keys: &'static [KeySpec],
}

/// One key of a map.
#[derive(Debug)]
pub struct KeySpec {
    pub name: &'static str,
    /// What it means, in one or two sentences of Markdown.
    pub doc: &'static str,
    pub shape: Shape,
    pub required: bool,
}

/// What may stand as a value, for the schema that editors check with. Decoders check more.
#[derive(Debug)]
pub enum Shape {
    Any,
    Null,
    Text,
    Boolean,
    Integer,
    Number,
    /// A duration with a unit.
    Duration,
    /// An expression; `${{ … }}` around it may be left out.
    Expression,
    /// An HTTP status: an integer, a class such as `2xx`, or operators.
    Literal(&'static [&'static str]),
    List(&'static Shape),
    /// A map from any name to this.
    MapOf(&'static Shape),
    Map(&'static Table),
    OneOf(&'static [Shape]),
    /// An `expect` map: checks by subject, see `check`.
    Expect,
    /// A matcher: a plain value or operators.
    Matcher,
    /// A JSON Schema.
    JsonSchema,
}

impl KeySpec {
    #[must_use]
    pub const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            doc,
            shape,
            required: false,
        }
    }

    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}

/// What decoding a file needs at hand and gathers on the way.
#[derive(Debug)]
pub struct Decoder {
    pub source: Arc<Source>,
    /// The folder whose files the document may name, and the document's own place below it.
    pub folder: Folder,
    pub beside: String,
    pub problems: Vec<Diagnostic>,
}

impl Decoder {
    #[must_use]
    pub fn new(source: &Arc<Source>, folder: Folder, beside: impl Into<String>) -> Self {
        Self {
            source: Arc::clone(source),
            folder,
            beside: beside.into(),
            problems: Vec::new(),
        }
    }

    #[must_use]
    pub fn place(&self, node: &Node) -> Place {
        Place::new(&self.source, node.span)
    }

    #[must_use]
    pub fn key_place(&self, key: &Key) -> Place {
        Place::new(&self.source, key.span)
    }

    pub fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Says that `node` should have been something else: `expected a list, found a string`.
    pub fn expected(&mut self, what: &str, node: &Node) {
        let problem = Diagnostic::error(
            "wrong-type",
            format!("expected {what}, found {}", node.kind()),
        )
        .at(self.place(node))
        .label(format!("expected {what}"));
        self.problem(problem);
    }

    /// The entries of a map whose keys are names of the user's own.
    pub fn map<'n>(&mut self, node: &'n Node) -> &'n [Entry] {
        match &node.value {
            Yaml::Map(entries) => entries,
            Yaml::Null => &[],
            _ => {
                self.expected("a map", node);
                &[]
            }
        }
    }

    pub fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Yaml::List(items) => items,
            Yaml::Null => &[],
            _ => {
                self.expected("a list", node);
                &[]
            }
        }
    }

    /// A plain string, without expressions.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        if let Some(text) = node.as_str() {
            return Some(text.to_owned());
        }
        self.expected("a string", node);
        None
    }

    pub fn boolean(&mut self, node: &Node) -> Option<bool> {
        if let Yaml::Bool(value) = node.value {
            return Some(value);
        }
        self.expected("`true` or `false`", node);
        None
    }

    pub fn template(&mut self, node: &Node) -> Template {
        Template::decode(node, &self.source, &mut self.problems)
    }

    /// An expression where the braces may be left out.
    pub fn expression(&mut self, node: &Node) -> Option<Expr> {
        let (text, offset) = match &node.value {
            Yaml::String(text) => unbraced(&text.value),
            Yaml::Bool(value) => (if *value { "true" } else { "false" }, 0),
            _ => {
                self.expected("an expression", node);
                return None;
            }
        };
        let place = Place::new(&self.source, node.inner_span(offset..offset + text.len()));
        match Expr::parse(text, place) {
            Ok(expr) => Some(expr),
            Err(problem) => {
                self.problem(problem);
                None
            }
        }
    }

    /// Reads a map by its table: unknown keys and missing required ones become problems.
    pub fn fields<'n>(&mut self, node: &'n Node, table: &'static Table) -> Fields<'n> {
        let entries = match &node.value {
            Yaml::Map(entries) => entries.as_slice(),
            _ => {
                self.expected(&format!("a map (a {})", table.name), node);
                &[]
            }
        };
        for entry in entries {
            if !table.keys.iter().any(|key| key.name == entry.key.text) {
                let problem = unknown_key(
                    self,
                    &entry.key,
                    table.name,
                    table.keys.iter().map(|key| key.name),
                );
                self.problem(problem);
            }
        }
        if node.as_map().is_some() {
            for key in table.keys.iter().filter(|key| key.required) {
                if !entries.iter().any(|entry| entry.key.text == key.name) {
                    let problem = Diagnostic::error(
                        "missing-key",
                        format!("this {} has no `{}`", table.name, key.name),
                    )
                    .at(self.place(node))
                    .help(format!("`{}`: {}", key.name, key.doc));
                    self.problem(problem);
                }
            }
        }
        Fields { entries, table }
    }
}

/// An unknown key, and what was likely meant.
#[must_use]
pub fn unknown_key<'a>(
    decoder: &Decoder,
    key: &Key,
    owner: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let problem = Diagnostic::error(
        "unknown-key",
        format!("a {owner} has no key `{}`", key.text),
    )
    .at(decoder.key_place(key))
    .label("unknown key");
    match crate::diagnostic::did_you_mean(&key.text, known.clone()) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help(format!(
            "a {owner} may have: {}",
            known.collect::<Vec<_>>().join(", ")
        )),
    }
}

/// `text` without `${{ … }}` around it, and the offset at which the rest begins.
fn unbraced(text: &str) -> (&str, usize) {
    let inner = text
        .trim()
        .strip_prefix("${{")
        .and_then(|rest| rest.strip_suffix("}}"));
    match inner {
        Some(inner) if !inner.contains("}}") => (inner, text.find("${{").map_or(0, |at| at + 3)),
        _ => (text, 0),
    }
}

/// A map read by its table.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'n> {
    entries: &'n [Entry],
    table: &'static Table,
}

impl<'n> Fields<'n> {
    /// The entry of a key of the table.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&'n Entry> {
        debug_assert!(
            self.table.keys.iter().any(|key| key.name == name),
            "`{name}` is not in the table of a {}",
            self.table.name
        );
        self.entries.iter().find(|entry| entry.key.text == name)
    }

    /// The value of a key of the table.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|entry| &entry.value)
    }
}

/// A YAML tree as a JSON value, without looking for expressions in it.
#[must_use]
pub fn plain_value(node: &Node) -> Value {
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Number(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        Yaml::String(text) => Value::String(text.value.clone()),
        Yaml::List(items) => Value::Array(items.iter().map(plain_value).collect()),
        Yaml::Map(entries) => Value::Object(
            entries
                .iter()
                .map(|entry| (entry.key.text.clone(), plain_value(&entry.value)))
                .collect::<Map<_, _>>(),
        ),
    }
}
