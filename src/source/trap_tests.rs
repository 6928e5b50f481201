//! Texts that YAML reads otherwise than their writer meant, with what is said of them.

use super::tests::read;
use super::{Place, mend};

/// A text, the code of its one problem, `line:column`, and the line as it should be written: what the help has within
/// its last backticks, or a part of it where there is no such line.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// The line in the help can be put in place of the one that is wrong.
#[rustfmt::skip]
const MENDED: &[Case] = &[
    // An expression in a flow map or list.
    ("a: { b: ${{ x }} }", "unquoted-expression", "1:9", "a: { b: '${{ x }}' }"),
    ("a: {b: ${{x}}}", "unquoted-expression", "1:8", "a: {b: '${{x}}'}"),
    ("a: [ ${{ x }}, b ]", "unquoted-expression", "1:6", "a: [ '${{ x }}', b ]"),
    ("a: { b: x-${{ y }}-${{ z }}, c: 1 }", "unquoted-expression", "1:9", "a: { b: 'x-${{ y }}-${{ z }}', c: 1 }"),
    ("a: { b: ${{ x | default('a, b') }} }", "unquoted-expression", "1:9", "a: { b: \"${{ x | default('a, b') }}\" }"),
    ("a: { b: ${{ x }}, $.c[0]: 1 } # why", "unquoted-expression", "1:9", "a: { b: '${{ x }}', '$.c[0]': 1 } # why"),
    ("- { b: ${{ x }} }", "unquoted-expression", "1:8", "- { b: '${{ x }}' }"),
    ("a: {\n  b: ${{ x }},\n}", "unquoted-expression", "2:6", "  b: '${{ x }}',"),
    ("a: {{ x }}", "unquoted-expression", "1:4", "a: ${{ x }}"),
    ("a: [{{ x }}]", "unquoted-expression", "1:5", "a: ['${{ x }}']"),
    // A path in a flow map or list.
    ("expect: { $.a[0]: 1 }", "unquoted-path", "1:11", "expect: { '$.a[0]': 1 }"),
    ("expect: { $.a.b[: 1 }", "unquoted-path", "1:11", "expect: { '$.a.b[': 1 }"),
    ("expect: { $.a[: [1], b: 2 }", "unquoted-path", "1:11", "expect: { '$.a[': [1], b: 2 }"),
    ("expect: { $.items[*].id: [1, 2] }", "unquoted-path", "1:11", "expect: { '$.items[*].id': [1, 2] }"),
    ("a: { jsonpath: $.items[*].id }", "unquoted-path", "1:16", "a: { jsonpath: '$.items[*].id' }"),
    ("a: [$.items[?@.a == 'x, y'].id, b]", "unquoted-path", "1:5", "a: [\"$.items[?@.a == 'x, y'].id\", b]"),
    ("a: { $['b c']: 1 }", "unquoted-path", "1:6", "a: { \"$['b c']\": 1 }"),
    ("a:\n  b: 1\n  c: { ok: $.x, not: $.y[1] }", "unquoted-path", "3:22", "  c: { ok: $.x, not: '$.y[1]' }"),
    // A pattern in a flow map or list.
    ("a: { matches: ^[0-9]{3}$ }", "unquoted-pattern", "1:15", "a: { matches: '^[0-9]{3}$' }"),
    ("a: { matches: \\d{3} }", "unquoted-pattern", "1:15", "a: { matches: '\\d{3}' }"),
    ("a: { matches: \\d{3,4}x }", "unquoted-pattern", "1:15", "a: { matches: '\\d{3,4}x' }"),
    ("a: { matches: [a-z]+ }", "unquoted-bracket", "1:15", "a: { matches: '[a-z]+' }"),
    ("a: [a-z]+", "unquoted-bracket", "1:4", "a: '[a-z]+'"),
    ("a: {id} is gone", "unquoted-bracket", "1:4", "a: '{id} is gone'"),
    ("a: { b: c[d] }", "unquoted-bracket", "1:9", "a: { b: 'c[d]' }"),
    // A quote at the beginning.
    ("if: 'a' == b", "leading-quote", "1:5", "if: \"'a' == b\""),
    ("if: \"a\" == b", "leading-quote", "1:5", "if: '\"a\" == b'"),
    ("if: 'a' == b # why", "leading-quote", "1:5", "if: \"'a' == b\" # why"),
    ("if: 'a' == 'b #c'", "leading-quote", "1:5", "if: \"'a' == 'b #c'\""),
    ("if: 'a' == \"b\"", "leading-quote", "1:5", "if: '''a'' == \"b\"'"),
    ("check:\n  - 'a' == b", "leading-quote", "2:5", "  - \"'a' == b\""),
    ("a: 'it's'", "leading-quote", "1:4", "a: \"it's\""),
    ("a: \"${{ x | default(\"y\") }}\"", "leading-quote", "1:4", "a: '${{ x | default(\"y\") }}'"),
    ("a: { if: 'a' == b, c: 1 }", "leading-quote", "1:10", "a: { if: \"'a' == b\", c: 1 }"),
    // Another character that means something at the beginning.
    ("a: @b", "leading-character", "1:4", "a: '@b'"),
    ("a: `b`", "leading-character", "1:4", "a: '`b`'"),
    ("a: %b", "leading-character", "1:4", "a: '%b'"),
    ("a: { b: @c }", "leading-character", "1:9", "a: { b: '@c' }"),
    ("a: & b", "leading-character", "1:4", "a: '& b'"),
    ("a: * b", "leading-character", "1:4", "a: '* b'"),
    ("a: >= 3", "leading-character", "1:4", "a: '>= 3'"),
    ("a: ] b", "leading-character", "1:4", "a: '] b'"),
    ("a: , b", "leading-character", "1:4", "a: ', b'"),
    ("- @b", "leading-character", "1:3", "- '@b'"),
    ("@b: 1", "leading-character", "1:1", "'@b': 1"),
    ("a: *b", "unknown-alias", "1:4", "a: '*b'"),
    ("a: [*b]", "unknown-alias", "1:5", "a: ['*b']"),
    ("a: *b c", "leading-character", "1:4", "a: '*b c'"),
    ("if: !x", "yaml-tag", "1:5", "if: '!x'"),
    ("if: !x == y", "yaml-tag", "1:5", "if: '!x == y'"),
    ("if: !x.y[0]", "yaml-tag", "1:5", "if: '!x.y[0]'"),
    ("check: [!x, y]", "yaml-tag", "1:9", "check: ['!x', y]"),
    ("a: !b", "yaml-tag", "1:4", "a: '!b'"),
    ("a: !!str 12", "yaml-tag", "1:4", "a: '12'"),
    ("a: !!float 12", "yaml-tag", "1:4", "a: 12"),
    // A comment in an expression.
    ("a: ${{ x | default('a #b') }}", "comment-in-expression", "1:23", "a: \"${{ x | default('a #b') }}\""),
    ("a: ${{ x # }} # why", "comment-in-expression", "1:10", "a: '${{ x # }}' # why"),
    ("- x ${{ a }} ${{ b # }}", "comment-in-expression", "1:20", "- 'x ${{ a }} ${{ b # }}'"),
    ("if: a == 'x #y' and b # why", "comment-in-expression", "1:13", "if: \"a == 'x #y' and b\" # why"),
    ("check:\n  - a == \"x #y\"", "comment-in-expression", "2:13", "  - 'a == \"x #y\"'"),
    // A colon in a value.
    ("a: b: c: d", "colon-in-value", "1:4", "a: 'b: c: d'"),
    ("a: ${{ {'b': 1} }}", "colon-in-value", "1:4", "a: \"${{ {'b': 1} }}\""),
    ("a: b: c # why", "colon-in-value", "1:4", "a: 'b: c' # why"),
    ("a: b:", "colon-in-value", "1:4", "a: 'b:'"),
    ("a: 1\nb:c\nd: 2", "no-space-after-colon", "2:2", "b: c"),
    ("- b:c\n  d: 2", "no-space-after-colon", "1:4", "- b: c"),
    ("a: \"\\d+\"", "unknown-escape", "1:5", "a: '\\d+'"),
    ("a: \"b\nc: d", "unclosed-quote", "1:4", "a: \"b\""),
    ("a: 'b\nc: 'd'", "unclosed-quote", "1:4", "a: 'b'"),
    ("a: {b: c\nd: e", "unclosed-bracket", "1:4", "a: {b: c}"),
    ("a: [b, c\nd: e", "unclosed-bracket", "1:4", "a: [b, c]"),
    ("a: {\n  b: 1 # why\n  c: 2 }", "missing-comma", "2:7", "  b: 1, # why"),
    // Tabs.
    ("a:\n\tb: c", "tab-indentation", "2:1", "  b: c"),
    ("a:\n  b: c\n\td: e", "tab-indentation", "3:1", "  d: e"),
    ("a:\r\n\tb: c\r\n", "tab-indentation", "2:1", "  b: c"),
    ("a: b\n\tc", "tab-indentation", "2:1", "  c"),
    // Numbers.
    ("a: 012", "odd-number", "1:4", "a: '012'"),
    ("a: +1", "odd-number", "1:4", "a: '+1'"),
    ("- 0x1F # why", "odd-number", "1:3", "- '0x1F' # why"),
    ("a: { b: .5, c: 1 }", "odd-number", "1:9", "a: { b: '.5', c: 1 }"),
    ("\u{feff}a: 012", "odd-number", "1:4", "a: '012'"),
    // Anchors and values in flow maps.
    ("a: &b=c", "unused-anchor", "1:4", "a: '&b=c'"),
    ("a: &b c", "unused-anchor", "1:4", "a: '&b c'"),
    ("a: { b: Doe, John }", "no-value", "1:14", "a: { b: 'Doe, John' }"),
];

