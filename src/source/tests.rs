//! What YAML text becomes, node by node.

use std::sync::Arc;

use super::{Node, Problem, Source, Span, Yaml, parse};

pub(super) fn read(text: &str) -> (Arc<Source>, Option<Node>, Vec<Problem>) {
    let source = Source::new("test.yaml", "test.yaml", text);
    let (tree, problems) = parse(&source);
    (source, tree, problems)
}

/// The tree on one line, each scalar as `kind:value` and, where it stands so in the file, `@offset`.
fn sketch(node: &Node) -> String {
    match &node.value {
        Yaml::Null => "null".to_owned(),
        Yaml::Bool(value) => format!("bool:{value}"),
        Yaml::Number(text) => format!("number:{text}"),
        Yaml::String(text) => match text.verbatim_at {
            Some(at) => format!("{:?}@{at}", text.value),
            None => format!("{:?}", text.value),
        },
        Yaml::List(items) => {
            let items: Vec<_> = items.iter().map(sketch).collect();
            format!("[{}]", items.join(", "))
        }
        Yaml::Map(entries) => {
            let entry =
                |entry: &super::Entry| format!("{}: {}", entry.key.text, sketch(&entry.value));
            let entries: Vec<_> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Reads a text in which nothing is wrong.
fn good(text: &str) -> (Arc<Source>, Node) {
    let (source, tree, problems) = read(text);
    assert!(problems.is_empty(), "{text:?}: {problems:?}");
    (source, tree.expect("a text without problems has a tree"))
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.range()]
}

#[test]
fn scalars_keep_their_kind_and_text() {
    for (text, expected) in [
        ("", "null"),
        ("# only a comment\n", "null"),
        ("a:", "{a: null}"),
        ("a: ~", "{a: null}"),
        ("a: null", "{a: null}"),
        ("a: true", "{a: bool:true}"),
        ("a: no", "{a: \"no\"@3}"),
        ("a: 13:00", "{a: \"13:00\"@3}"),
        ("a: 1990-08-15", "{a: \"1990-08-15\"@3}"),
        ("a: 100.10", "{a: number:100.10}"),
        ("a: -0.25", "{a: number:-0.25}"),
        ("a: 1.2.3", "{a: \"1.2.3\"@3}"),
        ("a: '012'", "{a: \"012\"@4}"),
        ("a: \"true\"", "{a: \"true\"@4}"),
        ("a: 'it''s'", "{a: \"it's\"}"),
        ("a: \"x\\ny\"", "{a: \"x\\ny\"}"),
        ("a: ${{ x }}", "{a: \"${{ x }}\"@3}"),
        ("a: x\n  y", "{a: \"x y\"}"),
        ("a: |-\n  one line", "{a: \"one line\"@8}"),
        ("a: |\n  one\n  two\n", "{a: \"one\\ntwo\\n\"}"),
        ("a: >-\n  one\n  two\n", "{a: \"one two\"}"),
        ("a: ''", "{a: \"\"@4}"),
        (
            "- a\n-\n- b: c\n  d: e",
            "[\"a\"@2, null, {b: \"c\"@11, d: \"e\"@18}]",
        ),
        (
            "{a: [1, x], b: {c: }}",
            "{a: [number:1, \"x\"@8], b: {c: null}}",
        ),
        (
            "$.a[0].b: 1\n$.x-y: 2",
            "{$.a[0].b: number:1, $.x-y: number:2}",
        ),
        (
            "200: a\ntrue: b\n012: c\n~: d",
            "{200: \"a\"@5, true: \"b\"@13, 012: \"c\"@20, ~: \"d\"@25}",
        ),
        ("---\na: 1\n...\n", "{a: number:1}"),
        ("\u{feff}a: 1\r\nb: x\r\n", "{a: number:1, b: \"x\"@12}"),
    ] {
        assert_eq!(sketch(&good(text).1), expected, "{text:?}");
    }
}

#[test]
fn every_node_and_key_has_its_span() {
    let text = "a:\n  - 'x'\n  - b: 1\n    c: {d: [e]}\n\nf: |\n  text\n  more\n\n# end\ng: >2 # folded | scalar\n    x\nh: &name\n  i: j\n";
    let (_, tree) = good(text);
    let a = tree.get("a").unwrap();
    let [x, map] = a.as_list().unwrap() else {
        panic!("{a:?}")
    };
    assert_eq!(slice(text, a.span), "- 'x'\n  - b: 1\n    c: {d: [e]}");
    assert_eq!(slice(text, x.span), "'x'");
    assert_eq!(slice(text, map.span), "b: 1\n    c: {d: [e]}");
    assert_eq!(slice(text, map.get("c").unwrap().span), "{d: [e]}");
    assert_eq!(
        slice(text, map.get("c").unwrap().get("d").unwrap().span),
        "[e]"
    );
    assert_eq!(
        slice(text, tree.get("f").unwrap().span),
        "|\n  text\n  more"
    );
    assert_eq!(
        slice(text, tree.get("g").unwrap().span),
        ">2 # folded | scalar\n    x"
    );
    assert_eq!(slice(text, tree.get("h").unwrap().span), "i: j");
    for entry in tree.as_map().unwrap() {
        assert_eq!(slice(text, entry.key.span), entry.key.text);
    }
}

#[test]
fn aliases_and_merges_are_written_out() {
    for (text, expected) in [
        ("a: &x 1\nb: *x", "{a: number:1, b: number:1}"),
        (
            "a: &x { b: [c] }\nd: *x",
            "{a: {b: [\"c\"@12]}, d: {b: [\"c\"@12]}}",
        ),
        (
            "&k a: &v b\nc: *v\nd: *k",
            "{a: \"b\"@9, c: \"b\"@9, d: \"a\"}",
        ),
        ("a: &x b\n*x : c", "{a: \"b\"@6, b: \"c\"@13}"),
        ("a: &x 1\nb: &x 2\nc: *x\nd: [*x]\ne: &y 3\nf: *y", ""),
        (
            "b: &b { x: 1, y: 2 }\nc:\n  <<: *b\n  y: 3\n  z: 4",
            "{b: {x: number:1, y: number:2}, c: {x: number:1, y: number:3, z: number:4}}",
        ),
        (
            "b: &b { x: 1, y: 2 }\nc:\n  y: 3\n  <<: *b\n  z: 4",
            "{b: {x: number:1, y: number:2}, c: {y: number:3, x: number:1, z: number:4}}",
        ),
        (
            "a: &a { x: 1 }\nb: &b { x: 2, y: 2 }\nc: { <<: [*a, *b], z: 3 }",
            "{a: {x: number:1}, b: {x: number:2, y: number:2}, c: {x: number:1, y: number:2, z: number:3}}",
        ),
        (
            "a: &a { x: 1 }\nb: &b { <<: *a, y: 2 }\nc: { <<: *b }",
            "{a: {x: number:1}, b: {x: number:1, y: number:2}, c: {x: number:1, y: number:2}}",
        ),
        ("<<: { a: 1 }\n'<<': 2", "{a: number:1, <<: number:2}"),
    ] {
        if expected.is_empty() {
            // The first of two anchors of one name, with no alias between the two.
            let (_, _, problems) = read(text);
            assert_eq!(problems.len(), 1, "{problems:#?}");
            assert_eq!(problems[0].code, "unused-anchor");
            continue;
        }
        assert_eq!(sketch(&good(text).1), expected, "{text:?}");
    }
}

#[test]
fn an_alias_has_its_own_span_and_its_children_those_of_the_anchor() {
    let text = "a: &x\n  b: c\nd: *x\n";
    let (_, tree) = good(text);
    let alias = tree.get("d").unwrap();
    assert_eq!(slice(text, alias.span), "*x");
    assert_eq!(slice(text, alias.get("b").unwrap().span), "c");
    assert_eq!(
        alias.get("b").unwrap().span,
        tree.get("a").unwrap().get("b").unwrap().span
    );
}

#[test]
fn every_duplicate_key_is_reported_with_the_first() {
    let many: Vec<_> = (0..40).map(|n| format!("k{}: {n}", n % 20)).collect();
    for (text, expected) in [
        (
            "a: 1\nb: 2\na: 3\na: 4\nb: 5",
            vec![("a", 10, 0), ("a", 15, 0), ("b", 20, 5)],
        ),
        ("{x: {a: 1, 'a': 2}, y: {a: 1}}", vec![("a", 11, 5)]),
        ("200: 1\n'200': 2", vec![("200", 7, 0)]),
    ] {
        let (_, tree, problems) = read(text);
        let found: Vec<_> = problems
            .iter()
            .map(|problem| {
                assert_eq!(problem.code, "duplicate-key");
                let key = slice(text, problem.span).trim_matches('\'');
                (
                    key,
                    problem.span.start,
                    problem.also.first().unwrap().0.start,
                )
            })
            .collect();
        assert_eq!(found, expected, "{text:?}");
        assert!(tree.is_some());
    }
    let (_, tree, problems) = read(&many.join("\n"));
    assert_eq!(problems.len(), 20);
    let tree = tree.unwrap();
    assert_eq!(tree.as_map().unwrap().len(), 20);
    assert_eq!(sketch(tree.get("k7").unwrap()), "number:7");
}

#[test]
fn several_problems_are_reported_at_once_in_their_order() {
    let (_, tree, problems) = read("a: 012\nb: !x y\nc: *d\na: 1\nok: yes\n");
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        ["odd-number", "yaml-tag", "unknown-alias", "duplicate-key"]
    );
    let expected = "{a: \"012\"@3, b: \"y\"@13, c: null, ok: \"yes\"@30}";
    assert_eq!(sketch(&tree.unwrap()), expected);
}

/// The code of the one problem of a text that is not read to its end.
fn refusal(text: &str) -> &'static str {
    let (_, tree, problems) = read(text);
    assert!(tree.is_none(), "{:?}", &text[..text.len().min(80)]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].code
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    assert_eq!(refusal(&"- ".repeat(100_000)), "nested-too-deep");
    assert_eq!(refusal(&"[".repeat(100_000)), "nested-too-deep");
    assert_eq!(refusal(&"{a: ".repeat(100_000)), "nested-too-deep");
    assert_eq!(refusal(&"? ".repeat(100_000)), "nested-too-deep");
    assert_eq!(
        refusal(&format!(
            "{}{}{}",
            "- ".repeat(40),
            "[".repeat(40),
            "]".repeat(40)
        )),
        "nested-too-deep"
    );
    let deepest = format!("{}{}", "[".repeat(64), "]".repeat(64));
    assert!(read(&deepest).2.is_empty());
    assert_eq!(refusal(&format!("[{deepest}]")), "nested-too-deep");
}

