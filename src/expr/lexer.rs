//! Splits an expression into tokens. What never occurs in one is answered here with what was probably meant.

use super::ast::Span;
use super::syntax::{Fault, Result};

/// Longer texts are refused before anything else is done with them.
const MAX_TEXT: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A variable, an attribute, a function or a word such as `and`.
    Name(&'t str),
    /// A number in JSON's grammar, as written.
    Number(&'t str),
    Text(String),
    Symbol(&'static str),
    End,
}

impl Token<'_> {
    /// The token as a message names it.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Name(text) | Self::Number(text) => format!("`{text}`"),
            Self::Text(_) => "a string".to_owned(),
            Self::Symbol(symbol) => format!("`{symbol}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Longest first, so that `**` is not read as two `*`.
const SYMBOLS: &[&str] = &[
    "**", "//", "==", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "+", "-",
    "*", "/", "%", "~", "<", ">", "=",
];

/// What other languages write, what is wrong with it here, and what to write instead. Longest first.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("===", "`===` is not an operator", "write `==`"),
    ("!==", "`!==` is not an operator", "write `!=`"),
    ("<>", "`<>` is not an operator", "write `!=`"),
    ("&&", "`&&` is not an operator", "write `and`"),
    ("||", "`||` is not an operator", "write `or`"),
    ("??", "`??` is not an operator", "write `x | default(…)`"),
    ("?.", "`?.` is not an operator", "write `x.y | default(…)`"),
    (
        "${{",
        "`${{` opens an expression inside an expression",
        "name the variable alone",
    ),
    (
        "{{",
        "`{{` opens an expression inside an expression",
        "name the variable alone",
    ),
    (
        "{%",
        "there are no blocks in expressions",
        "for a choice, write `a if condition else b`",
    ),
    (
        "%}",
        "there are no blocks in expressions",
        "for a choice, write `a if condition else b`",
    ),
    (
        "{#",
        "there are no comments in expressions",
        "put the comment on a line of its own in the YAML",
    ),
    (
        "#",
        "there are no comments in expressions",
        "put the comment on a line of its own in the YAML",
    ),
    (
        "$.",
        "a JSONPath can't stand inside an expression",
        "capture it first and name the variable, or read `steps.<id>.json.…`",
    ),
    (
        "$[",
        "a JSONPath can't stand inside an expression",
        "capture it first and name the variable, or read `steps.<id>.json.…`",
    ),
    (
        "$",
        "a variable's name is written without `$`",
        "name the variable alone",
    ),
    ("!", "`!` is not an operator", "write `not`"),
    (
        "?",
        "`?` is not an operator",
        "for a choice, write `a if condition else b`",
    ),
    ("&", "`&` is not an operator", "write `and`"),
    ("^", "`^` is not an operator", "write `**` for a power"),
    (
        "`",
        "a string is written in single or double quotes",
        "write `'…'`",
    ),
    ("’", "a string is written in straight quotes", "write `'…'`"),
    ("‘", "a string is written in straight quotes", "write `'…'`"),
    ("“", "a string is written in straight quotes", "write `'…'`"),
    ("”", "a string is written in straight quotes", "write `'…'`"),
    (";", "an expression is one value", "leave out the `;`"),
];

/// The tokens of `text` with their places; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Span)>> {
    if text.len() > MAX_TEXT {
        return Err(Fault::new(
            Span::default(),
            format!("an expression may have {} KiB at most", MAX_TEXT / 1024),
        ));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let (token, end) = token(text, at, next)?;
        tokens.push((token, span(at, end)));
        at = end;
    }
    tokens.push((Token::End, span(text.len(), text.len())));
    Ok(tokens)
}

/// The token at `at`, which starts with `next`, and where it ends.
fn token(text: &str, at: usize, next: char) -> Result<(Token<'_>, usize)> {
    let rest = &text[at..];
    if starts_name(next) {
        let end = at + length_while(rest, continues_name);
        return Ok((Token::Name(&text[at..end]), end));
    }
    if next.is_ascii_digit() {
        return number(text, at);
    }
    if next == '"' || next == '\'' {
        return string(text, at, next);
    }
    for (wrong, message, help) in MISTAKES {
        // `!=` is the one operator that starts with a mistake.
        if rest.starts_with(wrong) && !(*wrong == "!" && rest.starts_with("!=")) {
            return Err(Fault::new(span(at, at + wrong.len()), *message).help(*help));
        }
    }
    match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        Some(symbol) => Ok((Token::Symbol(symbol), at + symbol.len())),
        None => Err(Fault::new(
            span(at, at + next.len_utf8()),
            format!("unexpected character `{}`", next.escape_debug()),
        )),
    }
}

fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn length_while(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}

fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span {
        start: offset(start),
        end: offset(end),
    }
}

fn number(text: &str, at: usize) -> Result<(Token<'_>, usize)> {
    let rest = &text[at..];
    let digits = |from: usize| length_while(&rest[from..], |c| c.is_ascii_digit());
    let mut length = digits(0);
    let leading_zero = length > 1 && rest.starts_with('0');
    if rest[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    // `1_000`, `0x1F` and `1.` run on: show all of what was meant as one number.
    let run = length + length_while(&rest[length..], |c| continues_name(c) || c == '.');
    if leading_zero || run > length {
        let written = &rest[..run];
        return Err(
            Fault::new(span(at, at + run), format!("`{written}` is not a number")).help(
                "numbers are written as in JSON: `1000`, `-0.25`, `1e6`; quote it if it is text",
            ),
        );
    }
    Ok((Token::Number(&rest[..length]), at + length))
}

fn string(text: &str, at: usize, quote: char) -> Result<(Token<'_>, usize)> {
    let mut value = String::new();
    let mut chars = text[at + 1..].char_indices();
    while let Some((offset, c)) = chars.next() {
        let here = at + 1 + offset;
        match c {
            _ if c == quote => return Ok((Token::Text(value), here + 1)),
            '\\' => value.push(escape(text, here, &mut chars)?),
            _ => value.push(c),
        }
    }
    Err(
        Fault::new(span(at, at + 1), format!("this {quote} is never closed"))
            .help(format!("close the string with another {quote}")),
    )
}

/// The character that the escape at `at` stands for.
fn escape(text: &str, at: usize, chars: &mut std::str::CharIndices<'_>) -> Result<char> {
    let next = chars.next().map(|(_, c)| c);
    let wrong = |length: usize| {
        let end = text.floor_char_boundary((at + length).min(text.len()));
        Fault::new(
            span(at, end),
            format!("unknown escape `{}`", &text[at..end]),
        )
        .help("a backslash in a string is written twice: `\\\\`")
    };
    Ok(match next {
        Some(c @ ('"' | '\'' | '\\' | '/')) => c,
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => {
            let first = hex(chars).ok_or_else(|| wrong(6))?;
            let code = match first {
                0xD800..=0xDBFF => {
                    let low = surrogate(chars).ok_or_else(|| wrong(6))?;
                    0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00)
                }
                _ => first,
            };
            char::from_u32(code).ok_or_else(|| wrong(6))?
        }
        Some(c) => return Err(wrong(1 + c.len_utf8())),
        None => return Err(wrong(1)),
    })
}

fn surrogate(chars: &mut std::str::CharIndices<'_>) -> Option<u32> {
    let escaped = chars.next()?.1 == '\\' && chars.next()?.1 == 'u';
    hex(chars).filter(|low| escaped && (0xDC00..=0xDFFF).contains(low))
}

/// Four hexadecimal digits.
fn hex(chars: &mut std::str::CharIndices<'_>) -> Option<u32> {
    (0..4).try_fold(0, |code, _| {
        chars.next()?.1.to_digit(16).map(|digit| code * 16 + digit)
    })
}
