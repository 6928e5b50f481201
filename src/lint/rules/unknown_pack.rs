//! `unknown-pack`: a step or a setting names a pack that the file does not use.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Home, Owner};
use crate::lint::findings::Findings;
use crate::scenario::not_listed;
use crate::source::Place;
use crate::step::{Kind, Step};

pub(super) const RULE: Rule = Rule {
    name: "unknown-pack",
    severity: Severity::Error,
    doc: "A file names a pack that does not exist, or a step names one that is not in the file's `packs`. The actions of a pack use their own pack alone, as `./name`.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        for (name, place) in named(visited.step) {
            let problem = match context.home {
                // An action that receives names its own pack, since a webhook is always some pack's.
                Home::Pack(pack) if is_receive(visited.step) && name == pack.name => None,
                Home::Pack(pack) => Some(foreign(name, &pack.name, place)),
                Home::File(_) => listed(context, name, place),
            };
            if let Some(problem) = problem {
                findings.add(visited.owner, problem);
            }
        }
    }
    let Some(file) = context.file() else { return };
    let scenarios = file.scenarios.iter().enumerate();
    let of_scenarios = scenarios.flat_map(|(index, scenario)| {
        let owner = Owner::Scenario(index);
        scenario
            .settings
            .iter()
            .map(move |settings| (owner, settings))
    });
    let of_file = file.settings.iter().map(|settings| (Owner::File, settings));
    for (owner, settings) in of_file.chain(of_scenarios) {
        let name = &settings.pack;
        if let Some(problem) = listed(context, &name.name, &name.place) {
            findings.add(owner, problem);
        }
    }
}

/// The packs that a step names, and where.
fn named(step: &Step) -> impl Iterator<Item = (&str, &Place)> {
    let own = step
        .pack
        .iter()
        .map(|pack| (pack.name.as_str(), &pack.place));
    let action = match &step.kind {
        Kind::Receive(receive) => Some((receive.pack.name.as_str(), &receive.pack.place)),
        Kind::Uses(uses) => uses
            .action
            .pack
            .as_deref()
            .map(|pack| (pack, &uses.action.place)),
        _ => None,
    };
    own.chain(action)
}

fn is_receive(step: &Step) -> bool {
    matches!(step.kind, Kind::Receive(_))
}

fn listed(context: &Context<'_>, name: &str, place: &Place) -> Option<Diagnostic> {
    let packs = &context.packs.packs;
    if packs.iter().any(|(alias, _)| alias == name) {
        return None;
    }
    // A pack that could not be found is a problem already.
    if context.packs.lost.iter().any(|lost| lost == name) {
        return None;
    }
    Some(not_listed(name, place.clone(), context.packs))
}

fn foreign(name: &str, own: &str, place: &Place) -> Diagnostic {
    let problem = Diagnostic::error(
        RULE.name,
        format!("an action of `{own}` can't address the pack `{name}`"),
    )
    .at(place.clone())
    .label("named in an action");
    if name == own {
        problem.help("write `uses: ./name` for an action of the same pack, and leave `pack` out")
    } else {
        problem
            .help("an action sees its own pack alone: a scenario can use actions of several packs")
    }
}
