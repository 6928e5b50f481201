//! The operands of an expression: constants, variables, lists, maps, and what is read from them.

use super::ast::{Kind, Node, Path, Segment, Slice, Span};
use super::calls;
use super::lexer::Token;
use super::parser::{Parser, WORDS, other_spelling};
use super::syntax::{Fault, Result};
use crate::value::{Map, Value};

impl Parser<'_> {
    /// A value with its sign and what is read from it: `-foo.bar` is `-(foo.bar)`.
    pub(super) fn operand(&mut self) -> Result<Node> {
        let mut signs = Vec::new();
        while matches!(self.peek(), Token::Symbol("-")) {
            signs.push(self.next().1);
        }
        let primary = self.primary()?;
        let mut node = self.postfix(primary)?;
        for start in signs.into_iter().rev() {
            node = negated(start, node)?;
        }
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node> {
        let span = self.span();
        let constant = |value| Kind::Constant(Box::new(value));
        let kind = match self.peek().clone() {
            Token::Number(text) => constant(
                number_value(text)
                    .ok_or_else(|| Fault::new(span, format!("`{text}` is not a number")))?,
            ),
            Token::Text(text) => constant(Value::String(text)),
            Token::Name("true") => constant(Value::Bool(true)),
            Token::Name("false") => constant(Value::Bool(false)),
            Token::Name("none") => constant(Value::Null),
            Token::Name("omit") => Kind::Omit,
            Token::Name(name) => self.variable(name)?,
            Token::Symbol("(") => return self.parenthesised(),
            Token::Symbol("[") => return self.list(),
            Token::Symbol("{") => return self.map(),
            _ => return Err(self.unexpected("a value")),
        };
        self.next();
        Node::new(span, kind)
    }

    fn variable(&self, name: &str) -> Result<Kind> {
        if let Some(ours) = other_spelling(name) {
            return Err(
                Fault::new(self.span(), format!("`{name}` is not a variable"))
                    .help(format!("write `{ours}`")),
            );
        }
        if WORDS.contains(&name) {
            return Err(self.unexpected("a value"));
        }
        Ok(Kind::Path(Path {
            name: name.into(),
            span: self.span(),
            segments: Vec::new(),
        }))
    }

    fn parenthesised(&mut self) -> Result<Node> {
        let start = self.next().1;
        let mut node = self.expression()?;
        if matches!(self.peek(), Token::Symbol(",")) {
            return Err(self
                .unexpected("`)`")
                .help("a list is written in brackets: `[a, b]`"));
        }
        self.expect(")")?;
        node.span = start.to(self.last_span());
        Ok(node)
    }

    fn list(&mut self) -> Result<Node> {
        let start = self.next().1;
        let mut items = Vec::new();
        while !self.skip("]") {
            items.push(self.expression()?);
            if !self.skip(",") && !matches!(self.peek(), Token::Symbol("]")) {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
        let span = start.to(self.last_span());
        if let Some(values) = items.iter().map(constant).collect() {
            return Node::new(span, Kind::Constant(Box::new(Value::Array(values))));
        }
        Node::new(span, Kind::List(items))
    }

    fn map(&mut self) -> Result<Node> {
        let start = self.next().1;
        let mut entries: Vec<(Node, Node)> = Vec::new();
        while !self.skip("}") {
            let key = self.key(&entries)?;
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if !self.skip(",") && !matches!(self.peek(), Token::Symbol("}")) {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        let span = start.to(self.last_span());
        let constants: Option<Map<_, _>> = entries
            .iter()
            .map(|(key, value)| Some((constant(key)?.as_str()?.to_owned(), constant(value)?)))
            .collect();
        if let Some(map) = constants {
            return Node::new(span, Kind::Constant(Box::new(Value::Object(map))));
        }
        Node::new(span, Kind::Map(entries))
    }

    /// A map's key: in most languages a bare word is text there, so that it must be said which is meant.
    fn key(&mut self, before: &[(Node, Node)]) -> Result<Node> {
        if let Token::Name(name) = *self.peek()
            && *self.peek_second() == Token::Symbol(":")
        {
            return Err(self
                .unexpected("a key in quotes")
                .help(format!("write `'{name}':`; for a variable, `({name}):`")));
        }
        let key = self.expression()?;
        if let Some(value) = constant(&key) {
            let Value::String(text) = &value else {
                return Err(Fault::new(key.span, "a key is a string").help("put it in quotes"));
            };
            if before
                .iter()
                .any(|(other, _)| constant(other).as_ref() == Some(&value))
            {
                return Err(Fault::new(
                    key.span,
                    format!("the key `{text}` is there twice"),
                ));
            }
        }
        Ok(key)
    }

    /// Attributes, indexes, slices and calls after a value.
    fn postfix(&mut self, mut node: Node) -> Result<Node> {
        loop {
            node = match self.peek() {
                Token::Symbol(".") => self.attribute(node)?,
                Token::Symbol("[") => self.subscript(node)?,
                Token::Symbol("(") => calls::function(self, &node)?,
                _ => return Ok(node),
            };
        }
    }

    fn attribute(&mut self, node: Node) -> Result<Node> {
        self.next();
        let span = self.span();
        match *self.peek() {
            Token::Name(name) => {
                self.next();
                segment(node, name, None, span, span)
            }
            Token::Number(index) => Err(Fault::new(
                span,
                format!("expected a name after `.`, found `{index}`"),
            )
            .help(format!("an index is written in brackets: `[{index}]`"))),
            _ => Err(self.unexpected("a name after `.`")),
        }
    }

    fn subscript(&mut self, node: Node) -> Result<Node> {
        self.next();
        if matches!(self.peek(), Token::Symbol("]")) {
            return Err(self.unexpected("an index or a key"));
        }
        let start = if matches!(self.peek(), Token::Symbol(":")) {
            None
        } else {
            Some(self.expression()?)
        };
        if matches!(self.peek(), Token::Symbol(":")) {
            return self.slice(node, start);
        }
        let Some(index) = start else {
            return Err(self.unexpected("an index or a key"));
        };
        self.expect("]")?;
        let end = self.last_span();
        match constant(&index) {
            Some(Value::String(name)) => segment(node, &name, None, index.span, end),
            Some(Value::Number(number)) => match number.as_str().parse() {
                Ok(position) => segment(node, number.as_str(), Some(position), index.span, end),
                Err(_) => Err(
                    Fault::new(index.span, format!("`{number}` is not an index"))
                        .help("an index is an integer: `[0]` is the first, `[-1]` the last"),
                ),
            },
            Some(_) => Err(Fault::new(index.span, "an index is an integer or a string")),
            None => {
                let span = node.span.to(end);
                Node::new(span, Kind::Item(Box::new([node, index])))
            }
        }
    }

    fn slice(&mut self, subject: Node, start: Option<Node>) -> Result<Node> {
        let mut bounds = [None, None];
        for bound in &mut bounds {
            if self.skip(":") && !matches!(self.peek(), Token::Symbol(":" | "]")) {
                *bound = Some(self.expression()?);
            }
        }
        self.expect("]")?;
        let span = subject.span.to(self.last_span());
        let [end, step] = bounds;
        let slice = Slice {
            subject,
            start,
            end,
            step,
        };
        Node::new(span, Kind::Slice(Box::new(slice)))
    }
}

/// `-` before a number is part of it, so that its text is kept.
fn negated(start: Span, node: Node) -> Result<Node> {
    let span = start.to(node.span);
    if let Kind::Constant(value) = &node.kind
        && let Value::Number(number) = &**value
        && !number.as_str().starts_with('-')
        && let Some(negative) = number_value(&format!("-{number}"))
    {
        return Node::new(span, Kind::Constant(Box::new(negative)));
    }
    Node::new(span, Kind::Negate(Box::new(node)))
}

/// A constant attribute or index of `node`: one more piece of a path where it is one.
fn segment(node: Node, text: &str, index: Option<i64>, span: Span, end: Span) -> Result<Node> {
    let segment = Segment {
        text: text.into(),
        index,
        span,
        end: end.end,
    };
    let whole = node.span.to(end);
    match node.kind {
        Kind::Path(mut path) => {
            path.segments.push(segment);
            Node::new(whole, Kind::Path(path))
        }
        _ => Node::new(whole, Kind::Attribute(Box::new(node), segment)),
    }
}

fn constant(node: &Node) -> Option<Value> {
    match &node.kind {
        Kind::Constant(value) => Some((**value).clone()),
        _ => None,
    }
}

/// A number with its text as written.
fn number_value(text: &str) -> Option<Value> {
    crate::value::number_from_text(text).map(Value::Number)
}
