//! `concurrent-name`: a branch of a `parallel` reads, or sets too, what another one sets.

use super::undefined_name::of_code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::source::Place;

pub(super) const RULE: Rule = Rule {
    name: "concurrent-name",
    severity: Severity::Error,
    doc: "A branch of a `parallel` reads what another branch of it sets, or sets it too: a variable, a capture, or a header of later requests. Branches run at once, so nobody knows whether it is there, or which of them is the last.",
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

/// A variable that an earlier branch sets too, at `other`.
pub(in crate::lint) fn variable_twice(name: &str, place: Place, other: Place) -> Diagnostic {
    set_twice(&format!("`{name}`"), place, other).help(
        "give each branch a name of its own, or put both steps into one branch: `- steps: […]`",
    )
}

/// The same of a header of later requests.
pub(in crate::lint) fn header_twice(name: &str, place: Place, other: Place) -> Diagnostic {
    set_twice(&format!("the header `{name}`"), place, other).help(
        "write it at the requests themselves, `headers: {…}`, or put both steps into one branch: `- steps: […]`",
    )
}

fn set_twice(what: &str, place: Place, other: Place) -> Diagnostic {
    let message = format!("{what} is set by two branches that run at the same time");
    Diagnostic::error(RULE.name, message)
        .at(place)
        .label("set here too")
        .also(other, "set here")
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
