//! Tests of exact decimals, by tables and against a reference.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use super::*;
use crate::value::DecimalError;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

fn hash(decimal: &Decimal) -> u64 {
    let mut hasher = DefaultHasher::new();
    decimal.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn only_json_grammar_is_a_number() {
    for text in ["0", "-0", "1", "-1.50", "1e5", "1E+5", "0.1e-7", "100.10"] {
        assert_eq!(number_from_text(text).unwrap().as_str(), text);
        assert!(Decimal::parse(text).is_some(), "{text}");
    }
    for text in [
        "", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "0x1F", "1_000", "inf", "NaN",
        " 1", "1 ", "1e5.0", "--1", "1-", "١",
    ] {
        assert!(number_from_text(text).is_none(), "{text}");
        assert!(Decimal::parse(text).is_none(), "{text}");
    }
}

#[test]
fn equal_numbers_are_equal_however_they_are_written() {
    for (left, right) in [
        ("1", "1.0"),
        ("1", "1e0"),
        ("100", "1e2"),
        ("0", "-0"),
        ("0", "0.000"),
        ("0", "0e99999999999999999999999999"),
        ("0.001", "1E-3"),
        ("1000000e1000000000", "1e1000000006"),
    ] {
        let (left, right) = (decimal(left), decimal(right));
        assert_eq!(left, right);
        assert_eq!(hash(&left), hash(&right), "{left} {right}");
    }
}

#[test]
fn money_and_long_integers_are_told_apart() {
    assert_ne!(
        decimal("1234567890123456.78"),
        decimal("1234567890123456.79")
    );
    assert!(decimal("99999999999999999999") < decimal("100000000000000000000"));
    assert!(decimal("9007199254740993") > decimal("9007199254740992"));
    assert!(decimal("-0.25") < decimal("-0.24"));
}

#[test]
fn numbers_of_a_response_are_sent_again_as_they_were() {
    let text =
        r#"{"a":-0.25,"b":100.10,"c":1234567890123456.78,"d":99999999999999999999,"e":1.0,"f":-0}"#;
    let value: crate::value::Value = serde_json::from_str(text).unwrap();
    assert_eq!(value.to_string(), text);
    assert_eq!(
        Decimal::from_number(value["b"].as_number().unwrap()).to_string(),
        "100.10"
    );
}

#[test]
fn hostile_exponents_cost_nothing() {
    let huge = decimal("1e1000000000");
    assert!(huge > decimal("1"));
    assert!(huge.neg() < decimal("-1"));
    assert!(decimal("1e-1000000000") > decimal("0"));
    assert!(decimal("1e-1000000000") < decimal("1e-999999999"));
    assert!(decimal(&format!("1e{}", "9".repeat(100_000))) > huge);
    assert!(huge.is_integer());
    assert!(!decimal("1e-1000000000").is_integer());
    assert_eq!(huge.to_i64(), None);
    assert_eq!(huge.to_string(), "1e1000000000");
    assert_eq!(decimal("-12.5e-1000000000").to_string(), "-1.25e-999999999");
    assert!(huge.to_f64().is_infinite());
    assert_eq!(huge.add(&decimal("1")), Err(DecimalError::TooLarge));
    assert_eq!(huge.mul(&decimal("0")), Err(DecimalError::TooLarge));
    assert_eq!(decimal("10").pow(i64::MAX), Err(DecimalError::TooLarge));
    assert_eq!(decimal("10").pow(i64::MIN), Err(DecimalError::TooLarge));
    assert_eq!(decimal("-1").pow(i64::MAX), Ok(decimal("-1")));
}

#[test]
fn the_text_is_plain_and_keeps_its_places() {
    for (text, shown) in [
        ("100.10", "100.10"),
        ("-0.25", "-0.25"),
        ("1e3", "1000"),
        ("1.50e-3", "0.00150"),
        ("-0", "0"),
        ("0.00", "0.00"),
        ("0e5", "0"),
        ("12e0", "12"),
    ] {
        assert_eq!(decimal(text).to_string(), shown);
        assert_eq!(decimal(text).to_number().as_str(), shown);
    }
}

#[test]
fn arithmetic_is_exact() {
    let show = |result: Result<Decimal, DecimalError>| match result {
        Ok(decimal) => decimal.to_string(),
        Err(error) => error.to_string(),
    };
    let two = |left: &str, right: &str| (decimal(left), decimal(right));
    for (left, right, sum) in [
        ("100.10", "0", "100.10"),
        ("0.1", "0.2", "0.3"),
        ("1", "-1", "0"),
        ("1.5", "-1.5", "0.0"),
    ] {
        let (left, right) = two(left, right);
        assert_eq!(show(left.add(&right)), sum);
    }
    for (left, right, product) in [
        ("1.10", "2", "2.20"),
        ("-0.5", "0.5", "-0.25"),
        ("0", "-3", "0"),
    ] {
        let (left, right) = two(left, right);
        assert_eq!(show(left.mul(&right)), product);
    }
    for (left, right, quotient) in [
        ("10.00", "2", "5.00"),
        ("1", "8", "0.125"),
        ("6", "3", "2"),
        ("-6", "0.3", "-20"),
        ("100", "1000", "0.1"),
        ("1", "3", "the result has no exact decimal form"),
        ("1", "0", "division by zero"),
        ("0", "7", "0"),
    ] {
        let (left, right) = two(left, right);
        assert_eq!(show(left.div(&right)), quotient, "{left} / {right}");
    }
    for (left, right, quotient, rest) in [
        ("7", "2", "3", "1"),
        ("-7", "2", "-4", "1"),
        ("7", "-2", "-4", "-1"),
        ("-7", "-2", "3", "-1"),
        ("7.5", "2", "3", "1.5"),
        ("-6", "3", "-2", "0"),
        ("1", "0.3", "3", "0.1"),
        ("1", "0", "division by zero", "division by zero"),
    ] {
        let (left, right) = two(left, right);
        assert_eq!(show(left.floor_div(&right)), quotient, "{left} // {right}");
        assert_eq!(show(left.rem(&right)), rest, "{left} % {right}");
    }
    for (base, power, result) in [
        ("2", 10, "1024"),
        ("1.1", 2, "1.21"),
        ("2", -2, "0.25"),
        ("5", 0, "1"),
        ("0", -1, "division by zero"),
        ("3", -1, "the result has no exact decimal form"),
        ("10", 999, &format!("1{}", "0".repeat(999))),
        ("10", 1000, "the result is too large"),
    ] {
        assert_eq!(show(decimal(base).pow(power)), result, "{base} ** {power}");
    }
}

#[test]
fn integers_convert_if_they_fit() {
    assert_eq!(decimal("12.0").to_i64(), Some(12));
    assert_eq!(decimal("1.2e1").to_u64(), Some(12));
    assert_eq!(decimal("12.5").to_i64(), None);
    assert_eq!(decimal("-1").to_u64(), None);
    assert_eq!(decimal("9223372036854775808").to_i64(), None);
    assert_eq!(decimal("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(decimal("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(decimal("0.0").to_i64(), Some(0));
    assert_eq!(Decimal::from(i64::MIN).to_i64(), Some(i64::MIN));
    assert_eq!(Decimal::from(u64::MAX).to_u64(), Some(u64::MAX));
    assert_eq!(Decimal::from(0_i64), decimal("-0.0"));
    assert!((decimal("-2.5e-1").to_f64() + 0.25).abs() < f64::EPSILON);
}

/// A text in JSON's number grammar.
fn number_text() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?"
}

fn reference(text: &str) -> BigDecimal {
    BigDecimal::from_str(text).unwrap()
}

proptest! {
    #[test]
    fn order_and_equality_agree_with_bigdecimal(left in number_text(), right in number_text()) {
        let (l, r) = (decimal(&left), decimal(&right));
        prop_assert_eq!(l.cmp(&r), reference(&left).cmp(&reference(&right)));
        prop_assert_eq!(l == r, reference(&left) == reference(&right));
        if l == r {
            prop_assert_eq!(hash(&l), hash(&r));
        }
    }

    #[test]
    fn arithmetic_agrees_with_bigdecimal(left in number_text(), right in number_text()) {
        let (l, r) = (decimal(&left), decimal(&right));
        let same = |ours: Result<Decimal, DecimalError>, theirs: BigDecimal| {
            reference(&ours.unwrap().to_string()) == theirs
        };
        prop_assert!(same(l.add(&r), reference(&left) + reference(&right)));
        prop_assert!(same(l.sub(&r), reference(&left) - reference(&right)));
        prop_assert!(same(l.mul(&r), reference(&left) * reference(&right)));
    }

    #[test]
    fn a_quotient_times_the_divisor_is_the_dividend(left in number_text(), right in number_text()) {
        let (l, r) = (decimal(&left), decimal(&right));
        if let Ok(quotient) = l.div(&r) {
            prop_assert_eq!(quotient.mul(&r).unwrap(), l.clone());
        }
        if let Ok(quotient) = l.floor_div(&r) {
            let rest = l.rem(&r).unwrap();
            prop_assert!(quotient.is_integer());
            prop_assert!(rest.abs() < r.abs());
            prop_assert!(rest.is_zero() || rest.is_negative() == r.is_negative());
            prop_assert_eq!(quotient.mul(&r).unwrap().add(&rest).unwrap(), l);
        }
    }

    #[test]
    fn small_quotients_exist_exactly_when_the_divisor_has_twos_and_fives_alone(
        left in -10_000_i128..10_000, right in 1_i128..10_000
    ) {
        let mut divisor = right;
        for prime in [2, 5] {
            while divisor % prime == 0 {
                divisor /= prime;
            }
        }
        let quotient = decimal(&left.to_string()).div(&decimal(&right.to_string()));
        prop_assert_eq!(quotient.is_ok(), left % divisor == 0);
    }

    #[test]
    fn the_shown_text_is_the_number(text in number_text()) {
        let number = decimal(&text);
        let shown = number.to_string();
        prop_assert!(!shown.contains('e'));
        prop_assert_eq!(decimal(&shown), number.clone());
        prop_assert_eq!(reference(&shown), reference(&text));
        prop_assert_eq!(number.is_integer(), reference(&text).is_integer());
    }

    #[test]
    fn integers_come_back(number in any::<i64>()) {
        prop_assert_eq!(Decimal::from(number).to_i64(), Some(number));
        prop_assert_eq!(decimal(&number.to_string()), Decimal::from(number));
    }

    #[test]
    fn the_grammar_is_that_of_serde_json(text in "[-+0-9eE. ]{0,6}") {
        let theirs = serde_json::from_str::<crate::value::Value>(&text);
        let is_number = theirs.is_ok() && !text.contains(' ');
        prop_assert_eq!(number_from_text(&text).is_some(), is_number, "{}", text);
    }
}
