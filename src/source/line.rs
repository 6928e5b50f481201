//! A line of YAML as its writer meant it: where the key ends and the value begins, even where YAML sees it otherwise.

use std::ops::Range;

use super::quote::{line_at, quoted};

/// A line in block style. All ranges are offsets in the whole text.
pub(super) struct Line {
    /// The line without its break.
    pub(super) whole: Range<usize>,
    pub(super) key: Option<Range<usize>>,
    /// The value without a comment behind it; where there is no key, all that stands after the indentation and dashes.
    pub(super) value: Range<usize>,
}

impl Line {
    /// The line round an offset.
    pub(super) fn at(text: &str, at: usize) -> Self {
        let whole = line_at(text, at);
        let line = &text[whole.clone()];
        let body = body_start(line);
        let key_end = key_end(&line[body..]).map(|end| body + end);
        let value = match key_end {
            None => body,
            Some(end) => line.len() - line[end + 1..].trim_start().len(),
        };
        let end = value + without_comment(&line[value..]).trim_end().len();
        let absolute = |range: Range<usize>| whole.start + range.start..whole.start + range.end;
        Self {
            key: key_end.map(|end| absolute(body..body + line[body..end].trim_end().len())),
            value: absolute(value..end),
            whole,
        }
    }

    /// The line with `replacement` for `range`.
    pub(super) fn with(&self, text: &str, range: &Range<usize>, replacement: &str) -> String {
        let before = &text[self.whole.start..range.start];
        let after = &text[range.end..self.whole.end];
        format!("{before}{replacement}{after}")
    }
}

/// Where indentation and the dashes of list items end.
fn body_start(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    while line[at..].starts_with("- ") || line[at..].starts_with("-\t") {
        at = line.len() - line[at + 1..].trim_start().len();
    }
    at
}

/// Where the `:` after a key stands, if the text begins with a key.
fn key_end(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if matches!(first, '{' | '[' | '#') {
        return None;
    }
    if matches!(first, '\'' | '"') {
        let close = closing_quote(text, 0)? + 1;
        let colon = text.len() - text[close..].trim_start().len();
        return is_key_colon(text, colon).then_some(colon);
    }
    let end = text.find(" #").unwrap_or(text.len());
    text[..end]
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|&at| is_key_colon(text, at))
}

fn is_key_colon(text: &str, at: usize) -> bool {
    let mut rest = text[at..].chars();
    rest.next() == Some(':') && rest.next().is_none_or(char::is_whitespace)
}

/// The offset of the quote that closes the one at `open`.
pub(super) fn closing_quote(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(open)?;
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A value without the comment behind it. A ` #` within quotes or an expression is no comment to the one who wrote it.
fn without_comment(value: &str) -> &str {
    let bytes = value.as_bytes();
    let mut quote = None;
    let mut at = 0;
    let mut first = None;
    while at < bytes.len() {
        match bytes[at] {
            b'$' if value[at..].starts_with("${{") => {
                at = value[at..].find("}}").map_or(at, |end| at + end + 1);
            }
            byte @ (b'\'' | b'"') if quote.is_none() => quote = Some(byte),
            byte if quote == Some(byte) => quote = None,
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => {
                first = first.or(Some(at));
                if quote.is_none() {
                    return &value[..at];
                }
            }
            _ => {}
        }
        at += 1;
    }
    // A quote that is left open was an apostrophe.
    match first {
        Some(at) if quote.is_some() => &value[..at],
        _ => value,
    }
}

/// The end of the value that begins at `at`, without a comment behind it.
pub(super) fn value_end(text: &str, at: usize, flow: bool) -> usize {
    let end = line_at(text, at).end.max(at);
    let rest = &text[at..end];
    let value = if flow {
        &rest[..plain_end(rest, 0)]
    } else {
        without_comment(rest)
    };
    at + value.trim_end().len()
}

/// Why a text in a flow map or list has to be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unquoted {
    /// `${{ x }}`
    Expression,
    /// `$.a[0]`
    Path,
    /// `\d{3}`
    Pattern,
    /// Any other text with brackets in it.
    Bracket,
    /// Text that goes on after a closing quote: `'a' == b`
    Quote,
    /// Text that begins with a character that YAML keeps for itself.
    Character,
}

/// The texts of a line within a flow map or list that have to be quoted, from `start` on.
pub(super) fn unquoted_in_flow(text: &str, start: usize) -> Vec<(Range<usize>, Unquoted)> {
    let end = line_at(text, start).end.max(start);
    let line = &text[start..end];
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => break,
            b'{' | b'[' if opens_collection(line, at) => at += 1,
            b':' if is_flow_colon(line, at) => at += 1,
            b'}' | b']' | b',' | b' ' | b'\t' => at += 1,
            _ => {
                let token = at..text_end(line, at);
                let token = token.start..token.start + line[token.clone()].trim_end().len();
                if let Some(why) = why_quote(&line[token.clone()]) {
                    found.push((start + token.start..start + token.end, why));
                }
                // A character that no text begins with is passed over.
                let first = line[at..].chars().next().map_or(1, char::len_utf8);
                at = token.end.max(at + first);
            }
        }
    }
    found
}

