//! Tests of paths: what they find, what is refused, and that nothing overflows.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn many(text: &str, document: &Value) -> Value {
    match path(text).find(document) {
        Found::Many(values) => values.into_iter().cloned().collect(),
        found => panic!("{text}: {found:?}"),
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_singular_path_gives_its_one_value() {
    let document = json!({"items": [{"id": 1}, {"id": 2}], "x-y": {"": null}});
    for (text, expected) in [
        ("$", &document),
        ("$.items[0].id", &json!(1)),
        ("$['items'][-1]['id']", &json!(2)),
        ("$[\"x-y\"]['']", &json!(null)),
        ("$ .items [ 0 ]", &json!({"id": 1})),
    ] {
        assert!(path(text).is_singular());
        assert_eq!(path(text).find(&document), Found::One(expected), "{text}");
        assert_eq!(path(text).missing(&document), None);
    }
}

#[test]
fn any_other_path_gives_a_list_whatever_its_size() {
    let document = json!({"items": [{"id": 1}, {"id": 2}]});
    for (text, expected) in [
        ("$.items[*].id", json!([1, 2])),
        ("$.items[?@.id == 2].id", json!([2])),
        ("$.items[?@.id == 3].id", json!([])),
        ("$..id", json!([1, 2])),
        ("$.items[0:1].id", json!([1])),
        ("$.none[*]", json!([])),
    ] {
        assert!(!path(text).is_singular());
        let missing = path(text).missing(&document).map(|missing| missing.path);
        let begins_nowhere = (text == "$.none[*]").then(|| "$.none".to_owned());
        assert_eq!(missing, begins_nowhere, "{text}");
        assert_eq!(many(text, &document), expected, "{text}");
    }
}

#[test]
fn what_is_missing_is_named_with_what_is_there() {
    let document = json!({
        "data": {"id": 1, "x-y": [], "one": {"k": 0}, "none": {}, "null": null, "on": true, "it's": "x"},
        "items": [{"id": 1}, {"id": 2}],
        "wide": {"a": 0, "b": 0, "c": 0, "d": 0, "e": 0, "f": 0, "g": 0, "h": 0, "i": 0, "j": 0},
    });
    for (text, message) in [
        (
            "$.item[0].id",
            "`$.item` does not exist; `$` has the keys `data`, `items` and `wide`",
        ),
        (
            "$.items[2].id",
            "`$.items[2]` does not exist; `$.items` is a list of 2 elements",
        ),
        (
            "$.items[-3]",
            "`$.items[-3]` does not exist; `$.items` is a list of 2 elements",
        ),
        (
            "$.items.id",
            "`$.items.id` does not exist; `$.items` is a list of 2 elements",
        ),
        (
            "$.items[0][0]",
            "`$.items[0][0]` does not exist; `$.items[0]` has the key `id`",
        ),
        (
            "$.data['x-y'][0].z",
            "`$.data['x-y'][0]` does not exist; `$.data['x-y']` is an empty list",
        ),
        (
            "$.data.none.a",
            "`$.data.none.a` does not exist; `$.data.none` is an empty object",
        ),
        (
            "$.data.null.a",
            "`$.data.null.a` does not exist; `$.data.null` is null",
        ),
        (
            "$.data.on.a",
            "`$.data.on.a` does not exist; `$.data.on` is a boolean",
        ),
        (
            "$.data.id.a",
            "`$.data.id.a` does not exist; `$.data.id` is a number",
        ),
        (
            "$.data[\"it's\"].a",
            "`$.data['it\\'s'].a` does not exist; `$.data['it\\'s']` is a string",
        ),
        (
            "$.wide.z",
            "`$.wide.z` does not exist; `$.wide` has the keys `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` and 2 more",
        ),
    ] {
        let missing = path(text).missing(&document).unwrap();
        assert_eq!(missing.to_string(), message);
        let Missing { nearest, keys, .. } = missing;
        assert_eq!(path(text).find(&document), Found::Missing { nearest, keys });
    }
    let missing = path("$.data.idd").missing(&document).unwrap();
    assert_eq!(missing.name.as_deref(), Some("idd"));
    assert_eq!(
        missing.keys,
        ["id", "x-y", "one", "none", "null", "on", "it's"]
    );
}

#[test]
fn filters_compare_numbers_exactly() {
    let document = value(
        r#"[{"n": 9007199254740993}, {"n": 9007199254740992}, {"n": 1234567890123456.78},
            {"n": 1.0}, {"n": 99999999999999999999}, {"n": 1e1000000000}, {"n": "1"}]"#,
    );
    for (filter, expected) in [
        ("@.n == 9007199254740993", "[9007199254740993]"),
        ("@.n == 1234567890123456.79", "[]"),
        ("@.n == 1234567890123456.78", "[1234567890123456.78]"),
        ("@.n == 1", "[1.0]"),
        (
            "@.n > 99999999999999999998",
            "[99999999999999999999, 1e1000000000]",
        ),
        ("@.n <= 1.00", "[1.0]"),
        ("@.n == $[3].n", "[1.0]"),
    ] {
        let found = many(&format!("$[?{filter}].n"), &document);
        assert!(
            super::super::equal(&found, &value(expected)),
            "{filter}: {found}"
        );
    }
}

