//! JSON with one member a line, and every other character as it came: a number's digits, an escape, a key that is there
//! twice. So what is shown is what was sent.

use std::borrow::Cow;

/// White space that indentation may add for each byte of the text: what nests so deeply is not worth it.
const WORTH_IT: usize = 16;

/// The same JSON, or start of some, with its white space outside of strings made anew. What grows too long by it stays.
pub(super) fn indented(text: &str) -> Cow<'_, str> {
    let most = text.len().saturating_mul(WORTH_IT).saturating_add(1_000);
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => string(rest),
            _ => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after.trim_start_matches([' ', '\t', '\n', '\r']);
        match c {
            '{' | '[' if rest.starts_with(['}', ']']) => {
                // Empty: its end follows at once.
                out.push(c);
                out.push_str(&rest[..1]);
                rest = rest[1..].trim_start_matches([' ', '\t', '\n', '\r']);
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push_str(token),
        }
        if out.len() > most {
            return Cow::Borrowed(text);
        }
    }
    Cow::Owned(out)
}

/// The same JSON without white space outside of strings.
#[must_use]
pub fn compacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if c == '"' { string(rest) } else { c.len_utf8() };
        if !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// How long the string at the start of the text is, its quotes included.
fn string(text: &str) -> usize {
    let mut after_backslash = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !after_backslash;
        after_backslash = byte == b'\\' && !after_backslash;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_between_parts_changes() {
        for (text, expected) in [
            (
                r#" {"b":1e400,"d":1,"d":2, "e" : [ ], "f":[{}, {"g":"\u00e9 \" {,"}]} "#,
                "{\n  \"b\": 1e400,\n  \"d\": 1,\n  \"d\": 2,\n  \"e\": [],\n  \"f\": [\n    {},\n    {\n      \"g\": \"\\u00e9 \\\" {,\"\n    }\n  ]\n}",
            ),
            ("[\n1.0\r\n]\n", "[\n  1.0\n]"),
            (r#"["a\\"]"#, "[\n  \"a\\\\\"\n]"),
            // What was cut.
            (r#"{"a":"b\"c"#, "{\n  \"a\": \"b\\\"c"),
            (r#"{"a":tr"#, "{\n  \"a\": tr"),
            // Where a secret was taken out.
            (r#"{"a":***,"b":2}"#, "{\n  \"a\": ***,\n  \"b\": 2\n}"),
            ("", ""),
        ] {
            assert_eq!(indented(text), expected);
        }
    }

    #[test]
    fn one_line_has_no_white_space_but_in_strings() {
        let text = "{\n  \"a b\": [1e400, \" \\\" \"]\r\n}\n";
        assert_eq!(compacted(text), "{\"a b\":[1e400,\" \\\" \"]}");
    }

    #[test]
    fn what_would_grow_out_of_measure_stays() {
        let deep = format!("{}{}", "[".repeat(127), "1,".repeat(1_000));
        assert_eq!(indented(&deep), deep);
    }
}
