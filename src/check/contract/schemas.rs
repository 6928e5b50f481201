//! The schemas of a contract's document: each compiled once, when it is first needed, and shared by all that refer to it.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Registry};
use serde_json::json;

use super::one_way;
use crate::check::schema::{Schema, options, reason_below};
use crate::value::Value;

/// The URI by which the document's own schemas refer to it.
const DOCUMENT: &str = "contract:///openapi";

/// Which way what a schema is of is sent: some properties are required one way only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Way {
    Request,
    Response,
}

/// The document, as what schemas are compiled from.
#[derive(Debug)]
pub(super) struct Schemas {
    responses: Document,
    /// `None` where it says the same of both.
    requests: Option<Document>,
}

/// The document as it holds one way.
#[derive(Debug)]
struct Document {
    value: Value,
    registry: OnceLock<Result<Registry<'static>, String>>,
}

/// A schema at a place of the document.
#[derive(Debug)]
pub(super) struct SchemaAt {
    /// A JSON Pointer, `/components/…`.
    pub pointer: String,
    pub way: Way,
    compiled: OnceLock<Result<Schema, Broken>>,
}

/// Why a schema can't be compiled.
#[derive(Debug)]
pub(super) struct Broken {
    /// Where in the document: a JSON Pointer.
    pub pointer: String,
    pub reason: String,
}

/// The schemas that were asked for, each once.
#[derive(Debug, Default)]
pub(super) struct Interned(HashMap<(Way, String), Arc<SchemaAt>>);

impl Interned {
    /// The schema at a pointer. One that is nothing but a reference is the schema that it refers to.
    pub(super) fn at(&mut self, schemas: &Schemas, way: Way, mut pointer: String) -> Arc<SchemaAt> {
        let document = schemas.document();
        for _ in 0..super::MAX_REFERENCES {
            match referred(document, &pointer) {
                Some(target) => pointer = target,
                None => break,
            }
        }
        let way = match &schemas.requests {
            Some(_) => way,
            None => Way::Response,
        };
        let new = || {
            Arc::new(SchemaAt {
                pointer: pointer.clone(),
                way,
                compiled: OnceLock::new(),
            })
        };
        Arc::clone(self.0.entry((way, pointer.clone())).or_insert_with(new))
    }
}

/// Where the schema at a pointer refers to, if it does nothing else.
fn referred(document: &Value, pointer: &str) -> Option<String> {
    let schema = document.pointer(pointer)?.as_object()?;
    let target = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    let exists = target.starts_with('/') && document.pointer(target).is_some();
    (schema.len() == 1 && exists).then(|| target.to_owned())
}

impl Schemas {
    pub(super) fn new(document: Value) -> Self {
        let requests = one_way::without(&document, "readOnly");
        let responses = one_way::without(&document, "writeOnly");
        if requests.is_none() && responses.is_none() {
            let responses = Document::new(document);
            return Self {
                responses,
                requests: None,
            };
        }
        let requests = requests.unwrap_or_else(|| document.clone());
        Self {
            responses: Document::new(responses.unwrap_or(document)),
            requests: Some(Document::new(requests)),
        }
    }

    /// The document, which says the same both ways but for what is required.
    pub(super) fn document(&self) -> &Value {
        &self.responses.value
    }

    fn of(&self, way: Way) -> &Document {
        match (way, &self.requests) {
            (Way::Request, Some(requests)) => requests,
            (Way::Request, None) | (Way::Response, _) => &self.responses,
        }
    }

    /// # Errors
    /// What is wrong with the schema, and which it is.
    pub(super) fn get<'s>(&self, schema: &'s SchemaAt) -> Result<&'s Schema, String> {
        self.compiled(schema).as_ref().map_err(|broken| {
            let Broken { pointer, reason } = broken;
            format!("the contract's schema is broken at `{pointer}`: {reason}")
        })
    }

    /// What is wrong with the schema, if anything is.
    pub(super) fn broken<'s>(&self, schema: &'s SchemaAt) -> Option<&'s Broken> {
        self.compiled(schema).as_ref().err()
    }

    fn compiled<'s>(&self, schema: &'s SchemaAt) -> &'s Result<Schema, Broken> {
        schema
            .compiled
            .get_or_init(|| self.of(schema.way).compile(&schema.pointer))
    }
}

impl Document {
    fn new(value: Value) -> Self {
        Self {
            value,
            registry: OnceLock::new(),
        }
    }

    fn compile(&self, pointer: &str) -> Result<Schema, Broken> {
        let broken = |reason: String| Broken {
            pointer: pointer.to_owned(),
            reason,
        };
        let registry = self.registry.get_or_init(|| {
            let builder = Registry::new().draft(Draft::Draft202012);
            builder
                .add(DOCUMENT, self.value.clone())
                .and_then(jsonschema::RegistryBuilder::prepare)
                .map_err(|error| error.to_string())
        });
        let registry = registry.as_ref().map_err(|error| broken(error.clone()))?;
        let reference = format!("{DOCUMENT}#{}", encode_fragment(pointer));
        options()
            .with_registry(registry)
            .build(&json!({ "$ref": reference }))
            .map(Schema::new)
            .map_err(|error| {
                let at = error.instance_path().as_str();
                let below = at.strip_prefix(pointer).or_else(|| below_component(at));
                let reason = reason_below(&error, below.unwrap_or_default());
                let there = below.is_some() && self.value.pointer(at).is_some();
                Broken {
                    pointer: if there { at } else { pointer }.to_owned(),
                    reason: reason.unwrap_or_else(|| error.to_string()),
                }
            })
    }
}

/// What of a JSON Pointer into a document is below one of its named schemas.
fn below_component(pointer: &str) -> Option<&str> {
    let name = pointer.strip_prefix("/components/schemas/")?;
    Some(name.find('/').map_or("", |at| &name[at..]))
}

/// A JSON Pointer as a URI's fragment (RFC 6901, 6).
fn encode_fragment(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
