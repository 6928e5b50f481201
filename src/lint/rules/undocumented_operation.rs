//! `undocumented-operation`: a request that the pack's contract does not know.

use crate::check::OperationSpec;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::requests::{ANYTHING, Sketch};
use crate::lint::{Rule, requests};

pub(super) const RULE: Rule = Rule {
    name: "undocumented-operation",
    severity: Severity::Error,
    doc: "A request has a path, or a method for its path, that the pack's OpenAPI contract does not document. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        if let Some(problem) = check(request) {
            findings.add(request.visited.owner, requests::advise(problem));
        }
    }
}

fn check(request: &Sketch<'_>) -> Option<Diagnostic> {
    let all = request.contract.operations();
    let (method, sample) = (request.http.method.as_str(), &request.sample);
    let fits = |spec: &OperationSpec| spec.method == method && fits(sample, &spec.path);
    if request.spec.is_some() || (sample.contains(ANYTHING) && all.iter().any(fits)) {
        return None;
    }
    let methods = request.contract.methods(sample);
    let path = sample.split('?').next().unwrap_or_default();
    let path = path.replace(ANYTHING, "…");
    let message = if methods.is_empty() {
        format!("the contract has no path `{path}`")
    } else {
        format!("the contract has no `{method}` for this path")
    };
    let problem = Diagnostic::error(RULE.name, message)
        .at(request.http.target.place.clone())
        .label("not documented");
    if !methods.is_empty() {
        return Some(problem.help(format!("it has {}", methods.join(", "))));
    }
    let known = all.iter().filter(|spec| spec.method == method);
    let close = did_you_mean(&path, known.map(|spec| spec.path.as_str()));
    Some(match close {
        Some(close) => problem.help(format!("did you mean `{method} {close}`?")),
        None => problem,
    })
}

/// Whether a sample path may come to be a documented one: a value may be any segment.
fn fits(sample: &str, documented: &str) -> bool {
    let path = sample.split('?').next().unwrap_or_default();
    let (mut samples, mut segments) = (path.split('/'), documented.split('/'));
    loop {
        match (samples.next(), segments.next()) {
            (None, None) => return true,
            (Some(sample), Some(segment))
                if sample == segment || sample.contains(ANYTHING) || segment.starts_with('{') => {}
            _ => return false,
        }
    }
}