/// There is no one line to be written instead.
#[rustfmt::skip]
const OTHERS: &[Case] = &[
    ("a: 1\nb: 2\na: 3", "duplicate-key", "3:1", "remove one of the two"),
    ("a: - b", "bad-structure", "1:4", "in the next line"),
    ("a: b\n- c", "bad-indentation", "2:1", "like the other items"),
    ("- a\nb: c", "bad-indentation", "2:1", "begin it with `- `"),
    ("a:\n  b: 1\n c: 2", "bad-indentation", "3:2", "like the lines that it belongs to"),
    ("a: b\n  c: d", "bad-indentation", "2:3", "like the key above"),
    ("  a: 1\nb: 2", "bad-indentation", "2:1", "like the lines"),
    ("- a\n  - b", "bad-indentation", "2:3", "like the item above"),
    ("a: 1\nb", "bad-structure", "2:1", "write `key: value`"),
    ("a: b # c\n  d", "comment-in-text", "1:6", "quote the whole text"),
    ("{ a: 1", "unclosed-bracket", "1:1", "close it"),
    ("a: [b}", "unclosed-bracket", "1:4", "close it with `]`"),
    ("{ a: 1 }}", "unopened-bracket", "1:9", "remove it"),
    ("{ a: 1, , b: 2 }", "yaml-syntax", "1:9", "remove it"),
    ("a: { b: 1 c: 2 }", "yaml-syntax", "1:12", "quote text"),
    ("a: {\n  b: c", "unclosed-bracket", "1:4", "close it with `}`"),
    (
        "a:\n  b: { c: 1\n  d: 2",
        "unclosed-bracket",
        "2:6",
        "close it: `b: { c: 1 }`",
    ),
    ("{a, b: 1}", "no-value", "1:2", "write `a: …`"),
    (": a", "no-key", "1:1", "write the key"),
    ("? [a]\n: b", "key-not-text", "1:3", "quote it"),
    ("%YAML 1.2\n---\na: 1", "yaml-directive", "1:1", "remove the line"),
    ("a: 1\n---\nb: 2", "several-documents", "2:1", "a file of its own"),
    ("a: &b [*b]", "unknown-alias", "1:8", ""),
    ("a: 1\n<<: b", "merge-key", "2:5", "name the anchor"),
    ("a: b\u{1}c", "control-character", "1:5", "remove it"),
];

