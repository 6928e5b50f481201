//! `missing-column`: a column is read that some rows do not have.

use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::Reference;
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::scenario::{Row, Rows};

pub(super) const RULE: Rule = Rule {
    name: "missing-column",
    severity: Severity::Warning,
    doc: "A scenario reads a column that some of its rows do not give: for those it would be undefined. `default(omit)` leaves an entry out where the column is missing.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let Some(file) = context.file() else { return };
    for (index, scenario) in file.scenarios.iter().enumerate() {
        let Rows::Cases(rows) = &scenario.rows else {
            continue;
        };
        let steps = scenario
            .steps
            .iter()
            .flat_map(crate::step::Step::references);
        let vars = scenario.vars.iter().flat_map(|var| var.value.references());
        for reference in steps.chain(vars) {
            if let Some(problem) = check(&reference, rows) {
                findings.add(Owner::Scenario(index), problem);
            }
        }
    }
}

fn check(reference: &Reference, rows: &[Row]) -> Option<Diagnostic> {
    let [name, column, ..] = reference.path.as_slice() else {
        return None;
    };
    if name != "case" || reference.guarded {
        return None;
    }
    let has = |row: &&Row| row.columns.iter().any(|(own, _)| own == column);
    let missing = rows.iter().find(|row| !has(row))?;
    // A column that no row has is an error.
    rows.iter().find(has)?;
    let problem = Diagnostic::warning(RULE.name, format!("not every row has a `{column}`"))
        .at(reference.place.clone())
        .label("undefined for some rows")
        .also(missing.place.clone(), format!("no `{column}` here"))
        .help(format!(
            "write `case.{column} | default(omit)`, or give the column in every row"
        ));
    Some(problem)
}
