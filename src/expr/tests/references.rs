//! What an expression reads, and what of it may be undefined.

use super::parse;
use crate::expr::ComparedWith;

#[test]
fn references_are_paths_with_their_guards() {
    // A `?` marks what may be undefined.
    let cases = [
        (
            "steps.create.json.items[0].id",
            "steps.create.json.items.0.id",
        ),
        ("a['b-c'].d", "a.b-c.d"),
        ("a[b].c", "a b"),
        ("a.b ~ c + f", "a.b c f"),
        ("fake.name() ~ now()", ""),
        ("x | default(y)", "x? y"),
        ("x.y[0] | default(omit)", "x.y.0?"),
        ("(x | upper) | default('a')", "x"),
        ("x is defined", "x?"),
        ("x[y] is undefined", "x? y"),
        ("x is defined and x.y == 1", "x? x.y?"),
        ("x.y is defined and x.z == 1", "x.y? x.z"),
        ("x is undefined or x.y", "x? x.y?"),
        ("x is defined or x.y", "x? x.y"),
        ("not (x is undefined) and x", "x? x?"),
        ("x is not defined or x", "x? x?"),
        ("x is defined and y is defined and x + y > 1", "x? y? x? y?"),
        ("x if x is defined else y", "x? x? y"),
        ("y if x is undefined else x", "x? y x?"),
        ("(x is defined and x) or x", "x? x? x"),
        ("{'a': x, 'b': [y]}", "x y"),
        ("a[b:c]", "a b c"),
        ("1 < a < b", "a b"),
        ("random_int(a, high=b)", "a b"),
        ("true", ""),
    ];
    for (text, expected) in cases {
        let found: Vec<_> = parse(text)
            .unwrap()
            .references()
            .iter()
            .map(|one| one.path.join(".") + if one.guarded { "?" } else { "" })
            .collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }
}

#[test]
fn a_reference_knows_its_place() {
    let references = parse("1 + customer.address['city'] * b")
        .unwrap()
        .references();
    let columns: Vec<_> = references
        .iter()
        .map(|one| (one.place.start().column, one.place.end().column))
        .collect();
    assert_eq!(columns, [(5, 29), (32, 33)]);
}

#[test]
fn calls_are_known_without_evaluating() {
    let expr = parse("env('A') ~ (file('b') | base64) is string").unwrap();
    let mut names: Vec<_> = expr
        .calls()
        .iter()
        .map(|call| (call.place.start().column, call.function.name))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [(1, "env"), (13, "file"), (25, "base64"), (36, "string")]
    );
}

#[test]
fn paths_know_what_they_are_compared_with() {
    let cases = [
        ("a.b == 1", "a.b: 1"),
        ("1 != a", "a: not 1"),
        ("a in [1, 'x']", "a: 1, \"x\""),
        ("a not in [1] and b == -1", "a: not 1; b: -1"),
        ("a == b.c", "a: b.c"),
        ("1 == a == b", "a: 1; a: b"),
        ("'x' in a", ""),
        ("a in b", ""),
        ("a in [b]", ""),
        ("a < 1", ""),
        ("a | number == 1", ""),
    ];
    for (text, expected) in cases {
        let mut found = Vec::new();
        for reference in parse(text).unwrap().references() {
            for compared in &reference.compared {
                let with = match &compared.with {
                    ComparedWith::Path(path) => path.join("."),
                    ComparedWith::Constants(values) => {
                        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                        values.join(", ")
                    }
                };
                let not = if compared.negated { "not " } else { "" };
                found.push(format!("{}: {not}{with}", reference.path.join(".")));
            }
        }
        assert_eq!(found.join("; "), expected, "{text}");
    }
}
