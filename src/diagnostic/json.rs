//! Diagnostics for machines: as JSON, each with its file and range.

use serde::{Serialize, Serializer};

use super::{Diagnostic, Severity};
use crate::source::{Place, Position};

/// The diagnostics as a JSON array, one on each line.
#[must_use]
pub fn json(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics
        .iter()
        // Strings, numbers and lists of them; nothing in it can fail.
        .filter_map(|diagnostic| serde_json::to_string(diagnostic).ok())
        .collect();
    if lines.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// How a diagnostic reads in JSON, here and in the event stream.
#[derive(Serialize)]
struct Fields<'a> {
    /// The file's name in every output; absent where the problem has no place.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
    severity: Severity,
    code: &'a str,
    message: &'a str,
    /// What stands at the range, in a few words.
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    /// Other places that explain this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also<'a>>,
    notes: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct Also<'a> {
    file: &'a str,
    range: Range,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
}

/// Lines and columns count from 1, columns in characters; `end` is behind the last character.
#[derive(Serialize)]
struct Range {
    start: At,
    end: At,
}

#[derive(Serialize)]
struct At {
    line: usize,
    column: usize,
}

impl From<Position> for At {
    fn from(Position { line, column }: Position) -> Self {
        Self { line, column }
    }
}

impl Range {
    fn of(place: &Place) -> Self {
        Self {
            start: place.start().into(),
            end: place.end().into(),
        }
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let also = self.also.iter().map(|(place, label)| Also {
            file: &place.source.name,
            range: Range::of(place),
            label,
        });
        Fields {
            file: self.place.as_ref().map(|place| place.source.name.as_str()),
            range: self.place.as_ref().map(Range::of),
            severity: self.severity,
            code: self.code,
            message: &self.message,
            label: &self.label,
            also: also.collect(),
            notes: &self.notes,
            help: &self.help,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, scenario, source};
    use super::*;

    #[test]
    fn each_diagnostic_is_a_line_with_its_place() {
        let other = source("b.yaml", "a: 1\nb: 世 x\n");
        let scenario = scenario();
        let diagnostics = [
            Diagnostic::error("status", "expected \"201\"")
                .at(at(&scenario, "201 }\n"))
                .label("here")
                .also(at(&other, "x"), "there")
                .note("body: {}")
                .help("look")
                .help("again"),
            Diagnostic::warning("odd", "no place"),
        ];
        let expected = concat!(
            "[\n",
            r#"{"file":"scenarios/a.scenario.yaml","range":{"start":{"line":5,"column":23},"end":{"line":6,"column":1}},"#,
            r#""severity":"error","code":"status","message":"expected \"201\"","label":"here","#,
            r#""also":[{"file":"b.yaml","range":{"start":{"line":2,"column":6},"end":{"line":2,"column":7}},"label":"there"}],"#,
            r#""notes":["body: {}"],"help":["look","again"]}"#,
            ",\n",
            r#"{"severity":"warning","code":"odd","message":"no place","notes":[],"help":[]}"#,
            "\n]\n",
        );
        assert_eq!(json(&diagnostics), expected);
        assert_eq!(json(&[]), "[]\n");
    }
}
