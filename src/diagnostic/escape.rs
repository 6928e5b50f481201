//! Text that is not ours, made safe to print: no character in it moves the cursor, colours or reorders anything.

use std::borrow::Cow;

/// Whether a character would do something to a terminal rather than be seen on it, or would not be seen at all.
fn acts(c: char) -> bool {
    c.is_control() || is_format(c) || is_blank(c)
}

/// Unicode's format characters: what joins and parts letters, changes the direction of text, or marks its order. Line and
/// paragraph separators too.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// Letters and marks that have no shape.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
    )
}

/// Whether a character is printed as an escape by [`escaped_line`].
#[must_use]
pub fn is_escaped(c: char) -> bool {
    acts(c)
}

/// The text with such characters as escapes (`\u{1b}`); line breaks stay, tabs too.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    let kept = |c: char| !acts(c) || c == '\n' || c == '\t';
    if text.chars().all(kept) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if kept(c) => safe.push(c),
            '\r' => safe.push_str("\\r"),
            c => safe.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(safe)
}

/// The same in one line: line breaks are escaped too.
#[must_use]
pub fn escaped_line(text: &str) -> Cow<'_, str> {
    let safe = escaped(text);
    if safe.contains('\n') {
        Cow::Owned(safe.replace('\n', "\\n"))
    } else {
        safe
    }
}

/// One character of source code as one that is seen, so that columns stay what they are. Tabs stay.
pub(super) fn visible(c: char) -> char {
    match c {
        '\t' => '\t',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if acts(c) => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        assert_eq!(escaped("a\u{1b}[31mb\rc\td\ne"), "a\\u{1b}[31mb\\rc\td\ne");
        assert_eq!(
            escaped("\u{9b}x\u{202e}y\u{7f}"),
            "\\u{9b}x\\u{202e}y\\u{7f}"
        );
        assert_eq!(escaped_line("a\nb"), "a\\nb");
        assert_eq!(
            escaped("a\u{200b}b\u{2060}c\u{feff}d\u{ad}e\u{3164}f\u{e0041}"),
            "a\\u{200b}b\\u{2060}c\\u{feff}d\\u{ad}e\\u{3164}f\\u{e0041}"
        );
        assert!(matches!(escaped("plain é 世"), Cow::Borrowed(_)));
    }

    #[test]
    fn in_source_each_such_character_is_one_that_is_seen() {
        let seen: String = "\u{1b}\u{0}\u{7f}\u{9b}\u{202e}\t€"
            .chars()
            .map(visible)
            .collect();
        assert_eq!(seen, "␛␀␡\u{fffd}\u{fffd}\t€");
    }
}
