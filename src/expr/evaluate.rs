//! Evaluates a parsed expression: every value exact, every name defined, every step counted.

use std::borrow::Cow;
use std::sync::Arc;

use super::ast::{Call, Choice, Comparison, Kind, Node, Segment, Span};
use super::functions::{Arguments, Failure, Run, matching, out_of_fuel, too_long};
use super::lookup::Found;
use super::missing::Missing;
use super::text::{MAX_STEPS, MAX_TEXT, to_text, weight};
use super::{Expr, Outcome, Scope, operators};
use crate::diagnostic::Diagnostic;
use crate::value::{Map, Value, a_type, type_name};

/// Values may nest this deep, so that a loop that wraps a variable in a list each turn comes to an end.
const MAX_NESTING: usize = 128;

pub(super) type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// A value on its way through an evaluation: copied only where something new is made of it.
pub(super) enum Operand<'e> {
    /// A part of the expression itself.
    Constant(&'e Value),
    /// What `path` finds in a value that the scope shares. It has been found before, so it is there.
    Shared(Arc<Value>, &'e [Segment]),
    Owned(Value),
    Omit,
}

pub(super) struct Evaluator<'e> {
    pub(super) expr: &'e Expr,
    pub(super) scope: &'e dyn Scope,
    pub(super) fuel: u64,
}

impl<'e> Evaluator<'e> {
    pub(super) fn new(expr: &'e Expr, scope: &'e dyn Scope) -> Self {
        Self {
            expr,
            scope,
            fuel: MAX_STEPS,
        }
    }

