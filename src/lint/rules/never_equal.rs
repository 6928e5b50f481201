//! `never-equal`: a comparison of values whose types are known, and differ.

use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Compared, ComparedWith, Reference, Template, differ_in_type};
use crate::lint::Rule;
use crate::lint::context::{Context, Owner};
use crate::lint::findings::Findings;
use crate::scenario::{Row, Rows, Scenario};
use crate::value::{Value, a_type, number_from_text};

pub(super) const RULE: Rule = Rule {
    name: "never-equal",
    severity: Severity::Warning,
    doc: "A comparison by `==`, `!=` or `in` has values on its sides that are of different types in every row, and so never equal. A CSV column is text unless its header says `name:number`.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    let Some(file) = context.file() else { return };
    for (index, scenario) in file.scenarios.iter().enumerate() {
        let owner = Owner::Scenario(index);
        let steps = context
            .steps
            .iter()
            .filter(|visited| visited.owner == owner);
        let references = steps
            .flat_map(|visited| visited.step.references())
            .chain(of_scenario(scenario));
        for reference in references {
            for compared in &reference.compared {
                if let Some(problem) = check(&reference, compared, &scenario.rows) {
                    findings.add(owner, problem);
                }
            }
        }
    }
}

/// What a scenario reads besides its steps.
fn of_scenario(scenario: &Scenario) -> impl Iterator<Item = Reference> {
    let values = scenario
        .settings
        .iter()
        .flat_map(|settings| &settings.values);
    let values = scenario.vars.iter().chain(values);
    let templates = values
        .map(|variable| &variable.value)
        .chain(scenario.skip.as_deref());
    let condition = scenario
        .condition
        .iter()
        .flat_map(crate::expr::Expr::references);
    condition.chain(templates.flat_map(Template::references))
}

fn check(reference: &Reference, compared: &Compared, rows: &Rows) -> Option<Diagnostic> {
    let column = Column::of(&reference.path, rows)?;
    let (differs, why, help) = match &compared.with {
        ComparedWith::Constants(others) => (
            compared.is_never_equal(column.value()?),
            String::new(),
            column.help(others),
        ),
        ComparedWith::Path(path) => {
            let other = Column::of(path, rows)?;
            let (one, two) = (column.value()?, other.value()?);
            let why = format!(", `{}` {}", other.name, a_type(two));
            (differ_in_type(one, two), why, None)
        }
    };
    if !differs {
        return None;
    }
    let (name, kind) = (column.name, a_type(column.value()?));
    let always = compared.negated;
    let message = format!(
        "`{}` is always {always}: `{name}` is {kind} in every row{why}",
        compared.text
    );
    let cell = column.cells.first()?.place.clone();
    let problem = Diagnostic::warning(RULE.name, message)
        .at(compared.place.clone())
        .label(format!("always {always}"))
        .also(cell, kind)
        .help(help.unwrap_or_default());
    Some(problem)
}

/// A column of the rows: the cells of those that have it.
struct Column<'a> {
    name: &'a str,
    cells: Vec<&'a Template>,
}

impl<'a> Column<'a> {
    /// `case.name`
    fn of(path: &'a [String], rows: &'a Rows) -> Option<Self> {
        let [case, name] = path else { return None };
        let cell = |row: &'a Row| row.columns.iter().find(|(own, _)| own == name);
        let cells = match rows {
            Rows::Cases(rows) => rows.iter().filter_map(cell).map(|(_, cell)| cell).collect(),
            Rows::Matrix { axes, .. } => {
                let axis = axes.iter().find(|(axis, _)| axis == name);
                axis.map(|(_, values)| values.iter().collect())?
            }
            Rows::None | Rows::Unreadable(_) => return None,
        };
        (case == "case").then_some(Self { name, cells })
    }

    /// One of its values, where all are written out and of one type.
    fn value(&self) -> Option<&'a Value> {
        let first = self.cells.first()?.as_literal()?;
        let same = |cell: &&Template| {
            let value = cell.as_literal();
            value.is_some_and(|value| !differ_in_type(value, first))
        };
        self.cells.iter().all(same).then_some(first)
    }

    fn help(&self, others: &[Value]) -> Option<String> {
        let name = self.name;
        let file = &self.cells.first()?.place.source.name;
        let all: Vec<String> = others.iter().map(Value::to_string).collect();
        match (self.value()?, others.first()?) {
            (Value::String(_), Value::Number(_) | Value::Bool(_)) => {
                let quoted: Vec<String> = all.iter().map(|other| format!("`'{other}'`")).collect();
                let quoted = quoted.join(", ");
                let kind = if others[0].is_boolean() {
                    "boolean"
                } else {
                    "number"
                };
                let ending = file.rsplit('.').next().unwrap_or_default();
                Some(if ending.eq_ignore_ascii_case("csv") {
                    format!(
                        "write `{name}:{kind}` in the header of `{file}`, or compare with {quoted}"
                    )
                } else {
                    format!("compare with {quoted}")
                })
            }
            (Value::Number(_), Value::String(text)) => number_from_text(text)
                .map(|number| format!("compare with `{number}`, without quotes")),
            _ => None,
        }
    }
}
