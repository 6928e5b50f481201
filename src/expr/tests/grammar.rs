//! The grammar is MiniJinja's: its parser and ours read the same trees.

use std::fmt::Write as _;

use minijinja::machinery::{ast as theirs, parse_expr};
use proptest::prelude::*;

use super::cases;
use crate::expr::ast::{Arithmetic, Kind, Node, Segment};
use crate::expr::parser::parse;
use crate::value::Value;

/// Both trees of a text; `None` where one of the parsers refuses it.
fn trees(text: &str) -> Option<(String, String)> {
    let (ours, theirs) = (parse(text).ok()?, parse_expr(text).ok()?);
    Some((our_tree(&ours), their_tree(&theirs)))
}

#[test]
fn every_expression_of_the_tables_is_read_as_minijinja_reads_it() {
    let mut compared = 0;
    for line in cases(include_str!("values.txt")) {
        let (text, _) = line.split_once(" → ").unwrap();
        if let Some((ours, theirs)) = trees(text) {
            assert_eq!(ours, theirs, "{text}");
            compared += 1;
        }
    }
    // What MiniJinja cannot read is an integer of more than 128 bits.
    assert!(compared > 100, "{compared}");
}

fn operand() -> impl Strategy<Value = String> {
    let plain = prop::sample::select(vec![
        "a",
        "b.c",
        "b['c']",
        "d[0]",
        "d[-1]",
        "f[g].h",
        "1",
        "2.5",
        "'x'",
        "true",
        "none",
        "[]",
        "[1, a]",
        "{'k': a}",
        "random_int(1, a)",
        "fake.name()",
        "d[1:]",
        "d[:a:2]",
    ]);
    plain.prop_map(str::to_owned)
}

const OPERATORS: &[&str] = &[
    "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "+", "-", "~", "*", "/", "//",
    "%", "**",
];

#[test]
fn any_two_operators_bind_as_in_minijinja() {
    for first in OPERATORS {
        for second in OPERATORS {
            for text in [
                format!("a {first} b {second} c"),
                format!("-a {first} -b.x {second} -c | abs"),
                format!("not a {first} b is odd() {second} c is divisibleby 3"),
                format!("a {first} b if c {second} d else e {first} f {second} g"),
            ] {
                let (ours, theirs) = trees(&text).unwrap();
                assert_eq!(ours, theirs, "{text}");
            }
        }
    }
}

