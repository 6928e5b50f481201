//! Values and texts made short for messages. To shorten takes a [`Redactor`], which comes first: of a secret that is cut,
//! nothing would tell that it is one.

use std::io::{self, Write};

use super::{Extent, Redactor, Value};

impl Redactor {
    /// The value as compact JSON without secrets, cut after `max_chars` characters, of which the last is then `…`.
    #[must_use]
    pub fn shorten(&self, value: &Value, max_chars: usize) -> String {
        if self.is_empty() {
            shorten(value, max_chars)
        } else {
            shorten(&self.redact_value(value), max_chars)
        }
    }

    /// The text without secrets, as at most so many characters and `…` for the rest.
    #[must_use]
    pub fn excerpt(&self, text: &str, max_chars: usize) -> String {
        let text = self.redact(text);
        match text.char_indices().nth(max_chars) {
            Some((end, _)) => format!("{}…", whole_escapes(&text[..end])),
            None => text.into_owned(),
        }
    }
}

/// A large value costs no more than what is shown of it.
fn shorten(value: &Value, max_chars: usize) -> String {
    let mut start = Start {
        // No character is longer than four bytes; one more tells that something follows.
        room: max_chars.saturating_add(1).saturating_mul(4),
        bytes: Vec::new(),
    };
    // The only error is that the room is used up, which is what it is for.
    let _ = serde_json::to_writer(&mut start, value);
    let text = String::from_utf8_lossy(&start.bytes);
    if text.chars().nth(max_chars).is_none() {
        return text.into_owned();
    }
    let cut = text.char_indices().nth(max_chars.saturating_sub(1));
    let end = cut.map_or(text.len(), |(end, _)| end);
    format!("{}…", whole_escapes(&text[..end]))
}

/// The start of a text without the half of an escape (`\"`, `\u00`, `\u{1b`) that it may end in, having been cut.
#[must_use]
pub fn whole_escapes(start: &str) -> &str {
    const LONGEST: usize = "\\u{10ffff}".len();
    let tail = start.floor_char_boundary(start.len().saturating_sub(LONGEST));
    let Some(at) = start[tail..].rfind('\\').map(|at| tail + at) else {
        return start;
    };
    let backslashes = start[..=at].bytes().rev().take_while(|byte| *byte == b'\\');
    let escape = &start[at..];
    let whole = match escape.as_bytes().get(1) {
        None => false,
        Some(b'u') if escape[2..].starts_with('{') => escape.contains('}'),
        Some(b'u') => escape.len() >= "\\u0000".len(),
        Some(_) => true,
    };
    if whole || backslashes.count().is_multiple_of(2) {
        start
    } else {
        &start[..at]
    }
}

/// The bytes of a body that are looked at beyond those shown, so that a secret across the edge is mostly seen whole; of one
/// that reaches further, [`Extent::Start`] takes out the start.
const BEYOND: usize = 4 << 10;

/// The first bytes of a longer text, enough to show `limit` of them once they are redacted.
#[must_use]
pub fn kept(length: usize, limit: usize) -> (usize, Extent) {
    if length <= limit + BEYOND {
        (length, Extent::Whole)
    } else {
        (limit + BEYOND, Extent::Start)
    }
}

/// Keeps the first bytes, then fails.
struct Start {
    room: usize,
    bytes: Vec<u8>,
}

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let kept = bytes.len().min(self.room - self.bytes.len());
        if kept == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes.extend_from_slice(&bytes[..kept]);
        Ok(kept)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `1 element`, `2 elements`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_values_are_whole() {
        assert_eq!(shorten(&json!({"a": [1, "é"]}), 20), r#"{"a":[1,"é"]}"#);
        assert_eq!(shorten(&json!("abc"), 5), r#""abc""#);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shorten(&json!("éééé"), 5), "\"ééé…");
        assert_eq!(shorten(&json!("😀😀😀😀"), 3), "\"😀…");
        assert_eq!(shorten(&json!([1, 2, 3]), 1), "…");
    }

    #[test]
    fn numbers_keep_their_text() {
        let value: Value = serde_json::from_str("[100.10]").unwrap();
        assert_eq!(shorten(&value, 20), "[100.10]");
    }

    #[test]
    fn no_cut_is_within_an_escape() {
        for (start, whole) in [
            (r"ab\u000f", r"ab\u000f"),
            (r"ab\u000", "ab"),
            (r"ab\", "ab"),
            (r"ab\\", r"ab\\"),
            (r"ab\\\", r"ab\\"),
            (r"ab\\u00", r"ab\\u00"),
            (r"ab\u{1b", "ab"),
            (r"ab\u{1b}", r"ab\u{1b}"),
            (r"\u00e9\n", r"\u00e9\n"),
            (r"\long ago, it was", r"\long ago, it was"),
            ("\\é", "\\é"),
            ("", ""),
        ] {
            assert_eq!(whole_escapes(start), whole, "{start}");
        }
        assert_eq!(shorten(&json!("abc\u{f}\u{f}"), 8), "\"abc…");
    }

    #[test]
    fn secrets_are_taken_out_before_anything_is_cut() {
        let mut redactor = Redactor::default();
        redactor.add(&crate::value::Secret::new("hunter2hunter2"));
        let text = "abc hunter2hunter2 def";
        for length in 0..30 {
            for shown in [
                redactor.excerpt(text, length),
                redactor.shorten(&json!([text]), length),
            ] {
                assert!(!shown.contains("hu"), "{shown}");
            }
        }
        assert_eq!(redactor.excerpt(text, 9), "abc *** d…");
    }
}
