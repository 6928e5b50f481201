//! The forms in which a secret can turn up in what is sent and received.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The secret and every form derived from it. Encodings come first, and each is then escaped in every way that JSON,
/// XML and URLs are, because base64's `+`, `/` and `=` are themselves escaped.
pub(super) fn forms(secret: &str) -> Vec<String> {
    let mut encoded = BTreeSet::from([secret.to_owned()]);
    base64_forms(secret.as_bytes(), &mut encoded);
    hex_forms(secret.as_bytes(), &mut encoded);
    let mut all = BTreeSet::new();
    for text in encoded {
        url_forms(&text, &mut all);
        json_forms(&text, &mut all);
        xml_forms(&text, &mut all);
        all.insert(text);
    }
    all.into_iter().collect()
}

/// Base64 of the secret alone, padded or not, and what of it does not depend on what stands before and after.
fn base64_forms(secret: &[u8], out: &mut BTreeSet<String>) {
    for engine in [&STANDARD, &URL_SAFE] {
        let padded = engine.encode(secret);
        out.insert(padded.trim_end_matches('=').to_owned());
        out.insert(padded);
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(secret);
            let whole = engine.encode(&bytes);
            // A character holds six bits: those that hold a bit of what stands before are left out.
            let start = (before * 8).div_ceil(6);
            let end = bytes.len() * 8 / 6;
            out.insert(whole[start..end].to_owned());
        }
    }
}

fn hex_forms(secret: &[u8], out: &mut BTreeSet<String>) {
    let mut lower = String::with_capacity(secret.len() * 2);
    for byte in secret {
        // Writing to a string does not fail.
        let _ = write!(lower, "{byte:02x}");
    }
    out.insert(lower.to_ascii_uppercase());
    out.insert(lower);
}

/// Percent-encoding, by each set of characters that some encoder leaves as they are.
fn url_forms(text: &str, out: &mut BTreeSet<String>) {
    // From RFC 3986's unreserved set on: forms, `encodeURIComponent`, path segments, queries, and whole URLs.
    const KEPT: [&str; 8] = [
        "",
        "-._~",
        "*-._",
        "-_.!~*'()",
        "-._~!$&'()*+,;=:@",
        "-._~!$&()*+,;=:@/?%|\\^`{}[]",
        "-._~!$&'()*+,;=:@/?%|\\^`{}[]",
        "-._~!$'()*,;:@/?",
    ];
    for kept in KEPT {
        for space in ["%20", "+"] {
            let keeps = |c: char| c.is_ascii_alphanumeric() || kept.contains(c);
            let upper = percent(text, keeps, space);
            out.insert(lower_hex(&upper));
            out.insert(upper);
        }
    }
    let all = percent(text, |_| false, "%20");
    out.insert(lower_hex(&all));
    out.insert(all);
}

fn percent(text: &str, kept: impl Fn(char) -> bool, space: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for character in text.chars() {
        if character == ' ' {
            out.push_str(space);
        } else if kept(character) {
            out.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The hexadecimal digits of each percent escape in lower case.
fn lower_hex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escape = 0;
    for character in text.chars() {
        out.push(if escape > 0 {
            character.to_ascii_lowercase()
        } else {
            character
        });
        escape = match character {
            '%' => 2,
            _ => usize::saturating_sub(escape, 1),
        };
    }
    out
}

/// How a JSON writer may differ from the plainest: one bit each.
#[derive(Clone, Copy)]
struct JsonStyle(u8);

impl JsonStyle {
    /// `\/` for a slash.
    const SLASH: u8 = 1;
    /// `\uXXXX` for what is not ASCII.
    const ASCII: u8 = 2;
    /// `\uXXXX` for `<`, `>` and `&`.
    const HTML: u8 = 4;
    /// `\uXXXX` for quotes of all kinds and for `+`.
    const QUOTES: u8 = 8;
    /// `\u00E9` and not `\u00e9`.
    const UPPER: u8 = 16;
    const ALL: u8 = 31;

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

fn json_forms(text: &str, out: &mut BTreeSet<String>) {
    for style in (0..=JsonStyle::ALL).map(JsonStyle) {
        let once = json(text, style);
        // JSON within a JSON string.
        out.insert(json(&once, style));
        out.insert(once);
    }
}

fn json(text: &str, style: JsonStyle) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '"' if !style.has(JsonStyle::QUOTES) => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '/' if style.has(JsonStyle::SLASH) => out.push_str("\\/"),
            '"' | '\'' | '+' | '`' if style.has(JsonStyle::QUOTES) => {
                push_unicode(&mut out, character, style);
            }
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if style.has(JsonStyle::HTML) => {
                push_unicode(&mut out, character, style);
            }
            '\0'..='\u{1f}' => push_unicode(&mut out, character, style),
            '\u{80}'.. if style.has(JsonStyle::ASCII) => push_unicode(&mut out, character, style),
            _ => out.push(character),
        }
    }
    out
}

fn push_unicode(out: &mut String, character: char, style: JsonStyle) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a string does not fail.
        let _ = if style.has(JsonStyle::UPPER) {
            write!(out, "\\u{unit:04X}")
        } else {
            write!(out, "\\u{unit:04x}")
        };
    }
}

fn xml_forms(text: &str, out: &mut BTreeSet<String>) {
    const DOUBLE: [&str; 4] = ["\"", "&quot;", "&#34;", "&#x22;"];
    const SINGLE: [&str; 5] = ["'", "&apos;", "&#39;", "&#039;", "&#x27;"];
    const GREATER: [&str; 2] = [">", "&gt;"];
    for double in DOUBLE {
        for single in SINGLE {
            for greater in GREATER {
                let once = xml(text, double, single, greater);
                out.insert(
                    once.replace('\t', "&#9;")
                        .replace('\n', "&#10;")
                        .replace('\r', "&#13;"),
                );
                out.insert(
                    once.replace('\t', "&#x9;")
                        .replace('\n', "&#xA;")
                        .replace('\r', "&#xD;"),
                );
                out.insert(once);
            }
        }
    }
}

fn xml(text: &str, double: &str, single: &str, greater: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str(greater),
            '"' => out.push_str(double),
            '\'' => out.push_str(single),
            _ => out.push(character),
        }
    }
    out
}
