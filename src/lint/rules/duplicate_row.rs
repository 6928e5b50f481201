//! `duplicate-row`: two rows of a scenario have one name.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;

pub(super) const RULE: Rule = Rule {
    name: "duplicate-row",
    severity: Severity::Error,
    doc: "Two rows of a scenario have the same name, so that reports could not tell them apart and neither could be run alone. A row is named by its scalar columns, or by its `case_id`.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let scenarios = context.file().map(|file| file.scenarios.as_slice());
    for (index, scenario) in scenarios.unwrap_or_default().iter().enumerate() {
        let mut first = HashMap::new();
        for (name, row) in scenario.rows.expand(&scenario.place) {
            let (Some(name), Some(row)) = (name, row) else {
                continue;
            };
            let Some(earlier) = first.insert(name.clone(), row.place.clone()) else {
                continue;
            };
            let problem = Diagnostic::error(RULE.name, format!("two rows are called `{name}`"))
                .at(row.place)
                .label("the second one")
                .also(earlier, "the first one")
                .help("add a column `case_id` that names each row");
            findings.add(Owner::Scenario(index), problem);
        }
    }
}
