//! What is wrong, or looks wrong, with an emulator file that can be read.

mod contract;
mod names;
mod reach;
mod scope;
mod sources;
#[cfg(test)]
mod tests;
mod webhooks;

use super::{Action, Call, LetValue, Otherwise};
use super::{Effect, EmulatorFile, Reply, Stage};
use crate::diagnostic::Diagnostic;
use crate::pack::Pack;

/// Everything that can be told of a pack's emulator without a request: undefined names, routes and rules that are never
/// reached, answers that the pack's own contract does not know, facts without a source.
#[must_use]
pub fn lint(pack: &Pack) -> Vec<Diagnostic> {
    let Some(file) = &pack.emulator else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    schemas(file, &mut problems);
    names::check(file, pack, &mut problems);
    reach::check(file, &mut problems);
    sources::check(file, &mut problems);
    webhooks::check(file, pack, &mut problems);
    if let Some(contract) = &pack.contract {
        contract::check(file, pack, contract, &mut problems);
    }
    problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.span.start));
    problems
}

fn schemas(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    for route in &file.routes {
        for stage in &route.stages {
            if let Stage::Request(check) = stage
                && let Some(schema) = &check.json
                && let Err(message) = schema.compiled()
            {
                let problem = Diagnostic::error("bad-schema", message).at(check.place.clone());
                problems.push(problem);
            }
        }
    }
}

/// The replies that a route can give before its own, its rules' and look-ups'.
fn replies(stages: &[Stage]) -> Vec<&Reply> {
    let mut replies = Vec::new();
    for stage in stages {
        match stage {
            Stage::Let(lets) => {
                for one in lets {
                    if let LetValue::Find(find) = &one.value
                        && let Otherwise::Reply(reply) = &find.otherwise
                    {
                        replies.push(&**reply);
                    }
                }
            }
            Stage::Request(check) => replies.extend(&check.otherwise),
            Stage::Rules(rules) => replies.extend(rules.iter().map(|rule| &rule.respond)),
        }
    }
    replies
}

/// All effects of a file, those inside of others included.
fn all_effects(file: &EmulatorFile) -> Vec<&Effect> {
    let mut all = Vec::new();
    let stages = file.routes.iter().flat_map(|route| &route.stages);
    let rules = stages.flat_map(|stage| match stage {
        Stage::Rules(rules) => rules.as_slice(),
        Stage::Let(_) | Stage::Request(_) => &[],
    });
    let rules = rules.chain(&file.rules);
    for rule in rules {
        gather(&rule.effects, &mut all);
    }
    for route in &file.routes {
        gather(&route.effects, &mut all);
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
