//! What the parser stopped at, said so that it can be mended.

use granit_parser::{ErrorKind, ScanError};

use super::explain::{self, problem};
use super::line::closing_quote;
use super::mend;
use super::quote::{line_at, shown};
use super::{Problem, Span};

/// How far the text was read.
pub(super) struct Read {
    /// The end of what was read last.
    pub(super) end: usize,
    /// Where the outermost open `{` or `[` stands.
    pub(super) flow: Option<usize>,
}

/// The one problem that a text has which cannot be read as YAML.
pub(super) fn explain(text: &str, error: &ScanError, read: &Read) -> Problem {
    let at = text.floor_char_boundary(
        error
            .marker()
            .byte_offset()
            .unwrap_or(text.len())
            .min(text.len()),
    );
    let kind = error.kind();
    match kind {
        ErrorKind::RecursionLimitExceeded => return explain::too_deep(at),
        ErrorKind::DirectiveDisallowed => return directive(text, at),
        _ => {}
    }
    tab(text, at, kind)
        .or_else(|| control_character(text, at, kind))
        .or_else(|| quote(text, at, kind, read))
        .or_else(|| comment(text, at, kind))
        .or_else(|| mend::problem(text, at, read.flow))
        .or_else(|| bracket(text, at, kind, read))
        .unwrap_or_else(|| structure(text, at, kind))
}

/// The span of the character at an offset, empty at a line's end.
fn character(text: &str, at: usize) -> Span {
    let rest = &text[at..line_at(text, at).end.max(at)];
    Span::new(at, at + rest.chars().next().map_or(0, char::len_utf8))
}

fn directive(text: &str, at: usize) -> Problem {
    let mut problem = problem(
        "yaml-directive",
        Span::new(at, line_at(text, at).end.max(at)),
        "a line that begins with `%` is a YAML directive, and directives are not used here",
    );
    problem.help = Some("remove the line, or quote the text".to_owned());
    problem
}

/// A tab where YAML wants spaces.
fn tab(text: &str, at: usize, kind: &ErrorKind) -> Option<Problem> {
    let about_tabs = matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    );
    let here = line_at(text, at);
    let mut lines = vec![here.clone()];
    if about_tabs {
        // The parser stops at the line whose value it was reading; the tab may stand in a line below.
        let below = text[here.end..]
            .char_indices()
            .skip_while(|(_, c)| matches!(c, '\n' | '\r'));
        lines.extend(
            below
                .map(|(offset, _)| line_at(text, here.end + offset))
                .next(),
        );
    }
    let indented = lines.into_iter().find_map(|line| {
        let body = &text[line.clone()];
        let indentation = &body[..body.len() - body.trim_start_matches([' ', '\t']).len()];
        indentation
            .contains('\t')
            .then_some((line.start, indentation, body))
    });
    if let Some((start, indentation, body)) = indented {
        let mut problem = problem(
            "tab-indentation",
            Span::new(start, start + indentation.len()),
            "this line is indented with a tab, and YAML is indented with spaces",
        );
        let line = format!(
            "{}{}",
            indentation.replace('\t', "  "),
            &body[indentation.len()..]
        );
        problem.help = Some(format!("write spaces: `{}`", line.trim_end()));
        return Some(problem);
    }
    if !about_tabs {
        return None;
    }
    let tab = text[at..].find('\t').map_or(at, |offset| at + offset);
    let mut problem = problem(
        "tab-indentation",
        character(text, tab),
        "a tab cannot stand here, only spaces",
    );
    problem.help = Some("replace the tab by a space".to_owned());
    Some(problem)
}

/// A character that YAML does not allow in a file at all. The parser stops at the beginning of the text it stands in.
fn control_character(text: &str, at: usize, kind: &ErrorKind) -> Option<Problem> {
    let &ErrorKind::UnexpectedCharacter { character } = kind else {
        return None;
    };
    if !character.is_control() && character != '\u{fffe}' && character != '\u{ffff}' {
        return None;
    }
    let at = text[at..].find(character).map_or(at, |offset| at + offset);
    let mut problem = problem(
        "control-character",
        Span::new(at, at + character.len_utf8()),
        format!(
            "the control character `{}` cannot stand in a YAML file",
            character.escape_unicode()
        ),
    );
    problem.help = Some(format!(
        "remove it, or write it within double quotes as `\"\\u{:04X}\"`",
        u32::from(character)
    ));
    Some(problem)
}

