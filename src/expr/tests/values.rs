//! Expressions and their values, from `values.txt`.

use super::{cases, evaluate};

#[test]
fn expressions_give_their_values() {
    let mut wrong = Vec::new();
    for line in cases(include_str!("values.txt")) {
        let (text, expected) = line.split_once(" → ").unwrap();
        match evaluate(text) {
            Ok(found) if found == expected => {}
            Ok(found) => wrong.push(format!("{text} → {found}, not {expected}")),
            Err(problem) => wrong.push(format!("{text}: {}", problem.message)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
