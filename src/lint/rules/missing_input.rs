//! `missing-input`: a step does not give an action what it needs.

use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::inputs::each_use;

pub(super) const RULE: Rule = Rule {
    name: "missing-input",
    severity: Severity::Error,
    doc: "A `uses` step leaves out an input that the action needs: one that is neither `optional` nor has a `default`. `validate: false` lets a negative test do so.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    each_use(context, |owner, uses, action| {
        // Which inputs an expression gives is not known.
        if !uses.validate || uses.given.is_some() {
            return;
        }
        // A misspelt one is told as such.
        let names: Vec<&str> = action.inputs.iter().map(|spec| &*spec.name).collect();
        let meant = |given: &str| {
            let unknown = !names.contains(&given);
            unknown.then(|| did_you_mean(given, names.iter().copied()))?
        };
        let given = |name: &str| {
            let mut given = uses.with.iter().map(|input| &*input.name);
            given.any(|given| given == name || meant(given).as_deref() == Some(name))
        };
        let missing: Vec<_> = action
            .inputs
            .iter()
            .filter(|spec| spec.is_required() && !given(&spec.name))
            .collect();
        let Some(first) = missing.first() else { return };
        let missing_names: Vec<String> = missing
            .iter()
            .map(|spec| format!("`{}`", spec.name))
            .collect();
        let problem = Diagnostic::error(
            RULE.name,
            format!(
                "the action `{}` needs {}",
                action.name,
                missing_names.join(", ")
            ),
        )
        .at(uses.action.place.clone())
        .label("inputs are missing")
        .also(first.place.clone(), "declared here")
        .help(format!("write `with: {{{}: …}}`", first.name));
        findings.add(owner, problem);
    });
}
