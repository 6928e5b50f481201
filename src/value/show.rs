//! Values as short texts for messages.

use std::io::{self, Write};

use super::Value;

/// The value as compact JSON, cut after `max_chars` characters, of which the last is then `…`.
///
/// A large value costs no more than what is shown of it.
#[must_use]
pub fn shorten(value: &Value, max_chars: usize) -> String {
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
    let mut cut: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    cut.push('…');
    cut
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
}