    /// Appends the value of the whole expression, as text.
    /// The type that it had is told.
    pub(super) fn write_text(mut self, text: &mut String) -> Result<&'static str> {
        let root = self.expr.root();
        let operand = self.value(root)?;
        let written = to_text(operand.get());
        if text.len() + written.len() > MAX_TEXT {
            return Err(self.failed(root.span, too_long()).into());
        }
        text.push_str(&written);
        Ok(type_name(operand.get()))
    }

    /// The value of the whole expression.
    pub(super) fn outcome(mut self) -> Result<Outcome> {
        let root = self.expr.root();
        match self.evaluate(root)? {
            Operand::Omit => Ok(Outcome::Omit),
            operand => {
                let value = self.owned(root.span, operand)?;
                if nests_deeper_than(&value, MAX_NESTING) {
                    let message = format!("a value may nest {MAX_NESTING} deep at most");
                    let failure = Failure::new(message).code("expression-limit");
                    return Err(self.failed(root.span, failure).into());
                }
                Ok(Outcome::Value(value))
            }
        }
    }

    pub(super) fn spend(&mut self, span: Span, steps: u64) -> Result<()> {
        match self.fuel.checked_sub(steps) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => Err(self.failed(span, out_of_fuel()).into()),
        }
    }

    pub(super) fn evaluate(&mut self, node: &'e Node) -> Result<Operand<'e>> {
        self.spend(node.span, 1)?;
        match &node.kind {
            Kind::Constant(value) => Ok(Operand::Constant(value)),
            Kind::Omit => Ok(Operand::Omit),
            Kind::Path(_) | Kind::Attribute(..) | Kind::Item(_) => match self.find(node)? {
                Found::Operand(operand) => Ok(operand),
                Found::Missing(missing) => Err(self.undefined(&missing).into()),
            },
            Kind::Choice(choice) => self.choice(choice),
            Kind::Default(pair) => match self.find(&pair[0])? {
                Found::Missing(_) | Found::Operand(Operand::Omit) => self.evaluate(&pair[1]),
                Found::Operand(operand) => Ok(operand),
            },
            Kind::Call(call) => self.call(node, call),
            _ => self.computed(node).map(Operand::Owned),
        }
    }

    /// What is made anew.
    fn computed(&mut self, node: &'e Node) -> Result<Value> {
        let span = node.span;
        let result = match &node.kind {
            Kind::Not(operand) => Ok(Value::Bool(!self.truth(operand)?)),
            Kind::And(pair) => Ok(Value::Bool(self.truth(&pair[0])? && self.truth(&pair[1])?)),
            Kind::Or(pair) => Ok(Value::Bool(self.truth(&pair[0])? || self.truth(&pair[1])?)),
            Kind::Negate(operand) => operators::negated(self.value(operand)?.get()),
            Kind::Arithmetic(operator, pair) => {
                let (left, right) = (self.value(&pair[0])?, self.value(&pair[1])?);
                let result = operators::arithmetic(*operator, left.get(), right.get());
                if let Ok(list @ Value::Array(_)) = &result {
                    self.spend(span, weight(list))?;
                }
                result
            }
            Kind::Concatenate(pair) => {
                let (left, right) = (self.value(&pair[0])?, self.value(&pair[1])?);
                operators::concatenated(left.get(), right.get())
            }
            Kind::Compare(first, rest) => return self.comparison(first, rest).map(Value::Bool),
            Kind::Defined { subject, wanted } => {
                let found = self.find(subject)?;
                let defined = !matches!(found, Found::Missing(_) | Found::Operand(Operand::Omit));
                Ok(Value::Bool(defined == *wanted))
            }
            Kind::Slice(slice) => {
                let cut = self.slice(slice)?;
                self.spend(span, weight(&cut))?;
                Ok(cut)
            }
            Kind::List(items) => return self.list(items),
            Kind::Map(entries) => return self.map(entries),
            // These are not computed but found or chosen, and were dealt with before.
            _ => Ok(Value::Null),
        };
        Ok(result.map_err(|failure| self.failed(span, failure))?)
    }

    /// The value of a node that must have one.
    pub(super) fn value(&mut self, node: &'e Node) -> Result<Operand<'e>> {
        match self.evaluate(node)? {
            Operand::Omit => Err(self.omitted(node).into()),
            operand => Ok(operand),
        }
    }

    /// The value of a node as a value of its own.
    fn own_value(&mut self, node: &'e Node) -> Result<Value> {
        let operand = self.value(node)?;
        self.owned(node.span, operand)
    }

    pub(super) fn owned(&mut self, span: Span, operand: Operand<'e>) -> Result<Value> {
        if let Operand::Owned(value) = operand {
            return Ok(value);
        }
        self.spend(span, weight(operand.get()))?;
        Ok(operand.get().clone())
    }

    /// Conditions and the operands of `and`, `or` and `not` are booleans; nothing else is taken for one.
    pub(super) fn truth(&mut self, node: &'e Node) -> Result<bool> {
        match self.value(node)?.get() {
            Value::Bool(truth) => Ok(*truth),
            other => Err(self.not_boolean(node, other).into()),
        }
    }

    fn choice(&mut self, choice: &'e Choice) -> Result<Operand<'e>> {
        if self.truth(&choice.condition)? {
            self.evaluate(&choice.then)
        } else {
            self.evaluate(&choice.otherwise)
        }
    }

    /// `a < b <= c`: every neighbouring pair, up to the first that does not hold.
    fn comparison(&mut self, first: &'e Node, rest: &'e [(Comparison, Node)]) -> Result<bool> {
        let (mut left_node, mut left) = (first, self.value(first)?);
        for (operator, node) in rest {
            let right = self.value(node)?;
            if right.get().is_array() || right.get().is_object() {
                self.spend(node.span, weight(right.get()))?;
            }
            let holds = operators::compared(*operator, left.get(), right.get())
                .map_err(|failure| self.failed(left_node.span.to(node.span), failure))?;
            if !holds {
                return Ok(false);
            }
            (left_node, left) = (node, right);
        }
        Ok(true)
    }

    fn list(&mut self, nodes: &'e [Node]) -> Result<Value> {
        let mut items = Vec::with_capacity(nodes.len());
        for node in nodes {
            match self.evaluate(node)? {
                Operand::Omit => {}
                operand => items.push(self.owned(node.span, operand)?),
            }
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, nodes: &'e [(Node, Node)]) -> Result<Value> {
        let mut map = Map::new();
        for (key_node, node) in nodes {
            let key = match self.own_value(key_node)? {
                Value::String(key) => key,
                other => {
                    let message = format!("a key is a string, not {}", a_type(&other));
                    let failure = Failure::new(message).code("wrong-type");
                    return Err(self.failed(key_node.span, failure).into());
                }
            };
            match self.evaluate(node)? {
                Operand::Omit => {}
                operand => {
                    let value = self.owned(node.span, operand)?;
                    map.insert(key, value);
                }
            }
        }
        Ok(Value::Object(map))
    }

    fn call(&mut self, node: &'e Node, call: &'e Call) -> Result<Operand<'e>> {
        let mut operands = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            operands.push(match argument {
                Some(argument) => Some(self.value(argument)?),
                None => None,
            });
        }
        let work = operands.iter().flatten().map(|one| size(one.get())).sum();
        self.spend(node.span, work)?;
        let values = operands.iter_mut().map(|operand| match operand {
            None => None,
            Some(Operand::Owned(value)) => Some(Cow::Owned(std::mem::take(value))),
            Some(operand) => Some(Cow::Borrowed(operand.get())),
        });
        let values = values.collect();
        let tools = self.scope.tools();
        let mut arguments = Arguments::new(tools, call.function, values, &mut self.fuel);
        let result = match call.function.run {
            Run::Native(run) => run(&mut arguments),
            Run::Matching => matching(&mut arguments, call.pattern.as_ref()),
            // These are nodes of their own.
            Run::Default | Run::Defined(_) => Ok(Value::Null),
        };
        match result {
            Ok(Value::String(text)) if text.len() > MAX_TEXT => {
                Err(self.failed(node.span, too_long()).into())
            }
            Ok(value) => {
                self.spend(node.span, weight(&value))?;
                Ok(Operand::Owned(value))
            }
            Err(failure) => Err(self.call_failed(node, call, failure).into()),
        }
    }
}

impl Operand<'_> {
    pub(super) fn get(&self) -> &Value {
        match self {
            Self::Constant(value) => value,
            Self::Shared(root, path) => super::lookup::walk(root, path),
            Self::Owned(value) => value,
            Self::Omit => &Value::Null,
        }
    }
}

