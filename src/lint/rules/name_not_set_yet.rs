//! `name-not-set-yet`: an expression reads what a later step sets.

use super::undefined_name::of_code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::source::Place;

pub(super) const RULE: Rule = Rule {
    name: "name-not-set-yet",
    severity: Severity::Error,
    doc: "An expression reads a variable or a step that only a later step sets. Variables are set from top to bottom, and captures after the request that they are taken from.",
    find: |context, findings| of_code(RULE.name, context, findings),
};

/// A variable that is set later.
pub(in crate::lint) fn problem(name: &str, place: Place, set: Place) -> Diagnostic {
    Diagnostic::error(RULE.name, format!("`{name}` is not set yet"))
        .at(place)
        .label("read here")
        .also(set, "set here")
        .help("move what sets it in front of this, or ask with `is defined`")
}

/// A step that runs later; `place` is where its id is read.
pub(in crate::lint) fn step(id: &str, place: Place, step: Place) -> Diagnostic {
    Diagnostic::error(RULE.name, format!("the step `{id}` has not run yet"))
        .at(place)
        .label("read here")
        .also(step, "runs later")
        .help("move that step in front of this one")
}
