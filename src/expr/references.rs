//! What an expression reads, told without evaluating it.

use super::ast::{Comparison, Kind, Node, Path};
use super::functions::FunctionSpec;
use super::{Expr, Reference};
use crate::source::Place;
use crate::value::Value;

/// All paths of `expr`, in written order.
pub(super) fn references(expr: &Expr) -> Vec<Reference> {
    let mut walk = Walk {
        expr,
        found: Vec::new(),
        asked: Vec::new(),
    };
    walk.visit(expr.root(), false);
    walk.found
}

struct Walk<'e> {
    expr: &'e Expr,
    found: Vec<Reference>,
    /// Paths that are known to be defined where the walk stands, as `x` is in the right half of `x is defined and x > 1`.
    asked: Vec<&'e Path>,
}

impl<'e> Walk<'e> {
    /// `guarded`: the node itself may be undefined.
    fn visit(&mut self, node: &'e Node, guarded: bool) {
        match &node.kind {
            Kind::Path(path) => self.path(node, path, guarded),
            Kind::Attribute(subject, _) => self.visit(subject, guarded),
            Kind::Item(pair) => {
                self.visit(&pair[0], guarded);
                self.visit(&pair[1], false);
            }
            Kind::Default(pair) => {
                self.visit(&pair[0], true);
                self.visit(&pair[1], false);
            }
            Kind::Defined { subject, .. } => self.visit(subject, true),
            Kind::And(pair) => self.guarded_half(&pair[0], true, &pair[1]),
            Kind::Or(pair) => self.guarded_half(&pair[0], false, &pair[1]),
            Kind::Choice(choice) => {
                self.guarded_half(&choice.condition, true, &choice.then);
                let before = self.asked.len();
                defined_where(&choice.condition, false, &mut self.asked);
                self.visit(&choice.otherwise, false);
                self.asked.truncate(before);
            }
            _ => {
                for child in node.children() {
                    self.visit(child, false);
                }
            }
        }
    }

    /// `condition`, then `half`, which is only reached where the condition is `truth`.
    fn guarded_half(&mut self, condition: &'e Node, truth: bool, half: &'e Node) {
        self.visit(condition, false);
        let before = self.asked.len();
        defined_where(condition, truth, &mut self.asked);
        self.visit(half, false);
        self.asked.truncate(before);
    }

    fn path(&mut self, node: &'e Node, path: &'e Path, guarded: bool) {
        let asked = self.asked.iter().any(|asked| starts_with(path, asked));
        self.found.push(Reference {
            path: names(path),
            place: self.expr.place_of(node.span),
            guarded: guarded || asked,
        });
    }
}

fn starts_with(path: &Path, start: &Path) -> bool {
    path.name == start.name
        && path.segments.len() >= start.segments.len()
        && path
            .segments
            .iter()
            .zip(&start.segments)
            .all(|(one, other)| one.text == other.text)
}

/// The paths that are defined wherever `condition` has this `truth`.
fn defined_where<'e>(condition: &'e Node, truth: bool, asked: &mut Vec<&'e Path>) {
    match &condition.kind {
        Kind::Defined { subject, wanted } if *wanted == truth => {
            if let Kind::Path(path) = &subject.kind {
                asked.push(path);
            }
        }
        Kind::Not(operand) => defined_where(operand, !truth, asked),
        Kind::And(pair) if truth => pair.iter().for_each(|one| defined_where(one, true, asked)),
        Kind::Or(pair) if !truth => pair.iter().for_each(|one| defined_where(one, false, asked)),
        _ => {}
    }
}

/// A path that is held against a value that is written out: `settings.mode == 'fast'`.
#[derive(Debug)]
pub struct Compared {
    pub path: Vec<String>,
    pub value: Value,
    /// Where the value stands.
    pub place: Place,
}

/// What is asked to be equal to a constant, or not to be, in `expr`.
pub(super) fn compared(expr: &Expr) -> Vec<Compared> {
    let mut found = Vec::new();
    let mut waiting = vec![expr.root()];
    while let Some(node) = waiting.pop() {
        waiting.extend(node.children());
        let Kind::Compare(first, rest) = &node.kind else {
            continue;
        };
        if let [(Comparison::Equal | Comparison::NotEqual, second)] = rest.as_slice() {
            let pairs = [(&**first, second), (second, &**first)];
            found.extend(
                pairs
                    .into_iter()
                    .filter_map(|(one, other)| pair(expr, one, other)),
            );
        }
        // A list of constants is a constant itself.
        if let [(Comparison::In | Comparison::NotIn, list)] = rest.as_slice()
            && let (Kind::Path(path), Kind::Constant(items)) = (&first.kind, &list.kind)
        {
            let items = items.as_array().into_iter().flatten();
            found.extend(items.map(|item| Compared {
                path: names(path),
                value: item.clone(),
                place: expr.place_of(list.span),
            }));
        }
    }
    found
}

fn pair(expr: &Expr, one: &Node, other: &Node) -> Option<Compared> {
    match (&one.kind, &other.kind) {
        (Kind::Path(path), Kind::Constant(value)) => Some(Compared {
            path: names(path),
            value: (**value).clone(),
            place: expr.place_of(other.span),
        }),
        _ => None,
    }
}

fn names(path: &Path) -> Vec<String> {
    let segments = path.segments.iter().map(|segment| segment.text.to_string());
    std::iter::once(path.name.to_string())
        .chain(segments)
        .collect()
}

/// A function, filter or test that is called.
#[derive(Debug)]
pub struct CallSite {
    pub function: &'static FunctionSpec,
    /// Where its name stands.
    pub place: Place,
    /// Its first argument, where that is a text that is written out, and where it stands.
    pub text: Option<(String, Place)>,
}

/// All calls in `expr`.
pub(super) fn calls(expr: &Expr) -> Vec<CallSite> {
    let mut found = Vec::new();
    let mut waiting = vec![expr.root()];
    while let Some(node) = waiting.pop() {
        if let Kind::Call(call) = &node.kind {
            let first = call.arguments.first().and_then(Option::as_ref);
            found.push(CallSite {
                function: call.function,
                place: expr.place_of(call.name),
                text: first.and_then(|first| match &first.kind {
                    Kind::Constant(value) => {
                        Some((value.as_str()?.to_owned(), expr.place_of(first.span)))
                    }
                    _ => None,
                }),
            });
        }
        waiting.extend(node.children());
    }
    found
}
