//! Values in documents: a literal, an expression, text with expressions in it, or lists and maps of these.

use std::sync::Arc;

use super::scan::{self, Part, Unclosed};
use super::text::to_text;
use super::{Expr, Outcome, Reference, Scope};
use crate::diagnostic::Diagnostic;
use crate::source::{Entry, Node, Place, Source, Yaml};
use crate::value::{Map, Value, number_from_text};

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
    Value {
        text: String,
        /// The type of the value that is now text.
        type_name: &'static str,
        /// Where its expression stands.
        place: Place,
    },
    /// A value through the `raw` filter: to be used as it is.
    Raw(String),
}

impl Template {
    /// Decodes a YAML node. Problems are added to `problems`, and what they concern becomes `null`.
    #[must_use]
    pub fn decode(node: &Node, source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> Self {
        let kind = match &node.value {
            Yaml::Null => Kind::Literal(Value::Null),
            Yaml::Bool(value) => Kind::Literal(Value::Bool(*value)),
            Yaml::Number(text) => {
                Kind::Literal(number_from_text(text).map_or(Value::Null, Value::Number))
            }
            Yaml::String(text) => decode_text(node, &text.value, source, problems),
            Yaml::List(items) => decode_list(items, source, problems),
            Yaml::Map(entries) => decode_map(entries, source, problems),
        };
        Self {
            place: Place::new(source, node.span),
            kind,
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

    /// The value; the template itself if it has an expression in it.
    ///
    /// # Errors
    /// The template.
    pub fn into_literal(self) -> Result<Value, Self> {
        match self.kind {
            Kind::Literal(value) => Ok(value),
            _ => Err(self),
        }
    }

    /// Its expressions, in written order.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Literal(_) => Vec::new(),
            Kind::Expr(expr) => vec![expr],
            Kind::Text(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Literal(_) => None,
                    Piece::Expr(expr) => Some(expr),
                })
                .collect(),
            Kind::List(items) => items.iter().flat_map(Self::expressions).collect(),
            Kind::Map(entries) => entries
                .iter()
                .flat_map(|(_, value)| value.expressions())
                .collect(),
        }
    }

    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        self.expressions()
            .into_iter()
            .flat_map(Expr::references)
            .collect()
    }

    /// The value. Entries of lists and maps that are `omit` are left out.
    ///
    /// # Errors
    /// As [`Expr::evaluate`].
    pub fn render(&self, scope: &dyn Scope) -> Result<Outcome, Diagnostic> {
        let value = match &self.kind {
            Kind::Literal(value) => value.clone(),
            Kind::Expr(expr) => return expr.evaluate(scope),
            Kind::Text(_) => Value::String(self.render_text(scope)?),
            Kind::List(templates) => {
                let mut items = Vec::with_capacity(templates.len());
                for template in templates {
                    if let Outcome::Value(value) = template.render(scope)? {
                        items.push(value);
                    }
                }
                Value::Array(items)
            }
            Kind::Map(templates) => {
                let mut map = Map::new();
                for (key, template) in templates {
                    if let Outcome::Value(value) = template.render(scope)? {
                        map.insert(key.to_string(), value);
                    }
                }
                Value::Object(map)
            }
        };
        Ok(Outcome::Value(value))
    }

    /// The value as text: a string as it is, a number with its source text, `true`, `false`, `null`, and JSON for lists
    /// and maps.
    ///
    /// # Errors
    /// As [`Expr::evaluate`]; `omit` is an error here.
    pub fn render_text(&self, scope: &dyn Scope) -> Result<String, Diagnostic> {
        let mut text = String::new();
        match &self.kind {
            Kind::Literal(value) => text.push_str(&to_text(value)),
            Kind::Expr(expr) => _ = expr.write_text(scope, &mut text)?,
            Kind::Text(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Literal(literal) => text.push_str(literal),
                        Piece::Expr(expr) => _ = expr.write_text(scope, &mut text)?,
                    }
                }
            }
            Kind::List(_) | Kind::Map(_) => match self.render(scope)? {
                Outcome::Value(value) => text.push_str(&to_text(&value)),
                Outcome::Omit => return Err(self.omitted()),
            },
        }
        Ok(text)
    }

    /// The text in pieces that tell what stood in the file from what came out of expressions.
    ///
    /// # Errors
    /// As [`Template::render_text`].
    pub fn render_pieces(&self, scope: &dyn Scope) -> Result<Vec<Rendered>, Diagnostic> {
        let rendered = |expr: &Expr| {
            let mut text = String::new();
            let type_name = expr.write_text(scope, &mut text)?;
            if expr.is_raw() {
                return Ok(Rendered::Raw(text));
            }
            let place = expr.place().clone();
            Ok(Rendered::Value {
                text,
                type_name,
                place,
            })
        };
        match &self.kind {
            Kind::Expr(expr) => Ok(vec![rendered(expr)?]),
            Kind::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(literal) => Ok(Rendered::Literal(literal.clone())),
                    Piece::Expr(expr) => rendered(expr),
                })
                .collect(),
            Kind::Literal(_) | Kind::List(_) | Kind::Map(_) => {
                Ok(vec![Rendered::Literal(self.render_text(scope)?)])
            }
        }
    }

    /// That it gave `omit` where a value is needed.
    pub(super) fn omitted(&self) -> Diagnostic {
        Diagnostic::error(
            "omitted-value",
            "this was left out, and a value is needed here",
        )
        .at(self.place.clone())
        .help("give it a value by `… | default(…)`")
    }
}

