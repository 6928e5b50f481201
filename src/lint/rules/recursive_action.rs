//! `recursive-action`: an action that uses itself never ends.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::pack::Action;
use crate::step::{Kind, Step, Uses};

pub(super) const RULE: Rule = Rule {
    name: "recursive-action",
    severity: Severity::Error,
    doc: "An action uses itself, directly or by way of another, and so would never end. `poll` and `repeat` are the ways to do something again.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for action in context.own_actions() {
        for uses in used(&action.steps) {
            if leads_to(context, uses, action) {
                let problem = Diagnostic::error(
                    RULE.name,
                    format!("the action `{}` uses itself", action.name),
                )
                .at(uses.action.place.clone())
                .label("never ends")
                .help("do something again with `poll`, or with `repeat` on a group of steps");
                findings.add(Owner::File, problem);
            }
        }
    }
}

/// Whether what is used comes, by way of others, to `goal`.
fn leads_to(context: &Context<'_>, uses: &Uses, goal: &Action) -> bool {
    let mut seen = HashSet::new();
    let mut waiting = vec![uses];
    while let Some(uses) = waiting.pop() {
        // Actions of packs can't use those of a file.
        if uses.action.pack.is_some() || !seen.insert(uses.action.name.as_str()) {
            continue;
        }
        let Some(action) = context.action(&uses.action) else {
            continue;
        };
        if std::ptr::eq(action, goal) {
            return true;
        }
        waiting.extend(used(&action.steps));
    }
    false
}

/// All `uses` in a list of steps, in groups and cleanups too.
pub(super) fn used(steps: &[Step]) -> Vec<&Uses> {
    let mut found = Vec::new();
    for step in steps {
        if let Kind::Uses(uses) = &step.kind {
            found.push(&**uses);
        }
        found.extend(used(step.inner()));
        found.extend(used(&step.cleanup));
    }
    found
}
