//! `no-pack`: a request to a path, and no pack that says where.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::Context;
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
    // A pack that is named and could not be found is a problem already.
    if !context.packs.packs.is_empty() || !file.packs.is_empty() || file.default_pack.is_some() {
        return;
    }
    let first = context.steps.iter().find(|visited| {
        let step = visited.step;
        matches!(step.kind, Kind::Http(_)) && step.pack.is_none()
    });
    let Some(visited) = first else { return };
    let problem = Diagnostic::error(
        RULE.name,
        "this file uses no pack, so the request goes nowhere",
    )
    .at(visited.step.place.clone())
    .label("which provider?")
    .help("name the provider's pack at the top of the file: `packs: [name]`");
    findings.add(crate::lint::context::Owner::File, problem);
}
