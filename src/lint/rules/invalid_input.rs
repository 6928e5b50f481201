//! `invalid-input`: a step gives an action a value that breaks the input's schema.

use crate::diagnostic::Severity;
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::inputs::each_literal_input;

pub(super) const RULE: Rule = Rule {
    name: "invalid-input",
    severity: Severity::Error,
    doc: "A `uses` step gives an input a literal value that breaks the input's JSON Schema. Values that come from expressions are held to it when the step runs. `validate: false` lets a negative test send them all the same.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    each_literal_input(context, |input| {
        if let Some(problem) = input.spec.refusal(input.value, input.place) {
            findings.add(input.owner, problem);
        }
    });
}
