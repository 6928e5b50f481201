//! Evaluating a query on a document.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use regex::Regex;

use super::super::Value;
use super::ast::{Query, Segment, Selector, Step};
use super::place::PathStep;

/// Nodes that one evaluation may visit: more than a 16 MiB document has, so that only paths whose work grows faster than
/// the document (`$..*..*..*`) reach it.
pub(super) const MAX_VISITS: usize = 20_000_000;

/// The evaluation would visit more nodes than it may.
#[derive(Debug, PartialEq)]
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

pub(super) fn values<'a>(
    query: &Query,
    document: &'a Value,
    limit: usize,
) -> Result<Vec<&'a Value>, TooMuch> {
    let nodes = Evaluation::new(document, limit).run(query, document, ())?;
    Ok(nodes.into_iter().map(|node| node.value).collect())
}

pub(super) fn located<'a>(
    query: &Query,
    document: &'a Value,
) -> Result<Vec<(Vec<PathStep>, &'a Value)>, TooMuch> {
    let nodes = Evaluation::new(document, MAX_VISITS).run(query, document, Trail(None))?;
    let located = nodes
        .into_iter()
        .map(|node| (node.place.steps(), node.value));
    Ok(located.collect())
}

/// What is remembered of a node's place: nothing (`()`), or the way there ([`Trail`]).
pub(super) trait Place: Clone {
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
pub(super) struct Node<'a, P> {
    pub(super) value: &'a Value,
    place: P,
}

/// A compiled pattern; `None` if the text is none.
pub(super) type Compiled = Option<Arc<Regex>>;

/// One evaluation: what it remembers, and how much more it may do.
pub(super) struct Evaluation<'a> {
    pub(super) document: &'a Value,
    left: Cell<usize>,
    /// Results of the `$` queries of filters: they are the same for each node that the filter looks at.
    pub(super) documents: RefCell<HashMap<usize, Rc<Vec<&'a Value>>>>,
    /// Patterns that the document gives, each with whether the whole text has to match.
    pub(super) patterns: RefCell<HashMap<(String, bool), Compiled>>,
}

impl<'a> Evaluation<'a> {
    fn new(document: &'a Value, limit: usize) -> Self {
        Self {
            document,
            left: Cell::new(limit),
            documents: RefCell::default(),
            patterns: RefCell::default(),
        }
    }

    fn visit(&self) -> Result<(), TooMuch> {
        self.left
            .set(self.left.get().checked_sub(1).ok_or(TooMuch)?);
        Ok(())
    }

    pub(super) fn run<P: Place>(
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
