//! `missing-field`: a request's body without a field that the pack's contract requires, or no body at all.

use crate::check::BreachKind;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::{Rule, requests};
use crate::value::normalized;

pub(super) const RULE: Rule = Rule {
    name: "missing-field",
    severity: Severity::Error,
    doc: "A request's body lacks a field that its schema in the pack's OpenAPI contract requires, or there is no body where one is required. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        let call = request.call();
        let body = request.spec.and_then(|spec| spec.body.as_ref());
        if body.is_some_and(|body| body.required) && request.http.body.is_none() {
            let problem = Diagnostic::error(RULE.name, format!("`{call}` needs a body"))
                .at(request.http.target.place.clone())
                .label("without one");
            findings.add(request.visited.owner, requests::advise(problem));
        }
        for breach in request.body_breaches() {
            let BreachKind::Missing(name) = &breach.kind else {
                continue;
            };
            let (message, place) = match breach.path.as_slice() {
                [] => (
                    format!("`{call}` needs the field `{name}`"),
                    request.http.target.place.clone(),
                ),
                path => (
                    format!(
                        "`{call}` needs the field `{name}` in `{}`",
                        normalized(path)
                    ),
                    request.value_place(path),
                ),
            };
            let problem = Diagnostic::error(RULE.name, message)
                .at(place)
                .label("without it");
            findings.add(request.visited.owner, requests::advise(problem));
        }
    }
}
