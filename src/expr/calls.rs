//! Parses calls of functions, filters and tests, and settles at once which one is meant and which argument is which.

use regex::Regex;

use super::ast::{Call, Kind, Node, Span};
use super::functions::{self, FunctionSpec, Run, Usage};
use super::lexer::Token;
use super::parser::Parser;
use super::syntax::{Fault, Result};
use crate::diagnostic::{did_you_mean, equally_near};
use crate::value::Value;

/// An argument as written, with its name where it has one.
struct Argument<'t> {
    name: Option<(&'t str, Span)>,
    value: Node,
}

/// The arguments of a call of the function that `callee` names; the next token is `(`.
pub(super) fn function(parser: &mut Parser<'_>, callee: &Node) -> Result<Node> {
    let Some(name) = dotted_name(callee) else {
        return Err(parser
            .unexpected("an operator or the end")
            .help("only functions can be called"));
    };
    let function = functions::find(&name, Usage::is_function)
        .ok_or_else(|| unknown_function(callee, &name))?;
    let arguments = arguments(parser)?;
    call(parser, callee.span, callee.span, function, None, arguments)
}

/// `subject | name(…)`; the next token is the name.
pub(super) fn filter(parser: &mut Parser<'_>, subject: Node) -> Result<Node> {
    let (name, span) = expect_name(parser, "a filter's name")?;
    let function = functions::find(name, Usage::is_filter)
        .ok_or_else(|| unknown(name, span, "filter", Usage::is_filter))?;
    let arguments = match parser.peek() {
        Token::Symbol("(") => arguments(parser)?,
        _ => Vec::new(),
    };
    call(
        parser,
        subject.span,
        span,
        function,
        Some(subject),
        arguments,
    )
}

/// `subject is name`, with arguments in parentheses or one without; the next token is the name.
pub(super) fn test(parser: &mut Parser<'_>, subject: Node) -> Result<Node> {
    let (name, span) = expect_name(parser, "a test's name")?;
    let function = functions::find(name, Usage::is_test)
        .ok_or_else(|| unknown(name, span, "test", Usage::is_test))?;
    let arguments = match parser.peek() {
        Token::Symbol("(") => arguments(parser)?,
        Token::Number(_) | Token::Text(_) | Token::Symbol("-" | "[" | "{") => {
            vec![bare_argument(parser)?]
        }
        Token::Name(word) if !["and", "or", "if", "else", "is", "in", "not"].contains(word) => {
            vec![bare_argument(parser)?]
        }
        _ => Vec::new(),
    };
    call(
        parser,
        subject.span,
        span,
        function,
        Some(subject),
        arguments,
    )
}

fn bare_argument<'t>(parser: &mut Parser<'t>) -> Result<Argument<'t>> {
    Ok(Argument {
        name: None,
        value: parser.operand()?,
    })
}

fn expect_name<'t>(parser: &mut Parser<'t>, what: &str) -> Result<(&'t str, Span)> {
    let Token::Name(name) = *parser.peek() else {
        return Err(parser.unexpected(what));
    };
    let (_, span) = parser.next();
    Ok((name, span))
}

fn arguments<'t>(parser: &mut Parser<'t>) -> Result<Vec<Argument<'t>>> {
    parser.expect("(")?;
    let mut arguments = Vec::new();
    while !parser.skip(")") {
        arguments.push(argument(parser)?);
        if !parser.skip(",") && !matches!(parser.peek(), Token::Symbol(")")) {
            return Err(parser.unexpected("`,` or `)`"));
        }
    }
    Ok(arguments)
}

fn argument<'t>(parser: &mut Parser<'t>) -> Result<Argument<'t>> {
    let name = match *parser.peek() {
        Token::Name(name) if *parser.peek_second() == Token::Symbol("=") => {
            let (_, span) = parser.next();
            parser.next();
            Some((name, span))
        }
        _ => None,
    };
    Ok(Argument {
        name,
        value: parser.expression()?,
    })
}

/// The node of a call; `start` is where it begins, `name` where the function's name stands.
fn call(
    parser: &Parser<'_>,
    start: Span,
    name: Span,
    function: &'static FunctionSpec,
    subject: Option<Node>,
    arguments: Vec<Argument<'_>>,
) -> Result<Node> {
    let subject = subject.map(|value| Argument { name: None, value });
    let arguments = subject.into_iter().chain(arguments).collect();
    let mut slots = in_order(function, name, arguments)?;
    let span = start.to(parser.last_span());
    let kind = match function.run {
        Run::Native(_) => Kind::Call(Box::new(Call {
            function,
            name,
            arguments: slots,
            pattern: None,
        })),
        Run::Matching => Kind::Call(Box::new(Call {
            function,
            name,
            pattern: constant_pattern(&slots)?,
            arguments: slots,
        })),
        Run::Default => match (slots.remove(0), slots.remove(0)) {
            (Some(subject), Some(fallback)) => Kind::Default(Box::new([subject, fallback])),
            _ => return Err(wrong_arguments(function, name, "needs two values")),
        },
        Run::Defined(wanted) => match slots.remove(0) {
            Some(subject) => Kind::Defined {
                subject: Box::new(subject),
                wanted,
            },
            None => return Err(wrong_arguments(function, name, "needs a value")),
        },
    };
    Node::new(span, kind)
}

