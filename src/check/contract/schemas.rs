//! The schemas of a contract's document: compiled when first needed, with the document to resolve their references in.

use std::fmt::Write;
use std::sync::OnceLock;

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
    pointer: String,
    compiled: OnceLock<Result<Schema, String>>,
}

impl SchemaAt {
    pub(super) fn new(pointer: String) -> Self {
        Self {
            pointer,
            compiled: OnceLock::new(),
        }
    }
}

impl Schemas {
    pub(super) fn new(document: Value) -> Self {
        Self {
            document,
            registry: OnceLock::new(),
        }
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
