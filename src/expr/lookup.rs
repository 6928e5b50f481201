//! Finds what a path names.

use super::ast::{Kind, Node, Path, Segment, Slice, Span};
use super::evaluate::{Evaluator, Operand, Result};
use super::functions::Failure;
use super::missing::{Key, Missing};
use super::text::weight;
use super::{Resolved, is_absence};
use crate::diagnostic::Diagnostic;
use crate::value::{Decimal, Value, a_type};

/// How many attributes are handed to the scope at once.
const AT_ONCE: usize = 8;

pub(super) enum Found<'e> {
    Operand(Operand<'e>),
    Missing(Missing<'e>),
}

impl<'e> Evaluator<'e> {
    /// The value of a node, where a path, an attribute or an item of it may be missing.
    pub(super) fn find(&mut self, node: &'e Node) -> Result<Found<'e>> {
        match &node.kind {
            Kind::Path(path) => self.find_path(node, path),
            Kind::Attribute(subject, segment) => match self.find(subject)? {
                Found::Operand(Operand::Omit) => Ok(Found::Operand(Operand::Omit)),
                Found::Operand(holder) => {
                    self.find_part(segment.span, subject, holder, Key::of(segment))
                }
                missing @ Found::Missing(_) => Ok(missing),
            },
            Kind::Item(pair) => match self.find(&pair[0])? {
                Found::Operand(Operand::Omit) => Ok(Found::Operand(Operand::Omit)),
                Found::Operand(holder) => {
                    let key = self.key(&pair[1])?;
                    self.find_part(pair[1].span, &pair[0], holder, key)
                }
                missing @ Found::Missing(_) => Ok(missing),
            },
            _ => self.evaluate(node).map(Found::Operand),
        }
    }

    fn find_path(&mut self, node: &'e Node, path: &'e Path) -> Result<Found<'e>> {
        let mut attributes = [""; AT_ONCE];
        let count = path.segments.len().min(AT_ONCE);
        for (attribute, segment) in attributes.iter_mut().zip(&path.segments) {
            *attribute = &segment.text;
        }
        Ok(match self.scope.resolve(&path.name, &attributes[..count]) {
            Some(Resolved::Failed(problem)) => {
                let read_at = self.expr.place_of(node.span);
                let absent = is_absence(&problem);
                let problem = Box::new(problem.also(read_at, "read here"));
                if !absent {
                    return Err(problem);
                }
                Found::Missing(Missing::Elsewhere(problem))
            }
            Some(Resolved::Absent(absent)) => {
                Found::Missing(Missing::Explained { node, path, absent })
            }
            None => Found::Missing(Missing::Variable(path)),
            Some(Resolved::Omit) => Found::Operand(Operand::Omit),
            Some(Resolved::Undefined { used, known }) => Found::Missing(Missing::Attribute {
                node,
                path,
                at: used.min(path.segments.len().saturating_sub(1)),
                known,
            }),
            Some(Resolved::Value { value, used }) => {
                let used = used.min(path.segments.len());
                let rest = &path.segments[used..];
                match missing_at(&value, rest) {
                    None => Found::Operand(Operand::Shared(value, rest)),
                    Some(at) => {
                        let end = rest[..at].last().or(path.segments[..used].last());
                        let holder_text = self.expr.path_text(node, end).into_owned();
                        let segment = &rest[at];
                        Found::Missing(Missing::Part {
                            span: segment.span,
                            holder_text,
                            holder: Operand::Shared(value, &rest[..at]),
                            key: Key::of(segment),
                        })
                    }
                }
            }
        })
    }

    /// A computed index.
    fn key(&mut self, node: &'e Node) -> Result<Key> {
        match self.value(node)?.get() {
            Value::String(name) => Ok(Key::Name(name.clone())),
            Value::Number(number) => match Decimal::from_number(number).to_i64() {
                Some(index) => Ok(Key::Index(index)),
                None => Err(self.wrong_index(node, &format!("not {number}")).into()),
            },
            other => Err(self
                .wrong_index(node, &format!("not {}", a_type(other)))
                .into()),
        }
    }

    fn wrong_index(&self, node: &Node, found: &str) -> Diagnostic {
        let message = format!("an index is an integer or a string, {found}");
        self.failed(node.span, Failure::new(message).code("wrong-type"))
    }

    fn find_part(
        &mut self,
        span: Span,
        subject: &Node,
        holder: Operand<'e>,
        key: Key,
    ) -> Result<Found<'e>> {
        match part(holder.get(), &key) {
            Some(value) => {
                let value = value.clone();
                self.spend(span, weight(&value))?;
                Ok(Found::Operand(Operand::Owned(value)))
            }
            None => Ok(Found::Missing(Missing::Part {
                span,
                holder_text: self.expr.part(subject.span).into_owned(),
                holder,
                key,
            })),
        }
    }

    /// `subject[start:end:step]`, as Python cuts: bounds beyond the ends are the ends.
    pub(super) fn slice(&mut self, slice: &'e Slice) -> Result<Value> {
        let subject = self.value(&slice.subject)?;
        let mut bound = |node: &'e Option<Node>| -> Result<Option<i64>> {
            let Some(node) = node else { return Ok(None) };
            match self.key(node)? {
                Key::Index(index) => Ok(Some(index)),
                Key::Name(_) => Err(self
                    .wrong_index(node, "and a slice's bounds are integers")
                    .into()),
            }
        };
        let (start, end, step) = (
            bound(&slice.start)?,
            bound(&slice.end)?,
            bound(&slice.step)?,
        );
        let span = slice.subject.span;
        let step = step.unwrap_or(1);
        if step == 0 {
            let failure = Failure::new("a slice's step is not 0").code("wrong-type");
            return Err(self.failed(span, failure).into());
        }
        match subject.get() {
            Value::Array(items) => {
                let picked = positions(items.len(), start, end, step);
                Ok(picked.map(|at| items[at].clone()).collect())
            }
            Value::String(text) => {
                let chars: Vec<char> = text.chars().collect();
                let picked = positions(chars.len(), start, end, step);
                Ok(Value::String(picked.map(|at| chars[at]).collect()))
            }
            other => {
                let message = format!("{} can't be sliced", a_type(other));
                let failure = Failure::new(message).code("wrong-type");
                Err(self
                    .failed(span, failure.help("lists and strings can"))
                    .into())
            }
        }
    }
}

