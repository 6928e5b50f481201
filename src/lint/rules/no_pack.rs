//! `no-pack`: a request to a path, and no pack that says where.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "no-pack",
    severity: Severity::Error,
    doc: "A file makes a request and uses no pack, so nothing says where the request goes and what may be addressed.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let Some(file) = context.file() else { return };
    let packs = context.packs;
    // A pack that is named and can't be used is a problem already.
    if !packs.packs.is_empty() || !packs.lost.is_empty() || file.default_pack.is_some() {
        return;
    }
    let requests = context.steps.iter().filter(|visited| {
        let step = visited.step;
        matches!(step.kind, Kind::Http(_)) && step.pack.is_none()
    });
    let requests: Vec<_> = requests.collect();
    // What stands outside of all scenarios concerns all of them.
    let outside = requests.iter().find(|visited| visited.owner == Owner::File);
    let Some(shown) = outside.or(requests.first()) else {
        return;
    };
    let problem = Diagnostic::error(
        RULE.name,
        "this file uses no pack, so there is no host that it may address",
    )
    .at(shown.step.place.clone())
    .label("which provider?")
    .help("name the provider's pack at the top of the file: `packs: [name]`")
    .help("for an API of your own, `probity new pack my-api` writes a pack to start from");
    for visited in requests {
        findings.add(visited.owner, problem.clone());
    }
}
