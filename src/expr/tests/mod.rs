//! Tables of expressions and what they give.

mod errors;
mod functions;
mod grammar;
mod properties;
mod references;
mod settings;
mod templates;
mod values;

use super::testing::Variables;
use super::{Expr, Outcome};
use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source, Span};

/// Variables that the tables use.
const VARIABLES: &str = r#"{
    "amount": 100.10,
    "big": 99999999999999999999,
    "company": "Acme",
    "flag": true,
    "nothing": null,
    "text_amount": "100.10",
    "items": [{"id": "a", "n": 1}, {"id": "b", "n": 2}],
    "empty": [],
    "customer": {"id": "cus_1", "content-type": "json", "in": 5, "address": {"city": "Oslo"}},
    "case": {"category": "X"}
}"#;

fn parse(text: &str) -> Result<Expr, Diagnostic> {
    let source = Source::new("test.yaml", "test.yaml", text);
    Expr::parse(text, Place::new(&source, Span::new(0, text.len())))
}

fn variables() -> Variables {
    Variables::new(VARIABLES)
}

/// The value of an expression as JSON, or `omit`.
fn evaluate(text: &str) -> Result<String, Diagnostic> {
    Ok(match parse(text)?.evaluate(&variables())? {
        Outcome::Value(value) => value.to_string(),
        Outcome::Omit => "omit".to_owned(),
    })
}

/// The lines of a table that are neither empty nor comments.
fn cases(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
}
