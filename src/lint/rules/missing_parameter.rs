//! `missing-parameter`: a request without a header or query parameter that the pack's contract requires.

use crate::check::Location;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::requests::Sketch;
use crate::lint::{Rule, requests};

pub(super) const RULE: Rule = Rule {
    name: "missing-parameter",
    severity: Severity::Error,
    doc: "A request lacks a header or query parameter that its operation requires in the pack's OpenAPI contract, and nothing else sends it: neither the pack's `request` nor a `set`. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        let Some(spec) = request.spec else { continue };
        for parameter in spec.parameters.iter().filter(|one| one.required) {
            if is_sent(request, context, parameter.location, &parameter.name) {
                continue;
            }
            let (call, word) = (request.call(), parameter.location.word());
            let message = format!("`{call}` needs the {word} `{}`", parameter.name);
            let problem = Diagnostic::error(RULE.name, message)
                .at(request.http.target.place.clone())
                .label("without it");
            findings.add(request.visited.owner, requests::advise(problem));
        }
    }
}

/// Whether a key of the query is of a parameter, or may be.
fn gives(request: &Sketch<'_>, key: &str, name: &str) -> bool {
    let spec = request.spec;
    let owner = spec.and_then(|spec| request.contract.query_parameter(spec, key));
    key.contains(requests::ANYTHING) || owner.is_some_and(|(owner, _)| owner.name == name)
}

fn is_sent(request: &Sketch<'_>, context: &Context<'_>, location: Location, name: &str) -> bool {
    match location {
        Location::Query => {
            let mut query = request.query().into_iter();
            // Which keys an expression gives is not known.
            request.http.query.given().is_some()
                || query.any(|given| gives(request, given.name, name))
        }
        Location::Header if request.http.headers.given().is_some() => true,
        Location::Header => {
            let mut headers = request.headers();
            match headers.find(|given| given.name.eq_ignore_ascii_case(name)) {
                Some(given) => !given.is_removed(),
                None => {
                    requests::is_usual_header(name, request.pack, request.contract)
                        || request.is_sent_by_others(context, name)
                }
            }
        }
        Location::Path | Location::Cookie => true,
    }
}
