//! Turns the text of an expression into its tree, by MiniJinja's grammar.
//!
//! MiniJinja's own parser aborts the process on a long run of `not` or `-`, refuses integers of more than 128 bits, and
//! does not say where a filter's name stands; so this is a parser of our own, which a test holds to MiniJinja's.

use super::ast::{Arithmetic, Choice, Comparison, Kind, MAX_DEPTH, Node, Span};
use super::calls;
use super::lexer::{Token, tokens};
use super::syntax::{Fault, Result};

/// Parses the whole of `text`.
pub(super) fn parse(text: &str) -> Result<Node> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let node = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(node),
        _ => Err(parser.left_over()),
    }
}

/// How many expressions may be open inside each other while parsing. Less than the tree's depth, to which a long chain
/// of operators adds without nesting, because each takes several frames of the stack.
const MAX_NESTING: u16 = 32;

/// Words that the grammar uses and that can therefore not be variables.
pub(super) const WORDS: &[&str] = &[
    "true", "false", "none", "and", "or", "not", "in", "is", "if", "else",
];

/// Other languages' spellings of our words.
const OTHER_SPELLINGS: &[(&str, &str)] = &[
    ("null", "none"),
    ("nil", "none"),
    ("None", "none"),
    ("NULL", "none"),
    ("undefined", "… is undefined"),
    ("True", "true"),
    ("TRUE", "true"),
    ("False", "false"),
    ("FALSE", "false"),
    ("AND", "and"),
    ("OR", "or"),
    ("NOT", "not"),
];

// How tightly operators bind, from the loosest; `not` stands between `and` and the comparisons.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const JOIN: u8 = 6;
const PRODUCT: u8 = 7;
const POWER: u8 = 8;

enum Operator {
    Compare(Comparison),
    /// Joins the operands on its two sides, those on the left first.
    Join(Join),
}

type Join = fn(Box<[Node; 2]>) -> Kind;

pub(super) struct Parser<'t> {
    tokens: Vec<(Token<'t>, Span)>,
    at: usize,
    depth: u16,
}

