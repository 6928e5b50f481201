//! Lines that YAML cannot read, and how they should be written.
//!
//! A mend is offered only where the text with the mended line is read past that line.

use std::ops::Range;

use granit_parser::Parser;

use super::line::{Line, Unquoted, quoted_value, unquoted_in_flow};
use super::quote::{line_at, shown};
use super::{Problem, Span, explain};

/// A line as it should be written, and what was wrong with it.
struct Mend {
    code: &'static str,
    span: Span,
    message: String,
    label: &'static str,
    /// What to do, before the line.
    advice: &'static str,
    line: Range<usize>,
    mended: String,
    /// What is shown of it where the line is too long.
    essential: String,
}

/// The problem with the line at which the parser stopped, where a way to write it is found that works.
///
/// `flow` is where the outermost open `{` or `[` stands.
pub(super) fn problem(text: &str, at: usize, flow: Option<usize>) -> Option<Problem> {
    let line = Line::at(text, at);
    [
        in_flow(text, at, flow, &line),
        value(text, at, flow, &line),
        key(text, &line),
        colon(text, &line),
        comma(text, flow, &line),
    ]
    .into_iter()
    .flatten()
    .find(|mend| is_read(text, &mend.line, &mend.mended))
    .map(|mend| mend.problem(text, flow.is_some(), &line))
}

impl Mend {
    fn problem(self, text: &str, flow: bool, line: &Line) -> Problem {
        if self.code == "yaml-tag" {
            let key = line.key.clone().map(|key| &text[key]);
            return explain::tag(text, self.span, key, flow);
        }
        let mut problem = explain::problem(self.code, self.span, self.message);
        self.label.clone_into(&mut problem.label);
        let line = shown(&self.mended, &self.essential);
        problem.help = Some(format!("{}: `{line}`", self.advice));
        problem
    }
}

/// Whether the text is read past the line once that is written so.
pub(super) fn is_read(text: &str, line: &Range<usize>, mended: &str) -> bool {
    let whole = format!("{}{mended}{}", &text[..line.start], &text[line.end..]);
    let end = line.start + mended.len();
    let error = Parser::new_from_str_with_options(&whole, super::yaml::options())
        .find_map(Result::err)
        .map(|error| error.marker().byte_offset().unwrap_or_default());
    error.is_none_or(|at| at > end)
}

/// What has to be quoted in a flow map or list.
fn in_flow(text: &str, at: usize, flow: Option<usize>, line: &Line) -> Option<Mend> {
    let start = match flow {
        Some(open) => open.max(line.whole.start),
        None if text[line.value.clone()].starts_with(['{', '[']) => line.value.start,
        None => return None,
    };
    let found = unquoted_in_flow(text, start);
    let culprit = found
        .iter()
        .rfind(|(range, _)| range.start <= at)
        .or(found.first())?;
    let mut mended = String::new();
    let mut copied = line.whole.start;
    for (range, _) in &found {
        mended.push_str(&text[copied..range.start]);
        mended.push_str(&quoted_value(&text[range.clone()]));
        copied = range.end;
    }
    mended.push_str(&text[copied..line.whole.end]);
    let (range, why) = culprit;
    let raw = &text[range.clone()];
    let within = |what: &str| format!("{what} must be quoted within `{{ }}` and `[ ]`: `{raw}`");
    let (code, message, label) = match why {
        Unquoted::Expression => (
            "unquoted-expression",
            within("an expression"),
            "YAML reads the `{` as the beginning of a map",
        ),
        Unquoted::Path => (
            "unquoted-path",
            within("a path with brackets"),
            "YAML reads the bracket as the beginning of a list or map",
        ),
        Unquoted::Pattern => (
            "unquoted-pattern",
            within("a pattern with braces"),
            "YAML reads the `{` as the beginning of a map",
        ),
        Unquoted::Bracket if *range == line.value => (
            "unquoted-bracket",
            begins_with("text", raw.chars().next()?),
            "YAML reads the bracket as the beginning of a list or map",
        ),
        Unquoted::Bracket => (
            "unquoted-bracket",
            within("text with brackets"),
            "YAML reads the bracket as part of a list or map",
        ),
        Unquoted::Quote => ("leading-quote", LEADING_QUOTE.to_owned(), ENDS_AT_QUOTE),
        Unquoted::Character => {
            let first = raw.chars().next()?;
            (
                "leading-character",
                begins_with("a value", first),
                begins(first)?,
            )
        }
    };
    Some(Mend {
        code,
        span: Span::new(range.start, range.end),
        message,
        label,
        advice: "quote it",
        line: line.whole.clone(),
        mended,
        essential: quoted_value(raw),
    })
}

const LEADING_QUOTE: &str =
    "a value that begins with a quote ends at the next one, and here more follows";
const ENDS_AT_QUOTE: &str = "YAML ends this value at its second quote";

fn begins_with(what: &str, first: char) -> String {
    match first {
        '`' => format!("{what} that begins with a backtick must be quoted"),
        first => format!("{what} that begins with `{first}` must be quoted"),
    }
}

