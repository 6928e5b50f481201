//! Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request.

use super::escape::escaped;
use super::{Diagnostic, Severity};

/// GitHub shows this many annotations of a kind for each step, and drops the rest without a word.
const SHOWN: usize = 10;

/// A workflow command a line. Of more than ten of a severity, nine are given, and one that says how many more there are.
#[must_use]
pub fn github(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for (severity, command) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of_kind: Vec<_> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .collect();
        let given = if of_kind.len() > SHOWN {
            SHOWN - 1
        } else {
            of_kind.len()
        };
        for diagnostic in &of_kind[..given] {
            text.push_str(&annotation(command, diagnostic));
            text.push('\n');
        }
        let more = of_kind.len() - given;
        if more > 0 {
            text.push_str(&format!(
                "::{command}::and {more} more {command}s, see the log\n"
            ));
        }
    }
    text
}

fn annotation(command: &str, diagnostic: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        let (start, end) = (place.start(), place.end());
        properties.push(format!("file={}", property(&place.source.name)));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // Columns are for what lies within one line; with several lines GitHub refuses them.
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code)));
    format!(
        "::{command} {}::{}",
        properties.join(","),
        data(&diagnostic.plain_text())
    )
}

/// Text as the message of a command.
fn data(text: &str) -> String {
    escaped(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