/// The pattern of `matching`, where it is a constant: so a wrong one is found before anything is evaluated.
fn constant_pattern(arguments: &[Option<Node>]) -> Result<Option<Regex>> {
    let Some(Some(node)) = arguments.get(1) else {
        return Ok(None);
    };
    let Kind::Constant(value) = &node.kind else {
        return Ok(None);
    };
    let Value::String(text) = &**value else {
        return Ok(None);
    };
    functions::pattern(text).map(Some).map_err(|failure| {
        let fault = Fault::new(node.span, failure.message).code(failure.code);
        match failure.help {
            Some(help) => fault.help(help),
            None => fault,
        }
    })
}

/// The arguments in the order of the function's parameters; `None` for what is left to its default.
fn in_order(
    function: &'static FunctionSpec,
    name: Span,
    arguments: Vec<Argument<'_>>,
) -> Result<Vec<Option<Node>>> {
    let parameters = function.parameters;
    let mut slots: Vec<Option<Node>> = parameters.iter().map(|_| None).collect();
    let mut named = false;
    for (position, argument) in arguments.into_iter().enumerate() {
        let slot = match argument.name {
            Some((name, span)) => {
                named = true;
                let slot = parameters.iter().position(|one| one.name == name);
                slot.ok_or_else(|| unknown_parameter(function, name, span))?
            }
            None if named => {
                let message = "an argument without a name can't follow one with a name";
                return Err(Fault::new(argument.value.span, message).code("wrong-argument"));
            }
            None => position,
        };
        match slots.get_mut(slot) {
            Some(free @ None) => *free = Some(argument.value),
            Some(Some(_)) => {
                let problem = format!("gets `{}` twice", parameters[slot].name);
                return Err(wrong_arguments(function, argument.value.span, &problem));
            }
            None => {
                let span = argument.value.span;
                return Err(wrong_arguments(function, span, "gets too many arguments"));
            }
        }
    }
    for (slot, parameter) in slots.iter().zip(parameters) {
        if slot.is_none() && parameter.default.is_none() {
            let problem = format!("needs `{}`", parameter.name);
            return Err(wrong_arguments(function, name, &problem));
        }
    }
    Ok(slots)
}

fn wrong_arguments(function: &FunctionSpec, span: Span, problem: &str) -> Fault {
    Fault::new(span, format!("`{}` {problem}", function.name))
        .code("wrong-argument")
        .help(format!("it is written `{}`", function.signature()))
}

fn unknown_parameter(function: &FunctionSpec, name: &str, span: Span) -> Fault {
    let known = function.parameters.iter().map(|parameter| parameter.name);
    let fault = wrong_arguments(function, span, &format!("has no parameter `{name}`"));
    match did_you_mean(name, known) {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None => fault,
    }
}

/// `fake.company` for the path `fake.company`.
fn dotted_name(callee: &Node) -> Option<String> {
    let Kind::Path(path) = &callee.kind else {
        return None;
    };
    let mut name = path.name.to_string();
    for segment in &path.segments {
        name.push('.');
        name.push_str(&segment.text);
    }
    Some(name)
}

fn unknown_function(callee: &Node, name: &str) -> Fault {
    let (subject, method) = name.rsplit_once('.').unwrap_or(("", name));
    if !subject.is_empty() && subject != "fake" {
        let fault = Fault::new(
            callee.span,
            format!("values have no methods such as `{method}`"),
        )
        .code("unknown-function");
        return match functions::find(method, Usage::is_filter) {
            Some(_) => fault.help(format!("write `{subject} | {method}`")),
            None => fault.help("`probity list functions` shows all functions and filters"),
        };
    }
    unknown(name, callee.span, "function", Usage::is_function)
}

fn unknown(name: &str, span: Span, kind: &str, usage: fn(Usage) -> bool) -> Fault {
    let fault = Fault::new(span, format!("there is no {kind} `{name}`")).code("unknown-function");
    if let Some(other) = functions::find(name, |_| true) {
        return fault.help(format!("write `{}`", other.signature()));
    }
    let known = functions::functions()
        .iter()
        .filter(|function| usage(function.usage))
        .map(|function| function.name);
    let close: Vec<String> = equally_near(name, known)
        .into_iter()
        .map(|close| format!("`{close}`"))
        .collect();
    if close.is_empty() {
        return fault.help(format!("`probity list functions` shows every {kind}"));
    }
    fault.help(format!("did you mean {}?", close.join(" or ")))
}
