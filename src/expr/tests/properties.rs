//! What holds for any input: nothing panics, arithmetic is exact, texts come back as they were.

use std::sync::Arc;

use proptest::prelude::*;

use super::{evaluate, variables};
use crate::expr::{Kind, Template};
use crate::source::{Node, Source, Span, Text, Yaml};

/// Words and symbols of the language, some of them wrong, in any order.
fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        "|",
        "+",
        "-",
        "*",
        "/",
        "//",
        "**",
        "%",
        "~",
        "==",
        "!=",
        "<",
        ">=",
        "=",
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "true",
        "none",
        "omit",
        "amount",
        "items",
        "customer",
        "missing",
        "not_given",
        "id",
        "defined",
        "default",
        "upper",
        "length",
        "now",
        "uuid",
        "fake",
        "company",
        "1",
        "0",
        "-1",
        "1.5",
        "1e400",
        "1e-400",
        "9999999999999999999999",
        "'a'",
        "\"b\"",
        "'",
        "\\",
        "$",
        "é",
        "😀",
        "\u{0}",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.join(" "))
}

fn node(text: &str) -> Node {
    Node {
        span: Span::new(0, text.len()),
        value: Yaml::String(Text {
            value: text.to_owned(),
            verbatim_at: Some(0),
        }),
    }
}

fn decode(text: &str) -> Result<Template, String> {
    let source: Arc<Source> = Source::new("t", "t", text);
    let mut problems = Vec::new();
    let template = Template::decode(&node(text), &source, &mut problems);
    match problems.first() {
        None => Ok(template),
        Some(problem) => Err(problem.message.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_a_value_or_an_error(text in any::<String>()) {
        let _ = evaluate(&text);
        if let Ok(template) = decode(&text) {
            let _ = template.render(&variables());
        }
    }

    #[test]
    fn any_tokens_are_a_value_or_an_error(text in soup()) {
        if let Err(problem) = evaluate(&text) {
            let place = problem.place.clone().unwrap();
            prop_assert!(place.span.end as usize <= text.len());
            prop_assert!(text.get(place.span.range()).is_some());
        }
        let _ = decode(&format!("a ${{{{ {text} }}}} b")).map(|template| template.references());
    }

    #[test]
    fn text_without_expressions_is_itself(text in "[^$]*") {
        let template = decode(&text).unwrap();
        prop_assert_eq!(template.as_literal().unwrap().as_str().unwrap(), text);
    }

    #[test]
    fn text_around_expressions_stays(before in "[^$]{0,20}", inside in "[^'\\\\]{0,20}", after in "[^$]{0,20}") {
        let text = format!("{before}${{{{ '{inside}' }}}}{after}");
        let template = decode(&text).unwrap();
        prop_assert_eq!(template.render_text(&variables()).unwrap(), format!("{before}{inside}{after}"));
        let is_expr = matches!(template.kind, Kind::Expr(_));
        prop_assert_eq!(is_expr, before.is_empty() && after.is_empty());
    }

    #[test]
    fn numbers_keep_their_text(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?") {
        prop_assert_eq!(evaluate(&text).unwrap(), text);
    }

    #[test]
    fn integers_compute_as_they_should(left in -1_000_000_000_000_i128..1_000_000_000_000, right in -1_000_000_000_000_i128..1_000_000_000_000) {
        let holds = |text: String| evaluate(&text).unwrap();
        prop_assert_eq!(holds(format!("{left} + {right}")), (left + right).to_string());
        prop_assert_eq!(holds(format!("{left} - {right}")), (left - right).to_string());
        prop_assert_eq!(holds(format!("{left} * {right}")), (left * right).to_string());
        prop_assert_eq!(holds(format!("{left} < {right}")), (left < right).to_string());
        prop_assert_eq!(holds(format!("{left} == {right}")), (left == right).to_string());
        if right != 0 {
            // Rounded down, and the remainder has the divisor's sign.
            let floor = left.div_euclid(right) - i128::from(right < 0 && left.rem_euclid(right) != 0);
            prop_assert_eq!(holds(format!("{left} // {right}")), floor.to_string());
            prop_assert_eq!(holds(format!("{left} % {right}")), (left - floor * right).to_string());
        }
    }

    #[test]
    fn cents_add_up(left in -10_000_000_i64..10_000_000, right in -10_000_000_i64..10_000_000) {
        let money = |cents: i64| {
            let sign = if cents < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
        };
        let sum = format!("{} + {} == {}", money(left), money(right), money(left + right));
        prop_assert_eq!(evaluate(&sum).unwrap(), "true");
        let rounded = evaluate(&format!("({} / 1000) | round(2)", money(left))).unwrap();
        let half = if left < 0 { -500 } else { 500 };
        prop_assert_eq!(evaluate(&format!("{rounded} == {}", money((left + half) / 1000))).unwrap(), "true");
    }

    #[test]
    fn slices_are_pythons(length in 0_i64..6, start in -8_i64..8, end in -8_i64..8) {
        let items: Vec<i64> = (0..length).collect();
        let bound = |at: i64| usize::try_from(if at < 0 { at + length } else { at }).unwrap_or(0).min(items.len());
        let expected = items.get(bound(start)..bound(end)).unwrap_or_default();
        prop_assert_eq!(
            evaluate(&format!("{items:?}[{start}:{end}]")).unwrap(),
            serde_json::to_string(expected).unwrap()
        );
    }
}
