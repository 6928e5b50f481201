//! What an expression reads, told without evaluating it.

use super::ast::{Comparison, Kind, Node, Path, Span};
use super::functions::FunctionSpec;
use super::{Compared, ComparedWith, Expr, Reference, constants};
use crate::source::Place;

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
            Kind::Compare(first, rest) => self.comparison(first, rest),
            _ => {
                for child in node.children() {
                    self.visit(child, false);
                }
            }
        }
    }

    /// Each path remembers what it is compared with.
    fn comparison(&mut self, first: &'e Node, rest: &'e [(Comparison, Node)]) {
        let mut left = (first, self.side(first));
        for (operator, node) in rest {
            let side = self.side(node);
            let span = left.0.span.to(node.span);
            if let Some(at) = left.1 {
                let seen = self.compared(*operator, node, span);
                self.found[at].compared.extend(seen);
            }
            if let Some(at) = side
                && matches!(operator, Comparison::Equal | Comparison::NotEqual)
                // Of two paths, the left one tells.
                && left.1.is_none()
            {
                let seen = self.compared(*operator, left.0, span);
                self.found[at].compared.extend(seen);
            }
            left = (node, side);
        }
    }

    /// Visits one side of a comparison; where it is found, if it is a path.
    fn side(&mut self, node: &'e Node) -> Option<usize> {
        let at = self.found.len();
        self.visit(node, false);
        matches!(node.kind, Kind::Path(_)).then_some(at)
    }

    /// A comparison as the side sees it that `other` is not.
    fn compared(&self, operator: Comparison, other: &Node, span: Span) -> Option<Compared> {
        let with = match &other.kind {
            Kind::Path(path) if matches!(operator, Comparison::Equal | Comparison::NotEqual) => {
                ComparedWith::Path(names(path))
            }
            _ => {
                let constant = constants::constant(other)?;
                ComparedWith::Constants(constants::candidates(operator, &constant)?.to_vec())
            }
        };
        Some(Compared {
            place: self.expr.place_of(span),
            text: self.expr.part(span).into_owned(),
            negated: matches!(operator, Comparison::NotEqual | Comparison::NotIn),
            with,
        })
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
            compared: Vec::new(),
        });
    }
}

fn names(path: &Path) -> Vec<String> {
    let segments = path.segments.iter().map(|segment| segment.text.to_string());
    std::iter::once(path.name.to_string())
        .chain(segments)
        .collect()
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
