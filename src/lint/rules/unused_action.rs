//! `unused-action`: an action of a file that nothing uses.

use std::collections::HashSet;

use super::recursive_action::used;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "unused-action",
    severity: Severity::Warning,
    doc: "A file declares an action of its own and no step uses it.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let Some(file) = context.file() else { return };
    let outside = context
        .steps
        .iter()
        .filter(|visited| visited.action.is_none());
    let mut waiting: Vec<_> = outside
        .filter_map(|visited| match &visited.step.kind {
            Kind::Uses(uses) => Some(&uses.action),
            _ => None,
        })
        .collect();
    let mut reached = HashSet::new();
    while let Some(name) = waiting.pop() {
        if name.pack.is_some() || !reached.insert(name.name.as_str()) {
            continue;
        }
        if let Some(action) = context.action(name) {
            waiting.extend(used(&action.steps).into_iter().map(|uses| &uses.action));
        }
    }
    for action in file.actions.values() {
        if !reached.contains(action.name.as_str()) {
            let warning = Diagnostic::warning(
                RULE.name,
                format!("nothing uses the action `{}`", action.name),
            )
            .at(action.place.clone())
            .label("never used")
            .help(format!("remove it, or use it: `uses: ./{}`", action.name));
            findings.add(Owner::File, warning);
        }
    }
}
