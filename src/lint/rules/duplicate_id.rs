//! `duplicate-id`: two steps that can see each other have one `id`.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::places::beside;
use crate::lint::Rule;
use crate::lint::context::{Context, Owner, Visited};
use crate::lint::findings::Findings;
use crate::source::Place;

pub(super) const RULE: Rule = Rule {
    name: "duplicate-id",
    severity: Severity::Error,
    doc: "Two steps of a scenario, its setup and teardown included, or of an action, have the same `id`. `steps.<id>` could mean either.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let mut known: HashMap<(Option<&str>, &str), Vec<(Owner, &Place)>> = HashMap::new();
    for Visited {
        step,
        owner,
        action,
        ..
    } in &context.steps
    {
        let Some(id) = step.id.as_deref() else {
            continue;
        };
        let action = action.map(|action| action.name.as_str());
        let earlier = known.entry((action, id)).or_default();
        // The file's own steps belong to every scenario.
        let sees = |other: Owner| other == *owner || other == Owner::File || *owner == Owner::File;
        if let Some((other, first)) = earlier.iter().find(|(other, _)| sees(*other)) {
            let problem = Diagnostic::error(RULE.name, format!("two steps have the id `{id}`"))
                .at(beside(&step.place, "id"))
                .label("the second one")
                .also(beside(first, "id"), "the first one")
                .help("give each step an id of its own");
            let concerned = if *owner == Owner::File {
                *other
            } else {
                *owner
            };
            findings.add(concerned, problem);
        }
        earlier.push((*owner, &step.place));
    }
}
