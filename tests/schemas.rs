//! The checked-in schemas are those that the program prints, and hold for the files of the packs.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't read its files has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use probity::document::plain_value;
use probity::schemas;
use probity::source::{Source, parse};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The schema that is for a file, by its name and place.
fn kind_of(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?.file_name()?.to_str()?;
    match name {
        "pack.yaml" => Some("pack"),
        "emulator.yaml" => Some("emulator"),
        _ if name.ends_with(".scenario.yaml") => Some("scenario"),
        _ if folder == "actions" => Some("action"),
        _ => None,
    }
}

fn validator(name: &str) -> jsonschema::Validator {
    let kind = schemas::ALL.iter().find(|kind| kind.name == name).unwrap();
    jsonschema::validator_for(&schemas::schema(kind)).unwrap()
}

fn yaml(text: &str) -> Value {
    let (node, problems) = parse(&Source::new("test.yaml", "", text));
    assert!(problems.is_empty(), "{problems:?}");
    plain_value(&node.unwrap())
}

#[test]
fn checked_in_schemas_are_up_to_date() {
    for kind in schemas::ALL {
        let path = root().join(format!("schemas/{}.schema.json", kind.name));
        let stale = format!(
            "`{0}` is stale: run `cargo run -- schema {1} > schemas/{1}.schema.json`",
            path.display(),
            kind.name
        );
        assert_eq!(
            fs::read_to_string(&path).unwrap_or_default(),
            schemas::text(kind),
            "{stale}"
        );
    }
}

#[test]
fn the_packs_files_hold_to_their_schemas() {
    let mut found = Vec::new();
    files(&root().join("scenarios"), &mut found);
    let mut checked = 0;
    for path in found {
        let Some(kind) = kind_of(&path) else { continue };
        let value = yaml(&fs::read_to_string(&path).unwrap());
        let errors: Vec<String> = validator(kind)
            .iter_errors(&value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        checked += 1;
    }
    assert!(checked > 10, "only {checked} files were checked");
}

#[test]
fn what_the_decoders_refuse_the_schema_refuses_too() {
    let scenario = validator("scenario");
    let wrong = [
        "scenarios: { a: { steps: [{ htp: GET / }] } }",
        "scenaros: {}",
        "scenarios: { a: { steps: [{ wait: 5 }] } }",
        "scenarios: { a: { steps: [{ http: GET /, expect: { statu: 200 } }] } }",
        "scenarios: { a: { steps: [{ http: GET /, expect: { $.a: { equals: 1 } } }] } }",
    ];
    for text in wrong {
        assert!(!scenario.is_valid(&yaml(text)), "{text}");
    }
    assert!(scenario.is_valid(&yaml("scenarios: { a: { steps: [{ wait: 5s }] } }")));
}

#[test]
fn every_key_has_a_description() {
    for kind in schemas::ALL {
        let schema = schemas::schema(kind);
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            for (key, value) in definition["properties"].as_object().into_iter().flatten() {
                let described = value["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty());
                assert!(described, "`{key}` of {name} in {}", kind.name);
            }
        }
    }
}
