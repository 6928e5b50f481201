//! Parts of an expression that are made of constants alone: what they give, and what is wrong with them, is known at once.

use super::ast::{Comparison, Kind, Node, Span};
use super::functions::Failure;
use super::{Expr, operators};
use crate::diagnostic::Diagnostic;
use crate::value::{Value, type_name};

/// What can't be evaluated, whatever the variables are, and what compares constants that are never equal.
pub(super) fn problems(expr: &Expr) -> Vec<Diagnostic> {
    let mut found = Found::default();
    value(expr.root(), &mut found);
    let failed = found.failed.into_iter().map(|(span, failure)| {
        let mut problem = expr.problem(failure.code, span, failure.message);
        problem.help.extend(failure.help);
        problem
    });
    let unlike = found.unlike.into_iter().map(|(span, always)| {
        let message = format!("`{}` is always {always}", expr.part(span));
        Diagnostic::warning("never-equal", message)
            .at(expr.place_of(span))
            .label("values of different types")
    });
    failed.chain(unlike).collect()
}

#[derive(Default)]
struct Found {
    failed: Vec<(Span, Failure)>,
    /// Comparisons, and what they always are.
    unlike: Vec<(Span, bool)>,
}

/// The value of a node that consists of constants only.
pub(super) fn constant(node: &Node) -> Option<Value> {
    value(node, &mut Found::default())
}

fn value(node: &Node, found: &mut Found) -> Option<Value> {
    let result = match &node.kind {
        Kind::Constant(constant) => return Some((**constant).clone()),
        Kind::Compare(first, rest) => return comparison(first, rest, found).map(Value::Bool),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value(item, found)).collect();
            return items.into_iter().collect::<Option<_>>().map(Value::Array);
        }
        Kind::Negate(operand) => operators::negated(&value(operand, found)?),
        Kind::Arithmetic(operator, pair) => {
            let (left, right) = (value(&pair[0], found), value(&pair[1], found));
            operators::arithmetic(*operator, &left?, &right?)
        }
        Kind::Concatenate(pair) => {
            let (left, right) = (value(&pair[0], found), value(&pair[1], found));
            operators::concatenated(&left?, &right?)
        }
        _ => {
            for child in node.children() {
                value(child, found);
            }
            return None;
        }
    };
    match result {
        Ok(value) => Some(value),
        Err(failure) => {
            found.failed.push((node.span, failure));
            None
        }
    }
}

/// Every neighbouring pair, up to the first that does not hold.
fn comparison(first: &Node, rest: &[(Comparison, Node)], found: &mut Found) -> Option<bool> {
    let mut left = (first, value(first, found));
    let mut all = Some(true);
    for (operator, node) in rest {
        let right = value(node, found);
        let span = left.0.span.to(node.span);
        let holds = match (&left.1, &right) {
            (Some(left), Some(right)) => compared(*operator, left, right, span, found),
            _ => None,
        };
        if holds == Some(false) {
            return all.and(holds);
        }
        all = all.and(holds);
        left = (node, right);
    }
    all
}

fn compared(
    operator: Comparison,
    left: &Value,
    right: &Value,
    span: Span,
    found: &mut Found,
) -> Option<bool> {
    match operators::compared(operator, left, right) {
        Ok(holds) => {
            if candidates(operator, right).is_some_and(|others| never_equal(kind(left), others)) {
                found.unlike.push((span, holds));
            }
            Some(holds)
        }
        Err(failure) => {
            found.failed.push((span, failure));
            None
        }
    }
}

/// The values of which the left one is to be equal to one; `None` where another thing is asked.
pub(super) fn candidates(operator: Comparison, right: &Value) -> Option<&[Value]> {
    match (operator, right) {
        (Comparison::Equal | Comparison::NotEqual, value) => Some(std::slice::from_ref(value)),
        (Comparison::In | Comparison::NotIn, Value::Array(items)) => Some(items),
        _ => None,
    }
}

/// Whether a value of this kind is none of the others, by their kinds alone.
pub(super) fn never_equal(kind_of_value: &str, others: &[Value]) -> bool {
    !others.is_empty() && others.iter().all(|other| kind(other) != kind_of_value)
}

/// The type of a value, as far as equality goes: an integer is a number.
pub(super) fn kind(value: &Value) -> &'static str {
    match type_name(value) {
        "integer" => "number",
        name => name,
    }
}
