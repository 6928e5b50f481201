//! What is wrong with a file, said so that it can be mended.

use granit_parser::{ErrorKind, ScanError};

use super::quote::{line_at, line_with, quoted};
use super::scalar::Odd;
use super::{Node, Problem, Span};

fn problem(code: &'static str, span: Span, message: impl Into<String>) -> Problem {
    Problem {
        code,
        span,
        message: message.into(),
        label: String::new(),
        also: None,
        help: None,
    }
}

/// What the parser stopped at. `flow` is where the outermost open `{` or `[` stands.
pub(super) fn syntax(text: &str, error: &ScanError, flow: Option<usize>) -> Problem {
    let _ = flow;
    let at = error
        .marker()
        .byte_offset()
        .unwrap_or(text.len())
        .min(text.len());
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return too_deep(at);
    }
    let end = line_at(text, at).end.max(at);
    let width = text[at..end].chars().next().map_or(0, char::len_utf8);
    problem(
        "yaml-syntax",
        Span::new(at, at + width),
        error.kind().to_string(),
    )
}

pub(super) fn unknown_alias(text: &str, name: &str, span: Span) -> Problem {
    let mut problem = problem(
        "unknown-alias",
        span,
        format!("there is no anchor `&{name}` above"),
    );
    problem.help = Some(format!(
        "where the text itself is meant, quote it: `{}`",
        line_with(text, span.range(), &quoted(&text[span.range()]))
    ));
    problem
}

pub(super) fn tag(text: &str, span: Span) -> Problem {
    let mut problem = problem(
        "yaml-tag",
        span,
        format!(
            "`{}` is a YAML tag, and tags are not used here",
            &text[span.range()]
        ),
    );
    problem.help = Some("quote the value".to_owned());
    problem
}

pub(super) fn too_deep(at: usize) -> Problem {
    problem(
        "nested-too-deep",
        Span::new(at, at + 1),
        "lists and maps are nested more than 64 levels deep",
    )
}

pub(super) fn too_many_aliases(span: Span) -> Problem {
    problem(
        "too-many-aliases",
        span,
        "the aliases of this file write out to more than 32 MB",
    )
}

pub(super) fn alias_of_itself(span: Span) -> Problem {
    problem(
        "alias-of-itself",
        span,
        "this alias stands inside the very value that it names",
    )
}

pub(super) fn empty_key(span: Span) -> Problem {
    problem("no-key", span, "there is no key before this `:`")
}

pub(super) fn collection_key(text: &str, node: &Node) -> Problem {
    let _ = text;
    problem(
        "key-not-text",
        node.span,
        format!("a key is text, and this is {}", node.kind()),
    )
}

pub(super) fn odd_number(text: &str, number: &str, span: Span, odd: Odd) -> Problem {
    let mut problem = problem(
        "odd-number",
        span,
        format!("`{number}` is neither a number that JSON knows nor quoted text"),
    );
    odd.describe().clone_into(&mut problem.label);
    problem.help = Some(format!(
        "quote it: `{}`",
        line_with(text, span.range(), &quoted(number))
    ));
    problem
}

pub(super) fn cut_by_comment(text: &str, value: &str, start: usize, end: usize) -> Option<Problem> {
    let _ = (text, value, start, end);
    None
}