impl<'t> Parser<'t> {
    pub(super) fn peek(&self) -> &Token<'t> {
        &self.tokens[self.at].0
    }

    pub(super) fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    /// The token after the next one.
    pub(super) fn peek_second(&self) -> &Token<'t> {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + 1).min(last)].0
    }

    /// Takes a token; the end is never taken.
    pub(super) fn next(&mut self) -> (Token<'t>, Span) {
        let taken = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        taken
    }

    /// The place of the token before this one.
    pub(super) fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].1
    }

    pub(super) fn skip(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(next) if *next == symbol);
        if found {
            self.next();
        }
        found
    }

    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let found = *self.peek() == Token::Name(word);
        if found {
            self.next();
        }
        found
    }

    pub(super) fn expect(&mut self, symbol: &str) -> Result<()> {
        if self.skip(symbol) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{symbol}`")))
    }

    /// That the next token is not what is expected here.
    pub(super) fn unexpected(&self, expected: &str) -> Fault {
        let token = self.peek();
        let fault = Fault::new(
            self.span(),
            format!("expected {expected}, found {}", token.described()),
        );
        match token {
            Token::Symbol("=") => fault.help("to compare, write `==`"),
            Token::Symbol("+") => fault.help("a number is written without `+`"),
            Token::Symbol(".") => fault.help("a number below one is written `0.5`"),
            _ => fault,
        }
    }

    /// That the expression could end here, and does not.
    fn left_over(&self) -> Fault {
        match self.peek() {
            Token::Symbol("}") if *self.peek_second() == Token::Symbol("}") => {
                self.unexpected("the end").help("remove the `}}`")
            }
            Token::Name(word) => match other_spelling(word) {
                Some(ours) => self
                    .unexpected("an operator")
                    .help(format!("write `{ours}`")),
                None => self.unexpected("an operator or the end"),
            },
            _ => self.unexpected("an operator or the end"),
        }
    }

    /// A whole expression: `then if condition else otherwise`, or one of its parts.
    pub(super) fn expression(&mut self) -> Result<Node> {
        let then = self.operators(OR)?;
        if !self.skip_word("if") {
            return Ok(then);
        }
        let condition = self.operators(OR)?;
        if !self.skip_word("else") {
            return Err(self
                .unexpected("`else`")
                .help("say what it is otherwise: `else none`, or `else omit` to leave it out"));
        }
        self.enter()?;
        let otherwise = self.expression()?;
        self.depth -= 1;
        let span = then.span.to(otherwise.span);
        let choice = Choice {
            condition,
            then,
            otherwise,
        };
        Node::new(span, Kind::Choice(Box::new(choice)))
    }

    /// Operands joined by operators that bind at least as tightly as `level`.
    fn operators(&mut self, level: u8) -> Result<Node> {
        self.enter()?;
        let mut left = if level <= NOT {
            self.negations()?
        } else {
            self.filtered()?
        };
        while let Some((operator, binds)) = self.operator().filter(|found| found.1 >= level) {
            left = match operator {
                Operator::Compare(_) => self.comparisons(left)?,
                Operator::Join(kind) => {
                    self.next();
                    let right = self.operators(binds + 1)?;
                    let span = left.span.to(right.span);
                    Node::new(span, kind(Box::new([left, right])))?
                }
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Counts one more level of nesting.
    fn enter(&mut self) -> Result<()> {
        if self.depth >= MAX_NESTING {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        Ok(())
    }

    /// `not` before what it denies: it binds less tightly than a comparison.
    fn negations(&mut self) -> Result<Node> {
        let mut nots = Vec::new();
        while *self.peek() == Token::Name("not") {
            nots.push(self.next().1);
        }
        if nots.is_empty() {
            return self.filtered();
        }
        let mut node = self.operators(COMPARE)?;
        for start in nots.into_iter().rev() {
            node = Node::new(start.to(node.span), Kind::Not(Box::new(node)))?;
        }
        Ok(node)
    }

    /// `first < a <= b`, of which the next token is the first operator.
    fn comparisons(&mut self, first: Node) -> Result<Node> {
        let mut rest = Vec::new();
        let mut span = first.span;
        while let Some((Operator::Compare(operator), _)) = self.operator() {
            self.next();
            if operator == Comparison::NotIn {
                self.next();
            }
            let operand = self.operators(COMPARE + 1)?;
            span = span.to(operand.span);
            rest.push((operator, operand));
        }
        Node::new(span, Kind::Compare(Box::new(first), rest))
    }

    /// The operator that the next token starts, and how tightly it binds.
    fn operator(&self) -> Option<(Operator, u8)> {
        if let Some(comparison) = self.comparison() {
            return Some((Operator::Compare(comparison), COMPARE));
        }
        let (kind, binds): (Join, u8) = match self.peek() {
            Token::Name("or") => (Kind::Or, OR),
            Token::Name("and") => (Kind::And, AND),
            Token::Symbol("+") => (|pair| Kind::Arithmetic(Arithmetic::Add, pair), SUM),
            Token::Symbol("-") => (|pair| Kind::Arithmetic(Arithmetic::Subtract, pair), SUM),
            Token::Symbol("~") => (Kind::Concatenate, JOIN),
            Token::Symbol("*") => (|pair| Kind::Arithmetic(Arithmetic::Multiply, pair), PRODUCT),
            Token::Symbol("/") => (|pair| Kind::Arithmetic(Arithmetic::Divide, pair), PRODUCT),
            Token::Symbol("//") => (
                |pair| Kind::Arithmetic(Arithmetic::FloorDivide, pair),
                PRODUCT,
            ),
            Token::Symbol("%") => (
                |pair| Kind::Arithmetic(Arithmetic::Remainder, pair),
                PRODUCT,
            ),
            Token::Symbol("**") => (|pair| Kind::Arithmetic(Arithmetic::Power, pair), POWER),
            _ => return None,
        };
        Some((Operator::Join(kind), binds))
    }

    fn comparison(&self) -> Option<Comparison> {
        Some(match self.peek() {
            Token::Symbol("==") => Comparison::Equal,
            Token::Symbol("!=") => Comparison::NotEqual,
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol(">") => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            Token::Name("in") => Comparison::In,
            Token::Name("not") if *self.peek_second() == Token::Name("in") => Comparison::NotIn,
            _ => return None,
        })
    }

    /// An operand with the filters and tests after it: `-x | abs` is `(-x) | abs`.
    fn filtered(&mut self) -> Result<Node> {
        let mut node = self.operand()?;
        loop {
            if self.skip("|") {
                node = calls::filter(self, node)?;
            } else if self.skip_word("is") {
                let negated = self.skip_word("not");
                let start = node.span;
                node = calls::test(self, node)?;
                if negated {
                    let span = start.to(node.span);
                    node = Node::new(span, Kind::Not(Box::new(node)))?;
                }
            } else {
                return Ok(node);
            }
        }
    }
}

impl Node {
    /// A node above its children; an error where the tree becomes too deep.
    pub(super) fn new(span: Span, kind: Kind) -> Result<Self> {
        let mut node = Self {
            span,
            depth: 0,
            kind,
        };
        let deepest = node.children().iter().map(|child| child.depth).max();
        node.depth = deepest.map_or(0, |depth| depth + 1);
        if node.depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        Ok(node)
    }
}

fn too_deep(span: Span) -> Fault {
    Fault::new(span, "this expression nests too deeply").help("name parts of it under `vars`")
}

pub(super) fn other_spelling(word: &str) -> Option<&'static str> {
    OTHER_SPELLINGS
        .iter()
        .find_map(|(theirs, ours)| (*theirs == word).then_some(*ours))
}
