//! `unknown-input`: a step gives an action what the action does not take.

use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::inputs::each_use;

pub(super) const RULE: Rule = Rule {
    name: "unknown-input",
    severity: Severity::Error,
    doc: "A `uses` step gives its action an input that the action does not declare, and which so would be ignored.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    each_use(context, |owner, uses, action| {
        for input in &uses.with {
            if action.input(&input.name).is_some() {
                continue;
            }
            let known = || action.inputs.iter().map(|spec| spec.name.as_str());
            let problem = Diagnostic::error(
                RULE.name,
                format!("the action `{}` has no input `{}`", action.name, input.name),
            )
            .at(input.place.clone())
            .label("unknown input");
            let problem = match did_you_mean(&input.name, known()) {
                Some(close) => problem.help(format!("did you mean `{close}`?")),
                None if action.inputs.is_empty() => problem.help("it has no inputs"),
                None => {
                    let all: Vec<&str> = known().collect();
                    problem.help(format!("it has: {}", all.join(", ")))
                }
            };
            findings.add(owner, problem);
        }
    });
}
