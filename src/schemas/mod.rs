//! JSON Schemas of every kind of file, for editors: made from the tables that the decoders read by.

/// A schema, as `probity schema NAME` prints it.
#[derive(Debug)]
pub struct SchemaKind {
    pub name: &'static str,
    pub doc: &'static str,
    make: fn() -> serde_json::Value,
}

/// Every kind of file that has a schema.
pub const ALL: &[SchemaKind] = &[];

/// The schema as it is checked in under `schemas/`.
#[must_use]
pub fn text(kind: &SchemaKind) -> String {
    let value = (kind.make)();
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}
