//! `undocumented-header`: a request header that the pack's contract does not know.

use super::unknown_input::each_use;
use crate::check::{Contract, Location};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::places;
use crate::expr::Template;
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::requests;
use crate::pack::Pack;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "undocumented-header",
    severity: Severity::Error,
    doc: "A request states a header that its operation does not have in the pack's OpenAPI contract, so that a misspelt one is not quietly without effect. Headers of HTTP itself, those of the pack's `request` and those of its credentials are always fine. `validate: false` says that it means to.",
    find,
};

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
            let problem = requests::suggest(problem, given.name, &names);
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
        for header in &uses.headers {
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

/// The names of all headers that any operation has.
fn names(contract: &Contract) -> Vec<&str> {
    let specs = contract.operations().iter();
    let names = specs.flat_map(|spec| contract.parameter_names(spec, Location::Header));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