#[test]
fn patterns_are_anchored_by_match_and_not_by_search() {
    let document =
        json!({"list": ["ab", "xab", "a\nb", "a\u{2028}b"], "pattern": "ab", "wrong": "("});
    for (filter, expected) in [
        ("match(@, 'a.?b')", json!(["ab", "a\u{2028}b"])),
        ("search(@, 'ab')", json!(["ab", "xab"])),
        ("match(@, 'x|ab')", json!(["ab"])),
        ("match(@, $.pattern)", json!(["ab"])),
        ("search(@, $.pattern)", json!(["ab", "xab"])),
        ("search(@, $.wrong)", json!([])),
    ] {
        assert_eq!(
            many(&format!("$.list[?{filter}]"), &document),
            expected,
            "{filter}"
        );
    }
}

#[test]
fn a_pattern_that_is_none_is_an_error_at_its_place() {
    let error = Path::parse("$[?match(@.a, 'a)(b')]").unwrap_err();
    assert_eq!(error.offset, 14);
    assert_eq!(
        error.message,
        "`a)(b` is not a valid pattern: unopened group"
    );
    let error = Path::parse("$[?search(@.a, '(?=x)')]").unwrap_err();
    assert!(error.message.contains("look-around"), "{error}");
    let error = Path::parse("$[?search(@.a, '\\\\p{L}{900}{900}')]").unwrap_err();
    assert!(error.message.contains("size limit"), "{error}");
}

#[test]
fn sizes_and_depths_are_bounded() {
    let nested = |depth: usize| format!("$[?{}@.a{}]", "(".repeat(depth), ")".repeat(depth));
    assert!(Path::parse(&nested(31)).is_ok());
    let error = Path::parse(&nested(32)).unwrap_err();
    assert_eq!(
        error.message,
        "brackets and parentheses are nested more than 32 deep"
    );
    assert!(Path::parse(&nested(2_000)).is_err());

    let filters = |depth: usize| format!("${}.a{}", "[?@".repeat(depth), "]".repeat(depth));
    assert!(Path::parse(&filters(6)).is_ok());
    let error = Path::parse(&filters(7)).unwrap_err();
    assert_eq!(error.message, "filters are nested more than 6 deep");

    let long = format!("$.{}", "a".repeat(4_095));
    assert!(Path::parse(&long[..4_096]).is_ok());
    let error = Path::parse(&long).unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.offset),
        ("the path is longer than 4096 bytes", 4_096)
    );
}

#[test]
fn an_evaluation_that_grows_beyond_its_document_is_stopped() {
    let document = json!([[1, 2], [3, 4]]);
    let doubling = path(&format!("${}", "[0,0]".repeat(40)));
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner, 2]));
    for (path, document) in [(&doubling, &deep), (&path("$..*..*..*"), &deep)] {
        let found = evaluate::values(&path.0.query, document, 10_000);
        assert_eq!(found, Err(evaluate::TooMuch));
    }
    let found = evaluate::values(&path("$..*").0.query, &document, 100);
    assert_eq!(found.unwrap().len(), 6);
}

/// A query from the root is the same for each node that a filter looks at, and is evaluated once.
#[test]
fn a_filter_that_asks_the_whole_document_costs_no_square() {
    let document: Value = (0..5_000).collect();
    let query = path("$[?count($..*) == 5000 && @ == 7]");
    let found = evaluate::values(&query.0.query, &document, 50_000).unwrap();
    assert_eq!(found, [&json!(7)]);
}

