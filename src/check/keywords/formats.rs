//! The formats that schemas name: those that are checked, and what is said of others.

use crate::check::formats::{OF_OPENAPI, UNCHECKED, of_schemas};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Decoder;
use crate::source::Place;

/// Holds a format in a schema of our own files to those that are checked.
pub(super) fn check(name: &str, place: Place, decoder: &mut Decoder) {
    if of_schemas().any(|known| known == name) {
        return;
    }
    let problem = Diagnostic::error(
        "bad-schema",
        format!("`{name}` is not a format that is checked"),
    )
    .at(place)
    .label("checks nothing")
    .help(help(name));
    decoder.problem(problem);
}

fn help(name: &str) -> String {
    match name {
        "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" => {
            return "leave it out: `type: integer` is checked, and so are `minimum` and `maximum`"
                .to_owned();
        }
        "double" | "float" | "decimal" => {
            return "leave it out: `type: number` is checked".to_owned();
        }
        _ => {}
    }
    if let Some(close) = meant(name) {
        return format!("did you mean `{close}`?");
    }
    let known: Vec<&str> = of_schemas().collect();
    format!(
        "leave it out, or write a `pattern`; the formats are: {}",
        known.join(", ")
    )
}

fn meant(name: &str) -> Option<String> {
    if name == UNCHECKED {
        return None;
    }
    did_you_mean(name, of_schemas())
}

/// What a format in a schema that others wrote was likely meant to be, where it checks nothing: a format of their own is let
/// pass.
pub(super) fn misspelt(name: &str) -> Option<String> {
    let known = of_schemas().any(|known| known == name) || OF_OPENAPI.contains(&name);
    if known { None } else { meant(name) }
}
