//! `probity run --dry-run`: the plan, without sending anything.

use super::terminal::write_stdout;
use crate::plan::{Fate, Plan};
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
        let fate = match &planned.fate {
            Fate::Run => String::new(),
            Fate::Skip(reason) => format!("  skip: {reason}"),
            Fate::Invalid(problems) => format!("  invalid: {}", problems.len()),
            Fate::Unable(problems) => {
                let first = problems
                    .first()
                    .map(|problem| problem.message.as_str())
                    .unwrap_or_default();
                format!("  error: {first}")
            }
        };
        text += &format!("{}{fate}\n", planned.case.id);
        for (list, steps) in [
            ("setup", &planned.file.document.setup),
            ("steps", &planned.scenario().steps),
        ] {
            for (index, step) in steps.iter().enumerate() {
                text += &format!("    {list}[{index}] {}\n", step.describe());
            }
        }
    }
    text += &format!(
        "{} in {}; nothing was sent\n",
        counted(plan.cases.len(), "case"),
        counted(plan.files, "file")
    );
    write_stdout(&text);
}