/// The positions of a slice, in order.
fn positions(
    length: usize,
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let forward = step > 0;
    let (lowest, highest) = if forward {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let clamp = |bound: i64| {
        let from_start = if bound < 0 {
            bound.saturating_add(length)
        } else {
            bound
        };
        from_start.clamp(lowest, highest)
    };
    let start = start.map_or(if forward { lowest } else { highest }, clamp);
    let end = end.map_or(if forward { highest } else { lowest }, clamp);
    let mut next = start;
    std::iter::from_fn(move || {
        let inside = if forward { next < end } else { next > end };
        let at = usize::try_from(next).ok().filter(|_| inside)?;
        next = next.saturating_add(step);
        Some(at)
    })
}

/// What `path` finds in `value`; it is known to be there.
pub(super) fn walk<'v>(value: &'v Value, path: &[Segment]) -> &'v Value {
    path.iter().fold(value, |value, segment| {
        step(value, segment).unwrap_or(&Value::Null)
    })
}

/// The first segment that is missing.
fn missing_at(value: &Value, path: &[Segment]) -> Option<usize> {
    let mut value = value;
    for (at, segment) in path.iter().enumerate() {
        match step(value, segment) {
            Some(next) => value = next,
            None => return Some(at),
        }
    }
    None
}

fn step<'v>(value: &'v Value, segment: &Segment) -> Option<&'v Value> {
    match segment.index {
        Some(index) => item(value, index),
        None => value.as_object()?.get(&*segment.text),
    }
}

fn part<'v>(value: &'v Value, key: &Key) -> Option<&'v Value> {
    match key {
        Key::Index(index) => item(value, *index),
        Key::Name(name) => value.as_object()?.get(name),
    }
}

/// An item of a list; a negative index counts from its end.
pub(super) fn item(value: &Value, index: i64) -> Option<&Value> {
    let items = value.as_array()?;
    let length = i64::try_from(items.len()).ok()?;
    let index = if index < 0 {
        index.checked_add(length)?
    } else {
        index
    };
    items.get(usize::try_from(index).ok()?)
}
