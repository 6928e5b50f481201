//! Text that is not ours, made safe to print: no character in it moves the cursor, colours or reorders anything.

use std::borrow::Cow;

/// Whether a character would do something to a terminal rather than be seen on it.
fn acts(c: char) -> bool {
    c.is_control()
        // Line and paragraph separators, and what changes the direction in which text runs.
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
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
