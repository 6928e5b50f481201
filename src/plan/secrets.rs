//! Which declared secrets a case needs and does not have.

use std::collections::BTreeSet;

use super::{BoundPack, Plan, PlannedFile, SecretValue};
use crate::diagnostic::Diagnostic;
use crate::expr::Reference;
use crate::scenario::Scenario;
use crate::step::Step;

/// What to say of each secret that the scenario reads, or that its packs send with every request, and that has no value.
#[must_use]
pub fn missing(file: &PlannedFile, scenario: &Scenario) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (_, pack) in &file.packs {
        problems.extend(missing_of(&pack.secrets, &names_read_by_pack(pack)));
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