/// A value in block style that YAML cannot read unquoted.
fn value(text: &str, at: usize, flow: Option<usize>, line: &Line) -> Option<Mend> {
    // Within a flow map or list that began in an earlier line nothing is as a line in block style.
    if flow.is_some_and(|open| open < line.whole.start) {
        return None;
    }
    let raw = &text[line.value.clone()];
    let first = raw.chars().next()?;
    let (code, message, label) = match begins(first) {
        _ if matches!(first, '\'' | '"') => {
            ("leading-quote", LEADING_QUOTE.to_owned(), ENDS_AT_QUOTE)
        }
        Some(label) if first == '!' => ("yaml-tag", begins_with("a value", first), label),
        Some(label) => ("leading-character", begins_with("a value", first), label),
        None if !raw.starts_with(['{', '[']) && (raw.contains(": ") || raw.ends_with(':')) => (
            "colon-in-value",
            "a value with a colon and a space in it must be quoted".to_owned(),
            "YAML reads what stands before the colon as a key",
        ),
        None => return None,
    };
    // A colon that ends the first word of a line says that the indentation is wrong, not the value.
    if code == "colon-in-value" && line.key.is_none() && at <= line.value.start {
        return None;
    }
    Some(Mend {
        code,
        span: Span::new(line.value.start, line.value.end),
        message,
        label,
        advice: "quote it",
        line: line.whole.clone(),
        mended: line.with(text, &line.value, &quoted_value(raw)),
        essential: quoted_value(raw),
    })
}

/// What a character means to YAML at a value's beginning, where it means anything.
pub(super) fn begins(first: char) -> Option<&'static str> {
    Some(match first {
        '@' | '`' => "YAML keeps this character for itself",
        '%' => "in YAML this begins a directive",
        '*' => "in YAML this begins an alias",
        '&' => "in YAML this begins an anchor",
        '!' => "in YAML this begins a tag",
        '|' | '>' => "in YAML this begins a block of text on the lines below",
        ',' | ']' | '}' => "in YAML this belongs to a list or map in brackets",
        '?' => "in YAML this begins a key",
        _ => return None,
    })
}

/// A key that YAML cannot read unquoted.
fn key(text: &str, line: &Line) -> Option<Mend> {
    let range = line.key.clone()?;
    let first = text[range.clone()].chars().next()?;
    let label = begins(first)?;
    Some(Mend {
        code: "leading-character",
        span: Span::new(range.start, range.end),
        message: format!(
            "a key that begins with `{}` must be quoted",
            &text[range.start..=range.start]
        ),
        label,
        advice: "quote it",
        line: line.whole.clone(),
        mended: line.with(text, &range, &quoted_value(&text[range.clone()])),
        essential: quoted_value(&text[range]),
    })
}

/// `key:value`, which is text and no entry of a map.
fn colon(text: &str, line: &Line) -> Option<Mend> {
    // The parser may have read on into the next line, taking both for one text.
    let above = line
        .whole
        .start
        .checked_sub(1)
        .map(|end| Line::at(text, end));
    [Some(line), above.as_ref()]
        .into_iter()
        .flatten()
        .find_map(|line| {
            if line.key.is_some() {
                return None;
            }
            let raw = &text[line.value.clone()];
            let at = raw.find(':')?;
            let word =
                |c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '$' || c == '.';
            if at == 0 || !raw[..at].chars().all(word) || raw[at + 1..].starts_with("//") {
                return None;
            }
            let colon = line.value.start + at;
            Some(Mend {
                code: "no-space-after-colon",
                span: Span::new(colon, colon + 1),
                message: format!("`{raw}` is text, not a key with its value"),
                label: "a space is missing here",
                advice: "write a space after the colon",
                line: line.whole.clone(),
                mended: line.with(text, &(colon..colon + 1), ": "),
                essential: format!("{}: …", &raw[..at]),
            })
        })
}

/// A comma that is missing between two lines of a flow map or list.
fn comma(text: &str, flow: Option<usize>, line: &Line) -> Option<Mend> {
    let before_line = text[..line.whole.start].trim_end();
    let flow = flow?;
    if flow >= line.whole.start || before_line.is_empty() {
        return None;
    }
    // A line that stands no deeper than the one with the bracket is no part of what is in brackets: those are not closed.
    if indentation(text, line) <= indentation(text, &Line::at(text, flow)) {
        return None;
    }
    let above = Line::at(text, before_line.len() - 1);
    let end = above.value.end;
    if text[..end].ends_with(['{', '[', ',']) {
        return None;
    }
    Some(Mend {
        code: "missing-comma",
        span: Span::new(end, end),
        message: "a comma is missing between two entries".to_owned(),
        label: "",
        advice: "write it",
        mended: above.with(text, &(end..end), ","),
        line: above.whole,
        essential: ",".to_owned(),
    })
}

fn indentation(text: &str, line: &Line) -> usize {
    let whole = &text[line.whole.clone()];
    whole.len() - whole.trim_start_matches(' ').len()
}

/// The line with what closes a quote or bracket at its end, where that mends it.
pub(super) fn closed(text: &str, open: usize, close: char) -> Option<String> {
    let whole = line_at(text, open);
    let line = &text[whole.clone()];
    if text[open + 1..whole.end].trim().is_empty() {
        return None;
    }
    let brackets = matches!(close, '}' | ']');
    let space = if brackets && text[open + 1..].starts_with(' ') {
        " "
    } else {
        ""
    };
    let mended = format!("{}{space}{close}", line.trim_end());
    is_read(text, &whole, &mended).then(|| shown(&mended, &text[open..whole.end]))
}
