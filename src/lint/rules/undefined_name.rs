//! `undefined-name`: an expression reads what is not there.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::source::Place;

pub(super) const RULE: Rule = Rule {
    name: "undefined-name",
    severity: Severity::Error,
    doc: "An expression reads a variable, step, secret, input, column or output that does not exist. In a run that is an error too: an undefined name never becomes an empty string. Ask with `is defined`, or give a `default(…)`, where a name may be missing.",
    find: |context, findings| of_code(RULE.name, context, findings),
};

pub(in crate::lint) fn problem(message: impl Into<String>, place: Place) -> Diagnostic {
    Diagnostic::error(RULE.name, message)
        .at(place)
        .label("not defined")
}

/// Takes the problems of one code from the walk through all names.
pub(super) fn of_code(code: &str, context: &Context<'_>, findings: &mut Findings) {
    for (owner, problem) in &context.names().problems {
        if problem.code == code {
            findings.add(*owner, problem.clone());
        }
    }
}
