//! The public JSONPath compliance suite (RFC 9535): every case, through the program's own `Path`.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

use std::path::PathBuf;

use probity::value::{Found, Path, Value, equal, normalized};

const CASES: usize = 703;

/// The suite is shared test data and not part of the project: it stands beside the project's folder, or above.
fn suite() -> Option<Value> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("shared/data/jsonpath-cts.json"))
        .find(|file| file.is_file())?;
    let text = std::fs::read_to_string(file).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_case_of_the_compliance_suite_passes() {
    let Some(suite) = suite() else {
        println!("skipped: there is no shared/data/jsonpath-cts.json beside the project");
        return;
    };
    let cases = suite["tests"].as_array().unwrap();
    assert_eq!(cases.len(), CASES);
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let problem = check(case).err()?;
            Some(format!(
                "{} ({}): {problem}",
                case["name"], case["selector"]
            ))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Value) -> Result<(), String> {
    let selector = case["selector"].as_str().unwrap();
    let parsed = Path::parse(selector);
    if case["invalid_selector"] == true {
        return match parsed {
            Ok(_) => Err("accepted, though it is invalid".to_owned()),
            Err(error) if error.offset > selector.len() => Err("offset outside".to_owned()),
            Err(error) if !selector.is_char_boundary(error.offset) => {
                Err("offset within a character".to_owned())
            }
            Err(_) => Ok(()),
        };
    }
    let path = parsed.map_err(|error| format!("{error} at {}", error.offset))?;
    let document = &case["document"];
    let found = values(&path, document);
    let found_list = Value::Array(found.iter().map(|value| (*value).clone()).collect());
    if !one_of(case, "result", "results", |list| equal(list, &found_list)) {
        return Err(format!("found {found_list}"));
    }
    let located = path.locate(document).unwrap();
    let same = located.len() == found.len()
        && found
            .iter()
            .zip(&located)
            .all(|(found, (_, located))| std::ptr::eq(*found, *located));
    if !same {
        return Err("finds other values with their places than without".to_owned());
    }
    let places: Vec<String> = located.iter().map(|(steps, _)| normalized(steps)).collect();
    if !one_of(case, "result_paths", "results_paths", |list| {
        let wanted: Vec<String> = strings(list)
            .map(|text| rewritten(text, document))
            .collect();
        wanted == places
    }) {
        return Err(format!("places {places:?}"));
    }
    Ok(())
}

/// What a path finds, whether it is singular or not.
fn values<'a>(path: &Path, document: &'a Value) -> Vec<&'a Value> {
    match path.find(document) {
        Found::One(value) => {
            assert!(path.is_singular());
            vec![value]
        }
        Found::Missing { .. } => {
            assert!(path.is_singular());
            Vec::new()
        }
        Found::Many(values) => {
            assert!(!path.is_singular());
            values
        }
        Found::TooMuch { .. } => panic!("{path} visits too much"),
    }
}

/// Whether the case's one answer, or one of its several, is right. Orders of object members are not fixed by the standard.
fn one_of(case: &Value, one: &str, several: &str, right: impl Fn(&Value) -> bool) -> bool {
    match (case.get(one), case.get(several)) {
        (Some(answer), _) => right(answer),
        (None, Some(answers)) => answers.as_array().unwrap().iter().any(right),
        (None, None) => panic!("{}: no {one} and no {several}", case["name"]),
    }
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
}

/// The suite's normalized path `$['a'][0]` as this program writes it: `$.a[0]`. The path is read back to compare the
/// places themselves, not the brackets.
fn rewritten(text: &str, document: &Value) -> String {
    let located = Path::parse(text).unwrap().locate(document).unwrap();
    normalized(&located[0].0)
}
