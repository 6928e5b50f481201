//! What is wrong, or looks wrong, with an emulator file that can be read.

mod bodies;
mod cancels;
mod contract;
mod names;
mod reach;
mod scope;
mod sources;
#[cfg(test)]
mod tests;
mod webhooks;

use std::collections::HashSet;

use super::{Action, Call, Effect, EmulatorFile, Rule, Stage};
use crate::diagnostic::{Diagnostic, Severity};
use crate::pack::Pack;

/// Everything that can be told of a pack's emulator without a request: undefined names, routes and rules that are never
/// reached, answers that the pack's own contract does not know, facts without a source.
#[must_use]
pub fn lint(pack: &Pack) -> Vec<Diagnostic> {
    let Some(file) = &pack.emulator else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let read = file_alone(file, pack, &mut problems);
    sources::check(file, &mut problems);
    if let Some(contract) = &pack.contract {
        contract::check(file, pack, contract, &mut problems);
        bodies::check(file, pack, contract, &mut problems);
    }
    // What is wrong otherwise may be why a name is not read.
    if problems.is_empty() {
        reach::check_read(file, pack, &read, &mut problems);
    }
    problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.span.start));
    problems
}

/// What stops the runs that use a pack's emulator: that its file can't be read, or what is wrong in it. Where it answers
/// otherwise than the contract says, `--contract` says what comes of that.
#[must_use]
pub fn faults(pack: &Pack) -> Vec<Diagnostic> {
    let mut problems = pack.emulator_problems.clone();
    if let Some(file) = &pack.emulator {
        file_alone(file, pack, &mut problems);
    }
    problems.retain(|problem| problem.severity == Severity::Error);
    problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.span.start));
    problems
}

/// Checks the file without the contract, and gives the names that are read.
fn file_alone(file: &EmulatorFile, pack: &Pack, problems: &mut Vec<Diagnostic>) -> HashSet<String> {
    schemas(file, problems);
    let read = names::check(file, pack, problems);
    reach::check(file, problems);
    cancels::check(file, problems);
    webhooks::check(file, pack, problems);
    read
}

fn schemas(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    for stage in all_stages(file) {
        let Stage::Request(check) = stage else {
            continue;
        };
        let parameters = check.headers.iter().chain(&check.query);
        let schemas = parameters.map(|parameter| &parameter.schema);
        for schema in schemas.chain(&check.json) {
            if let Err(message) = schema.compiled() {
                let problem = Diagnostic::error("bad-schema", message).at(check.place.clone());
                problems.push(problem);
            }
        }
    }
}

fn all_stages(file: &EmulatorFile) -> impl Iterator<Item = &Stage> {
    let routes = file.routes.iter().flat_map(|route| &route.stages);
    file.before.iter().chain(routes)
}

fn all_rules(file: &EmulatorFile) -> impl Iterator<Item = &Rule> {
    all_stages(file).flat_map(|stage| match stage {
        Stage::Rules(rules) => rules.as_slice(),
        _ => &[],
    })
}

/// All effects of a file, those inside of others included.
fn all_effects(file: &EmulatorFile) -> Vec<&Effect> {
    let mut all = Vec::new();
    for stage in all_stages(file) {
        match stage {
            Stage::Rules(rules) => rules
                .iter()
                .for_each(|rule| gather(&rule.effects, &mut all)),
            Stage::Effects(effects) => gather(effects, &mut all),
            Stage::Let(_) | Stage::Request(_) | Stage::RateLimit(_) | Stage::Idempotency(_) => {}
        }
    }
    for procedure in file.procedures.values() {
        gather(&procedure.effects, &mut all);
    }
    if let Some(webhooks) = &file.webhooks {
        gather(&webhooks.emitted, &mut all);
        gather(&webhooks.attempted, &mut all);
    }
    all
}

fn gather<'a>(effects: &'a [Effect], all: &mut Vec<&'a Effect>) {
    for effect in effects {
        all.push(effect);
        if let Action::Do(Call::Effects(inner))
        | Action::After {
            call: Call::Effects(inner),
            ..
        } = &effect.action
        {
            gather(inner, all);
        }
    }
}
