//! Reading the rows of data that a scenario is run with: `matrix`, and `cases` inline or from a file.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::expand::LABEL;
use super::{Row, Rows, cases};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Decoder, Fields};
use crate::expr::Template;
use crate::source::{Entry, Node, Place, Yaml};
use crate::value::{Value, a_type, equal};

/// Words by which other tools add rows to a matrix or take some out. One of them may be a column of plain values.
const FOREIGN: &[(&str, &str)] = &[
    ("include", NO_INCLUDE),
    ("includes", NO_INCLUDE),
    ("excludes", EXCLUDE),
    ("except", EXCLUDE),
];
const NO_INCLUDE: &str = "rows beyond the combinations can't be added: write all rows out under `cases`, or put the value into its list and take what is not wanted out with `exclude`";
const EXCLUDE: &str = "combinations are left out with `exclude`";

pub(super) fn decode(fields: &Fields<'_>, decoder: &mut Decoder) -> Rows {
    let before = decoder.problems.len();
    let rows = decode_either(fields, decoder);
    let is_error = |problem: &Diagnostic| problem.severity == Severity::Error;
    if !decoder.problems[before..].iter().any(is_error)
        && let Some(entry) = fields.entry("cases").or_else(|| fields.entry("matrix"))
    {
        check_names(&rows, &decoder.key_place(&entry.key), decoder);
    }
    if decoder.problems[before..].iter().any(is_error) {
        Rows::Unreadable(rows.remains())
    } else {
        rows
    }
}

fn decode_either(fields: &Fields<'_>, decoder: &mut Decoder) -> Rows {
    match (fields.entry("matrix"), fields.entry("cases")) {
        (None, None) => Rows::None,
        (Some(matrix), None) => decode_matrix(&matrix.value, decoder),
        (None, Some(cases)) => decode_cases(&cases.value, decoder),
        (Some(matrix), Some(cases)) => {
            let problem = Diagnostic::error(
                "key-conflict",
                "a scenario has `matrix` or `cases`, not both",
            )
            .at(decoder.key_place(&cases.key))
            .label("a second source of rows")
            .also(decoder.key_place(&matrix.key), "the first source of rows");
            decoder.problem(problem);
            Rows::None
        }
    }
}

fn decode_matrix(node: &Node, decoder: &mut Decoder) -> Rows {
    let before = decoder.problems.len();
    let mut axes = Vec::new();
    let mut exclude = Vec::new();
    for entry in decoder.map(node) {
        if entry.key.text == "exclude" {
            exclude.push(&entry.value);
            continue;
        }
        if has_rows(&entry.value)
            && let Some((_, help)) = FOREIGN.iter().find(|(word, _)| *word == entry.key.text)
        {
            refuse_foreign(entry, help, decoder);
            continue;
        }
        check_column(entry, decoder);
        axes.push((entry.key.text.clone(), decode_axis(entry, decoder)));
    }
    if axes.is_empty() && exclude.is_empty() && decoder.problems.len() == before {
        empty(node, "`matrix` has no lists of values", decoder);
    }
    let excluded = exclude
        .iter()
        .flat_map(|node| decode_exclude(node, &axes, decoder))
        .collect();
    let nothing = axes.iter().any(|(_, values)| values.is_empty()) || axes.is_empty();
    let rows = Rows::Matrix {
        axes,
        exclude: excluded,
    };
    if let Some(node) = exclude.first()
        && !nothing
        && rows.expand(&decoder.place(node)).is_empty()
    {
        let problem = Diagnostic::error("empty", "every combination of this `matrix` is excluded")
            .at(decoder.place(node))
            .label("leaves no case");
        decoder.problem(problem);
    }
    rows
}

/// Whether there are rows in it, as other tools write them beside the lists of a matrix.
fn has_rows(node: &Node) -> bool {
    let is_row = |node: &Node| matches!(node.value, Yaml::Map(_));
    is_row(node) || node.as_list().is_some_and(|items| items.iter().any(is_row))
}

/// A column of rows would be taken for a list of values, and the scenario not be run with any of them.
fn refuse_foreign(entry: &Entry, help: &str, decoder: &mut Decoder) {
    let message = format!("a `matrix` has no `{}`", entry.key.text);
    let problem = Diagnostic::error("unknown-key", message)
        .at(decoder.key_place(&entry.key))
        .label("unknown key")
        .help(help);
    decoder.problem(problem);
}