/// The one problem of a text: its code, place and help.
fn only_problem(text: &str) -> (&'static str, String, String) {
    let (source, _, problems) = read(text);
    let [problem] = problems.as_slice() else {
        panic!("{text:?}: {problems:#?}");
    };
    let at = Place::new(&source, problem.span).start();
    (
        problem.code,
        format!("{}:{}", at.line, at.column),
        problem.help.clone().unwrap_or_default(),
    )
}

#[test]
fn each_trap_is_named_placed_and_mended() {
    let mut wrong = Vec::new();
    for (text, code, place, line) in MENDED {
        let (found, at, help) = only_problem(text);
        // The code spans of the help that matter end it, or a remark follows them.
        let shown =
            help.contains(&format!("`{}`", line.trim())) || help.contains(&format!("`{line}`"));
        if (found, at.as_str(), shown) != (code, place, true) {
            wrong.push(format!(
                "{text:?}: expected {code} {place} `{line}`, got {found} {at} {help}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_line_in_the_help_can_be_read() {
    for (text, _, place, line) in MENDED {
        let number: usize = place.split(':').next().unwrap().parse().unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines[number - 1] = line;
        let (_, tree, problems) = read(&lines.join("\n"));
        assert!(
            tree.is_some() && problems.is_empty(),
            "{text:?}: {line:?}: {problems:?}"
        );
    }
}

#[test]
fn what_has_no_such_line_is_named_and_placed_too() {
    let mut wrong = Vec::new();
    for (text, code, place, part) in OTHERS {
        let (found, at, help) = only_problem(text);
        if (found, at.as_str(), help.contains(part)) != (code, place, true) {
            wrong.push(format!(
                "{text:?}: expected {code} {place} {part}, got {found} {at} {help}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_looks_like_a_trap_and_is_none_is_left_alone() {
    for text in [
        "a: ${{ x }}",
        "a: ${{ x }} # comment",
        "a: x ${{ y }} z",
        "$.items[0].id: 1",
        "a: { $.b.c: 1, d: [1, 2] }",
        "a: { '$.b[0]': 1 }",
        "a: b # ${{ x",
        "a: it's",
        "a: it's # comment",
        "if: a == 'x' # why",
        "a: b'c'd",
        "a: http://x/y",
        "a: 12:30",
        "a: b#c",
        "a: - # comment".trim_end_matches(" - # comment"),
        "a: &b { c: 1 }",
        "a: &b 1\nc: *b",
        "a: x!y @z",
        "a: 'b' # ''",
        "a: |\n\n  ${{ x # y\n\ttab is text here: 012"
            .trim_end_matches("\n\ttab is text here: 012"),
        "a: |\n  x\n  \ttab",
        "a:\n  # comment\n\n  b: c",
        "a:\tb",
        "a: b\n  c d\n  e",
        "a: {}\nb: []",
        "? a\n: b",
        "a: { b: , c: ~ }",
    ] {
        let (_, tree, problems) = read(text);
        assert!(
            tree.is_some() && problems.is_empty(),
            "{text:?}: {problems:#?}"
        );
    }
}

#[test]
fn a_line_too_long_to_show_is_shown_in_part() {
    let long = "x".repeat(200);
    let (_, _, help) = only_problem(&format!("a: {{ long: {long}, b: ${{{{ y }}}} }}"));
    assert_eq!(help, "quote it: `'${{ y }}'`");
}

#[test]
fn a_mend_is_offered_only_where_it_works() {
    let text = "a: [ b\nc: d\n";
    assert!(mend::is_read(text, &(0..6), "a: [ b ]"));
    assert!(!mend::is_read(text, &(0..6), "a: { b ]"));
}
