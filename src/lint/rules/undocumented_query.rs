//! `undocumented-query`: a query parameter that the pack's contract does not know.

use crate::check::Location;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::{Rule, requests};

pub(super) const RULE: Rule = Rule {
    name: "undocumented-query",
    severity: Severity::Error,
    doc: "A request states a query parameter that its operation does not have in the pack's OpenAPI contract. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        let Some(spec) = request.spec else { continue };
        for given in request.query() {
            let known = request.contract.query_parameter(spec, given.name).is_some();
            let credential = request.contract.is_credential(Location::Query, given.name);
            if given.repeats() || known || credential || given.name.contains(requests::ANYTHING) {
                continue;
            }
            let keys = request.contract.query_keys(spec);
            let names: Vec<&str> = keys.iter().map(String::as_str).collect();
            let message = format!(
                "`{}` has no query parameter `{}`",
                request.call(),
                given.name
            );
            let problem = Diagnostic::error(RULE.name, message)
                .at(given.name_place(request.http))
                .label("not documented");
            let problem = requests::suggest(problem, given.name, &names);
            findings.add(request.visited.owner, requests::advise(problem));
        }
    }
}