/// A quote that is not closed where its writer thinks it is, or an escape that there is none of.
fn quote(text: &str, at: usize, kind: &ErrorKind, read: &Read) -> Option<Problem> {
    let open = match kind {
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent => opening_quote(text, read.end, text.len())?,
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => opening_quote(text, read.end, at)?,
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => return escape(text, at),
        _ => return None,
    };
    let line = line_at(text, open);
    if line.contains(&at) && !matches!(kind, ErrorKind::UnclosedQuotedScalar) {
        return None;
    }
    let mark = &text[open..=open];
    let mut problem = problem(
        "unclosed-quote",
        Span::new(open, open + 1),
        format!("the quote `{mark}` that begins here is not closed in its line"),
    );
    problem.help = Some(
        match mend::closed(text, open, if mark == "'" { '\'' } else { '"' }) {
            Some(mended) => format!("close it: `{mended}`"),
            None => "close it, or quote the whole value with the other kind of quote".to_owned(),
        },
    );
    Some(problem)
}

/// Where the quoted text begins that goes on beyond `until`, or ends there.
fn opening_quote(text: &str, from: usize, until: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let open = at + text.get(at..until)?.find(['\'', '"'])?;
        match closing_quote(text, open) {
            Some(close) if close + 1 < until => at = close + 1,
            _ => return Some(open),
        }
    }
}

/// `"\d"`: in double quotes a backslash begins an escape, and this is none.
fn escape(text: &str, at: usize) -> Option<Problem> {
    let open = at + text[at..].find('"')?;
    let close = closing_quote(text, open)?;
    let inner = &text[open + 1..close];
    let mut known = inner
        .match_indices('\\')
        .map(|(offset, _)| open + 1 + offset);
    let slash = known.find(|&slash| {
        let next = text[slash + 1..].chars().next();
        !next.is_some_and(|c| "0abtnvfre \"/\\N_LPxuU\n\t".contains(c))
    });
    let at = slash.unwrap_or(open);
    let end = at + 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
    let mut problem = problem(
        "unknown-escape",
        Span::new(at, end),
        format!("`{}` is no escape that YAML knows", &text[at..end]),
    );
    "in double quotes a backslash begins an escape".clone_into(&mut problem.label);
    let line = line_at(text, open);
    if line.contains(&close) {
        let mended = format!(
            "{}'{}'{}",
            &text[line.start..open],
            inner.replace('\'', "''"),
            &text[close + 1..line.end]
        );
        problem.help = Some(format!(
            "in single quotes a backslash is itself: `{}`",
            shown(&mended, inner)
        ));
    }
    Some(problem)
}

/// A comment within a text that goes on in the next line.
fn comment(text: &str, at: usize, kind: &ErrorKind) -> Option<Problem> {
    if *kind != ErrorKind::CommentInterceptedScalar {
        return None;
    }
    let line = line_at(text, at);
    let mut problem = problem(
        "comment-in-text",
        Span::new(at, line.end.max(at)),
        "a comment stands within a text that goes on in the next line",
    );
    problem.help = Some(
        "move the comment above the text; where the `#` belongs to the text, quote the whole text"
            .to_owned(),
    );
    Some(problem)
}

