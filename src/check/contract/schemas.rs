//! The schemas of a contract's document: each compiled once, when it is first needed, and shared by all that refer to it.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Registry};
use serde_json::json;

use crate::check::schema::{Schema, options, reason};
use crate::value::Value;

/// The URI by which the document's own schemas refer to it.
const DOCUMENT: &str = "contract:///openapi";

/// The document, as what schemas are compiled from.
#[derive(Debug)]
pub(super) struct Schemas {
    document: Value,
    registry: OnceLock<Result<Registry<'static>, String>>,
}

/// A schema at a place of the document.
#[derive(Debug)]
pub(super) struct SchemaAt {
    /// A JSON Pointer, `/components/…`.
    pub pointer: String,
    compiled: OnceLock<Result<Schema, String>>,
}

/// The schemas that were asked for, each once.
#[derive(Debug, Default)]
pub(super) struct Interned(HashMap<String, Arc<SchemaAt>>);

impl Interned {
    /// The schema at a pointer. One that is nothing but a reference is the schema that it refers to.
    pub(super) fn at(&mut self, document: &Value, mut pointer: String) -> Arc<SchemaAt> {
        for _ in 0..super::MAX_REFERENCES {
            match referred(document, &pointer) {
                Some(target) => pointer = target,
                None => break,
            }
        }
        let new = || {
            Arc::new(SchemaAt {
                pointer: pointer.clone(),
                compiled: OnceLock::new(),
            })
        };
        Arc::clone(self.0.entry(pointer.clone()).or_insert_with(new))
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
        Self {
            document,
            registry: OnceLock::new(),
        }
    }

    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// # Errors
    /// What is wrong with the schema.
    pub(super) fn get<'s>(&self, schema: &'s SchemaAt) -> Result<&'s Schema, String> {
        schema
            .compiled
            .get_or_init(|| self.compile(&schema.pointer))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn compile(&self, pointer: &str) -> Result<Schema, String> {
        let registry = self.registry.get_or_init(|| {
            let builder = Registry::new().draft(Draft::Draft202012);
            builder
                .add(DOCUMENT, self.document.clone())
                .and_then(jsonschema::RegistryBuilder::prepare)
                .map_err(|error| error.to_string())
        });
        let registry = registry.as_ref().map_err(Clone::clone)?;
        let reference = format!("{DOCUMENT}#{}", encode_fragment(pointer));
        options()
            .with_registry(registry)
            .build(&json!({ "$ref": reference }))
            .map(Schema::new)
            .map_err(|error| {
                let reason = reason(&error, &self.document);
                format!("the schema at `{pointer}` is broken: {reason}")
            })
    }
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
