//! Finds `${{ … }}` in a text. Quotes and braces inside an expression do not end it.

use std::ops::Range;

pub(super) const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// A piece of a text, by its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(Range<usize>),
    /// What stands between the braces.
    Expr(Range<usize>),
}

/// An expression that does not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// Where it opens, braces included.
    pub(super) open: Range<usize>,
    /// A quote inside it that is never closed, which may be why.
    pub(super) quote: Option<usize>,
}

/// The parts of `text`, in order.
pub(super) fn parts(text: &str) -> Result<Vec<Part>, Unclosed> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&text.as_bytes()[at..], OPEN.as_bytes()) {
        let open = at + found;
        if open > at {
            parts.push(Part::Literal(at..open));
        }
        let start = open + OPEN.len();
        let end = start
            + length(&text[start..]).map_err(|quote| Unclosed {
                open: open..start,
                quote: quote.map(|offset| start + offset),
            })?;
        parts.push(Part::Expr(start..end));
        at = end + CLOSE.len();
    }
    if at < text.len() {
        parts.push(Part::Literal(at..text.len()));
    }
    Ok(parts)
}

/// The expression in a text where the braces may be left out: what stands in them, or all of it.
#[must_use]
pub fn without_braces(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    let end = start + text.trim().len();
    match parts(&text[start..end]).as_deref() {
        Ok([Part::Expr(inner)]) => start + inner.start..start + inner.end,
        _ => 0..text.len(),
    }
}

/// How far the expression at the start of `text` goes; else the quote that is never closed.
fn length(text: &str) -> Result<usize, Option<usize>> {
    let mut quote: Option<(u8, usize)> = None;
    let mut braces = 0_usize;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some((open, _)), _) => quote = quote.filter(|_| open != byte),
            (None, b'"' | b'\'') => quote = Some((byte, at)),
            (None, b'{') => braces += 1,
            (None, b'}') if braces > 0 => braces -= 1,
            (None, b'}') if text[at..].starts_with(CLOSE) => return Ok(at),
            _ => {}
        }
        at += 1;
    }
    Err(quote.map(|(_, at)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_end_at_their_own_braces() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("plain }} text", &["plain }} text"]),
            ("${{ a }}", &["<", " a "]),
            ("x${{a}}y${{b}}", &["x", "<", "a", "y", "<", "b"]),
            ("${{ '}}' }}", &["<", " '}}' "]),
            ("${{ '${{' }}", &["<", " '${{' "]),
            (r"${{ '\'}}' }}", &["<", r" '\'}}' "]),
            ("${{ {'a': {'b': 1}} }}", &["<", " {'a': {'b': 1}} "]),
            ("${{ {'a': {'b': 1}}}}!", &["<", " {'a': {'b': 1}}", "!"]),
            ("$ {{ a }} $${{ a }}", &["$ {{ a }} $", "<", " a "]),
        ];
        for (text, expected) in cases {
            let mut shown = Vec::new();
            for part in parts(text).unwrap() {
                match part {
                    Part::Literal(range) => shown.push(&text[range]),
                    Part::Expr(range) => shown.extend(["<", &text[range]]),
                }
            }
            assert_eq!(&shown, expected, "{text}");
        }
    }

    #[test]
    fn braces_around_the_whole_may_be_left_out() {
        for (text, inner) in [
            ("a == 1", "a == 1"),
            ("${{ a }}", " a "),
            ("  ${{ a }}\n", " a "),
            ("${{ {'a': {}} }}", " {'a': {}} "),
            ("${{ a }} and ${{ b }}", "${{ a }} and ${{ b }}"),
            ("${{ a", "${{ a"),
            ("", ""),
        ] {
            assert_eq!(&text[without_braces(text)], inner);
        }
    }

    #[test]
    fn an_expression_without_an_end_says_where_it_opens() {
        let unclosed = |open, quote| Err(Unclosed { open, quote });
        assert_eq!(parts("a ${{ b }"), unclosed(2..5, None));
        assert_eq!(parts("${{ it's }}"), unclosed(0..3, Some(6)));
        assert_eq!(parts("${{ {'a': 1 }}"), unclosed(0..3, None));
        assert_eq!(parts(r"${{ '\"), unclosed(0..3, Some(4)));
    }
}