/// How much a function may have to look at, at the top of a value.
fn size(value: &Value) -> u64 {
    match value {
        Value::Array(items) => items.len() as u64,
        Value::Object(map) => map.len() as u64,
        other => weight(other),
    }
}

fn nests_deeper_than(value: &Value, limit: usize) -> bool {
    let Some(below) = limit.checked_sub(1) else {
        return value.is_array() || value.is_object();
    };
    match value {
        Value::Array(items) => items.iter().any(|item| nests_deeper_than(item, below)),
        Value::Object(map) => map.values().any(|value| nests_deeper_than(value, below)),
        _ => false,
    }
}

impl Evaluator<'_> {
    /// A failure at a part of the expression.
    pub(super) fn failed(&self, span: Span, failure: Failure) -> Diagnostic {
        let mut problem = self.expr.problem(failure.code, span, failure.message);
        problem.help.extend(failure.help);
        problem
    }

    fn call_failed(&self, node: &Node, call: &Call, failure: Failure) -> Diagnostic {
        let argument = failure
            .argument
            .and_then(|index| call.arguments.get(index)?.as_ref());
        self.failed(
            argument.map_or(node.span, |argument| argument.span),
            failure,
        )
    }

    fn not_boolean(&self, node: &Node, found: &Value) -> Diagnostic {
        let text = self.expr.part(node.span);
        let failure = Failure::new(format!("`{text}` is {}, not a boolean", a_type(found)));
        let help = match found {
            Value::Null => format!("ask what is meant: `{text} is none`, or `{text} | default(…)`"),
            Value::String(_) => format!("ask what is meant: `{text} == '…'`, or `{text} != ''`"),
            Value::Number(_) => format!("ask what is meant: `{text} != 0`"),
            _ => format!("ask what is meant: `{text} is defined`, or `{text} | length > 0`"),
        };
        self.failed(node.span, failure.code("wrong-type").help(help))
    }

    pub(super) fn omitted(&self, node: &Node) -> Diagnostic {
        let text = self.expr.part(node.span);
        let message = match node.kind {
            Kind::Omit => "`omit` has no value: it only leaves an entry out".to_owned(),
            _ => format!("`{text}` was not given, and this needs a value"),
        };
        let help =
            format!("say what it is then: `{text} | default(…)`, or ask `{text} is defined`");
        let failure = Failure::new(message).code("omitted-value");
        self.failed(
            node.span,
            if matches!(node.kind, Kind::Omit) {
                failure
            } else {
                failure.help(help)
            },
        )
    }

    pub(super) fn undefined(&self, missing: &Missing<'_>) -> Diagnostic {
        missing.explain(self.expr, self.scope)
    }
}