/// Operands joined at random, without a thought for how tightly operators bind.
fn expression() -> impl Strategy<Value = String> {
    operand().prop_recursive(4, 24, 4, |inner| {
        let binary = prop::sample::select(OPERATORS);
        // Tests have their brackets: without them MiniJinja reads the `not` of a `not in` after one as its argument.
        let suffix = prop::sample::select(vec![
            " | upper",
            " | default(1)",
            " is defined()",
            " is not odd()",
            " is divisibleby 3",
            " is eq a",
            " is in [1]",
            " | split('x') | first",
            ".e",
            "[2]",
        ]);
        prop_oneof![
            4 => (inner.clone(), binary, inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            1 => inner.clone().prop_map(|one| format!("not {one}")),
            1 => inner.clone().prop_map(|one| format!("-{one}")),
            1 => inner.clone().prop_map(|one| format!("({one})")),
            2 => (inner.clone(), suffix).prop_map(|(one, suffix)| format!("{one}{suffix}")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(then, condition, other)| format!("{then} if {condition} else {other}")),
            1 => (inner.clone(), inner).prop_map(|(one, other)| format!("[{one}, {other}]")),
        ]
    })
}

proptest! {
    #[test]
    fn operators_bind_as_in_minijinja(text in expression()) {
        if let Some((ours, theirs)) = trees(&text) {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}

fn tree(name: &str, children: impl IntoIterator<Item = String>) -> String {
    children
        .into_iter()
        .fold(format!("({name}"), |mut text, child| {
            let _ = write!(text, " {child}");
            text
        })
        + ")"
}

fn our_tree(node: &Node) -> String {
    let all = |nodes: &[Node]| nodes.iter().map(our_tree).collect::<Vec<_>>();
    match &node.kind {
        Kind::Constant(value) => constant(value),
        Kind::Omit => "omit".to_owned(),
        Kind::Path(path) => path.segments.iter().fold(path.name.to_string(), read),
        Kind::Attribute(subject, segment) => read(our_tree(subject), segment),
        Kind::Item(pair) => tree("item", all(&pair[..])),
        Kind::Slice(slice) => {
            let bound = |node: &Option<Node>| node.as_ref().map_or("_".to_owned(), our_tree);
            let bounds = [&slice.start, &slice.end, &slice.step].map(bound);
            tree(
                "slice",
                std::iter::once(our_tree(&slice.subject)).chain(bounds),
            )
        }
        Kind::Not(operand) => tree("not", [our_tree(operand)]),
        Kind::Negate(operand) => tree("neg", [our_tree(operand)]),
        Kind::And(pair) => tree("and", all(&pair[..])),
        Kind::Or(pair) => tree("or", all(&pair[..])),
        Kind::Concatenate(pair) => tree("~", all(&pair[..])),
        Kind::Arithmetic(operator, pair) => tree(Arithmetic::symbol(*operator), all(&pair[..])),
        Kind::Compare(first, rest) => {
            let rest: Vec<_> = rest
                .iter()
                .map(|(operator, node)| (operator.symbol(), our_tree(node)))
                .collect();
            compared(our_tree(first), &rest)
        }
        Kind::Choice(choice) => tree(
            "if",
            [&choice.condition, &choice.then, &choice.otherwise].map(our_tree),
        ),
        Kind::List(items) => tree("list", all(items)),
        Kind::Map(entries) => tree(
            "map",
            entries
                .iter()
                .flat_map(|(key, value)| [our_tree(key), our_tree(value)]),
        ),
        Kind::Call(call) => tree(
            call.function.name,
            call.arguments.iter().flatten().map(our_tree),
        ),
        Kind::Default(pair) => tree("default", all(&pair[..])),
        Kind::Defined { subject, wanted } => tree(
            if *wanted { "defined" } else { "undefined" },
            [our_tree(subject)],
        ),
    }
}

fn read(subject: String, segment: &Segment) -> String {
    let key = match segment.index {
        Some(index) if index < 0 => format!("(neg {})", -index),
        Some(index) => index.to_string(),
        None => format!("{:?}", segment.text),
    };
    tree("item", [subject, key])
}

fn compared(first: String, rest: &[(&str, String)]) -> String {
    match rest {
        [("not in", right)] => tree("not", [tree("in", [first, right.clone()])]),
        [(symbol, right)] => tree(symbol, [first, right.clone()]),
        _ => tree(
            "compare",
            std::iter::once(first)
                .chain(rest.iter().map(|(symbol, node)| format!("{symbol} {node}"))),
        ),
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_str().strip_prefix('-') {
            Some(size) => tree(
                "neg",
                [constant(
                    &size.parse::<serde_json::Number>().unwrap().into(),
                )],
            ),
            None => number.as_str().parse::<f64>().unwrap().to_string(),
        },
        Value::Array(items) => tree("list", items.iter().map(constant)),
        Value::Object(map) => tree(
            "map",
            map.iter()
                .flat_map(|(key, value)| [format!("{key:?}"), constant(value)]),
        ),
        other => format!("{other}"),
    }
}

fn their_tree(expr: &theirs::Expr<'_>) -> String {
    use theirs::Expr;
    let all = |nodes: &[Expr<'_>]| nodes.iter().map(their_tree).collect::<Vec<_>>();
    match expr {
        Expr::Var(var) => var.id.to_owned(),
        Expr::Const(constant) => their_constant(&constant.value),
        Expr::Slice(slice) => {
            let bound = |node: &Option<Expr<'_>>| node.as_ref().map_or("_".to_owned(), their_tree);
            let bounds = [&slice.start, &slice.stop, &slice.step].map(bound);
            tree(
                "slice",
                std::iter::once(their_tree(&slice.expr)).chain(bounds),
            )
        }
        Expr::UnaryOp(unary) => {
            let name = match unary.op {
                theirs::UnaryOpKind::Not => "not",
                theirs::UnaryOpKind::Neg => "neg",
            };
            tree(name, [their_tree(&unary.expr)])
        }
        Expr::BinOp(binary) => {
            let name = operator(binary.op);
            tree(name, [&binary.left, &binary.right].map(their_tree))
        }
        Expr::Compare(compare) => {
            use theirs::CompareOpKind as Op;
            let rest: Vec<_> = compare
                .ops
                .iter()
                .map(|one| {
                    let symbol = match one.op {
                        Op::Eq => "==",
                        Op::Ne => "!=",
                        Op::Lt => "<",
                        Op::Lte => "<=",
                        Op::Gt => ">",
                        Op::Gte => ">=",
                        Op::In => "in",
                        Op::NotIn => "not in",
                    };
                    (symbol, their_tree(&one.expr))
                })
                .collect();
            compared(their_tree(&compare.expr), &rest)
        }
        Expr::IfExpr(choice) => {
            let otherwise = choice
                .false_expr
                .as_ref()
                .map_or("_".to_owned(), their_tree);
            let then = [&choice.test_expr, &choice.true_expr].map(their_tree);
            tree("if", then.into_iter().chain([otherwise]))
        }
        Expr::Filter(filter) => {
            let subject = filter.expr.as_ref().map(their_tree);
            tree(
                filter.name,
                subject.into_iter().chain(arguments(&filter.args)),
            )
        }
        Expr::Test(test) => {
            let subject = std::iter::once(their_tree(&test.expr));
            tree(test.name, subject.chain(arguments(&test.args)))
        }
        Expr::GetAttr(get) => tree("item", [their_tree(&get.expr), format!("{:?}", get.name)]),
        Expr::GetItem(get) => tree("item", [&get.expr, &get.subscript_expr].map(their_tree)),
        Expr::Call(call) => {
            let name = match &call.expr {
                Expr::Var(var) => var.id.to_owned(),
                Expr::GetAttr(get) => format!("{}.{}", their_tree(&get.expr), get.name),
                other => their_tree(other),
            };
            tree(&name, arguments(&call.args))
        }
        Expr::List(list) => tree("list", all(&list.items)),
        Expr::Tuple(tuple) => tree("tuple", all(&tuple.items)),
        Expr::Map(map) => tree(
            "map",
            map.keys
                .iter()
                .zip(&map.values)
                .flat_map(|(key, value)| [their_tree(key), their_tree(value)]),
        ),
    }
}

fn operator(operator: theirs::BinOpKind) -> &'static str {
    use theirs::BinOpKind as Op;
    match operator {
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Lte => "<=",
        Op::Gt => ">",
        Op::Gte => ">=",
        Op::ScAnd => "and",
        Op::ScOr => "or",
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::FloorDiv => "//",
        Op::Rem => "%",
        Op::Pow => "**",
        Op::Concat => "~",
        Op::In => "in",
    }
}

fn arguments(arguments: &[theirs::CallArg<'_>]) -> Vec<String> {
    arguments
        .iter()
        .map(|argument| match argument {
            theirs::CallArg::Pos(value) | theirs::CallArg::Kwarg(_, value) => their_tree(value),
            theirs::CallArg::PosSplat(_) | theirs::CallArg::KwargSplat(_) => "splat".to_owned(),
        })
        .collect()
}

fn their_constant(value: &minijinja::Value) -> String {
    if let Some(text) = value.as_str() {
        return Value::from(text).to_string();
    }
    match f64::try_from(value.clone()) {
        Ok(number) if value.is_number() => number.to_string(),
        _ if value.is_none() => "null".to_owned(),
        _ => value.is_true().to_string(),
    }
}
