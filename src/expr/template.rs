//! Values in documents: a literal, an expression, text with expressions in it, or lists and maps of these.

use std::sync::Arc;

use super::{Expr, Outcome, Reference, Scope};
use crate::diagnostic::Diagnostic;
use crate::source::{Node, Place, Source};
use crate::value::Value;

/// A value of a document, decoded once and rendered as often as needed.
#[derive(Clone, Debug)]
pub struct Template {
    pub place: Place,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Literal(Value),
    /// `${{ … }}` and nothing else: the value keeps its type.
    Expr(Expr),
    /// Text with expressions in it: the values become text.
    Text(Vec<Piece>),
    List(Vec<Template>),
    Map(Vec<(Arc<str>, Template)>),
}

#[derive(Clone, Debug)]
pub enum Piece {
    Literal(String),
    Expr(Expr),
}

/// One piece of a rendered text, for those who encode what came from expressions, such as a URL's path.
#[derive(Clone, Debug)]
pub enum Rendered {
    Literal(String),
    Value(String),
    /// A value through the `raw` filter: to be used as it is.
    Raw(String),
}

impl Template {
    /// Decodes a YAML node. Problems are added to `problems`, and what they concern becomes `null`.
    #[must_use]
    pub fn decode(node: &Node, source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> Self {
        let _ = problems;
        Self {
            place: Place::new(source, node.span),
            kind: Kind::Literal(Value::Null),
        }
    }

    /// The value, if it has no expression in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        todo!()
    }

    /// The value. Entries of lists and maps that are `omit` are left out.
    ///
    /// # Errors
    /// As [`Expr::evaluate`].
    pub fn render(&self, scope: &dyn Scope) -> Result<Outcome, Diagnostic> {
        let _ = scope;
        todo!()
    }

    /// The value as text: a string as it is, a number with its source text, `true`, `false`, `null`, and JSON for lists
    /// and maps.
    ///
    /// # Errors
    /// As [`Expr::evaluate`]; `omit` is an error here.
    pub fn render_text(&self, scope: &dyn Scope) -> Result<String, Diagnostic> {
        let _ = scope;
        todo!()
    }

    /// The text in pieces that tell what stood in the file from what came out of expressions.
    ///
    /// # Errors
    /// As [`Template::render_text`].
    pub fn render_pieces(&self, scope: &dyn Scope) -> Result<Vec<Rendered>, Diagnostic> {
        let _ = scope;
        todo!()
    }
}