#[test]
fn aliases_cannot_make_the_tree_too_deep_or_too_large() {
    let deeper = (1..100).map(|level| format!("- &a{level} [*a{}]", level - 1));
    let first = format!("- &a0 {}{}", "[".repeat(30), "]".repeat(30));
    let deep: Vec<_> = std::iter::once(first).chain(deeper).collect();
    assert_eq!(refusal(&deep.join("\n")), "nested-too-deep");
    let wider =
        (1..10).map(|level| format!("- &a{level} [{}x]", format!("*a{}, ", level - 1).repeat(10)));
    let wide: Vec<_> = std::iter::once("- &a0 x".to_owned()).chain(wider).collect();
    assert_eq!(refusal(&wide.join("\n")), "too-many-aliases");
    let long = format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(100));
    assert_eq!(refusal(&long), "too-many-aliases");
}

#[test]
fn a_file_too_large_is_refused() {
    assert_eq!(refusal(&"x".repeat((16 << 20) + 1)), "file-too-large");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Text made of what means something to YAML.
    fn yamlish() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a", "b", "- ", ": ", ":", "\n", "\n  ", "\n    ", "\r\n", "\t", " ", "{", "}", "[",
            "]", ", ", "'", "\"", "#", " # c", "&x ", "*x", "!t ", "|", ">", "|-\n  ", "${{ x }}",
            "${{", "}}", "$.a[0]", "<<: ", "? ", "%", "@", "`", "012", "1.5", "é", "世",
            "\u{feff}", "---\n", "...\n", "\\", "~", "true", "\u{85}", "\u{2028}", "\u{0}", "\r",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    /// Spans lie within the text, on character boundaries; children lie within parents, unless an alias leads elsewhere.
    fn check(text: &str, node: &Node, within: Span) {
        let inside = |span: Span| {
            assert!(
                span.start <= span.end && text.get(span.range()).is_some(),
                "{span:?} in {text:?}"
            );
            assert!(
                within.start <= span.start && span.end <= within.end,
                "{span:?} not in {within:?} of {text:?}"
            );
        };
        inside(node.span);
        if slice(text, node.span).starts_with('*') {
            return;
        }
        match &node.value {
            Yaml::String(string) => {
                if let Some(at) = string.verbatim_at {
                    assert!(text[at as usize..].starts_with(&string.value), "{text:?}");
                    inside(Span::new(at as usize, at as usize + string.value.len()));
                }
            }
            Yaml::List(items) => items.iter().for_each(|item| check(text, item, node.span)),
            Yaml::Map(entries) => {
                for entry in entries {
                    // What `<<` brings in stands elsewhere.
                    if !text.contains("<<") {
                        assert!(node.span.start <= entry.key.span.start, "{text:?}");
                        check(text, &entry.value, node.span);
                    }
                }
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => {}
        }
    }

    fn holds(text: &str) {
        let (source, tree, problems) = read(text);
        assert!(tree.is_some() || !problems.is_empty(), "{text:?}");
        if let Some(tree) = tree {
            check(text, &tree, Span::new(0, text.len()));
        }
        for problem in problems {
            assert!(
                problem.span.start <= problem.span.end,
                "{problem:?} in {text:?}"
            );
            assert!(
                text.get(problem.span.range()).is_some(),
                "{problem:?} in {text:?}"
            );
            assert!(source.position(problem.span.start as usize).line >= 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_yaml_like_text_is_read_or_refused(text in yamlish()) {
            holds(&text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            holds(&text);
        }
    }
}
