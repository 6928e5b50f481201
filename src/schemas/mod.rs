//! JSON Schemas (draft 2020-12) of every kind of file, for editors: made from the tables that the decoders read by.

mod shapes;

use serde_json::{Value, json};

use crate::document::Table;
use crate::pack::emulator::tables as emulator;
use crate::pack::tables as pack;
use crate::scenario::tables as scenario;
use shapes::Definitions;

/// A schema, as `probity schema NAME` prints it.
#[derive(Debug)]
pub struct SchemaKind {
    pub name: &'static str,
    pub doc: &'static str,
    table: &'static Table,
}

/// Every kind of file that a user writes.
pub static ALL: &[SchemaKind] = &[
    SchemaKind {
        name: "scenario",
        doc: "scenario files: `*.scenario.yaml`",
        table: &scenario::FILE,
    },
    SchemaKind {
        name: "pack",
        doc: "a pack's manifest: `pack.yaml`",
        table: &pack::PACK,
    },
    SchemaKind {
        name: "action",
        doc: "a pack's actions: `actions/*.yaml`",
        table: &pack::ACTION,
    },
    SchemaKind {
        name: "emulator",
        doc: "a pack's emulator: `emulator.yaml`",
        table: &emulator::EMULATOR,
    },
];

/// The schema as it is checked in under `schemas/`.
#[must_use]
pub fn text(kind: &SchemaKind) -> String {
    // A value made of strings and maps is always writable.
    serde_json::to_string_pretty(&schema(kind)).unwrap_or_default() + "\n"
}

/// The schema of a kind of file.
#[must_use]
pub fn schema(kind: &SchemaKind) -> Value {
    let mut definitions = Definitions::default();
    let root = definitions.reference(kind.table);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Probity: {}", kind.doc.replace('`', "")),
        "$ref": root["$ref"],
        "$defs": definitions.finish(),
    })
}