/// A `{` or `[` that is not closed, or closed twice.
fn bracket(text: &str, at: usize, kind: &ErrorKind, read: &Read) -> Option<Problem> {
    match kind {
        ErrorKind::MisplacedFlowCollectionEnd => {
            let span = character(text, at);
            let close = &text[span.range()];
            let mut problem = problem(
                "unopened-bracket",
                span,
                format!("this `{close}` closes nothing"),
            );
            problem.help = Some("remove it, or quote the text it belongs to".to_owned());
            return Some(problem);
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let mut problem = problem(
                "unclosed-bracket",
                character(text, at),
                format!("this `{open}` is closed by a `{close}`"),
            );
            problem.help = Some(format!("close it with `{}`", closer(*open)));
            return Some(problem);
        }
        _ => {}
    }
    let open = match kind {
        ErrorKind::UnclosedFlowCollection { .. } => at,
        _ => read.flow?,
    };
    let mark = text[open..].chars().next()?;
    let mended = mend::closed(text, open, closer(mark));
    if mended.is_some() || matches!(kind, ErrorKind::UnclosedFlowCollection { .. }) {
        let mut problem = problem(
            "unclosed-bracket",
            Span::new(open, open + 1),
            format!("this `{mark}` is not closed"),
        );
        problem.help = Some(match mended {
            Some(mended) => format!("close it: `{mended}`"),
            None => format!("close it with `{}`", closer(mark)),
        });
        return Some(problem);
    }
    if text[at..].starts_with(',') {
        return None;
    }
    let what = if mark == '{' { "map" } else { "list" };
    let mut problem = problem(
        "yaml-syntax",
        character(text, at),
        format!("a `,` or `{}` is expected here", closer(mark)),
    );
    problem.also = vec![(Span::new(open, open + 1), format!("the {what} begins here"))];
    problem.help = Some("quote text that has brackets, braces or commas in it".to_owned());
    Some(problem)
}

fn closer(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

/// A line that stands where it cannot: wrong indentation, or a kind of line that does not go with those above.
fn structure(text: &str, at: usize, kind: &ErrorKind) -> Problem {
    let line = line_at(text, at);
    let body = text[line.clone()].trim_start();
    let item = body.starts_with("- ") || body == "-";
    let first = line.end - body.len();
    let whole = Span::new(first, first + body.trim_end().len());
    let (code, span, message, help) = match kind {
        ErrorKind::BlockSequenceEntryNotAllowed => (
            "bad-structure",
            character(text, at),
            "a list cannot begin in the line of its key",
            "begin it in the next line, indented",
        ),
        ErrorKind::ExpectedBlockMappingKey if item => (
            "bad-indentation",
            whole,
            "a list item stands here where a key is expected",
            "indent it like the other items of its list",
        ),
        ErrorKind::ExpectedBlockSequenceEntry if !item => (
            "bad-indentation",
            whole,
            "a line without a dash stands here where a list item is expected",
            "indent it like the rest of the item above it, or begin it with `- `",
        ),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::ExpectedDocumentStart
        | ErrorKind::InvalidIndentation => (
            "bad-indentation",
            whole,
            "the indentation of this line fits none of the lines above",
            "indent it like the lines that it belongs to",
        ),
        ErrorKind::MappingValueNotAllowed => return deeper(text, whole),
        _ if text[at..].starts_with(',') => (
            "yaml-syntax",
            character(text, at),
            "nothing stands before this comma",
            "remove it, or quote the text it belongs to",
        ),
        ErrorKind::SimpleKeyExpected => (
            "bad-structure",
            whole,
            "this line is neither a key with its value nor part of the text above",
            "write `key: value`, or indent it deeper to go on with the text above",
        ),
        _ => {
            return problem(
                "yaml-syntax",
                character(text, at),
                kind.to_string().replace('\'', "`"),
            );
        }
    };
    let mut problem = problem(code, span, message);
    problem.help = Some(help.to_owned());
    problem
}

/// A `key: value` below a key that has a value already.
fn deeper(text: &str, line: Span) -> Problem {
    let mut problem = problem(
        "bad-indentation",
        line,
        "this line goes on with the text above, and so cannot be a key with its value",
    );
    let above = text[..line.start as usize].trim_end();
    if !above.is_empty() {
        let above = line_at(text, above.len() - 1);
        let body = text[above.clone()].trim();
        let start = above.end - text[above].trim_start().len();
        problem.also.push((
            Span::new(start, start + body.len()),
            "the text above".to_owned(),
        ));
    }
    problem.help =
        Some("indent it like the key above it, or give that key no value of its own".to_owned());
    problem
}
