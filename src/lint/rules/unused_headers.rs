//! `unused-headers`: headers are set for requests that do not send them.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "unused-headers",
    severity: Severity::Warning,
    doc: "A cleanup or a teardown has a step `set: {headers: …}`. Requests of cleanups and teardowns send no headers that were set, so that it has no effect.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in context.steps.iter().filter(|visited| visited.cleans) {
        let Kind::Set(set) = &visited.step.kind else {
            continue;
        };
        if !set.headers.is_empty() {
            let message = "cleanups and teardowns send no headers that were set";
            let problem = Diagnostic::warning(RULE.name, message)
                .at(visited.step.place.clone())
                .label("its headers have no effect")
                .help("write them at the requests themselves: `headers: {…}`");
            findings.add(visited.owner, problem);
        }
    }
}
