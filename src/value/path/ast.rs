//! What a JSONPath says, as a tree. Its depth is bounded by the parser, so that it may be walked by recursion.

use std::sync::Arc;

use regex::Regex;

use super::super::Value;

/// A query: from the document (`$`) or from the value that a filter looks at (`@`).
pub(super) struct Query {
    pub(super) root: Root,
    pub(super) segments: Vec<Segment>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// `$`, with a number of its own within the path, by which an evaluation remembers its result.
    Document(usize),
    /// `@`
    Current,
}

pub(super) enum Segment {
    Child(Vec<Selector>),
    Descendant(Vec<Selector>),
}

pub(super) enum Selector {
    Name(String),
    Index(i64),
    Wildcard,
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    /// Most paths have none, and it is large.
    Filter(Box<Expr>),
}

/// A filter's condition.
pub(super) enum Expr {
    Any(Vec<Expr>),
    All(Vec<Expr>),
    Not(Box<Expr>),
    Exists(Query),
    Compare(Operand, Comparison, Operand),
    Match {
        text: Operand,
        pattern: Pattern,
        whole: bool,
    },
}

/// Something that has one value, or none.
pub(super) enum Operand {
    Literal(Value),
    /// A singular query.
    Query(Query),
    Length(Box<Operand>),
    Count(Query),
    Value(Query),
}

pub(super) enum Pattern {
    /// A literal one, compiled when the path was parsed.
    Fixed(Arc<Regex>),
    /// One that the document gives.
    Read(Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// One step of a singular query.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Name(&'a str),
    Index(i64),
}

impl Query {
    pub(super) fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| segment.step().is_some())
    }

    /// The steps of a singular query; stops at the first segment that is not singular.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.segments.iter().map_while(Segment::step)
    }
}

impl Segment {
    fn step(&self) -> Option<Step<'_>> {
        let Self::Child(selectors) = self else {
            return None;
        };
        match selectors.as_slice() {
            [Selector::Name(name)] => Some(Step::Name(name)),
            [Selector::Index(index)] => Some(Step::Index(*index)),
            _ => None,
        }
    }
}
