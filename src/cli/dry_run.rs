//! `probity run --dry-run`: the plan, without sending anything, for people or as a JSON object for each case.

use std::sync::Arc;

use serde_json::{Value, json};

use super::list::identity;
use super::terminal::write_stdout;
use crate::diagnostic::Diagnostic;
use crate::plan::{BoundPack, Fate, Plan, PlannedCase};
use crate::value::counted;

/// Prints each selected case and what would become of it.
pub(super) fn show(plan: &Plan) {
    let mut text = String::new();
    for pack in &plan.packs {
        let address = pack
            .base_url
            .as_ref()
            .map_or("its emulator", |url| url.text());
        text += &format!(
            "pack {} {} on {} ({address}), {}\n",
            pack.pack.name, pack.pack.version, pack.environment, pack.pack.origin
        );
    }
    for planned in &plan.cases {
        let fate = match fate(planned) {
            Foreseen::Run => String::new(),
            Foreseen::Skip(reason) => format!("  skip: {}", reason.unwrap_or("by an expression")),
            Foreseen::Invalid(problems) => format!("  invalid: {}", problems.len()),
            Foreseen::Error(problems) => {
                let first = problems
                    .first()
                    .map(|problem| problem.message.as_str())
                    .unwrap_or_default();
                format!("  error: {first}")
            }
        };
        text += &format!("{}{fate}\n", planned.case.id);
        for step in steps(planned) {
            text += &format!("    {step}\n");
        }
    }
    text += &format!(
        "{} in {}; nothing was sent\n",
        counted(plan.cases.len(), "case"),
        counted(plan.files, "file")
    );
    write_stdout(&text);
}

/// Prints each selected case as an object of its own: what it is, its packs, what would become of it, and its steps.
pub(super) fn show_json(plan: &Plan) {
    let lines = plan.cases.iter().map(|planned| {
        let (fate, reason, problems): (_, _, &[Diagnostic]) = match fate(planned) {
            Foreseen::Run => ("run", None, &[]),
            Foreseen::Skip(reason) => ("skip", reason, &[]),
            Foreseen::Invalid(problems) => ("invalid", None, problems),
            Foreseen::Error(problems) => ("error", None, problems),
        };
        let mut line = identity(planned);
        line["packs"] = planned
            .file
            .packs
            .iter()
            .map(|(_, pack)| used(pack))
            .collect();
        line["fate"] = json!(fate);
        line["reason"] = json!(reason);
        line["problems"] = json!(problems);
        line["steps"] = steps(planned).collect();
        format!("{line}\n")
    });
    write_stdout(&lines.collect::<String>());
}

/// What would become of a case, as far as that is known before it runs.
enum Foreseen<'p> {
    /// It is run, unless its `if` says no.
    Run,
    /// The reason, if no expression gives it.
    Skip(Option<&'p str>),
    Invalid(&'p [Diagnostic]),
    Error(&'p [Diagnostic]),
}

fn fate(planned: &PlannedCase) -> Foreseen<'_> {
    match (&planned.fate, &planned.scenario().skip) {
        (Fate::Invalid(problems), _) => Foreseen::Invalid(problems),
        (Fate::Unable(problems), _) => Foreseen::Error(problems),
        (Fate::Skip(reason), _) => Foreseen::Skip(Some(reason)),
        (Fate::Run, Some(reason)) => Foreseen::Skip(reason.as_literal().and_then(Value::as_str)),
        (Fate::Run, None) => Foreseen::Run,
    }
}

fn used(pack: &Arc<BoundPack>) -> Value {
    json!({
        "name": pack.pack.name, "version": pack.pack.version.to_string(), "environment": pack.environment,
        "base_url": pack.base_url.as_ref().map(|url| url.text()),
    })
}

/// The case's own steps, each with its place: `steps[0] GET /a`.
fn steps(planned: &PlannedCase) -> impl Iterator<Item = String> {
    let lists = [
        ("setup", &planned.file.document.setup),
        ("steps", &planned.scenario().steps),
    ];
    lists.into_iter().flat_map(|(list, steps)| {
        let steps = steps.iter().enumerate();
        steps.map(move |(index, step)| format!("{list}[{index}] {}", step.describe()))
    })
}
