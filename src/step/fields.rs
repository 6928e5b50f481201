//! What may stand in a query, a form or a header: values that have a text of their own.

use crate::diagnostic::Diagnostic;
use crate::expr::{Kind, Template};
use crate::source::Place;
use crate::value::{Value, type_name};

/// The text of a value; a list, an object and null have none.
///
/// # Errors
/// Which of these it is.
pub fn field_text(value: &Value, place: &Place) -> Result<String, Diagnostic> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(no_text(type_name(value), place)),
    }
}

fn no_text(found: &str, place: &Place) -> Diagnostic {
    Diagnostic::error("wrong-type", format!("expected text, found {found}"))
        .at(place.clone())
        .help("`| json` writes a list or an object as JSON text; `omit` leaves the entry out")
}

/// The texts of one key: a list repeats the key.
///
/// # Errors
/// As [`field_text`].
pub fn field_texts(value: &Value, place: &Place) -> Result<Vec<String>, Diagnostic> {
    match value {
        Value::Array(items) => items.iter().map(|item| field_text(item, place)).collect(),
        value => Ok(vec![field_text(value, place)?]),
    }
}

/// What is wrong with a field's value where that is known before the run.
pub(super) fn check_field(template: &Template, problems: &mut Vec<Diagnostic>) {
    match &template.kind {
        Kind::Literal(value) => problems.extend(field_texts(value, &template.place).err()),
        Kind::List(items) => {
            for item in items {
                check_text(item, problems);
            }
        }
        Kind::Map(_) => check_text(template, problems),
        Kind::Expr(_) | Kind::Text(_) => {}
    }
}

/// What is wrong with a header's value where that is known before the run; null leaves the header out.
pub(super) fn check_header(template: &Template, problems: &mut Vec<Diagnostic>) {
    if template.as_literal() != Some(&Value::Null) {
        check_text(template, problems);
    }
}

fn check_text(template: &Template, problems: &mut Vec<Diagnostic>) {
    let place = &template.place;
    problems.extend(match &template.kind {
        Kind::Literal(value) => field_text(value, place).err(),
        Kind::List(_) => Some(no_text("array", place)),
        Kind::Map(_) => Some(no_text("object", place)),
        Kind::Expr(_) | Kind::Text(_) => None,
    });
}