fn decode_text(
    node: &Node,
    text: &str,
    source: &Arc<Source>,
    problems: &mut Vec<Diagnostic>,
) -> Kind {
    let parts = match scan::parts(text) {
        Ok(parts) => parts,
        Err(unclosed) => {
            problems.push(unclosed_expression(node, source, &unclosed));
            return Kind::Literal(Value::Null);
        }
    };
    let mut pieces = Vec::with_capacity(parts.len());
    let mut wrong = false;
    for part in parts {
        pieces.push(match part {
            Part::Literal(range) => Piece::Literal(text[range].to_owned()),
            Part::Expr(range) => {
                let place = Place::new(source, node.inner_span(range.clone()));
                match Expr::parse(&text[range], place) {
                    Ok(expr) => Piece::Expr(expr),
                    Err(problem) => {
                        problems.push(problem);
                        wrong = true;
                        continue;
                    }
                }
            }
        });
    }
    if wrong {
        return Kind::Literal(Value::Null);
    }
    match pieces.as_mut_slice() {
        [] => Kind::Literal(Value::String(String::new())),
        [Piece::Literal(text)] => Kind::Literal(Value::String(std::mem::take(text))),
        [Piece::Expr(expr)] => Kind::Expr(expr.clone()),
        _ => Kind::Text(pieces),
    }
}

fn unclosed_expression(node: &Node, source: &Arc<Source>, unclosed: &Unclosed) -> Diagnostic {
    let place = |range| Place::new(source, node.inner_span(range));
    let problem = Diagnostic::error("expression-syntax", "`${{` is never closed by `}}`");
    match unclosed.quote {
        Some(quote) => problem
            .at(place(quote..quote + 1))
            .label("this quote is never closed")
            .help("close the quote; inside single quotes, a single quote is written `\\'`"),
        None => problem
            .at(place(unclosed.open.clone()))
            .help("put `}}` where the expression ends; for the text itself write `${{ '${{' }}`"),
    }
}

fn decode_list(nodes: &[Node], source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> Kind {
    let items: Vec<_> = nodes
        .iter()
        .map(|node| Template::decode(node, source, problems))
        .collect();
    if items.iter().any(|item| item.as_literal().is_none()) {
        return Kind::List(items);
    }
    let mut values = Vec::with_capacity(items.len());
    values.extend(
        items
            .into_iter()
            .filter_map(|item| item.into_literal().ok()),
    );
    Kind::Literal(Value::Array(values))
}

fn decode_map(entries: &[Entry], source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> Kind {
    let mut decoded = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.key.text.contains(scan::OPEN) {
            problems.push(
                Diagnostic::error("expression-in-key", "a key can't be an expression")
                    .at(Place::new(source, entry.key.span))
                    .help("build the whole map in one expression: `${{ {(name): value} }}`"),
            );
        }
        let value = Template::decode(&entry.value, source, problems);
        decoded.push((entry.key.text.as_str(), value));
    }
    if decoded
        .iter()
        .all(|(_, value)| value.as_literal().is_some())
    {
        // As large as it will be, since many are kept for the whole run.
        let mut literals = Map::with_capacity(decoded.len());
        let entries = decoded.into_iter();
        literals.extend(
            entries.filter_map(|(key, value)| Some((key.to_owned(), value.into_literal().ok()?))),
        );
        return Kind::Literal(Value::Object(literals));
    }
    let shared = decoded.into_iter().map(|(key, value)| (key.into(), value));
    Kind::Map(shared.collect())
}