fn decode_axis(entry: &Entry, decoder: &mut Decoder) -> Vec<Template> {
    let Yaml::List(items) = &entry.value.value else {
        let problem = Diagnostic::error(
            "wrong-type",
            format!("expected a list of values, found {}", entry.value.kind()),
        )
        .at(decoder.place(&entry.value))
        .label("expected a list")
        .help(format!("write `{}: [first, second]`", entry.key.text));
        decoder.problem(problem);
        return Vec::new();
    };
    if items.is_empty() {
        empty(
            &entry.value,
            "this list of values is empty, so there is no case",
            decoder,
        );
    }
    items.iter().map(|item| decoder.template(item)).collect()
}

fn decode_exclude(
    node: &Node,
    axes: &[(String, Vec<Template>)],
    decoder: &mut Decoder,
) -> Vec<Vec<(String, Template)>> {
    decoder
        .list(node)
        .iter()
        .map(|combination| {
            let entries = decoder.map(combination);
            for entry in entries {
                if !axes.iter().any(|(axis, _)| *axis == entry.key.text) {
                    let problem = Diagnostic::error(
                        "unknown-column",
                        format!("`matrix` has no list `{}`", entry.key.text),
                    )
                    .at(decoder.key_place(&entry.key))
                    .label("not in this matrix")
                    .suggest(&entry.key.text, axes.iter().map(|(axis, _)| axis.as_str()));
                    decoder.problem(problem);
                }
            }
            let excluded = columns(entries, decoder);
            for (entry, (name, value)) in entries.iter().zip(&excluded) {
                let list = axes.iter().find(|(own, _)| own == name);
                let problem = list.and_then(|(_, values)| excludes_nothing(name, values, value));
                if let Some(problem) = problem {
                    decoder.problem(problem.at(decoder.place(&entry.value)));
                }
            }
            excluded
        })
        .collect()
}

/// A value that no combination has, and so none is excluded by.
fn excludes_nothing(name: &str, values: &[Template], excluded: &Template) -> Option<Diagnostic> {
    let message = format!("this excludes no combination: `{name}` is never ");
    let Some(value) = excluded.as_literal() else {
        let message = message + "an expression's value before the run";
        return Some(
            Diagnostic::warning("excludes-nothing", message)
                .label("not known when cases are made")
                .help("write the value out, or leave the case out by `if` in the scenario"),
        );
    };
    if values.is_empty() {
        return None;
    }
    let known: Vec<&Value> = values.iter().filter_map(Template::as_literal).collect();
    if known.iter().any(|known| equal(known, value)) {
        return None;
    }
    let message = format!("{message}{}", shown(value));
    let problem = if known.len() < values.len() {
        Diagnostic::warning("excludes-nothing", message)
    } else {
        Diagnostic::error("excludes-nothing", message)
    };
    let alike = known.iter().find(|known| text_of(known) == text_of(value));
    let help = if let Some(alike) = alike {
        format!("write `{}`, as in the list", shown(alike))
    } else {
        let all: Vec<String> = known.iter().map(|value| shown(value)).collect();
        format!("`{name}` is one of: {}", all.join(", "))
    };
    Some(problem.label("excludes nothing").help(help))
}

/// A value as it is written in a list.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_ok() => format!("'{text}'"),
        value => text_of(value),
    }
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn decode_cases(node: &Node, decoder: &mut Decoder) -> Rows {
    if node.as_str().is_some() {
        return Rows::Cases(cases::decode_file(node, decoder).unwrap_or_default());
    }
    Rows::Cases(decode_rows(node, Written::Inline, decoder))
}

/// Where rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Inline,
    InYaml,
    InJson,
}

/// A list of maps: one row each.
pub(super) fn decode_rows(node: &Node, written: Written, decoder: &mut Decoder) -> Vec<Row> {
    let items = match &node.value {
        Yaml::List(items) => items.as_slice(),
        Yaml::Null => &[],
        _ => {
            let expected = match written {
                Written::Inline => "a list of rows, or the path of a file",
                Written::InYaml | Written::InJson => "a list of rows",
            };
            let problem = unexpected(expected, node, decoder);
            decoder.problem(problem.help(list_of_rows(&node.value, written)));
            return Vec::new();
        }
    };
    if items.is_empty() {
        empty(node, "there are no cases", decoder);
    }
    items
        .iter()
        .filter_map(|item| {
            let Yaml::Map(entries) = &item.value else {
                let problem = unexpected("a row with its columns", item, decoder);
                decoder.problem(problem.help(format!("write such as {}", row(written))));
                return None;
            };
            for entry in entries {
                check_column(entry, decoder);
            }
            Some(Row {
                place: decoder.place(item),
                columns: columns(entries, decoder),
            })
        })
        .collect()
}

