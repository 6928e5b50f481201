//! Whether a filter's condition holds for a value.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::super::{Number, Value, compare, equal};
use super::ast::{Comparison, Expr, Operand, Pattern, Query, Root};
use super::evaluate::{Compiled, Evaluation, TooMuch, walk};
use super::regexp;

impl<'a> Evaluation<'a> {
    pub(super) fn holds(&self, expr: &Expr, current: &'a Value) -> Result<bool, TooMuch> {
        Ok(match expr {
            Expr::Any(parts) => {
                for part in parts {
                    if self.holds(part, current)? {
                        return Ok(true);
                    }
                }
                false
            }
            Expr::All(parts) => {
                for part in parts {
                    if !self.holds(part, current)? {
                        return Ok(false);
                    }
                }
                true
            }
            Expr::Not(part) => !self.holds(part, current)?,
            Expr::Exists(query) if query.is_singular() => {
                walk(query, self.start(query, current)).is_some()
            }
            Expr::Exists(query) => !self.nodes(query, current)?.is_empty(),
            Expr::Compare(left, comparison, right) => {
                let left = self.value(left, current)?;
                let right = self.value(right, current)?;
                compares(left.get(), *comparison, right.get())
            }
            Expr::Match {
                text,
                pattern,
                whole,
            } => self.matches(text, pattern, *whole, current)?,
        })
    }

    fn start(&self, query: &Query, current: &'a Value) -> &'a Value {
        match query.root {
            Root::Document(_) => self.document,
            Root::Current => current,
        }
    }

    /// What a filter's query finds.
    fn nodes(&self, query: &Query, current: &'a Value) -> Result<Rc<Vec<&'a Value>>, TooMuch> {
        let Root::Document(id) = query.root else {
            return self.fresh_nodes(query, current);
        };
        if let Some(known) = self.documents.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let nodes = self.fresh_nodes(query, self.document)?;
        self.documents.borrow_mut().insert(id, Rc::clone(&nodes));
        Ok(nodes)
    }

    fn fresh_nodes(&self, query: &Query, start: &'a Value) -> Result<Rc<Vec<&'a Value>>, TooMuch> {
        let nodes = self.run(query, start, ())?;
        Ok(Rc::new(nodes.into_iter().map(|node| node.value).collect()))
    }

    fn value<'v>(&self, operand: &'v Operand, current: &'a Value) -> Result<Content<'v>, TooMuch>
    where
        'a: 'v,
    {
        Ok(match operand {
            Operand::Literal(value) => Content::There(value),
            Operand::Query(query) => Content::of(walk(query, self.start(query, current))),
            Operand::Length(operand) => match self.value(operand, current)?.get() {
                Some(Value::String(text)) => Content::count(text.chars().count()),
                Some(Value::Array(list)) => Content::count(list.len()),
                Some(Value::Object(map)) => Content::count(map.len()),
                _ => Content::Nothing,
            },
            Operand::Count(query) => Content::count(self.nodes(query, current)?.len()),
            Operand::Value(query) => match self.nodes(query, current)?.as_slice() {
                [value] => Content::There(value),
                _ => Content::Nothing,
            },
        })
    }

    fn matches(
        &self,
        text: &Operand,
        pattern: &Pattern,
        whole: bool,
        current: &'a Value,
    ) -> Result<bool, TooMuch> {
        let text = self.value(text, current)?;
        let Some(Value::String(text)) = text.get() else {
            return Ok(false);
        };
        let regex = match pattern {
            Pattern::Fixed(regex) => Some(Arc::clone(regex)),
            Pattern::Read(operand) => match self.value(operand, current)?.get() {
                Some(Value::String(pattern)) => self.pattern(pattern, whole),
                _ => None,
            },
        };
        Ok(regex.is_some_and(|regex| regex.is_match(text)))
    }

    fn pattern(&self, pattern: &str, whole: bool) -> Compiled {
        self.patterns
            .borrow_mut()
            .entry((pattern.to_owned(), whole))
            .or_insert_with(|| regexp::compile(pattern, whole).ok())
            .clone()
    }
}

/// What an operand stands for.
enum Content<'v> {
    There(&'v Value),
    Made(Value),
    Nothing,
}

impl<'v> Content<'v> {
    fn of(value: Option<&'v Value>) -> Self {
        value.map_or(Self::Nothing, Self::There)
    }

    fn count(count: usize) -> Self {
        Self::Made(Value::Number(Number::from(count)))
    }

    fn get(&self) -> Option<&Value> {
        match self {
            Self::There(value) => Some(value),
            Self::Made(value) => Some(value),
            Self::Nothing => None,
        }
    }
}

/// A comparison by RFC 9535: nothing equals nothing, and only numbers and strings have an order.
fn compares(left: Option<&Value>, comparison: Comparison, right: Option<&Value>) -> bool {
    let same = || match (left, right) {
        (Some(left), Some(right)) => equal(left, right),
        (None, None) => true,
        _ => false,
    };
    let order = || compare(left?, right?);
    match comparison {
        Comparison::Equal => same(),
        Comparison::NotEqual => !same(),
        Comparison::Less => order().is_some_and(Ordering::is_lt),
        Comparison::Greater => order().is_some_and(Ordering::is_gt),
        Comparison::LessOrEqual => same() || order().is_some_and(Ordering::is_lt),
        Comparison::GreaterOrEqual => same() || order().is_some_and(Ordering::is_gt),
    }
}
