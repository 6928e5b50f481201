//! Values of documents with expressions in them.

use super::variables;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, Rendered, Template};
use crate::source::{self, Source};

fn decode(yaml: &str) -> (Template, Vec<Diagnostic>) {
    let source = Source::new("test.yaml", "test.yaml", yaml);
    let (node, problems) = source::parse(&source);
    assert!(problems.is_empty(), "{yaml}: {problems:?}");
    let mut problems = Vec::new();
    let template = Template::decode(&node.unwrap(), &source, &mut problems);
    (template, problems)
}

fn template(yaml: &str) -> Template {
    let (template, problems) = decode(yaml);
    assert!(problems.is_empty(), "{yaml}: {problems:?}");
    template
}

#[test]
fn rendered_values() {
    let cases = [
        ("'${{ amount }}'", "100.10"),
        ("${{ amount }}", "100.10"),
        ("${{ customer.address }}", r#"{"city":"Oslo"}"#),
        ("'${{ items }}'", r#"[{"id":"a","n":1},{"id":"b","n":2}]"#),
        ("${{ flag }}", "true"),
        ("costs ${{ amount }}!", r#""costs 100.10!""#),
        ("' ${{ amount }}'", r#"" 100.10""#),
        ("${{ amount }}${{ flag }}", r#""100.10true""#),
        ("is ${{ nothing }} or ${{ empty }}", r#""is null or []""#),
        ("plain", r#""plain""#),
        ("''", r#""""#),
        ("-0.25", "-0.25"),
        (
            "{a: 1, b: [x, '${{ amount }}']}",
            r#"{"a":1,"b":["x",100.10]}"#,
        ),
        ("[1, '${{ omit }}', 2]", "[1,2]"),
        (
            "{a: '${{ not_given }}', b: {c: '${{ case.field | default(omit) }}'}}",
            r#"{"b":{}}"#,
        ),
        ("${{ '${{' }} and ${{ '}}' }}", r#""${{ and }}""#),
        ("\"a\\t${{ \\\"x\\\" }}\"", r#""a\tx""#),
        (
            "|\n  line ${{ amount }}\n  next\n",
            r#""line 100.10\nnext\n""#,
        ),
    ];
    for (yaml, expected) in cases {
        match template(yaml).render(&variables()).unwrap() {
            Outcome::Value(value) => assert_eq!(value.to_string(), expected, "{yaml}"),
            Outcome::Omit => panic!("{yaml} is omitted"),
        }
    }
    let omitted = template("'${{ not_given }}'").render(&variables());
    assert!(matches!(omitted, Ok(Outcome::Omit)));
}

#[test]
fn rendered_text() {
    for (yaml, expected) in [
        ("100.10", "100.10"),
        ("true", "true"),
        ("null", "null"),
        ("${{ company }}", "Acme"),
        ("${{ customer.address }}", r#"{"city":"Oslo"}"#),
        ("[1, '${{ amount }}']", "[1,100.10]"),
        ("a${{ amount }}", "a100.10"),
    ] {
        assert_eq!(template(yaml).render_text(&variables()).unwrap(), expected);
    }
}

#[test]
fn what_has_no_expression_is_one_literal() {
    let literal = template("{a: [1, {b: 100.10}], c: x}");
    let value = literal.as_literal().unwrap();
    assert_eq!(value.to_string(), r#"{"a":[1,{"b":100.10}],"c":"x"}"#);
    assert!(template("[1, '${{ 1 }}']").as_literal().is_none());
}

#[test]
fn pieces_tell_values_from_what_was_written() {
    let pieces = template("/a/${{ company }}/${{ company | raw }}?x").render_pieces(&variables());
    let shown: Vec<_> = pieces
        .unwrap()
        .into_iter()
        .map(|piece| match piece {
            Rendered::Literal(text) => format!("literal {text}"),
            Rendered::Value { text, .. } => format!("value {text}"),
            Rendered::Raw(text) => format!("raw {text}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "literal /a/",
            "value Acme",
            "literal /",
            "raw Acme",
            "literal ?x"
        ]
    );
}

#[test]
fn problems_have_their_place() {
    // YAML, code, line, column, message.
    let cases = [
        ("a: '${{ x'", "expression-syntax", 1, 5, "never closed"),
        (
            "a: \"b ${{ it's }}\"",
            "expression-syntax",
            1,
            13,
            "never closed",
        ),
        (
            "a:\n  - 'x ${{ 1 + }}'",
            "expression-syntax",
            2,
            16,
            "found the end",
        ),
        ("a: ${{ x && y }}", "expression-syntax", 1, 10, "`&&`"),
        (
            "'${{ a }}': 1",
            "expression-in-key",
            1,
            1,
            "can't be an expression",
        ),
        ("a: \"\\t${{ x && y }}\"", "expression-syntax", 1, 4, "`&&`"),
        (
            "a: ''\nb: |\n  one\n  ${{ a b }}\n",
            "expression-syntax",
            2,
            4,
            "found `b`",
        ),
    ];
    for (yaml, code, line, column, message) in cases {
        let (_, problems) = decode(yaml);
        let [problem] = problems.as_slice() else {
            panic!("{yaml}: {problems:?}");
        };
        let start = problem.place.as_ref().unwrap().start();
        assert_eq!(
            (problem.code, start.line, start.column),
            (code, line, column),
            "{yaml}: {}",
            problem.message
        );
        assert!(
            problem.message.contains(message),
            "{yaml}: {}",
            problem.message
        );
    }
    let (_, problems) = decode("[ '${{ a b }}', '${{ c d }}', '${{ e }} ${{ f g }} ${{ h i }}' ]");
    assert_eq!(problems.len(), 4);
}

#[test]
fn errors_while_rendering_point_into_the_file() {
    let problem = template("a:\n  b: 'x ${{ compny }}'")
        .render(&variables())
        .unwrap_err();
    let start = problem.place.clone().unwrap().start();
    assert_eq!((start.line, start.column), (2, 13));
    // Where escapes make the place unclear, the whole scalar is shown, and the expression beside it.
    let problem = template("a: \"\\t${{ compny }}\"")
        .render(&variables())
        .unwrap_err();
    assert_eq!(problem.place.clone().unwrap().start().column, 4);
    assert_eq!(problem.notes, ["in the expression: compny"]);
}

#[test]
fn too_much_text_is_an_error() {
    let problem = template("${{ 'x' * 1000000 }}${{ 'x' * 1000000 }}")
        .render(&variables())
        .unwrap_err();
    assert_eq!(problem.code, "expression-limit");
}
