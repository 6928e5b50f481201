//! `probity schema`.

use super::exit::Exit;
use super::terminal::{Terminal, write_stdout};
use crate::diagnostic::Diagnostic;
use crate::schemas;

/// Prints a schema, or the names of all.
pub(super) fn run(kind: Option<&str>, terminal: Terminal) -> Exit {
    let names = || schemas::ALL.iter().map(|schema| schema.name);
    let Some(kind) = kind else {
        let list: String = schemas::ALL
            .iter()
            .map(|schema| format!("{:<10}{}\n", schema.name, schema.doc))
            .collect();
        write_stdout(&list);
        return Exit::Passed;
    };
    if let Some(schema) = schemas::ALL.iter().find(|schema| schema.name == kind) {
        write_stdout(&schemas::text(schema));
        Exit::Passed
    } else {
        let all: Vec<&str> = names().collect();
        terminal.show(&[Diagnostic::error(
            "unknown-schema",
            format!("there is no schema `{kind}`"),
        )
        .suggest(kind, names())
        .help(format!("there are: {}", all.join(", ")))]);
        Exit::Invalid
    }
}
