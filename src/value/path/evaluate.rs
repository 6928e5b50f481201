//! Evaluating a query on a document.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use regex::Regex;

use super::super::{Number, Value, compare, equal};
use super::ast::{Comparison, Expr, Operand, Pattern, Query, Root, Segment, Selector, Step};
use super::place::PathStep;
use super::regexp;

/// Nodes that one evaluation may visit: more than a 16 MiB document has, so that only paths whose work grows faster than
/// the document (`$..*..*..*`) reach it.
pub(super) const MAX_VISITS: usize = 20_000_000;

/// The evaluation visited more than [`MAX_VISITS`] nodes.
#[derive(Debug)]
pub(super) struct TooMuch;

/// A singular query's value.
pub(super) fn walk<'a>(query: &Query, start: &'a Value) -> Option<&'a Value> {
    query.steps().try_fold(start, child)
}

pub(super) fn child<'a>(value: &'a Value, step: Step<'_>) -> Option<&'a Value> {
    match (value, step) {
        (Value::Object(map), Step::Name(name)) => map.get(name),
        (Value::Array(list), Step::Index(index)) => list.get(position(index, list.len())?),
        _ => None,
    }
}

/// An index of which a negative one counts from the end.
fn position(index: i64, length: usize) -> Option<usize> {
    if let Ok(index) = usize::try_from(index) {
        return Some(index);
    }
    length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
}

pub(super) fn values<'a>(query: &Query, document: &'a Value) -> Result<Vec<&'a Value>, TooMuch> {
    let nodes = Evaluation::new(document).run(query, document, ())?;
    Ok(nodes.into_iter().map(|node| node.value).collect())
}

pub(super) fn located<'a>(
    query: &Query,
    document: &'a Value,
) -> Result<Vec<(Vec<PathStep>, &'a Value)>, TooMuch> {
    let nodes = Evaluation::new(document).run(query, document, Trail(None))?;
    let located = nodes
        .into_iter()
        .map(|node| (node.place.steps(), node.value));
    Ok(located.collect())
}

/// What is remembered of a node's place: nothing (`()`), or the way there ([`Trail`]).
trait Place: Clone {
    fn name(&self, name: &str) -> Self;
    fn index(&self, index: usize) -> Self;
}

impl Place for () {
    fn name(&self, _: &str) {}
    fn index(&self, _: usize) {}
}

/// The way from the root, last step first; the ways of siblings share what they have in common.
#[derive(Clone)]
struct Trail(Option<Rc<(Trail, PathStep)>>);

impl Place for Trail {
    fn name(&self, name: &str) -> Self {
        Self(Some(Rc::new((
            self.clone(),
            PathStep::Name(name.to_owned()),
        ))))
    }

    fn index(&self, index: usize) -> Self {
        Self(Some(Rc::new((self.clone(), PathStep::Index(index)))))
    }
}

impl Trail {
    fn steps(&self) -> Vec<PathStep> {
        let mut steps = Vec::new();
        let mut trail = self;
        while let Some(link) = &trail.0 {
            steps.push(link.1.clone());
            trail = &link.0;
        }
        steps.reverse();
        steps
    }
}

#[derive(Clone)]
struct Node<'a, P> {
    value: &'a Value,
    place: P,
}

/// A compiled pattern; `None` if the text is none.
type Compiled = Option<Arc<Regex>>;

/// One evaluation: what it remembers, and how much more it may do.
struct Evaluation<'a> {
    document: &'a Value,
    left: Cell<usize>,
    /// Results of the `$` queries of filters: they are the same for each node that the filter looks at.
    documents: RefCell<HashMap<usize, Rc<Vec<&'a Value>>>>,
    /// Patterns that the document gives, each with whether the whole text has to match.
    patterns: RefCell<HashMap<(String, bool), Compiled>>,
}

impl<'a> Evaluation<'a> {
    fn new(document: &'a Value) -> Self {
        Self {
            document,
            left: Cell::new(MAX_VISITS),
            documents: RefCell::default(),
            patterns: RefCell::default(),
        }
    }

    fn visit(&self) -> Result<(), TooMuch> {
        self.left
            .set(self.left.get().checked_sub(1).ok_or(TooMuch)?);
        Ok(())
    }

