//! What holds of matchers whatever the values.

use proptest::prelude::*;
use serde_json::json;

use super::response;
use crate::check::domain::Domain;
use crate::check::matchers::Matcher;
use crate::check::{Check, Evidence, Expect, OPERATORS, Subject, Verdict};
use crate::document::Decoder;
use crate::expr::testing::Variables;
use crate::source::{Folder, Place, Source, Span, parse};
use crate::value::{Path, Value};
use std::time::Duration;

fn any_json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,12})?"
            .prop_map(|text| serde_json::from_str(&text).unwrap()),
    ];
    let text = prop_oneof![
        ".{0,12}",
        Just("now".to_owned()),
        Just("2026-01-01T00:00:00Z".to_owned()),
        Just("12.50".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number,
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((".{0,6}", inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Evaluates `$: {operator: ${{ argument }}}` on a body.
fn verdict(operator: &str, argument: &Value, body: &Value) -> Option<Verdict> {
    let text = format!("{operator}: ${{{{ argument }}}}\n");
    let source = Source::new("case", "case", text);
    let (node, _) = parse(&source);
    let mut decoder = Decoder::new(&source, Folder::Embedded(&[]), "");
    let matcher = Matcher::decode(&node.unwrap(), &mut decoder, Domain::Json);
    if !decoder.problems.is_empty() {
        return None;
    }
    let place = Place::new(&source, Span::new(0, 1));
    let check = Check {
        place: place.clone(),
        subject: Subject::Path(Path::parse("$").unwrap()),
        matcher,
    };
    let expect = Expect {
        place,
        checks: vec![check],
    };
    let response = response(200, "", &[], body.to_string(), Duration::ZERO);
    let evidence = Evidence {
        response: Some(&response),
        ..Evidence::default()
    };
    let scope = Variables::new(&json!({ "argument": argument }).to_string());
    expect.evaluate(evidence, &scope).pop()
}

fn passes(operator: &str, argument: &Value, body: &Value) -> bool {
    matches!(verdict(operator, argument, body), Some(Verdict::Passed))
}

proptest! {
    #[test]
    fn a_value_equals_itself(value in any_json()) {
        prop_assert!(passes("eq", &value, &value));
        prop_assert!(!passes("ne", &value, &value));
        prop_assert!(passes("in", &json!([value]), &value));
    }

    #[test]
    fn eq_and_ne_are_opposites(left in any_json(), right in any_json()) {
        prop_assert_ne!(passes("eq", &left, &right), passes("ne", &left, &right));
        prop_assert_eq!(passes("eq", &left, &right), passes("eq", &right, &left));
        prop_assert_eq!(passes("not", &left, &right), passes("ne", &left, &right));
    }

    #[test]
    fn unordered_does_not_see_order(
        (list, shuffled) in prop::collection::vec(any_json(), 0..6)
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle()))
    ) {
        let (list, shuffled) = (Value::Array(list), Value::Array(shuffled));
        prop_assert!(passes("unordered", &list, &shuffled));
    }

    #[test]
    fn unordered_sees_one_element_more(list in prop::collection::vec(any_json(), 0..5), more in any_json()) {
        let mut longer = list.clone();
        longer.push(more);
        prop_assert!(!passes("unordered", &Value::Array(list), &Value::Array(longer)));
    }

    #[test]
    fn order_is_total_on_numbers(left in any::<i64>(), right in any::<i64>()) {
        let (left, right) = (Value::from(left), Value::from(right));
        prop_assert_ne!(passes("lt", &right, &left), passes("gte", &right, &left));
        prop_assert_ne!(passes("gt", &right, &left), passes("lte", &right, &left));
    }

    /// Nothing is asked but that there is a verdict at all.
    #[test]
    fn no_operator_panics(argument in any_json(), body in any_json(), which in 0..OPERATORS.len()) {
        let _ = verdict(OPERATORS[which].name, &argument, &body);
    }
}
