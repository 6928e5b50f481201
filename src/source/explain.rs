//! What is wrong with text that YAML reads, but not as its writer meant it or not as the language has it.

use std::ops::Range;

use super::blank::entry_help;
use super::line::{Line, quoted_value, value_end};
use super::quote::{line_at, line_with, quoted};
use super::scalar::Odd;
use super::{Key, Node, Problem, Span};

pub(super) fn problem(code: &'static str, span: Span, message: impl Into<String>) -> Problem {
    Problem {
        code,
        span,
        message: message.into(),
        label: String::new(),
        also: Vec::new(),
        help: None,
    }
}

/// The line with the value that begins at `at` in quotes. `flow` is whether it stands in a flow map or list.
fn quoted_line(text: &str, at: usize, flow: bool) -> String {
    let range = at..value_end(text, at, flow);
    let quoted = quoted_value(&text[range.clone()]);
    line_with(text, range, &quoted)
}

pub(super) fn unknown_alias(text: &str, name: &str, span: Span, flow: bool) -> Problem {
    let mut problem = problem(
        "unknown-alias",
        span,
        format!("there is no anchor `&{name}` above this alias"),
    );
    "in YAML a `*` begins an alias".clone_into(&mut problem.label);
    problem.help = Some(format!(
        "where the text itself is meant, quote it: `{}`",
        quoted_line(text, span.start as usize, flow)
    ));
    problem
}

pub(super) fn alias_of_itself(span: Span) -> Problem {
    problem(
        "unknown-alias",
        span,
        "this alias stands within the very value that it names",
    )
}

/// An anchor of a scalar that no alias names: most likely text that begins with `&`.
pub(super) fn unused_anchor(text: &str, anchor: Span, flow: bool) -> Problem {
    let name = &text[anchor.range()];
    let mut problem = problem(
        "unused-anchor",
        anchor,
        format!("no alias names the anchor `{name}`"),
    );
    "in YAML a `&` begins an anchor".clone_into(&mut problem.label);
    problem.help = Some(format!(
        "where the text itself is meant, quote it: `{}`; else remove the anchor",
        quoted_line(text, anchor.start as usize, flow)
    ));
    problem
}

/// Keys whose values are expressions, in which `!` is likely to mean "not".
const CONDITIONS: [&str; 4] = ["if", "while", "expr", "check"];

/// A tag. `key` is the key whose value it is, or that of the list in which it is an item.
pub(super) fn tag(text: &str, span: Span, key: Option<&str>, flow: bool) -> Problem {
    let tag = &text[span.range()];
    let start = span.start as usize;
    let range = start..value_end(text, start, flow);
    let raw = &text[range.clone()];
    let mut problem = problem(
        "yaml-tag",
        span,
        format!("`{tag}` is a YAML tag, and tags are not used here"),
    );
    "in YAML a `!` begins a tag".clone_into(&mut problem.label);
    let negated = raw.trim_start_matches('!');
    let one_name = negated
        .chars()
        .all(|c| c.is_alphanumeric() || "_.".contains(c));
    problem.help = Some(if let Some(core) = tag.strip_prefix("!!") {
        let rest = raw[tag.len()..].trim_start();
        let value = if core == "str" && !rest.starts_with(['\'', '"']) {
            quoted(rest)
        } else {
            rest.to_owned()
        };
        format!("remove it: `{}`", line_with(text, range, &value))
    } else if key.is_some_and(|key| CONDITIONS.contains(&key)) && !negated.is_empty() {
        let negated = negated.trim_start();
        let negated = if one_name || negated.starts_with('(') {
            format!("not {negated}")
        } else {
            format!("not ({negated})")
        };
        format!(
            "write `not` for `!`: `{}`; or quote it: `{}`",
            line_with(text, range.clone(), &negated),
            line_with(text, range, &quoted_value(raw))
        )
    } else {
        format!(
            "where it is text, quote it: `{}`",
            line_with(text, range, &quoted_value(raw))
        )
    });
    problem
}

pub(super) fn too_deep(at: usize) -> Problem {
    let mut problem = problem(
        "nested-too-deep",
        Span::new(at, at),
        format!(
            "lists and maps are nested more than {} levels deep",
            super::anchor::MAX_DEPTH
        ),
    );
    problem.help = Some(
        "a file that is nested so deep is hardly meant; look for a bracket too many".to_owned(),
    );
    problem
}

pub(super) fn too_many_aliases(span: Span) -> Problem {
    problem(
        "too-many-aliases",
        span,
        "the aliases of this file, written out, take more memory than they may",
    )
}

pub(super) fn too_large(bytes: usize, limit: usize) -> Problem {
    let mut problem = problem(
        "file-too-large",
        Span::default(),
        format!("the file has {bytes} bytes, and at most {limit} are read"),
    );
    problem.help = Some("split it into several files".to_owned());
    problem
}

pub(super) fn second_document(span: Span) -> Problem {
    let mut problem = problem(
        "several-documents",
        span,
        "a file holds one YAML document, and here a second one begins",
    );
    problem.help =
        Some("put it into a file of its own, or remove the line between the two".to_owned());
    problem
}

pub(super) fn no_key(span: Span) -> Problem {
    let mut problem = problem("no-key", span, "there is no key before this colon");
    problem.help = Some("write the key, or quote the text that the colon belongs to".to_owned());
    problem
}

