//! The event stream, and the schema that describes it: neither may say what the other doesn't.

use std::collections::BTreeSet;

use probity::event::{Event, Outcome};
use serde_json::{Map, Value};

use crate::sample;
use crate::{assert_matches_file, written};

const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn lines(events: Vec<Event>) -> Vec<Value> {
    let text = written("json", events);
    assert!(text.ends_with('\n'));
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// A run in which everything happens that the schema has a word for.
fn events() -> Vec<Event> {
    let mut events = sample::everything();
    for event in &mut events {
        if let Event::Run(run) = event {
            run.shard = Some("1/2".to_owned());
        }
        if let Event::StepFinished(finished) = event {
            let record = sample::failed(&finished.case, 5).steps.remove(1);
            finished.record = record;
            finished.record.note = Some("a note".to_owned());
        }
    }
    let retried = sample::case(10, "scenarios/r.scenario.yaml", "retried", None);
    let mut all = sample::failed(&retried, 1000);
    all.reason = Some("a reason".to_owned());
    all.cleanup_problems.clone_from(&all.problems);
    all.warnings.clone_from(&all.problems);
    all.earlier.push(probity::event::Attempt {
        attempt: 1,
        outcome: Outcome::Failed,
        duration: sample::at(1),
        problems: all.problems.clone(),
    });
    events.insert(events.len() - 1, Event::Retrying(Box::new(all)));
    events
}

/// Every object schema in the document, with where it stands.
fn objects(schema: &mut Value, at: &str, visit: &mut dyn FnMut(&str, &mut Map<String, Value>)) {
    match schema {
        Value::Object(map) if map.contains_key("properties") => visit(at, map),
        Value::Object(map) => {
            for (key, value) in map {
                objects(value, &format!("{at}/{key}"), visit);
            }
        }
        Value::Array(items) => {
            for item in items {
                objects(item, at, visit);
            }
        }
        _ => {}
    }
}

#[test]
fn every_event_is_as_the_schema_says_and_has_nothing_more() {
    let mut schema = schema();
    objects(&mut schema, "", &mut |_, object| {
        object.insert("additionalProperties".to_owned(), Value::Bool(false));
    });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let kinds: BTreeSet<String> = lines(events())
        .iter()
        .map(|line| {
            let kind = line["event"].as_str().unwrap();
            // The error of the one schema that is meant says what is wrong; that of `oneOf` doesn't.
            let mut one = schema.clone();
            one["oneOf"] = serde_json::json!([{"$ref": format!("#/$defs/{kind}")}]);
            let one = serde_json::json!({"$ref": format!("#/$defs/{kind}"), "$defs": one["$defs"]});
            let problems: Vec<String> = jsonschema::draft202012::new(&one)
                .unwrap()
                .iter_errors(line)
                .map(|error| error.to_string())
                .collect();
            assert!(problems.is_empty(), "{problems:#?} in {line:#}");
            assert!(validator.is_valid(line));
            kind.to_owned()
        })
        .collect();
    assert_eq!(kinds.len(), schema["oneOf"].as_array().unwrap().len());
}

#[test]
fn every_property_is_described_and_occurs() {
    let text = written("json", events());
    let mut schema = schema();
    objects(&mut schema, "", &mut |at, object| {
        assert!(object.contains_key("description"), "{at}");
        for (name, property) in object["properties"].as_object().unwrap() {
            let described = property["description"].as_str().unwrap_or_default();
            assert!(described.ends_with('.'), "{at} {name}");
            assert!(
                text.contains(&format!("\"{name}\":")),
                "{at} {name} never occurs"
            );
        }
    });
}

#[test]
fn the_stream_is_exactly_so() {
    assert_matches_file("events.jsonl", &written("json", sample::everything()));
}

#[test]
fn times_are_seconds_with_six_decimals_and_bytes_survive() {
    let lines = lines(sample::everything());
    let text = written("json", sample::everything());
    assert!(text.contains("\"at\":0.001000"));
    let nasty = lines
        .iter()
        .filter_map(|line| line["steps"][0]["exchanges"][0]["response_body"].as_str())
        .find(|body| *body == sample::NASTY);
    assert!(nasty.is_some());
}
