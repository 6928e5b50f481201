//! Quoting text for YAML, and lines as they should be written.

use std::ops::Range;

/// The text as a quoted YAML scalar: in single quotes where they do, else in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let control = text.chars().any(char::is_control);
    if control || (text.contains('\'') && !text.contains(['"', '\\'])) {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                '\t' => quoted.push_str("\\t"),
                '\n' => quoted.push_str("\\n"),
                c if c.is_control() => quoted.extend(format!("\\u{:04X}", u32::from(c)).chars()),
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        quoted
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// The line around `at`, without its break.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at.min(text.len()));
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    let end = if end > start && text[start..end].ends_with('\r') {
        end - 1
    } else {
        end
    };
    start..end
}

/// A line as it is shown in a hint: without indentation, and only the `essential` where it is too long to be read there.
pub(super) fn shown(line: &str, essential: &str) -> String {
    const LONG: usize = 160;
    let line = line.trim_start_matches('\u{feff}').trim();
    let shown = if line.len() > LONG { essential } else { line };
    shown.to_owned()
}

/// The line around `range` as a hint shows it, with `replacement` in place of the range.
pub(super) fn line_with(text: &str, range: Range<usize>, replacement: &str) -> String {
    let line = line_at(text, range.start);
    let before = &text[line.start..range.start.max(line.start)];
    let after = text.get(range.end..line.end).unwrap_or_default();
    shown(&format!("{before}{replacement}{after}"), replacement)
}

/// Finds the `|` or `>` that opens a block scalar, between what was read last and the scalar's first line.
pub(super) fn block_header(text: &str, range: Range<usize>) -> Option<usize> {
    let bytes = text.as_bytes();
    let end = range.end.min(bytes.len());
    let mut at = range.start;
    while at < end {
        match bytes[at] {
            b'|' | b'>' => return Some(at),
            b'#' => at += skip(&bytes[at..end], |byte| byte == b'\n'),
            b'&' | b'!' => at += skip(&bytes[at..end], |byte| byte.is_ascii_whitespace()),
            _ => at += 1,
        }
    }
    None
}

fn skip(bytes: &[u8], until: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|&byte| until(byte))
        .unwrap_or(bytes.len())
}