/// A list or map where a key is due; mostly `{{ x }}`, which is a map in a map.
pub(super) fn key_not_text(text: &str, node: &Node) -> Problem {
    let range = node.span.range();
    let inner = text[range.clone()]
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let outer = text[..range.start].ends_with('{') && text[range.end..].starts_with('}');
    if let (Some(inner), true) = (inner, outer) {
        let whole = range.start - 1..range.end + 1;
        let expression = format!("${{{{{inner}}}}}");
        let mut problem = problem(
            "unquoted-expression",
            Span::new(whole.start, whole.end),
            format!("`{}` is read as a map in a map", &text[whole.clone()]),
        );
        "an expression begins with `${{`".clone_into(&mut problem.label);
        let line = Line::at(text, whole.start);
        // Within another map or list it needs quotes as well.
        let alone = line.value == whole;
        let replacement = if alone {
            expression
        } else {
            quoted(&expression)
        };
        problem.help = Some(format!(
            "write it so: `{}`",
            line_with(text, whole, &replacement)
        ));
        return problem;
    }
    let mut problem = problem(
        "key-not-text",
        node.span,
        format!("a key is text, and this is {}", node.kind()),
    );
    problem.help = Some("where the text itself is the key, quote it".to_owned());
    problem
}

/// `{ name: Doe, John }`: a key in a flow map without a colon. `before` is the value written before it.
pub(super) fn no_value(text: &str, key: &Key, before: Option<Span>) -> Option<Problem> {
    let mut rest = text[key.span.end as usize..].trim_start();
    while rest.starts_with('#') {
        rest = rest
            .split_once('\n')
            .map_or("", |(_, below)| below)
            .trim_start();
    }
    if rest.starts_with(':') {
        return None;
    }
    let mut problem = problem(
        "no-value",
        key.span,
        format!("the key `{}` has no value", key.text),
    );
    let joined = before
        .map(|before| before.start as usize..key.span.end as usize)
        .filter(|range| !text[range.clone()].contains(['\n', '\'', '"']));
    problem.help = Some(match joined {
        _ if entry_help(&key.text).is_some() => entry_help(&key.text).unwrap_or_default(),
        Some(range) => {
            let quoted = quoted(&text[range.clone()]);
            format!(
                "where it belongs to the value before, quote that: `{}`; else write `{}: …`",
                line_with(text, range, &quoted),
                key.text
            )
        }
        None => format!("write `{}: …`, or `[…]` for a list", key.text),
    });
    Some(problem)
}

pub(super) fn odd_number(text: &str, number: &str, span: Span, odd: Odd) -> Problem {
    let mut problem = problem(
        "odd-number",
        span,
        format!("`{number}` must be quoted, or written as JSON writes numbers"),
    );
    odd.describe().clone_into(&mut problem.label);
    problem.help = Some(format!(
        "quote it: `{}`",
        line_with(text, span.range(), &quoted(number))
    ));
    problem
}

/// A plain value that ends in the midst of an expression, since YAML takes its ` #` for a comment.
///
/// `key` is as with [`tag`]: where its value is an expression the braces may be left out, and a quote that is left open
/// tells.
pub(super) fn cut_by_comment(
    text: &str,
    value: &str,
    range: Range<usize>,
    key: Option<&str>,
) -> Option<Problem> {
    let unclosed = value.contains('$')
        && value
            .rfind("${{")
            .is_some_and(|open| !value[open..].contains("}}"));
    let open_quote = |quote: char| value.matches(quote).count() % 2 == 1;
    let expression = key.is_some_and(|key| CONDITIONS.contains(&key) || key == "for_each");
    let open_path = value.starts_with("$.") || value.starts_with("$[");
    let open_path = open_path && value.matches('[').count() > value.matches(']').count();
    if !unclosed && !open_path && !(expression && (open_quote('\'') || open_quote('"'))) {
        return None;
    }
    let line = line_at(text, range.end);
    let rest = text.get(range.end..line.end)?;
    let comment = range.end + rest.len() - rest.trim_start().len();
    if !text[comment..line.end].starts_with('#') {
        return None;
    }
    let whole = text[range.start..line.end].trim_end();
    let end = match whole.rfind("}}") {
        _ if open_path => range.start + whole.rfind("]:").map_or(whole.len(), |close| close + 1),
        Some(close) => range.start + close + 2,
        None if unclosed => range.start + whole.len(),
        None => value_end(text, range.start, false),
    };
    let mut problem = problem(
        "comment-in-expression",
        Span::new(comment, comment + 1),
        if open_path {
            "the path is cut off here: ` #` begins a comment"
        } else {
            "the expression is cut off here: ` #` begins a comment"
        },
    );
    "YAML reads nothing from here on".clone_into(&mut problem.label);
    let replaced = range.start..end;
    let quoted = quoted(&text[replaced.clone()]);
    problem.help = Some(format!(
        "quote it: `{}`",
        line_with(text, replaced, &quoted)
    ));
    Some(problem)
}

/// A list item that YAML reads as the second line of the text above it.
pub(super) fn swallowed_item(text: &str, range: Range<usize>) -> Option<Problem> {
    let written = text.get(range.clone())?;
    let (before, _) = written.match_indices('\n').find(|(at, _)| {
        let line = written[at + 1..].trim_start();
        line.starts_with("- ")
    })?;
    let below = written[before + 1..].split('\n').next().unwrap_or_default();
    let start = range.start + before + 1 + below.len() - below.trim_start().len();
    let mut problem = problem(
        "bad-indentation",
        Span::new(start, start + below.trim().len()),
        "this line is read as more of the text above, not as a list item",
    );
    problem.also.push((
        Span::new(
            range.start,
            range.start + written[..before].trim_end().len(),
        ),
        "the text above".to_owned(),
    ));
    problem.help = Some("indent it like the item above; to begin a list within that item, give it no text of its own".to_owned());
    Some(problem)
}
