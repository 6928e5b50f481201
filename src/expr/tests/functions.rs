//! The table of functions: every example holds, and what is random stays the same for a seed.

use std::collections::HashSet;

use super::{parse, variables};
use crate::expr::testing::Variables;
use crate::expr::{Usage, functions, reserved_words};

fn text(expression: &str, scope: &Variables) -> String {
    let mut text = String::new();
    let expr = parse(expression).unwrap_or_else(|problem| panic!("{expression}: {problem:?}"));
    match expr.write_text(scope, &mut text) {
        Ok(_) => text,
        Err(problem) => panic!("{expression}: {problem:?}"),
    }
}

#[test]
fn every_example_gives_what_it_says() {
    let mut wrong = Vec::new();
    for function in functions() {
        let (expression, expected) = function.example;
        let found = text(expression, &variables().with_outside());
        if found != expected {
            wrong.push(format!("{expression}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_complete_and_unambiguous() {
    for function in functions() {
        let twins = functions().iter().filter(|other| {
            other.name == function.name
                && (other.usage == Usage::Test) == (function.usage == Usage::Test)
        });
        assert_eq!(twins.count(), 1, "{}", function.name);
        assert!(function.doc.ends_with('.'), "{}", function.name);
        assert!(
            function.example.0.contains(function.name),
            "{}",
            function.name
        );
        let has_subject = !function.parameters.is_empty() || function.usage == Usage::Function;
        assert!(has_subject, "{}", function.name);
    }
}

#[test]
fn signatures_read_as_they_are_written() {
    let of = |name: &str| {
        let found = functions().iter().find(|function| function.name == name);
        found.unwrap().signature()
    };
    assert_eq!(of("uuid"), "uuid()");
    assert_eq!(of("now"), "now(offset='', format='')");
    assert_eq!(of("base64"), "base64(text)");
    assert_eq!(of("default"), "value | default(fallback)");
    assert_eq!(of("join"), "list | join(separator='')");
    assert_eq!(of("env"), "env(name, default?)");
    assert_eq!(of("odd"), "value is odd");
    assert_eq!(of("divisibleby"), "value is divisibleby(divisor)");
}

#[test]
fn a_stream_goes_on_and_a_seed_repeats() {
    let scope = variables();
    let (first, second) = (text("uuid()", &scope), text("uuid()", &scope));
    assert_ne!(first, second);
    assert_eq!(text("uuid()", &variables()), first);
}

#[test]
fn made_up_data_has_its_shape() {
    let scope = variables();
    let cases = [
        (
            "uuid()",
            r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        ),
        ("ulid()", "^01KDVDNA00[0-9A-HJKMNP-TV-Z]{16}$"),
        ("ksuid('cus_')", "^cus_[0-9A-Za-z]{27}$"),
        ("random_string(22)", "^[0-9A-Za-z]{22}$"),
        ("random_string(0)", "^$"),
        ("random_int(-2, 2)", "^(-[12]|[012])$"),
        ("fake.name()", "^[A-Z][a-z]+ [A-Z][a-z]+$"),
        ("fake.company()", "^[A-Z][a-z]+ [A-Z][a-z]+ [A-Za-z]+$"),
        (
            "fake.email()",
            r"^[a-z]+\.[a-z]+\.[a-z]{2}[0-9]{4}@example\.com$",
        ),
        ("fake.phone()", r"^\+1[2-7][0-9]{2}55501[0-9]{2}$"),
        ("fake.street()", "^[1-9][0-9]* [A-Z][a-z]+ [A-Z][a-z]+$"),
        ("fake.state()", "^[A-Z]{2}$"),
        ("fake.postcode()", "^[0-9]{5}$"),
        ("fake.country_code()", "^[A-Z]{2}$"),
        ("fake.tax_id()", "^[1-8][0-9]{8}$"),
        ("fake.url()", r"^https://[a-z]+-[a-z]+\.example\.com$"),
        (
            "fake.date_of_birth()",
            r"^(19[5-9][0-9]|2000)-[01][0-9]-[0-3][0-9]$",
        ),
    ];
    for (expression, shape) in cases {
        let shape = regex::Regex::new(shape).unwrap();
        for _ in 0..50 {
            let made = text(expression, &scope);
            assert!(shape.is_match(&made), "{expression}: {made}");
        }
    }
}

#[test]
fn an_iban_has_right_check_digits() {
    let scope = variables();
    for _ in 0..100 {
        let iban = text("fake.iban()", &scope);
        let account = format!("{}{}", &iban[4..], &iban[..4]);
        let remainder = account.chars().fold(0, |remainder, c| {
            let value = c.to_digit(36).unwrap();
            (remainder * if value > 9 { 100 } else { 10 } + value) % 97
        });
        assert_eq!((iban.len(), remainder), (22, 1), "{iban}");
    }
}

#[test]
fn the_clock_is_the_scenarios() {
    let scope = variables();
    let cases = [
        ("now()", "2026-01-01T00:00:00.000Z"),
        ("now('+1h')", "2026-01-01T01:00:00.000Z"),
        ("now('-1d')", "2025-12-31T00:00:00.000Z"),
        ("now('+250ms')", "2026-01-01T00:00:00.250Z"),
        ("now('-1d', '%Y-%m-%d')", "2025-12-31"),
        ("now(format='%H:%M:%S %z')", "00:00:00 +0000"),
        ("now(format='unix')", "1767225600"),
        ("now('+1s', 'unix_ms')", "1767225601000"),
        ("now(format='unix') is integer", "true"),
    ];
    for (expression, expected) in cases {
        assert_eq!(text(expression, &scope), expected, "{expression}");
    }
}

#[test]
fn identifiers_sort_by_time() {
    let scope = variables();
    for expression in ["ulid()", "ksuid()"] {
        let made: Vec<String> = (0..5)
            .map(|_| {
                scope.clock().advance(std::time::Duration::from_secs(1));
                text(expression, &scope)
            })
            .collect();
        assert!(made.is_sorted(), "{made:?}");
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), 5);
    }
}

#[test]
fn words_and_names_in_scope_are_reserved() {
    for word in ["true", "omit", "case", "steps", "if", "fake", "null"] {
        assert!(reserved_words().contains(&word), "{word}");
    }
    assert!(!reserved_words().contains(&"company"));
}
