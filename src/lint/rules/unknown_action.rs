//! `unknown-action`: a step uses an action that does not exist.

use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::lint::Rule;
use crate::lint::context::{Context, Home};
use crate::lint::findings::Findings;
use crate::scenario::FilePacks;
use crate::step::{ActionName, Kind};

pub(super) const RULE: Rule = Rule {
    name: "unknown-action",
    severity: Severity::Error,
    doc: "A `uses` step names an action that the pack, or the file, does not have. `probity list actions` shows what there is.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        let Kind::Uses(uses) = &visited.step.kind else {
            continue;
        };
        if context.action(&uses.action).is_some() {
            continue;
        }
        if let Some(problem) = unknown(context, &uses.action) {
            findings.add(visited.owner, problem);
        }
    }
}

/// Tells of an action that was named without its pack where there is one of the name.
pub(in crate::lint) fn name_the_pack(decoded: &mut [Diagnostic], packs: &FilePacks) {
    for problem in decoded
        .iter_mut()
        .filter(|problem| problem.code == "bad-action")
    {
        let Some(name) = problem
            .place
            .as_ref()
            .map(|place| place.text().trim_matches(['\'', '"']))
        else {
            continue;
        };
        let owners: Vec<String> = packs
            .packs
            .iter()
            .filter(|(_, pack)| pack.actions.contains_key(name))
            .map(|(alias, _)| format!("`uses: {alias}/{name}`"))
            .collect();
        if !owners.is_empty() {
            problem.help = vec![format!("write {}", owners.join(" or "))];
        }
    }
}

fn unknown(context: &Context<'_>, name: &ActionName) -> Option<Diagnostic> {
    let (prefix, owner, actions) = match (&name.pack, context.home) {
        (Some(alias), Home::File(_)) => {
            // A pack that is not there is another rule's.
            let pack = context.packs.get(Some(alias))?;
            (alias.as_str(), format!("the pack `{alias}`"), &pack.actions)
        }
        (Some(_), Home::Pack(_)) => return None,
        (None, Home::File(file)) => (".", "this file".to_owned(), &file.actions),
        (None, Home::Pack(pack)) => (".", "this pack".to_owned(), &pack.actions),
    };
    let problem = Diagnostic::error(RULE.name, format!("{owner} has no action `{}`", name.name))
        .at(name.place.clone())
        .label("unknown action");
    let known = || actions.keys().map(String::as_str);
    if let Some(close) = did_you_mean(&name.name, known()) {
        return Some(problem.help(format!("did you mean `{prefix}/{close}`?")));
    }
    let elsewhere = context
        .packs
        .packs
        .iter()
        .find(|(_, pack)| pack.actions.contains_key(&name.name));
    if let Some((alias, _)) = elsewhere {
        return Some(problem.help(format!("write `uses: {alias}/{}`", name.name)));
    }
    let all: Vec<&str> = known().collect();
    Some(if all.is_empty() {
        problem.help("it has no actions")
    } else {
        problem.help(format!("it has: {}", all.join(", ")))
    })
}
