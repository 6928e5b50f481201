//! Breaks prose into lines that fit.

use unicode_width::UnicodeWidthStr;

/// A text in lines of at most `width` columns, broken between words; what stands in backticks stays whole. Longer words
/// stick out. At least one line.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in words(paragraph) {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// What stands between spaces, but those within backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |letter| {
        quoted ^= letter == '`';
        letter == ' ' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn prose_is_broken_between_words() {
        for (text, expected) in [
            ("", vec![""]),
            ("one two three", vec!["one two", "three"]),
            ("one\ntwo  three", vec!["one", "two ", "three"]),
            ("a_word_that_is_long b", vec!["a_word_that_is_long", "b"]),
            ("or `a: b c d` so", vec!["or", "`a: b c d`", "so"]),
        ] {
            assert_eq!(wrap(text, 8), expected, "{text}");
        }
    }
}
