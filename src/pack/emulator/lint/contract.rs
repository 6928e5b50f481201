//! Answers that the pack's own contract does not know.

use crate::check::{Contract, Operation, OperationSpec};
use crate::diagnostic::Diagnostic;
use crate::expr::Kind;
use crate::pack::Pack;
use crate::pack::emulator::{
    Action, Changed, EmulatorFile, LetValue, Otherwise, Reply, Route, Stage,
};
use crate::value::Value;

pub(super) fn check(
    file: &EmulatorFile,
    pack: &Pack,
    contract: &Contract,
    problems: &mut Vec<Diagnostic>,
) {
    let mut operations = Vec::new();
    for route in &file.routes {
        let call = Operation {
            method: &route.method,
            path: &route.path.text,
        };
        let Some(operation) = contract.operation(call) else {
            problems.push(
                Diagnostic::error("undocumented", "the pack's contract has no such operation")
                    .at(route.place.clone())
                    .help("add it to the OpenAPI document, or correct the route"),
            );
            continue;
        };
        // What the document itself says of it is told of the document.
        if operation.statuses().next().is_none() {
            continue;
        }
        operations.push(operation);
        for reply in answers(file, route) {
            for status in statuses(reply, pack) {
                if !documents(operation, status) {
                    problems.push(undocumented(operation, status, reply));
                }
            }
        }
    }
    for reply in first_answers(file) {
        for status in statuses(reply, pack) {
            if !operations.iter().any(|one| documents(one, status)) {
                let message =
                    format!("no operation of the pack's contract has the status {status}");
                let problem = Diagnostic::error("undocumented", message);
                problems.push(problem.at(reply.status.place.clone()));
            }
        }
    }
}

/// What is answered before any route: it may be meant for some of them alone.
fn first_answers(file: &EmulatorFile) -> Vec<&Reply> {
    let mut answers = Vec::new();
    for stage in &file.before {
        gather(file, stage, &mut answers);
    }
    answers
}

fn undocumented(operation: &OperationSpec, status: u64, reply: &Reply) -> Diagnostic {
    let (method, path) = (&operation.method, &operation.path);
    let known: Vec<&str> = operation.statuses().collect();
    Diagnostic::error(
        "undocumented",
        format!("the pack's contract has no status {status} for `{method} {path}`"),
    )
    .at(reply.status.place.clone())
    .help(format!("it has: {}", known.join(", ")))
}

/// What a request of this route may be answered with, but for what stands before all routes.
fn answers<'a>(file: &'a EmulatorFile, route: &'a Route) -> Vec<&'a Reply> {
    let mut answers = vec![&route.respond];
    if let Some(auth) = file.auth.as_ref().filter(|_| route.auth) {
        answers.push(&auth.otherwise);
        answers.extend(&auth.missing);
    }
    for stage in &route.stages {
        gather(file, stage, &mut answers);
    }
    answers
}

/// What a stage may answer.
pub(super) fn gather<'a>(file: &'a EmulatorFile, stage: &'a Stage, answers: &mut Vec<&'a Reply>) {
    match stage {
        Stage::Let(lets) => answers.extend(lets.iter().filter_map(|one| found(file, &one.value))),
        Stage::Request(check) => {
            answers.extend(check.otherwise.as_ref().or(file.errors.invalid.as_ref()));
            if check.json.is_some() {
                answers.extend(&file.errors.malformed);
            }
        }
        Stage::Rules(rules) => answers.extend(rules.iter().map(|rule| &rule.respond)),
        Stage::RateLimit(limit) => answers.push(&limit.otherwise),
        Stage::Idempotency(names) => {
            let schemes = names
                .iter()
                .filter_map(|(name, _)| file.idempotency.get(&**name));
            answers.extend(schemes.filter_map(|scheme| match &scheme.changed {
                Changed::Reply(reply) => Some(&**reply),
                Changed::Original => None,
            }));
        }
        Stage::Effects(effects) => {
            for effect in effects.iter() {
                if let Action::Insert { collection, .. } = &effect.action {
                    let mut kinds = file.collections.iter();
                    let kind = kinds.find(|kind| kind.name == collection.name);
                    let unique = kind.into_iter().flat_map(|kind| &kind.unique);
                    answers.extend(unique.map(|unique| &unique.otherwise));
                }
            }
        }
    }
}

/// What is answered when a look-up fails.
fn found<'a>(file: &'a EmulatorFile, value: &'a LetValue) -> Option<&'a Reply> {
    match value {
        LetValue::Template(_) => None,
        LetValue::Find(find) => match &find.otherwise {
            Otherwise::NotFound => file.errors.not_found.as_ref(),
            Otherwise::Reply(reply) => Some(&**reply),
            Otherwise::None => None,
        },
        LetValue::All(listing) => {
            let page = listing.page.as_ref()?;
            page.otherwise.as_ref().or(file.errors.invalid.as_ref())
        }
    }
}

/// The statuses that a reply may have, as far as they are known: its own, or all values of the setting that it reads.
pub(super) fn statuses(reply: &Reply, pack: &Pack) -> Vec<u64> {
    match &reply.status.kind {
        Kind::Literal(status) => status.as_u64().into_iter().collect(),
        Kind::Expr(expr) => {
            let name = expr.text().trim().strip_prefix("settings.");
            let setting = pack
                .settings
                .iter()
                .find(|setting| Some(setting.name.as_str()) == name);
            setting.map_or_else(Vec::new, |setting| {
                setting.allowed.iter().filter_map(Value::as_u64).collect()
            })
        }
        _ => Vec::new(),
    }
}

fn documents(operation: &OperationSpec, status: u64) -> bool {
    operation.statuses().any(|known| {
        let class = known.len() == 3 && known[1..].eq_ignore_ascii_case("xx");
        known == "default"
            || known == status.to_string()
            || class && known.starts_with(&(status / 100).to_string())
    })
}
