//! `misspelt-name`: what may be missing is never there, and nearly is what there is.

use super::undefined_name::{self, of_code};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;

pub(super) const RULE: Rule = Rule {
    name: "misspelt-name",
    severity: Severity::Warning,
    doc: "An expression reads a name that exists nowhere under `default(…)` or `is defined`, and there is one that is nearly the same. Such a slip would not be noticed in a run: the name is missing each time.",
    find: |context, findings| of_code(RULE.name, context, findings),
};

/// The same of a name that may be missing, if it looks like a slip of the pen.
pub(in crate::lint) fn of(mut problem: Diagnostic) -> Option<Diagnostic> {
    let mut help = problem.help.iter();
    if problem.code != undefined_name::RULE.name || !help.any(|help| help.starts_with("did you")) {
        return None;
    }
    problem.code = RULE.name;
    problem.severity = RULE.severity;
    Some(problem)
}

/// Whether a problem says that this is misspelt.
pub(in crate::lint) fn says(problem: &Diagnostic, name: &str) -> bool {
    let place = problem.place.as_ref();
    let written = place.and_then(|place| place.source.text.get(place.span.range()));
    problem.code == RULE.name && written == Some(name)
}
