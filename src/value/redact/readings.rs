//! What programs that are given a secret take it for: without the space around it, with other line ends, or in parts.

use std::collections::BTreeSet;

use super::SHORT;
use super::unescape::Escape;
use crate::value::Value;

/// The other texts that stand for the same secret.
pub(super) fn readings(secret: &str) -> BTreeSet<String> {
    let trimmed = secret.trim();
    let mut out = BTreeSet::from([trimmed.to_owned()]);
    // Keys in PEM are often given on one line, with `\n` for the end of each.
    let plain = Escape::Backslash.undo(trimmed.as_bytes());
    out.extend(plain.and_then(|plain| String::from_utf8(plain.bytes).ok()));
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(trimmed)
    {
        texts(&value, &mut out);
    }
    let lines: Vec<String> = out
        .iter()
        .filter(|text| text.contains('\n'))
        .map(|text| text.replace("\r\n", "\n"))
        .collect();
    for text in lines {
        out.insert(text.replace('\n', "\r\n"));
        out.insert(text);
    }
    out
}

/// The texts in a value, such as the parts of a key file. Short ones are words like `rsa`, which hide nothing.
fn texts(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.trim().len() >= SHORT => {
            out.insert(text.trim().to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_known_by_its_parts() {
        let file =
            r#" {"type": "rsa", "key": "-----BEGIN\nabcdefgh", "more": [{"id": "0123456789"}]} "#;
        let known = readings(file);
        for part in [
            "0123456789",
            "-----BEGIN\nabcdefgh",
            "-----BEGIN\r\nabcdefgh",
        ] {
            assert!(known.contains(part), "{part}");
        }
        assert!(!known.contains("rsa"));
    }

    #[test]
    fn a_key_on_one_line_is_known_with_its_line_ends() {
        let known = readings(r"BEGIN\nabc\nEND");
        assert!(known.contains("BEGIN\nabc\nEND"));
        assert!(known.contains("BEGIN\r\nabc\r\nEND"));
    }
}
