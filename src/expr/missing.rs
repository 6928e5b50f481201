//! Says of a name that is not there what there is instead, and why where that is known.

use std::ops::Range;

use super::ast::{Node, Path, Segment, Span};
use super::evaluate::Operand;
use super::{Absent, Expr, Scope};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::value::{Value, a_type};

/// How many names a message lists.
const LISTED: usize = 12;

/// A name that is not there.
pub(super) enum Missing<'e> {
    /// No variable of this name.
    Variable(&'e Path),
    /// The scope knows the variable, and not `segments[at]` of it.
    Attribute {
        node: &'e Node,
        path: &'e Path,
        at: usize,
        known: Vec<String>,
    },
    /// The same, and why.
    Explained {
        node: &'e Node,
        path: &'e Path,
        absent: Box<Absent>,
    },
    /// What is there reads what is not, in another expression.
    Elsewhere(Box<Diagnostic>),
    /// `key`, which stands at `span`, of `holder`, which was found as `holder_text`.
    Part {
        span: Span,
        holder_text: String,
        holder: Operand<'e>,
        key: Key,
    },
}

/// What was looked for in a value.
pub(super) enum Key {
    Name(String),
    Index(i64),
}

impl Key {
    pub(super) fn of(segment: &Segment) -> Self {
        match segment.index {
            Some(index) => Self::Index(index),
            None => Self::Name(segment.text.to_string()),
        }
    }
}

impl Missing<'_> {
    pub(super) fn explain(&self, expr: &Expr, scope: &dyn Scope) -> Diagnostic {
        match self {
            Self::Variable(path) => {
                let (name, span) = (&path.name, path.span);
                let problem = undefined(expr, span, format!("`{name}` is not defined"));
                if let Some(place) = scope.would_be_set(name) {
                    return problem.also(place, "this would have set it");
                }
                let problem = suggest(problem, name, &scope.names(), "defined here");
                hyphenated(expr, span, problem)
            }
            Self::Attribute {
                node,
                path,
                at,
                known,
            } => {
                let (message, span) = lacks(expr, node, path, *at);
                let wanted = path.segments.get(*at).map_or("", |segment| &segment.text);
                suggest(undefined(expr, span, message), wanted, known, "it has")
            }
            Self::Explained { node, path, absent } => explain_absent(expr, node, path, absent),
            Self::Elsewhere(problem) => (**problem).clone(),
            Self::Part {
                span,
                holder_text,
                holder,
                key,
            } => explain_part(expr, *span, holder_text, holder.get(), key),
        }
    }
}

/// Says that a path has no such segment, and where that stands.
fn lacks(expr: &Expr, node: &Node, path: &Path, at: usize) -> (String, Span) {
    let holder = expr.path_text(node, path.segments[..at].last());
    let Some(segment) = path.segments.get(at) else {
        return (format!("`{holder}` is not defined"), node.span);
    };
    let wanted = match segment.index {
        Some(index) => format!("[{index}]"),
        None => segment.text.to_string(),
    };
    (format!("`{holder}` has no `{wanted}`"), segment.span)
}

fn explain_absent(expr: &Expr, node: &Node, path: &Path, absent: &Absent) -> Diagnostic {
    let (message, span) = match absent.used {
        Some(used) => {
            let last = path.segments.len().saturating_sub(1);
            lacks(expr, node, path, used.min(last))
        }
        None => (format!("`{}` is not defined", path.name), path.span),
    };
    let mut problem = undefined(expr, span, format!("{message}: {}", absent.why));
    problem.help.extend(absent.help.clone());
    match &absent.also {
        Some((place, label)) => problem.also(place.clone(), label.clone()),
        None => problem,
    }
}

fn explain_part(expr: &Expr, span: Span, text: &str, holder: &Value, key: &Key) -> Diagnostic {
    let problem = |message| undefined(expr, span, message);
    match (holder, key) {
        (Value::Object(map), Key::Name(name)) => {
            let message = format!("`{text}` has no `{name}`");
            if let Some(key) =
                key_with_hyphens(expr.text(), span.range()).filter(|key| map.contains_key(key))
            {
                return problem(message).help(format!("write `{text}['{key}']`"));
            }
            let keys: Vec<String> = map.keys().cloned().collect();
            suggest(problem(message), name, &keys, "it has")
        }
        (Value::Array(items), Key::Index(index)) => {
            let count = match items.len() {
                0 => "is an empty list".to_owned(),
                1 => "has 1 item".to_owned(),
                count => format!("has {count} items"),
            };
            problem(format!("`{text}` {count}, so there is no `[{index}]`"))
        }
        (Value::Array(_), Key::Name(name)) => {
            problem(format!("`{text}` is a list and has no `{name}`"))
                .help(format!("an item is read by its index: `{text}[0]`"))
        }
        (Value::Object(_), Key::Index(index)) => {
            problem(format!("`{text}` is a map and has no `[{index}]`"))
                .help(format!("an entry is read by its key: `{text}['{index}']`"))
        }
        (other, Key::Name(name)) => {
            problem(format!("`{text}` is {} and has no `{name}`", a_type(other)))
        }
        (other, Key::Index(index)) => problem(format!(
            "`{text}` is {} and has no `[{index}]`",
            a_type(other)
        )),
    }
}

fn undefined(expr: &Expr, span: Span, message: String) -> Diagnostic {
    expr.problem("undefined-name", span, message)
        .label("not defined")
}

/// Adds the closest of the known names, or the names themselves where none is close.
fn suggest(problem: Diagnostic, name: &str, known: &[String], intro: &str) -> Diagnostic {
    if let Some(close) = did_you_mean(name, known.iter().map(String::as_str)) {
        return problem.help(format!("did you mean `{close}`?"));
    }
    if known.is_empty() {
        return problem;
    }
    let listed: Vec<&str> = known.iter().take(LISTED).map(String::as_str).collect();
    let more = match known.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    problem.help(format!("{intro}: {}{more}", listed.join(", ")))
}

/// `x.content-type` reads `x.content` minus `type`; say how such a key is read.
fn hyphenated(expr: &Expr, span: Span, problem: Diagnostic) -> Diagnostic {
    match key_with_hyphens(expr.text(), span.range()) {
        Some(key) => problem.help(read_with_hyphens(&key)),
        None => problem,
    }
}

/// How a key with hyphens is read.
#[must_use]
pub fn read_with_hyphens(key: &str) -> String {
    format!("a key with a hyphen is read as `['{key}']`")
}

/// The key with hyphens, such as `content-type`, that a name may be meant as a part of, by what stands round it.
#[must_use]
pub fn key_with_hyphens(text: &str, at: Range<usize>) -> Option<String> {
    let in_key = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let (before, after) = (text.get(..at.start)?, text.get(at.end..)?);
    let start = before.trim_end_matches(in_key).len();
    let end = after.len() - after.trim_start_matches(in_key).len();
    let key = &text[start..at.end + end];
    let whole = before[..start].ends_with('.') && !key.ends_with('-');
    (whole && key.contains('-')).then(|| key.to_owned())
}
