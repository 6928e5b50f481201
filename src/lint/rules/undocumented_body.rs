//! `undocumented-body`: a body, or a kind of body, that the pack's contract does not know.

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::places;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::{Rule, requests};

pub(super) const RULE: Rule = Rule {
    name: "undocumented-body",
    severity: Severity::Error,
    doc: "A request has a body where its operation has none in the pack's OpenAPI contract, or one of another media type. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        let (Some(spec), Some((media_type, _))) = (request.spec, request.body()) else {
            continue;
        };
        let message = match &spec.body {
            None => format!("`{}` has no body", request.call()),
            Some(body) if !body.allows(&media_type) => {
                let known: Vec<&str> = body.media_types().collect();
                format!(
                    "`{}` has no body of the type `{media_type}`, only {}",
                    request.call(),
                    known.join(", ")
                )
            }
            Some(_) => continue,
        };
        let place = match request.body_place(None) {
            Some(value) => places::key_of(value),
            None => request.http.target.place.clone(),
        };
        let problem = Diagnostic::error(RULE.name, message)
            .at(place)
            .label("not documented");
        findings.add(request.visited.owner, requests::advise(problem));
    }
}
