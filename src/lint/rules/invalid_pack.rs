//! `invalid-pack`: a scenario file uses a pack that has errors.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::lint::{Rule, lint_pack};
use crate::source::{Place, Span};

pub(super) const RULE: Rule = Rule {
    name: "invalid-pack",
    severity: Severity::Error,
    doc: "A file uses a pack whose own actions have errors, so that it can't be trusted to do what it says.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let Some(file) = context.file() else { return };
    for (alias, pack) in &context.packs.packs {
        let problems = lint_pack(pack);
        let mut errors = problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error);
        let Some(first) = errors.next() else { continue };
        let listed = file.packs.iter().find(|used| used.alias == *alias);
        let place = listed.map_or_else(
            || Place::new(&file.source, Span::default()),
            |used| used.place.clone(),
        );
        let mut problem = Diagnostic::error(RULE.name, format!("the pack `{alias}` is invalid"))
            .at(place)
            .label("this pack")
            .note(first.one_line());
        let more = errors.count();
        if more > 0 {
            problem = problem.note(format!("and {more} more"));
        }
        findings.add(Owner::File, problem.help("`probity lint` shows all of it"));
    }
}
