//! From `matrix` and `cases` to rows with names.

use super::{Row, Rows};
use crate::expr::Template;
use crate::source::Place;
use crate::value::{Value, equal};

impl Rows {
    /// The rows with their names; a scenario without data has one nameless row, and so has one whose data can't be read,
    /// to be known and reported by its own name. `place` is the scenario's.
    #[must_use]
    pub fn expand(&self, place: &Place) -> Vec<(Option<String>, Option<Row>)> {
        let rows = match self {
            Self::None | Self::Unreadable(_) => return vec![(None, None)],
            Self::Cases(rows) => rows.clone(),
            Self::Matrix { axes, exclude } => {
                let mut rows = product(axes, place);
                rows.retain(|row| !exclude.iter().any(|excluded| is_excluded(row, excluded)));
                rows
            }
        };
        rows.into_iter()
            .enumerate()
            .map(|(index, row)| (Some(name(&row, index)), Some(row)))
            .collect()
    }

    /// What there is of rows that can't be run, for those who ask for columns and cells: of a matrix, its values.
    pub(super) fn remains(self) -> Vec<Row> {
        match self {
            Self::None => Vec::new(),
            Self::Cases(rows) | Self::Unreadable(rows) => rows,
            Self::Matrix { axes, .. } => {
                let values = |(axis, values): (String, Vec<Template>)| {
                    values.into_iter().map(move |value| Row {
                        place: value.place.clone(),
                        columns: vec![(axis.clone(), value)],
                    })
                };
                axes.into_iter().flat_map(values).collect()
            }
        }
    }
}

/// Every combination, the last axis turning fastest.
fn product(axes: &[(String, Vec<Template>)], place: &Place) -> Vec<Row> {
    let mut rows = vec![Row {
        place: place.clone(),
        columns: Vec::new(),
    }];
    for (axis, values) in axes {
        rows = rows
            .iter()
            .flat_map(|row| {
                values.iter().map(|value| {
                    let mut row = row.clone();
                    row.place = value.place.clone();
                    row.columns.push((axis.clone(), value.clone()));
                    row
                })
            })
            .collect();
    }
    rows
}

fn is_excluded(row: &Row, excluded: &[(String, Template)]) -> bool {
    excluded.iter().all(|(axis, value)| {
        let column = row.columns.iter().find(|(name, _)| name == axis);
        match (
            column.and_then(|(_, cell)| cell.as_literal()),
            value.as_literal(),
        ) {
            (Some(cell), Some(value)) => equal(cell, value),
            _ => false,
        }
    })
}

/// The column that names rows.
pub(super) const LABEL: &str = "case_id";

impl Row {
    /// The `case_id`, if there is one that can name the row: one that is null or empty names nothing.
    pub(super) fn label(&self) -> Option<String> {
        let (_, cell) = self.columns.iter().find(|(name, _)| name == LABEL)?;
        let value = cell.as_literal().filter(|value| !value.is_null())?;
        scalar(value).filter(|label| !label.is_empty())
    }
}

/// The `case_id` if there is one, `a=1, b=x` from the scalar columns, or the row's number: in one line, to be listed,
/// and typed to run it alone.
fn name(row: &Row, index: usize) -> String {
    let name = row.label().unwrap_or_else(|| columns(row, index));
    if !name.contains(char::is_control) {
        return name;
    }
    let escaped = |character: char| {
        if character.is_control() {
            character.escape_default().to_string()
        } else {
            character.to_string()
        }
    };
    name.chars().map(escaped).collect()
}

fn columns(row: &Row, index: usize) -> String {
    let columns: Vec<String> = row
        .columns
        .iter()
        .filter(|(column, _)| column != LABEL)
        .filter_map(|(column, cell)| Some(format!("{column}={}", scalar(cell.as_literal()?)?)))
        .collect();
    if columns.is_empty() {
        format!("#{}", index + 1)
    } else {
        columns.join(", ")
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null => Some("null".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
