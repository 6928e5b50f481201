//! The names and values of a query, of headers or of a form: written out, or a map that one expression gives.

use std::borrow::Cow;
use std::ops::Deref;

use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, has_expression};
use crate::expr::{Kind, Outcome as Rendered, Reference, Scope, Template};
use crate::source::{Node, Place};
use crate::value::{Map, Value, a_type};

/// Names and values. As a slice, it is those that are written out.
#[derive(Clone, Debug)]
pub enum Entries {
    Written(Vec<(String, Template)>),
    Given(Box<Template>),
}

impl Default for Entries {
    fn default() -> Self {
        Self::Written(Vec::new())
    }
}

impl Deref for Entries {
    type Target = [(String, Template)];

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Written(entries) => entries,
            Self::Given(_) => &[],
        }
    }
}

impl Entries {
    /// Decodes a map with `written`, unless it is given by an expression.
    pub(super) fn decode(
        node: &Node,
        decoder: &mut Decoder,
        written: impl FnOnce(&Node, &mut Decoder) -> Vec<(String, Template)>,
    ) -> Self {
        match decode_given(node, decoder) {
            Some(given) => Self::Given(given),
            None => Self::Written(written(node, decoder)),
        }
    }

    /// The expression that gives all of them.
    #[must_use]
    pub fn given(&self) -> Option<&Template> {
        match self {
            Self::Written(_) => None,
            Self::Given(template) => Some(template),
        }
    }

    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let written = self.iter().map(|(_, template)| template);
        let all = written.chain(self.given());
        all.flat_map(Template::references).collect()
    }

    /// Says which of them a problem is of, where its place is that of all.
    #[must_use]
    pub fn naming(&self, name: &str, problem: Diagnostic) -> Diagnostic {
        match self {
            Self::Written(_) => problem,
            Self::Given(_) => problem.label(format!("gives this for `{name}`")),
        }
    }

    /// All of them but those that are `omit`, each with the place of its value.
    ///
    /// # Errors
    /// An expression can't be evaluated, or gives no map.
    pub fn render(
        &self,
        scope: &dyn Scope,
    ) -> Result<Vec<(Cow<'_, str>, Value, &Place)>, Diagnostic> {
        let mut rendered = Vec::with_capacity(self.len());
        match self {
            Self::Written(entries) => {
                for (name, template) in entries {
                    if let Rendered::Value(value) = template.render(scope)? {
                        rendered.push((Cow::Borrowed(name.as_str()), value, &template.place));
                    }
                }
            }
            Self::Given(template) => {
                let entries = given_map(template, scope)?.into_iter();
                rendered.extend(entries.map(|(name, value)| (name.into(), value, &template.place)));
            }
        }
        Ok(rendered)
    }
}

/// The expression that stands where a map might be written out.
pub(super) fn decode_given(node: &Node, decoder: &mut Decoder) -> Option<Box<Template>> {
    if node.as_str().is_none() || !has_expression(node) {
        return None;
    }
    let known = decoder.problems.len();
    let template = decoder.template(node);
    if !matches!(template.kind, Kind::Expr(_)) && decoder.problems.len() == known {
        decoder.expected("a map", node);
    }
    Some(Box::new(template))
}

/// The map that an expression gives in place of one that is written out; `omit` gives nothing.
///
/// # Errors
/// The expression can't be evaluated, or gives something else.
pub fn given_map(template: &Template, scope: &dyn Scope) -> Result<Map<String, Value>, Diagnostic> {
    match template.render(scope)? {
        Rendered::Omit => Ok(Map::new()),
        Rendered::Value(Value::Object(entries)) => Ok(entries),
        Rendered::Value(other) => {
            let message = format!("expected a map, got {}", a_type(&other));
            let problem = Diagnostic::error("wrong-type", message)
                .at(template.place.clone())
                .label("gives no map");
            Err(problem)
        }
    }
}
