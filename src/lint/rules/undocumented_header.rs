//! `undocumented-header`: a request header that the pack's contract does not know.

use crate::check::{Contract, Location};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::document::places;
use crate::expr::Template;
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::inputs::each_use;
use crate::lint::requests;
use crate::pack::Pack;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "undocumented-header",
    severity: Severity::Error,
    doc: "A request states a header that its operation does not have in the pack's OpenAPI contract, so that a misspelt one is not quietly without effect. Headers of HTTP itself, those of the pack's `request` and those of its credentials are always fine. `validate: false` says that it means to.",
    find,
};

/// As many operations are named that have a header.
const NAMED: usize = 4;

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        let Some(spec) = request.spec else { continue };
        for given in request.headers() {
            let known = spec.parameter(Location::Header, given.name).is_some();
            if known || requests::is_usual_header(given.name, request.pack, request.contract) {
                continue;
            }
            let names: Vec<&str> = request
                .contract
                .parameter_names(spec, Location::Header)
                .collect();
            let message = format!("`{}` has no header `{}`", request.call(), given.name);
            let problem = Diagnostic::error(RULE.name, message)
                .at(given.name_place(request.http))
                .label("not documented");
            let problem = advise(problem, given.name, &names, request.contract);
            findings.add(request.visited.owner, requests::advise(problem));
        }
    }
    shared_headers(context, findings);
}

/// Headers that go to requests of other steps: those of `set`, and those that `uses` adds to an action's requests.
fn shared_headers(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        if let (Kind::Set(set), Some(pack)) = (&visited.step.kind, context.pack_of(visited.step)) {
            for header in &set.headers {
                if let Some(problem) = unknown_to_all(header, pack) {
                    findings.add(visited.owner, problem);
                }
            }
        }
    }
    each_use(context, |owner, uses, _| {
        let alias = uses.action.pack.as_deref();
        let pack = context.packs.get(alias).filter(|_| uses.validate);
        for header in uses.headers.iter() {
            if let Some(problem) = pack.and_then(|pack| unknown_to_all(header, pack)) {
                findings.add(owner, requests::advise(problem));
            }
        }
    });
}

fn unknown_to_all((name, template): &(String, Template), pack: &Pack) -> Option<Diagnostic> {
    let contract = pack.contract.as_deref()?;
    let known = names(contract);
    let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(name));
    if is_known || requests::is_usual_header(name, pack, contract) {
        return None;
    }
    let message = format!("no operation of `{}` has a header `{name}`", pack.name);
    let problem = Diagnostic::error(RULE.name, message)
        .at(places::key_of(&template.place))
        .label("not documented");
    Some(problem.suggest(name, known))
}

/// Says where the header would be right, or which one is right here.
fn advise(problem: Diagnostic, name: &str, own: &[&str], contract: &Contract) -> Diagnostic {
    let takes = |name: &str| {
        let specs = contract.operations().iter();
        let taking = specs.filter(|spec| spec.parameter(Location::Header, name).is_some());
        let calls: Vec<String> = taking
            .map(|spec| format!("`{} {}`", spec.method, spec.path))
            .collect();
        calls
    };
    let calls = takes(name);
    if !calls.is_empty() {
        return problem.help(format!("it is a header of {}", some(&calls)));
    }
    let near = |names: &[&str]| did_you_mean(name, names.iter().copied());
    if near(own).is_none()
        && let Some(close) = near(&names(contract))
    {
        let calls = takes(&close);
        return problem.help(format!(
            "did you mean `{close}`? It is a header of {}, and not of this operation",
            some(&calls)
        ));
    }
    requests::suggest(problem, name, own)
}

/// The first of the operations, and how many more there are.
fn some(calls: &[String]) -> String {
    let named = calls[..calls.len().min(NAMED)].join(", ");
    match calls.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The names of all headers that any operation has.
fn names(contract: &Contract) -> Vec<&str> {
    let specs = contract.operations().iter();
    let names = specs.flat_map(|spec| contract.parameter_names(spec, Location::Header));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
