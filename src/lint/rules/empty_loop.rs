//! `empty-loop`: a step that is repeated for an empty list.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;

pub(super) const RULE: Rule = Rule {
    name: "empty-loop",
    severity: Severity::Warning,
    doc: "A step is repeated `for_each` element of a list that is written out and empty, so that it never runs.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        let list = visited.step.for_each.iter();
        for list in list.filter(|list| {
            list.as_literal()
                .and_then(|value| value.as_array())
                .is_some_and(Vec::is_empty)
        }) {
            let problem =
                Diagnostic::warning(RULE.name, "this step never runs: `for_each` has no items")
                    .at(list.place.clone())
                    .label("an empty list")
                    .help("give it items, or remove the step");
            findings.add(visited.owner, problem);
        }
    }
}
