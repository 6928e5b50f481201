//! The parsed form of an expression: small, owned, and never deeper than [`MAX_DEPTH`].

use regex::Regex;

use super::functions::FunctionSpec;
use crate::value::Value;

/// How deep the tree of an expression may be. Everything that walks the tree recurses, so this is what bounds the stack.
pub(super) const MAX_DEPTH: u16 = 64;

/// A piece of the expression's own text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn to(self, end: Span) -> Self {
        Self {
            start: self.start,
            end: end.end,
        }
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) depth: u16,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Constant(Box<Value>),
    /// The word `omit`.
    Omit,
    Path(Path),
    /// A constant attribute or index of what is not a path itself: `f().x`.
    Attribute(Box<Node>, Segment),
    /// A computed index: `list[i]`.
    Item(Box<[Node; 2]>),
    Slice(Box<Slice>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    Concatenate(Box<[Node; 2]>),
    /// `a < b`, and `a < b <= c`.
    Compare(Box<Node>, Vec<(Comparison, Node)>),
    Choice(Box<Choice>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Call(Box<Call>),
    /// `subject | default(fallback)`.
    Default(Box<[Node; 2]>),
    /// `subject is defined`, or `is undefined` where `wanted` is false.
    Defined {
        subject: Box<Node>,
        wanted: bool,
    },
}

/// A variable and constant attributes and indexes of it: `steps.create.json.items[0].id`.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) name: Box<str>,
    /// Where the variable's name stands.
    pub(super) span: Span,
    pub(super) segments: Vec<Segment>,
}

/// One attribute or index of a path.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) text: Box<str>,
    /// Set for `[0]`, not for `.name` and `['name']`.
    pub(super) index: Option<i64>,
    /// The attribute itself, without its dot or brackets.
    pub(super) span: Span,
    /// Where it ends, its bracket included.
    pub(super) end: u32,
}

#[derive(Debug)]
pub(super) struct Slice {
    pub(super) subject: Node,
    pub(super) start: Option<Node>,
    pub(super) end: Option<Node>,
    pub(super) step: Option<Node>,
}

/// `then if condition else otherwise`
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) condition: Node,
    pub(super) then: Node,
    pub(super) otherwise: Node,
}

/// A function, filter or test and what it is given, in the order of its parameters.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: &'static FunctionSpec,
    /// Where the function's name stands.
    pub(super) name: Span,
    pub(super) arguments: Vec<Option<Node>>,
    /// The pattern of `matching`, where it is a constant.
    pub(super) pattern: Option<Regex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}

impl Arithmetic {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Remainder => "%",
            Self::Power => "**",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

impl Comparison {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

impl Node {
    /// The nodes right below this one, in the order in which they are written.
    pub(super) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Constant(_) | Kind::Omit | Kind::Path(_) => Vec::new(),
            Kind::Attribute(node, _) | Kind::Not(node) | Kind::Negate(node) => vec![node],
            Kind::Defined { subject, .. } => vec![subject],
            Kind::Item(pair)
            | Kind::And(pair)
            | Kind::Or(pair)
            | Kind::Arithmetic(_, pair)
            | Kind::Concatenate(pair)
            | Kind::Default(pair) => pair.iter().collect(),
            Kind::Slice(slice) => std::iter::once(&slice.subject)
                .chain(&slice.start)
                .chain(&slice.end)
                .chain(&slice.step)
                .collect(),
            Kind::Compare(first, rest) => std::iter::once(&**first)
                .chain(rest.iter().map(|(_, node)| node))
                .collect(),
            Kind::Choice(choice) => vec![&choice.then, &choice.condition, &choice.otherwise],
            Kind::List(items) => items.iter().collect(),
            Kind::Map(entries) => entries
                .iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
            Kind::Call(call) => call.arguments.iter().flatten().collect(),
        }
    }
}
