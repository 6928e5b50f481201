//! What each mistake is answered with: offset, message, help.

use super::super::Path;

const END_OR_SEGMENT: &str = "expected `.`, `[` or the end of the path, found";
const NAME_AFTER_DOT: &str = "expected a name or `*` after `.`, found";
const NAME_AFTER_DOTS: &str = "expected a name, `*` or `[` after `..`, found";
const SELECTOR: &str = "expected a name in quotes, an index, `*`, a slice or a filter, found";
const TERM: &str = "expected `@`, `$`, a literal or a function, found";

fn check(rows: &[(&str, usize, &str, &str)]) {
    for (text, offset, message, help) in rows {
        let error = Path::parse(text).expect_err(text);
        assert!(
            error.offset == *offset
                && error.message.starts_with(message)
                && error.help.as_deref().unwrap_or_default() == *help,
            "{text}: {error:#?}"
        );
    }
}

#[test]
fn of_the_root() {
    let root = "a JSONPath starts with `$`";
    check(&[
        ("", 0, root, "write `$` for the whole document"),
        ("data.id", 0, root, "write `$.data.id`"),
        ("x-y.id", 0, root, "write `$['x-y'].id`"),
        ("[0].id", 0, root, "write `$[0].id`"),
        (".id", 0, root, "write `$.id`"),
        ("@.id", 0, root, "`@` stands in filters only: write `$.id`"),
        ("/items/0/x-y", 0, root, "write `$.items[0]['x-y']`"),
        (" $.id", 0, root, "remove the space before it"),
        ("$id", 1, END_OR_SEGMENT, "write `$.id`"),
        ("${{ x }}", 1, END_OR_SEGMENT, ""),
    ]);
}

#[test]
fn of_names() {
    check(&[
        ("$.x-y", 3, END_OR_SEGMENT, "write `$['x-y']`"),
        ("$.x-y.z[0]", 3, END_OR_SEGMENT, "write `$['x-y'].z[0]`"),
        (
            "$.a.b-c-d.e-f",
            5,
            END_OR_SEGMENT,
            "write `$.a['b-c-d']['e-f']`",
        ),
        ("$..x-y", 4, END_OR_SEGMENT, "write `$..['x-y']`"),
        ("$.a b", 3, END_OR_SEGMENT, "write `$['a b']`"),
        ("$.status x y", 8, END_OR_SEGMENT, "write `$['status x y']`"),
        ("$.a@b", 3, END_OR_SEGMENT, "write `$['a@b']`"),
        ("$.a | $.b", 3, END_OR_SEGMENT, ""),
        ("$.a ", 3, "the path ends with a space", "remove it"),
        ("$.", 2, NAME_AFTER_DOT, "write `$`"),
        ("$.a.*.", 6, NAME_AFTER_DOT, "write `$.a.*`"),
        (
            "$.items.0",
            8,
            NAME_AFTER_DOT,
            "write `$.items[0]` for an element of a list, or `$.items['0']` for a key",
        ),
        (
            "$.items.0.id",
            8,
            NAME_AFTER_DOT,
            "write `$.items[0].id` for an element of a list, or `$.items['0'].id` for a key",
        ),
        ("$.items.0a", 8, NAME_AFTER_DOT, "write `$.items['0a']`"),
        ("$.[0]", 2, NAME_AFTER_DOT, "write `$[0]`"),
        ("$.'a b'.c", 2, NAME_AFTER_DOT, "write `$['a b'].c`"),
        ("$.@type", 2, NAME_AFTER_DOT, "write `$['@type']`"),
        ("$.$ref", 2, NAME_AFTER_DOT, "write `$['$ref']`"),
        ("$. a", 2, NAME_AFTER_DOT, "write no space after `.`"),
        (
            "$.a..",
            5,
            NAME_AFTER_DOTS,
            "write `$.a` for the value itself, or `$.a..*` for all values in it",
        ),
        (
            "$...a",
            3,
            NAME_AFTER_DOTS,
            "two dots look at every depth; there are never three",
        ),
    ]);
}

#[test]
fn of_functions_outside_filters() {
    check(&[
        (
            "$.items.length()",
            8,
            "`length()` is not part of a path: functions stand in filters only",
            "check how many there are with the operator: `$.items: { length: 3 }`",
        ),
        (
            "$.length()",
            2,
            "`length()` is not part of a path: functions stand in filters only",
            "check how many there are with the operator: `$: { length: 3 }`",
        ),
        (
            "$.a.odd()",
            4,
            "`odd()` is not part of a path: functions stand in filters only",
            "for a key with parentheses in its name write `$.a['odd()']`",
        ),
    ]);
}

