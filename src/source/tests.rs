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
