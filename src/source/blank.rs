//! Texts that were meant as a map: `key:value` without the blank after the colon by which YAML tells a key.

use super::{Node, Yaml};

/// The first entry of a text that was likely meant as a map, as it is written with its blank: `a: 1` for `a:1`.
#[must_use]
pub fn meant_as_entry(text: &str) -> Option<String> {
    let (key, after) = text.split_once(':')?;
    let is_key = |c: char| c.is_alphanumeric() || "_-.$[]*".contains(c);
    let mut letters = key.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || "_$".contains(c));
    let value = after.trim_start_matches(is_odd_blank);
    // A blank or nothing after the colon is YAML's business, and `//` that of a URL.
    if !begins || !letters.all(is_key) || value.starts_with([' ', '/', ':']) || value.is_empty() {
        return None;
    }
    let others = value.split([' ', '\n']).skip(1);
    let only = others.clone().all(|word| meant_as_entry(word).is_none());
    let end = value
        .find([' ', '\n'])
        .filter(|_| !only)
        .unwrap_or(value.len());
    Some(format!("{key}: {}", &value[..end]))
}

/// What looks like a blank and is none to YAML.
fn is_odd_blank(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii()
}

/// How a text that stands where a map is expected is written, if it was meant as one.
#[must_use]
pub fn entry_help(text: &str) -> Option<String> {
    let entry = meant_as_entry(text)?;
    let what = if text.contains(is_odd_blank) {
        "what follows the colon is no plain blank"
    } else {
        "a blank is missing after the colon"
    };
    Some(format!("{what}: write `{entry}`"))
}

impl Node {
    /// As [`entry_help`], of a text without quotes that is nothing but such entries, each on a line of its own.
    #[must_use]
    pub fn entries_help(&self, source: &str) -> Option<String> {
        let Yaml::String(text) = &self.value else {
            return None;
        };
        let written = source.get(self.span.range())?;
        let mut lines = written
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let quoted = written.starts_with(['\'', '"', '|', '>']);
        let all = !quoted && lines.all(|line| meant_as_entry(line).is_some());
        all.then(|| entry_help(&text.value))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_blank_is_seen() {
        for (text, expected) in [
            ("a:1", Some("a: 1")),
            ("a:1 b:2", Some("a: 1")),
            ("name:Ada Lovelace", Some("name: Ada Lovelace")),
            ("http:\u{a0}GET /a", Some("http: GET /a")),
            ("$.a:1", Some("$.a: 1")),
            ("https://example.com", None),
            ("13:00", None),
            ("a: 1", None),
            ("a text: of words", None),
            ("a::b", None),
            ("a:", None),
            ("", None),
        ] {
            assert_eq!(meant_as_entry(text).as_deref(), expected, "{text}");
        }
    }
}