    fn run<P: Place>(
        &self,
        query: &Query,
        start: &'a Value,
        place: P,
    ) -> Result<Vec<Node<'a, P>>, TooMuch> {
        let mut nodes = vec![Node {
            value: start,
            place,
        }];
        for segment in &query.segments {
            let mut found = Vec::new();
            for node in nodes {
                match segment {
                    Segment::Child(selectors) => self.select_all(selectors, &node, &mut found)?,
                    Segment::Descendant(selectors) => self.descend(selectors, node, &mut found)?,
                }
            }
            nodes = found;
        }
        Ok(nodes)
    }

    /// Each node below, parents before children, in document order. A stack of its own, so that depth costs no recursion.
    fn descend<P: Place>(
        &self,
        selectors: &[Selector],
        start: Node<'a, P>,
        found: &mut Vec<Node<'a, P>>,
    ) -> Result<(), TooMuch> {
        let mut waiting = vec![start];
        while let Some(node) = waiting.pop() {
            self.select_all(selectors, &node, found)?;
            let first = waiting.len();
            for child in children(&node) {
                self.visit()?;
                if matches!(child.value, Value::Array(_) | Value::Object(_)) {
                    waiting.push(child);
                }
            }
            waiting[first..].reverse();
        }
        Ok(())
    }

    fn select_all<P: Place>(
        &self,
        selectors: &[Selector],
        node: &Node<'a, P>,
        found: &mut Vec<Node<'a, P>>,
    ) -> Result<(), TooMuch> {
        for selector in selectors {
            self.select(selector, node, found)?;
        }
        Ok(())
    }

    fn select<P: Place>(
        &self,
        selector: &Selector,
        node: &Node<'a, P>,
        found: &mut Vec<Node<'a, P>>,
    ) -> Result<(), TooMuch> {
        self.visit()?;
        let place = &node.place;
        match (selector, node.value) {
            (Selector::Name(name), Value::Object(map)) => {
                if let Some(value) = map.get(name) {
                    let place = place.name(name);
                    found.push(Node { value, place });
                }
            }
            (Selector::Index(index), Value::Array(list)) => {
                if let Some(index) = position(*index, list.len())
                    && let Some(value) = list.get(index)
                {
                    let place = place.index(index);
                    found.push(Node { value, place });
                }
            }
            (Selector::Slice { start, end, step }, Value::Array(list)) => {
                for index in slice(*start, *end, *step, list.len()) {
                    self.visit()?;
                    let (value, place) = (&list[index], place.index(index));
                    found.push(Node { value, place });
                }
            }
            (Selector::Wildcard, Value::Array(_) | Value::Object(_)) => {
                for child in children(node) {
                    self.visit()?;
                    found.push(child);
                }
            }
            (Selector::Filter(expr), Value::Array(_) | Value::Object(_)) => {
                for child in children(node) {
                    self.visit()?;
                    if self.holds(expr, child.value)? {
                        found.push(child);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn holds(&self, expr: &Expr, current: &'a Value) -> Result<bool, TooMuch> {
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
        Comparison::Less => order().is_some_and(std::cmp::Ordering::is_lt),
        Comparison::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
        Comparison::LessOrEqual => same() || order().is_some_and(std::cmp::Ordering::is_lt),
        Comparison::GreaterOrEqual => same() || order().is_some_and(std::cmp::Ordering::is_gt),
    }
}

/// The values in a node, in document order.
fn children<'n, 'a, P: Place>(node: &'n Node<'a, P>) -> Box<dyn Iterator<Item = Node<'a, P>> + 'n> {
    let place = &node.place;
    match node.value {
        Value::Array(list) => Box::new(list.iter().enumerate().map(|(index, value)| Node {
            value,
            place: place.index(index),
        })),
        Value::Object(map) => Box::new(map.iter().map(|(name, value)| Node {
            value,
            place: place.name(name),
        })),
        _ => Box::new(std::iter::empty()),
    }
}

/// The indexes of a slice, in its order (RFC 9535, 2.3.4.2.2).
fn slice(
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
    length: usize,
) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let absolute = |index: i64| if index < 0 { index + length } else { index };
    let (first, last) = if step >= 0 {
        let lower = absolute(start.unwrap_or(0)).clamp(0, length);
        let upper = absolute(end.unwrap_or(length)).clamp(0, length);
        (lower, upper)
    } else {
        let upper = start.map_or(length - 1, absolute).clamp(-1, length - 1);
        let lower = end.map_or(-1, absolute).clamp(-1, length - 1);
        (upper, lower)
    };
    let inside = move |index: &i64| match step {
        0 => false,
        1.. => *index < last,
        _ => *index > last,
    };
    std::iter::successors(Some(first), move |index| index.checked_add(step))
        .take_while(inside)
        .filter_map(|index| usize::try_from(index).ok())
}
