//! JSON Schemas (draft 2020-12) of every kind of file, for editors: made from the tables that the decoders read by; and
//! of the JSON report.

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
    from: Origin,
}

/// What a schema is made from.
#[derive(Debug)]
enum Origin {
    /// The table by which such a file is read.
    Table(&'static Table),
    /// A text of its own: what the program writes is checked against it.
    Text(&'static str),
}

/// Every kind of file that a user writes, and the JSON report.
pub static ALL: &[SchemaKind] = &[
    SchemaKind {
        name: "scenario",
        doc: "scenario files: `*.scenario.yaml`",
        from: Origin::Table(&scenario::FILE),
    },
    SchemaKind {
        name: "pack",
        doc: "a pack's manifest: `pack.yaml`",
        from: Origin::Table(&pack::PACK),
    },
    SchemaKind {
        name: "action",
        doc: "a pack's actions: `actions/*.yaml`",
        from: Origin::Table(&pack::ACTION),
    },
    SchemaKind {
        name: "emulator",
        doc: "a pack's emulator: `emulator.yaml`",
        from: Origin::Table(&emulator::EMULATOR),
    },
    SchemaKind {
        name: "report",
        doc: "an event of the JSON report",
        from: Origin::Text(include_str!("../../schemas/report.schema.json")),
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
    let table = match kind.from {
        Origin::Table(table) => table,
        Origin::Text(text) => return serde_json::from_str(text).unwrap_or_default(),
    };
    let mut definitions = Definitions::default();
    let root = definitions.reference(table);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Probity: {}", kind.doc.replace('`', "")),
        "$ref": root["$ref"],
        "$defs": definitions.finish(),
    })
}
