//! Answers that the pack's own contract does not know.

use super::replies;
use crate::check::{Contract, Operation, OperationSpec};
use crate::diagnostic::Diagnostic;
use crate::expr::Kind;
use crate::pack::Pack;
use crate::pack::emulator::{EmulatorFile, Reply, Route, Stage};
use crate::value::Value;

pub(super) fn check(
    file: &EmulatorFile,
    pack: &Pack,
    contract: &Contract,
    problems: &mut Vec<Diagnostic>,
) {
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
        for reply in answers(file, route) {
            for status in statuses(reply, pack) {
                if !documents(operation, status) {
                    problems.push(undocumented(operation, status, reply));
                }
            }
        }
    }
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

/// Everything that a request of this route may be answered with.
fn answers<'a>(file: &'a EmulatorFile, route: &'a Route) -> Vec<&'a Reply> {
    let mut answers = replies(&route.stages);
    answers.push(&route.respond);
    answers.extend(file.rules.iter().map(|rule| &rule.respond));
    if let Some(auth) = file.auth.as_ref().filter(|_| route.auth) {
        answers.push(&auth.otherwise);
        answers.extend(&auth.missing);
    }
    let checks_body = |stage: &Stage| matches!(stage, Stage::Request(_));
    if route.stages.iter().any(checks_body) {
        answers.extend(&file.errors.malformed);
        answers.extend(&file.errors.invalid);
    }
    answers
}

/// The statuses that a reply may have, as far as they are known: its own, or all values of the setting that it reads.
fn statuses(reply: &Reply, pack: &Pack) -> Vec<u64> {
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
