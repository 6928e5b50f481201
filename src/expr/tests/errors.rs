//! Expressions that are wrong, from `errors.txt`, and those that are too deep or too long.

use super::{cases, evaluate};

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
