//! Command lines and outputs as transcripts write them: what differs from run to run is replaced by names.

use std::path::Path;

use regex::Regex;

/// The words of a command line; single quotes keep one together.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted, mut word) = (Vec::new(), false, None::<String>);
    for character in line.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

/// The text without what differs from run to run.
pub fn normal(text: &str, root: &Path) -> String {
    let text = text.replace(&root.display().to_string(), "[ROOT]");
    let rules = [
        (r"\[( *|> *)\d+\.\d+s\]", "[TIME]"),
        (r"(?m)^  run [0-9a-f]{4} ", "  run [ID] "),
        (r"(?m)^# run [0-9a-f]{4},", "# run [ID],"),
        (r"\b\d+(\.\d+)? (ms|s|µs)\b", "[TIME]"),
        (
            r#"name="run" value="[0-9a-f]{4}""#,
            r#"name="run" value="[ID]""#,
        ),
        (r"\bdate: .* GMT", "date: [DATE]"),
        (r#"time="[0-9.]+""#, r#"time="[TIME]""#),
        (r#"timestamp="[^"]+""#, r#"timestamp="[TIME]""#),
        (r#"hostname="[^"]*""#, r#"hostname="[HOST]""#),
    ];
    rules.iter().fold(text, |text, (pattern, replacement)| {
        let pattern = Regex::new(pattern).expect("a valid pattern");
        pattern.replace_all(&text, *replacement).into_owned()
    })
}
