//! `concurrent-name`: a branch of a `parallel` reads what another one sets.

use super::undefined_name::of_code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::source::Place;

pub(super) const RULE: Rule = Rule {
    name: "concurrent-name",
    severity: Severity::Error,
    doc: "A branch of a `parallel` reads what another branch of it sets. Branches run at once, so nobody knows whether it is there.",
    find: |context, findings| of_code(RULE.name, context, findings),
};

const HELP: &str =
    "read it after the `parallel`, or put both steps into one branch: `- steps: […]`";

/// A variable that another branch sets.
pub(in crate::lint) fn problem(name: &str, place: Place) -> Diagnostic {
    Diagnostic::error(
        RULE.name,
        format!("`{name}` is set by a step that runs at the same time"),
    )
    .at(place)
    .label("may not be set yet")
    .help(HELP)
}

/// A step that runs in another branch.
pub(in crate::lint) fn step(id: &str, place: Place) -> Diagnostic {
    Diagnostic::error(
        RULE.name,
        format!("the step `{id}` runs at the same time as this one"),
    )
    .at(place)
    .label("may not have run yet")
    .help(HELP)
}
