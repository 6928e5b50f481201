//! `undocumented-field`: a field of a request's body that the pack's contract rules out.

use crate::check::BreachKind;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::{Rule, requests};

pub(super) const RULE: Rule = Rule {
    name: "undocumented-field",
    severity: Severity::Error,
    doc: "A request's body has a field that its schema in the pack's OpenAPI contract does not have, and the schema allows no others (`additionalProperties: false`). `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        for breach in request.body_breaches() {
            let BreachKind::Unknown(name) = &breach.kind else {
                continue;
            };
            let known: Vec<&str> = breach.known.iter().map(String::as_str).collect();
            let message = format!("`{}` has no field `{name}`", request.call());
            let problem = Diagnostic::error(RULE.name, message)
                .at(request.key_place(&breach.path, name))
                .label("not documented");
            let problem = requests::suggest(problem, name, &known);
            findings.add(request.visited.owner, requests::advise(problem));
        }
    }
}