#[test]
fn deep_documents_are_no_danger() {
    let deep = (0..2_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    assert_eq!(many("$..*", &deep).as_array().unwrap().len(), 2_000);
}

#[test]
fn places_are_written_as_a_person_would() {
    let steps = |names: &[&str]| {
        names
            .iter()
            .map(|name| PathStep::Name((*name).to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(normalized(&[]), "$");
    assert_eq!(
        normalized(&steps(&["items", "x-y", "ü_1", "1a", ""])),
        "$.items['x-y'].ü_1['1a']['']"
    );
    assert_eq!(
        normalized(&steps(&["it's", "a\\b", "a\nb\u{1}"])),
        "$['it\\'s']['a\\\\b']['a\\nb\\u0001']"
    );
    assert_eq!(
        normalized(&[PathStep::Name("a".to_owned()), PathStep::Index(0)]),
        "$.a[0]"
    );
}

#[test]
fn values_can_be_left_out() {
    let document = json!({"id": 1, "at": "x", "items": [{"at": 1, "n": 1}, {"at": 2, "n": 2}, 3]});
    let without = |paths: &[&str]| {
        let paths: Vec<Path> = paths.iter().map(|text| path(text)).collect();
        super::without(&document, &paths)
    };
    assert_eq!(
        without(&["$..at", "$.none", "$.items[9]"]),
        json!({"id": 1, "items": [{"n": 1}, {"n": 2}, 3]})
    );
    assert_eq!(
        without(&["$.items[0]", "$.items[2]", "$.items[0].at"]),
        json!({"id": 1, "at": "x", "items": [{"at": 2, "n": 2}]})
    );
    assert_eq!(
        without(&["$.items[*]", "$.items[-1]"]),
        json!({"id": 1, "at": "x", "items": []})
    );
    assert_eq!(without(&["$"]), json!(null));
    assert_eq!(without(&[]), document);
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[abx-]{0,2}", inner), 0..4)
                .prop_map(|entries| entries.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn a_singular_path_agrees_with_the_engine(
        document in document(),
        steps in prop::collection::vec(prop_oneof!["\\.[ab]", "\\['[abx-]{0,2}'\\]", "\\[-?[1-3]\\]", "\\[0\\]"], 0..4),
    ) {
        let path = path(&format!("${}", steps.concat()));
        prop_assert!(path.is_singular());
        let located = path.locate(&document).unwrap();
        match path.find(&document) {
            Found::One(value) => {
                prop_assert_eq!(located.len(), 1);
                prop_assert!(std::ptr::eq(value, located[0].1));
            }
            Found::Missing { nearest, .. } => {
                prop_assert!(located.is_empty());
                let nearest = self::path(&nearest);
                prop_assert!(matches!(nearest.find(&document), Found::One(_)));
                let missing = self::path(&path.missing(&document).unwrap().path);
                let is_missing = matches!(missing.find(&document), Found::Missing { .. });
                prop_assert!(is_missing);
            }
            found => prop_assert!(false, "{:?}", found),
        }
    }

    #[test]
    fn every_place_leads_back_to_its_value(document in document()) {
        for (steps, value) in path("$..*").locate(&document).unwrap() {
            let path = path(&normalized(&steps));
            match path.find(&document) {
                Found::One(found) => prop_assert!(std::ptr::eq(found, value)),
                found => prop_assert!(false, "{}: {:?}", path, found),
            }
        }
    }

    #[test]
    fn no_text_is_a_danger(
        parts in prop::collection::vec(
            prop_oneof![
                "[-$.@*?!&|=<>(),:'\"\\\\ 0-9a-c]",
                prop::sample::select(vec![
                    "$", "$.", "..", "[?", "@.a", "['", "']", "[", "]", "(", ")", " == ", " && ", "||", "length(",
                    "match(@, 'a')", "count($..*)", "\\u00e9", "\\ud83d", "ü", "😀", "\u{0}", "1e5", "-0", "true", "x-y",
                    "[0]", "[1:2]", "[*]", " ", "\n", "items", ".0", "=~", "in ", "and ", "{", "}", "null", "[?@.a]",
                ]).prop_map(str::to_owned),
            ],
            0..12,
        ),
        rooted in any::<bool>(),
        document in document(),
    ) {
        let text = format!("{}{}", if rooted { "$" } else { "" }, parts.concat());
        match Path::parse(&text) {
            Ok(path) => {
                let _ = path.find(&document);
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.offset), "{}: {:?}", text, error);
                prop_assert!(!error.message.is_empty());
                let proposed = error.help.as_deref().and_then(|help| {
                    help.strip_prefix("write `$").and_then(|rest| rest.strip_suffix('`'))
                });
                if let Some(rest) = proposed.filter(|rest| rest.is_empty() || rest.starts_with(['.', '['])) {
                    let proposed = format!("${rest}");
                    let cured = Path::parse(&proposed);
                    // The rest of the line may have a mistake of its own, but not the same.
                    if let Err(second) = cured {
                        prop_assert_ne!(&proposed, &text);
                        prop_assert!(second != error, "{:?}: {:?}", text, error);
                    }
                }
            }
        }
    }
}

mod mistakes;
