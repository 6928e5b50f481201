//! `invalid-setting`: a file sets what a pack's emulator has no setting for, or gives it a value that it can't have.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::pack::Pack;
use crate::scenario::PackSettings;
use crate::step::Variable;

pub(super) const RULE: Rule = Rule {
    name: "invalid-setting",
    severity: Severity::Error,
    doc: "A file sets a knob that the pack's emulator does not have, or gives one a value that the pack does not allow. `probity list packs` shows the settings.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let Some(file) = context.file() else { return };
    let of_file = file.settings.iter().map(|settings| (Owner::File, settings));
    let of_scenarios = file
        .scenarios
        .iter()
        .enumerate()
        .flat_map(|(index, scenario)| {
            let owner = Owner::Scenario(index);
            scenario
                .settings
                .iter()
                .map(move |settings| (owner, settings))
        });
    for (owner, settings) in of_file.chain(of_scenarios) {
        let PackSettings { pack, values } = settings;
        // A pack that the file does not use is another rule's.
        let Some(pack) = context.packs.get(Some(&pack.name)) else {
            continue;
        };
        for setting in values {
            if let Some(problem) = check(pack, setting) {
                findings.add(owner, problem);
            }
        }
    }
}

fn check(pack: &Pack, setting: &Variable) -> Option<Diagnostic> {
    let name = &setting.name;
    let Some(spec) = pack.settings.iter().find(|spec| spec.name == *name) else {
        let known: Vec<&str> = pack
            .settings
            .iter()
            .map(|spec| spec.name.as_str())
            .collect();
        let problem = Diagnostic::error(
            RULE.name,
            format!("the emulator of `{}` has no setting `{name}`", pack.name),
        )
        .at(setting.place.clone())
        .label("unknown setting");
        return Some(
            match crate::diagnostic::did_you_mean(name, known.iter().copied()) {
                Some(close) => problem.help(format!("did you mean `{close}`?")),
                None if known.is_empty() => problem.help("it has no settings"),
                None => problem.help(format!("it has: {}", known.join(", "))),
            },
        );
    };
    let value = setting.value.as_literal()?;
    let reason = spec.accept(value).err()?;
    let problem = Diagnostic::error(RULE.name, reason)
        .at(setting.value.place.clone())
        .label("not allowed")
        .also(spec.place.clone(), "declared here");
    Some(match value.as_str() {
        Some(word) => problem.suggest(word, spec.allowed.iter().filter_map(|value| value.as_str())),
        None => problem,
    })
}