fn unexpected(expected: &str, node: &Node, decoder: &Decoder) -> Diagnostic {
    let message = format!("expected {expected}, found {}", node.kind());
    Diagnostic::error("wrong-type", message)
        .at(decoder.place(node))
        .label(format!("expected {expected}"))
}

/// How rows are written, in place of what is no list.
fn list_of_rows(found: &Yaml, written: Written) -> String {
    let is_list = |entry: &Entry| matches!(entry.value.value, Yaml::List(_));
    match (found, written) {
        (Yaml::Map(entries), Written::Inline)
            if !entries.is_empty() && entries.iter().all(is_list) =>
        {
            "lists of values by name are written under `matrix`".to_owned()
        }
        (Yaml::Map(entries), Written::InYaml | Written::InJson)
            if entries.len() == 1 && entries.iter().all(is_list) =>
        {
            let key = &entries[0].key.text;
            format!("leave out `{key}`: the file is nothing but its list")
        }
        _ => format!("write such as {}", row(written)),
    }
}

fn row(written: Written) -> &'static str {
    match written {
        Written::Inline | Written::InYaml => "`- { country: USA, amount: 5 }` for each row",
        Written::InJson => r#"`[{"country": "USA", "amount": 5}]`"#,
    }
}

fn columns(entries: &[Entry], decoder: &mut Decoder) -> Vec<(String, Template)> {
    entries
        .iter()
        .map(|entry| (entry.key.text.clone(), decoder.template(&entry.value)))
        .collect()
}

fn check_column(entry: &Entry, decoder: &mut Decoder) {
    let place = decoder.key_place(&entry.key);
    decoder.check_attribute(&entry.key.text, "a column", place);
}

/// Rows of one name could not be told apart in reports, and neither could be run alone.
fn check_names(rows: &Rows, place: &Place, decoder: &mut Decoder) {
    let mut first = HashMap::new();
    for (name, row) in rows.expand(place) {
        let (Some(name), Some(row)) = (name, row) else {
            continue;
        };
        check_label(&row, decoder);
        let labelled = row.label().is_some();
        match first.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert((row.place, labelled));
            }
            Slot::Occupied(slot) => {
                let (earlier, earlier_labelled) = slot.get();
                let both = labelled && *earlier_labelled;
                let problem = same_name(slot.key(), both, row.place, earlier.clone());
                decoder.problem(problem.help(same_name_help(rows, both)));
            }
        }
    }
}

fn same_name(name: &str, labelled: bool, place: Place, earlier: Place) -> Diagnostic {
    let message = if labelled {
        format!("two rows have the `case_id` `{name}`")
    } else {
        format!("two rows are called `{name}`")
    };
    let problem = Diagnostic::error("duplicate-row", message);
    // Combinations may differ in other values than in the one that stands there.
    if place.span == earlier.span {
        return problem.at(place).label("in two combinations");
    }
    problem
        .at(place)
        .label("the second one")
        .also(earlier, "the first one")
}

fn same_name_help(rows: &Rows, labelled: bool) -> &'static str {
    match rows {
        Rows::Matrix { .. } => {
            "write the combinations under `cases` in place of `matrix`, each with a `case_id`"
        }
        _ if labelled => "give each row a `case_id` of its own",
        _ => "add a column `case_id` that names each row",
    }
}

/// A list or an object can't name a row.
fn check_label(row: &Row, decoder: &mut Decoder) {
    let cell = row.columns.iter().find(|(name, _)| name == LABEL);
    let value = cell.and_then(|(_, cell)| Some((cell, cell.as_literal()?)));
    if let Some((cell, value @ (Value::Array(_) | Value::Object(_)))) = value {
        let message = format!("a `case_id` names its row, and {} can't", a_type(value));
        let problem = Diagnostic::error("wrong-type", message)
            .at(cell.place.clone())
            .label("expected a text or a number");
        decoder.problem(problem);
    }
}

fn empty(node: &Node, message: &str, decoder: &mut Decoder) {
    let problem = Diagnostic::error("empty", message)
        .at(decoder.place(node))
        .label("nothing in it");
    decoder.problem(problem);
}
