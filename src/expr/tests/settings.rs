//! Settings: a value of a type, or the expression that gives one.

use std::time::Duration;

use super::variables;
use crate::expr::{FromValue, Setting};
use crate::source::{self, Source};

/// The value of a setting, or what is wrong with it when it is decoded (`!`) or resolved (`?`).
fn setting<T: FromValue + std::fmt::Debug>(yaml: &str) -> String {
    let source = Source::new("t", "t", yaml);
    let node = source::parse(&source).0.unwrap();
    let mut problems = Vec::new();
    let Some(setting) = Setting::<T>::decode(&node, &source, &mut problems) else {
        return format!("! {}", problems[0].message);
    };
    match setting.resolve(&variables()) {
        Ok(value) => format!("{value:?}"),
        Err(problem) => format!("? {}", problem.message),
    }
}

#[test]
fn durations() {
    assert_eq!(
        setting::<Duration>("5s"),
        format!("{:?}", Duration::from_secs(5))
    );
    assert_eq!(setting::<Duration>("${{ '2m' }}"), "120s");
    assert_eq!(setting::<Duration>("'${{ 1 + 2 }}s'"), "3s");
    assert_eq!(setting::<Duration>("5"), "! a duration has a unit: `5s`");
    assert_eq!(
        setting::<Duration>("${{ 5 }}"),
        "? a duration has a unit: `5s`"
    );
    assert_eq!(
        setting::<Duration>("true"),
        "! expected a duration such as `5s`, found a boolean"
    );
    assert!(setting::<Duration>("5 parsecs").starts_with("! "));
    assert!(setting::<Duration>("${{ 'soon' }}").starts_with("? "));
    assert!(setting::<Duration>("${{ nope }}").starts_with("? `nope` is not defined"));
    assert!(setting::<Duration>("${{ a b }}").starts_with("! "));
    assert!(setting::<Duration>("${{ omit }}").starts_with("? this was left out"));
}

#[test]
fn booleans_and_numbers() {
    assert_eq!(setting::<bool>("true"), "true");
    assert_eq!(setting::<bool>("${{ flag and false }}"), "false");
    assert_eq!(
        setting::<bool>("'true'"),
        "! expected `true` or `false`, found a string"
    );
    assert_eq!(
        setting::<bool>("${{ 1 }}"),
        "? expected `true` or `false`, found a number"
    );
    assert_eq!(setting::<u64>("3"), "3");
    assert_eq!(setting::<u64>("3.0"), "3");
    assert_eq!(setting::<u64>("${{ 1 + 2 }}"), "3");
    assert_eq!(
        setting::<u64>("-1"),
        "! expected an integer of at least 0, found -1"
    );
    assert_eq!(
        setting::<u64>("'3'"),
        "! expected an integer of at least 0, found a string"
    );
    assert_eq!(
        setting::<u64>("99999999999999999999"),
        "! expected an integer of at least 0, found 99999999999999999999"
    );
    assert_eq!(setting::<f64>("1.5"), "1.5");
    assert_eq!(setting::<f64>("${{ amount }}"), "100.1");
    assert_eq!(
        setting::<f64>("'1.5'"),
        "! expected a number, found a string"
    );
    assert_eq!(setting::<f64>("1e999"), "! 1e999 is too large");
}
