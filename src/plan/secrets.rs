//! Which declared secrets a case needs and does not have.

use std::collections::BTreeSet;

use super::webhooks::Needs;
use super::{BoundPack, Fate, Plan, PlannedFile, SecretValue};
use crate::diagnostic::Diagnostic;
use crate::expr::Reference;
use crate::scenario::Scenario;
use crate::step::Step;
use crate::value::counted;

/// What to say of each secret that the scenario reads, or that its packs send with every request, and that has no value.
#[must_use]
pub(super) fn missing(
    file: &PlannedFile,
    scenario: &Scenario,
    webhooks: &Needs<'_>,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (alias, pack) in &file.packs {
        if lacks_any(&pack.secrets) {
            let mut needed = names_read_by_pack(pack);
            let verifies = webhooks.receives.iter().any(|name| name.name == *alias);
            if let Some(signature) = pack.pack.signature.as_ref().filter(|_| verifies) {
                needed.extend(names(signature.key.references().into_iter()));
            }
            problems.extend(missing_of(&pack.secrets, &needed));
        }
    }
    if !lacks_any(&file.secrets) {
        return problems;
    }
    let document = &file.document;
    let lists = [
        &document.setup,
        &scenario.steps,
        &scenario.teardown,
        &document.teardown,
    ];
    let steps = lists.into_iter().flatten().flat_map(Step::references);
    let vars = document
        .vars
        .iter()
        .chain(&scenario.vars)
        .flat_map(|variable| variable.value.references());
    let local = document
        .actions
        .values()
        .flat_map(|action| &action.steps)
        .flat_map(Step::references);
    problems.extend(missing_of(
        &file.secrets,
        &names(steps.chain(vars).chain(local)),
    ));
    problems
}

/// Says of each missing secret once where it is declared and what to do; the cases only name it.
pub fn say_once(plan: &mut Plan) {
    let mut said: Vec<(Diagnostic, usize)> = Vec::new();
    for case in &mut plan.cases {
        let Fate::Unable(problems) = &mut case.fate else {
            continue;
        };
        for problem in problems {
            let brief = Diagnostic::error(problem.code, problem.message.clone());
            let whole = std::mem::replace(problem, brief);
            match said
                .iter_mut()
                .find(|(earlier, _)| earlier.one_line() == whole.one_line())
            {
                Some((_, cases)) => *cases += 1,
                None => said.push((whole, 1)),
            }
        }
    }
    let notices = said.into_iter().map(|(problem, cases)| {
        let needed = counted(cases, "scenario");
        problem.note(format!(
            "it is needed by {needed}, of which nothing is sent"
        ))
    });
    plan.notices.extend(notices);
}

/// Warns of secrets that are too short to be looked for in their derived forms: that would redact everything.
pub fn warn_of_short(plan: &mut Plan) {
    let mut warned: BTreeSet<String> = BTreeSet::new();
    let packs = plan.packs.iter().flat_map(|pack| &pack.secrets);
    let files = plan.cases.iter().flat_map(|planned| &planned.file.secrets);
    for (name, value) in packs.chain(files) {
        if let SecretValue::Real(secret) = value
            && secret.is_short()
            && warned.insert(name.clone())
        {
            plan.notices.push(
                Diagnostic::warning(
                    "short-secret",
                    format!("the secret `{name}` is shorter than 8 bytes"),
                )
                .note("it is redacted where it stands as it is, not where it is encoded"),
            );
        }
    }
}

fn names_read_by_pack(pack: &BoundPack) -> BTreeSet<String> {
    let headers = pack
        .pack
        .request
        .headers
        .iter()
        .flat_map(|(_, value)| value.references());
    let actions = pack
        .pack
        .actions
        .values()
        .flat_map(|action| &action.steps)
        .flat_map(Step::references);
    names(headers.chain(actions))
}

/// The `x` of each `secrets.x`.
fn names(references: impl Iterator<Item = Reference>) -> BTreeSet<String> {
    references
        .filter_map(|reference| match reference.path.as_slice() {
            [root, name, ..] if root == "secrets" => Some(name.clone()),
            _ => None,
        })
        .collect()
}

fn lacks_any(secrets: &[(String, SecretValue)]) -> bool {
    secrets
        .iter()
        .any(|(_, value)| matches!(value, SecretValue::Missing(_)))
}

fn missing_of(secrets: &[(String, SecretValue)], needed: &BTreeSet<String>) -> Vec<Diagnostic> {
    secrets
        .iter()
        .filter(|(name, _)| needed.contains(name))
        .filter_map(|(_, value)| match value {
            SecretValue::Missing(problem) => Some(problem.clone()),
            SecretValue::Test(_) | SecretValue::Real(_) => None,
        })
        .collect()
}
