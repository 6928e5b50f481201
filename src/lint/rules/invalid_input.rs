//! `invalid-input`: a step gives an action a value that breaks the input's schema.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::inputs::each_literal_input;
use crate::pack::InputSpec;
use crate::value::Value;

pub(super) const RULE: Rule = Rule {
    name: "invalid-input",
    severity: Severity::Error,
    doc: "A `uses` step gives an input a literal value that breaks the input's JSON Schema. Values that come from expressions are held to it when the step runs. `validate: false` lets a negative test send them all the same.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    each_literal_input(context, |input| {
        let spec = input.spec;
        let Some(breach) = spec.breach(input.value) else {
            return;
        };
        // The value as a whole needs no name of its own here.
        let breach = breach.replace("the value: ", "");
        let problem = Diagnostic::error(
            RULE.name,
            format!("`{}` can't have this value: {breach}", spec.name),
        )
        .at(input.place.clone())
        .label("breaks the input's schema")
        .also(spec.place.clone(), "declared here");
        findings.add(input.owner, advise(problem, input.value, spec));
    });
}

fn advise(problem: Diagnostic, value: &Value, spec: &InputSpec) -> Diagnostic {
    let allowed = spec.schema.get("enum").and_then(Value::as_array);
    let words = allowed.into_iter().flatten().filter_map(Value::as_str);
    let problem = match value.as_str() {
        Some(word) => problem.suggest(word, words),
        None => problem,
    };
    problem.help("`validate: false` on the step lets a negative test send it all the same")
}
