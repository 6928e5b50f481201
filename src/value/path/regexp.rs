//! Patterns of `match()` and `search()`: I-Regexp (RFC 9485) by way of the `regex` crate, which runs in linear time.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// Compiled patterns above this many bytes are refused.
const MAX_SIZE: usize = 1 << 20;

/// Compiles a pattern; `whole` is for `match()`, which the whole text has to match. The error is one line.
pub(super) fn compile(pattern: &str, whole: bool) -> Result<Arc<Regex>, String> {
    let translated = translate(pattern);
    // Compiled alone first: `a)(b` is wrong even if it becomes right inside a group.
    let alone = build(&translated)?;
    if !whole {
        return Ok(Arc::new(alone));
    }
    build(&format!(r"\A(?:{translated})\z")).map(Arc::new)
}

fn build(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_SIZE)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            let line = text.lines().last().unwrap_or("it does not compile");
            line.trim_start_matches("error: ").to_owned()
        })
}

/// In I-Regexp a dot is any character but line feed and carriage return; in `regex` but line feed only.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut in_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                out.push(character);
                out.extend(characters.next());
                continue;
            }
            '.' if !in_class => {
                out.push_str(r"[^\n\r]");
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        out.push(character);
    }
    out
}