fn why_quote(text: &str) -> Option<Unquoted> {
    let first = text.chars().next()?;
    if matches!(first, '\'' | '"') {
        let whole = closing_quote(text, 0).is_none_or(|close| close + 1 == text.len());
        return (!whole).then_some(Unquoted::Quote);
    }
    if text.contains("${{") {
        Some(Unquoted::Expression)
    } else if first == '$' && text.contains(['[', '{']) {
        Some(Unquoted::Path)
    } else if has_repetition(text) {
        Some(Unquoted::Pattern)
    } else if text.contains(['[', ']', '{', '}']) {
        Some(Unquoted::Bracket)
    } else if matches!(first, '@' | '`' | '%') {
        Some(Unquoted::Character)
    } else {
        None
    }
}

/// Whether a `{3}` or `{1,` stands in the text.
fn has_repetition(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let digits = text[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < text.len() - at - 1 && digits.starts_with(['}', ','])
    })
}

fn is_flow_colon(line: &str, at: usize) -> bool {
    let next = line.as_bytes().get(at + 1);
    next.is_none_or(|byte| byte.is_ascii_whitespace() || b",]}[{".contains(byte))
}

/// Whether the bracket at `at` opens a list or map, rather than a text such as `[a-z]+`.
fn opens_collection(line: &str, at: usize) -> bool {
    let Some(close) = closing_bracket(line, at) else {
        return true;
    };
    let rest = line[close + 1..].trim_start();
    rest.is_empty() || rest.starts_with([',', ']', '}', ':', '#'])
}

/// The bracket that closes the one at `open`; brackets within quotes are not counted.
fn closing_bracket(line: &str, open: usize) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut depth = 0usize;
    let mut at = open;
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 1 => return Some(at),
            b']' | b'}' => depth -= 1,
            b'\'' | b'"' => at = closing_quote(line, at)?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The end of the text that begins at `at`, quoted or plain.
fn text_end(line: &str, at: usize) -> usize {
    if !line[at..].starts_with(['\'', '"']) {
        return plain_end(line, at);
    }
    match closing_quote(line, at) {
        None => line.len(),
        Some(close) => {
            let rest = line[close + 1..].trim_start();
            if rest.is_empty() || rest.starts_with([',', ']', '}', ':', '#']) {
                close + 1
            } else {
                plain_end(line, close + 1)
            }
        }
    }
}

/// The end of the unquoted text from `at` on; brackets that are opened in it belong to it. Where one is never closed, a key
/// ends at its colon all the same.
fn plain_end(line: &str, at: usize) -> usize {
    let bytes = line.as_bytes();
    let (mut open, mut colon) = (Vec::new(), None);
    let mut end = at;
    while end < bytes.len() {
        match bytes[end] {
            b'$' if line[end..].starts_with("${{") => {
                end = line[end..]
                    .find("}}")
                    .map_or(bytes.len() - 1, |close| end + close + 1);
            }
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            b']' | b'}' | b',' if open.is_empty() => break,
            closing @ (b']' | b'}') if open.pop() != Some(closing) => return colon.unwrap_or(end),
            b':' if is_flow_colon(line, end) => {
                if open.is_empty() {
                    break;
                }
                colon.get_or_insert(end);
            }
            b'#' if open.is_empty() && end > at && bytes[end - 1].is_ascii_whitespace() => break,
            b'\'' | b'"' if !open.is_empty() => end = closing_quote(line, end).unwrap_or(end),
            _ => {}
        }
        end += 1;
    }
    let end = end.min(bytes.len());
    if open.is_empty() {
        end
    } else {
        colon.unwrap_or(end)
    }
}

/// A value as it should be quoted. One that has quotes already, and the wrong ones, gets others round what is within:
/// `"${{ x | default("a") }}"` and `'it's'` were meant to be quoted as a whole, `'a' == 'b'` was not.
pub(super) fn quoted_value(raw: &str) -> String {
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        return quoted(raw);
    };
    let inner = raw
        .strip_prefix(quote)
        .and_then(|rest| rest.strip_suffix(quote));
    match inner {
        Some(inner) if meant_as_a_whole(inner, quote) => quoted(inner),
        _ => quoted(raw),
    }
}

fn meant_as_a_whole(inner: &str, quote: char) -> bool {
    let first = inner.split(quote).next().unwrap_or_default();
    let opens_expression = first
        .rfind("${{")
        .is_some_and(|at| !first[at..].contains("}}"));
    opens_expression || inner.matches(quote).count() % 2 == 1
}
