//! Diagnostics as SARIF 2.1.0, which code-scanning services read.

use serde_json::{Value, json};

use super::{Diagnostic, Repository, Severity};
use crate::source::Place;

/// A SARIF log of one run.
#[must_use]
pub fn sarif(diagnostics: &[Diagnostic], repository: &Repository) -> String {
    let mut codes: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| result(diagnostic, &codes, repository))
        .collect();
    let rules: Vec<_> = codes.iter().map(|code| json!({ "id": code })).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": env!("CARGO_PKG_NAME"),
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(diagnostic: &Diagnostic, codes: &[&str], repository: &Repository) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": level,
        "message": { "text": diagnostic.plain_text() },
        "locations": diagnostic.place.iter().map(|place| location(place, repository)).collect::<Vec<_>>(),
    });
    if !diagnostic.also.is_empty() {
        let related = diagnostic
            .also
            .iter()
            .enumerate()
            .map(|(id, (place, label))| {
                let mut related = location(place, repository);
                related["id"] = json!(id + 1);
                if !label.is_empty() {
                    related["message"] = json!({ "text": label });
                }
                related
            });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(place: &Place, repository: &Repository) -> Value {
    let (start, end) = (place.start(), place.end());
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&repository.name(&place.source.name)) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    })
}

/// A file's name as a relative URI.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.extend(format!("%{byte:02X}").chars());
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, scenario, source};
    use super::*;

    #[test]
    fn a_log_has_its_rules_results_and_places() {
        let odd = source("a b/ü:1.yaml", "a: 1\n");
        let scenario = scenario();
        let diagnostics = [
            Diagnostic::error("status", "expected 201")
                .at(at(&scenario, "201"))
                .also(at(&odd, "1"), "there")
                .also(at(&odd, "a"), "")
                .help("look"),
            Diagnostic::warning("odd", "no place"),
        ];
        let log: Value =
            serde_json::from_str(&sarif(&diagnostics, &Repository::default())).unwrap();
        let region = |line: u32, start: u32, end: u32| json!({ "startLine": line, "startColumn": start, "endLine": line, "endColumn": end });
        let expected = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "probity",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": [{ "id": "odd" }, { "id": "status" }],
                } },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": "status",
                        "ruleIndex": 1,
                        "level": "error",
                        "message": { "text": "expected 201\nhelp: look" },
                        "locations": [{ "physicalLocation": {
                            "artifactLocation": { "uri": "scenarios/a.scenario.yaml" },
                            "region": region(5, 23, 26),
                        } }],
                        "relatedLocations": [
                            {
                                "id": 1,
                                "message": { "text": "there" },
                                "physicalLocation": {
                                    "artifactLocation": { "uri": "a%20b/%C3%BC%3A1.yaml" },
                                    "region": region(1, 4, 5),
                                },
                            },
                            {
                                "id": 2,
                                "physicalLocation": {
                                    "artifactLocation": { "uri": "a%20b/%C3%BC%3A1.yaml" },
                                    "region": region(1, 1, 2),
                                },
                            },
                        ],
                    },
                    {
                        "ruleId": "odd",
                        "ruleIndex": 0,
                        "level": "warning",
                        "message": { "text": "no place" },
                        "locations": [],
                    },
                ],
            }],
        });
        assert_eq!(log, expected);
    }
}