#[test]
fn of_brackets() {
    check(&[
        ("$[name]", 2, SELECTOR, "put the name in quotes: `['name']`"),
        (
            "$.a[first-name]",
            4,
            SELECTOR,
            "put the name in quotes: `['first-name']`",
        ),
        ("$.items[id=3]", 8, SELECTOR, "write `[?@.id == 3]`"),
        (
            "$.items[x-y != open]",
            8,
            SELECTOR,
            "write `[?@['x-y'] != 'open']`",
        ),
        (
            "$.items[@.id == 3]",
            8,
            SELECTOR,
            "a filter starts with `?`: `[?@.id == 3]`",
        ),
        (
            "$.a[(@.length-1)]",
            4,
            SELECTOR,
            "scripts are not part of JSONPath: `[-1]` is the last element, `[?…]` a filter",
        ),
        (
            "$.a[]",
            4,
            SELECTOR,
            "write `[*]` for all elements, or `[0]` for the first",
        ),
        ("$.a[1,]", 6, SELECTOR, "remove the `,`"),
        ("$.a[+1]", 4, SELECTOR, "write an index without `+`"),
        ("$.a[01]", 4, "an index has no leading zero: `01`", ""),
        (
            "$.a[-0]",
            4,
            "`-0` is not an index",
            "write `0` for the first element or `-1` for the last",
        ),
        (
            "$.a[99999999999999999999]",
            4,
            "`99999999999999999999` is too large for an index",
            "",
        ),
        ("$.a[1.5]", 5, "expected `,` or `]`, found `.`", ""),
        ("$.a[0", 3, "the bracket is not closed", "end it with `]`"),
        ("$['b", 2, "the string is not closed", "end it with `'`"),
        (
            "$['it\\\"s']",
            5,
            "`\\\"` is not an escape",
            "write `\"` as it is: the string is in `'`",
        ),
        (
            "$['\u{1}']",
            3,
            "a control character in a string is escaped",
            "write `\\u0001`",
        ),
        (
            "$['\\ud83dx']",
            3,
            "half of a surrogate pair stands alone",
            "write both halves, such as `\\uD83D\\uDE00`, or the character itself",
        ),
    ]);
}

#[test]
fn of_filters() {
    check(&[
        (
            "$..[?(@.x = 1)]",
            10,
            "`=` is not a comparison",
            "write `==`",
        ),
        (
            "$[?@.a === 1]",
            7,
            "`===` is not a comparison",
            "write `==`",
        ),
        (
            "$[?@.a =~ /x/]",
            7,
            "`=~` is not a comparison",
            "write `search(@.name, 'pattern')`",
        ),
        (
            "$[?@.a in ['x']]",
            7,
            "`in` is not a comparison",
            "write `@.name == 'a' || @.name == 'b'`",
        ),
        (
            "$[?@.a and @.b]",
            7,
            "`and` is not an operator of a filter",
            "write `&&`",
        ),
        (
            "$[?@.a | @.b]",
            7,
            "`|` is not an operator of a filter",
            "write `||`",
        ),
        ("$[?not @.a]", 3, TERM, "write `!`"),
        (
            "$[?id == 1]",
            3,
            TERM,
            "write `@.id` for a key, `'id'` for a string",
        ),
        ("$[?@.a == True]", 10, TERM, "write `true`"),
        (
            "$[?@.a == .5]",
            10,
            TERM,
            "write a digit before the point: `0.5`",
        ),
        (
            "$[?@.a == 01]",
            10,
            "`01` is not a number",
            "write it as JSON does, such as `0.5` or `-12`, or in quotes for a string",
        ),
        (
            "$[?@.a == {}]",
            10,
            TERM,
            "a literal is a string, a number, `true`, `false` or `null`; compare lists and objects outside the path",
        ),
    ]);
}

#[test]
fn of_conditions_and_functions() {
    check(&[
        (
            "$[?!@.a == 1]",
            3,
            "`!` stands before a test, not before a comparison",
            "put the comparison in parentheses: `!(@.a == 1)`",
        ),
        (
            "$[?@.* == 1]",
            3,
            "a path that may find several values has no one value to compare",
            "use names and indexes only, or `count(…)` or `value(…)` round the path",
        ),
        (
            "$[?'a']",
            3,
            "a literal alone is not a condition",
            "compare it with something: `@.name == 'x'`",
        ),
        (
            "$[?length(@.a)]",
            3,
            "the result of `length()` must be compared",
            "for example `length(…) > 0`",
        ),
        (
            "$[?match(@.a)]",
            12,
            "too few arguments: `match(text, pattern)`",
            "",
        ),
        (
            "$[?match(@.a, 'x', 1)]",
            17,
            "too many arguments: `match(text, pattern)`",
            "",
        ),
        (
            "$[?foo(@)]",
            3,
            "there is no function `foo`",
            "the functions are `length(value)`, `count(path)`, `value(path)`, `match(text, pattern)`, `search(text, pattern)`",
        ),
        (
            "$[?@.price*2 > 3]",
            10,
            "expected `&&`, `||` or `]`, found `*`",
            "a filter does no arithmetic",
        ),
        ("$[?(@.a]", 7, "expected `)`, `&&` or `||`, found `]`", ""),
    ]);
}
