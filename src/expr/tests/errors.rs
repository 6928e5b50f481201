//! Expressions that are wrong, from `errors.txt`, and those that are too deep or too long.

use super::{cases, evaluate, parse};
use crate::expr::testing::Variables;

#[test]
fn errors_say_what_is_wrong_where_and_what_to_do() {
    let wrong: Vec<String> = cases(include_str!("errors.txt"))
        .filter_map(difference)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as the line says.
fn difference(line: &str) -> Option<String> {
    let columns: Vec<&str> = line.split('·').map(str::trim).collect();
    let [text, code, message, help] = columns[..] else {
        return Some(format!("not four columns: {line}"));
    };
    let problem = match evaluate(text) {
        Ok(value) => return Some(format!("{text} gives {value}")),
        Err(problem) => problem,
    };
    let column = problem.place.as_ref().map_or(0, |at| at.start().column);
    let found = format!("{} {column}", problem.code);
    let helps = problem.help.join("\n");
    let right = found == code && problem.message.contains(message) && helps.contains(help);
    (!right).then(|| format!("{text}\n  {found}: {}\n  help: {helps}", problem.message))
}

#[test]
fn deep_and_long_expressions_are_errors() {
    for deep in [
        format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)),
        "not ".repeat(5_000) + "flag",
        "-".repeat(50_000) + "amount",
        "1+".repeat(20_000) + "1",
        "1 if flag else ".repeat(3_000) + "1",
        "company".to_owned() + &"|upper".repeat(5_000),
        "a[".repeat(5_000) + "1" + &"]".repeat(5_000),
        "{'a':".repeat(5_000) + "1" + &"}".repeat(5_000),
    ] {
        let problem = evaluate(&deep).unwrap_err();
        assert!(
            problem.message.contains("too deeply"),
            "{}",
            problem.message
        );
    }
    let long = evaluate(&"1".repeat(70_000)).unwrap_err();
    assert!(long.message.contains("64 KiB"), "{}", long.message);
}

#[test]
fn long_evaluations_and_deep_values_are_errors() {
    let numbers: Vec<usize> = (0..20_000).collect();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let scope = Variables::new(&format!(r#"{{"many": {numbers:?}, "deep": {deep}}}"#));
    let wrap = |times: usize| format!("{}deep{}", "[".repeat(times), "]".repeat(times));
    for (text, expected) in [
        ("many | sort | length", None),
        ("many | unique", Some("4000000 steps")),
        (
            &*format!("[{}]", "many,".repeat(300)),
            Some("4000000 steps"),
        ),
        (&*wrap(28), None),
        (&*wrap(29), Some("128 deep")),
    ] {
        let result = parse(text).unwrap().evaluate(&scope);
        match expected {
            None => assert!(result.is_ok(), "{text}"),
            Some(part) => {
                let problem = result.unwrap_err();
                assert_eq!(problem.code, "expression-limit");
                assert!(problem.message.contains(part), "{}", problem.message);
            }
        }
    }
}

#[test]
fn a_long_chain_of_operators_fits_the_stack() {
    let chain = |length| vec!["company"; length].join(" ~ ");
    assert!(evaluate(&chain(60)).is_ok());
    assert!(evaluate(&chain(100)).is_err());
}
