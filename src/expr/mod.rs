//! `${{ … }}`: parsed once, its names known statically, evaluated exactly; templates; and the native functions.
//!
//! The grammar is MiniJinja's expression language, expressions only. Values are ours, so that numbers stay exact and
//! an undefined name is an error, never an empty string.

mod ast;
mod calls;
mod constants;
mod evaluate;
mod functions;
mod lexer;
mod lookup;
mod missing;
mod operands;
mod operators;
mod parser;
mod read;
mod references;
mod scan;
mod setting;
mod syntax;
mod template;
mod text;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::random::Stream;
use crate::source::{Place, Span};
use crate::value::Value;
use evaluate::Evaluator;

pub use functions::{FunctionSpec, Parameter, Usage, functions, reserved_words};
pub use missing::{key_with_hyphens, read_with_hyphens};
pub use read::read;
pub use references::CallSite;
pub use scan::without_braces;
pub use setting::{FromValue, Setting};
pub use template::{Kind, Piece, Rendered, Template};

/// A parsed expression. Clones are handles to the same one.
#[derive(Clone)]
pub struct Expr(Arc<Parsed>);

struct Parsed {
    place: Place,
    text: Box<str>,
    /// Whether `place` holds the text letter for letter, so that a part of one is that part of the other.
    verbatim: bool,
    root: ast::Node,
}

/// The longest part of an expression that a message repeats, in characters.
const SHOWN: usize = 60;

/// What an expression or template gives.
#[derive(Clone, Debug)]
pub enum Outcome {
    Value(Value),
    /// The word `omit`: the entry that this is the value of is left out.
    Omit,
}

/// A name that an expression reads, such as `steps.create.json.id`, as far as it is known without evaluating.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The variable and the attributes read from it: `["steps", "create", "json", "id"]`.
    pub path: Vec<String>,
    pub place: Place,
    /// Whether it may be undefined here: under `is defined`, `is undefined` or `default(…)`.
    pub guarded: bool,
    /// The comparisons that it stands in, as one side of them.
    pub compared: Vec<Compared>,
}

/// A comparison for equality, seen from one of its sides.
#[derive(Clone, Debug)]
pub struct Compared {
    pub place: Place,
    /// As it is written.
    pub text: String,
    /// Whether it holds where the sides are not equal: `!=` and `not in`.
    pub negated: bool,
    pub with: ComparedWith,
}

/// The other side of a comparison.
#[derive(Clone, Debug)]
pub enum ComparedWith {
    /// Constants, of which it is to be equal to one.
    Constants(Vec<Value>),
    /// What is read by a path.
    Path(Vec<String>),
}

impl Compared {
    /// Whether a value of this type is never equal to the other side, where that is constants.
    #[must_use]
    pub fn is_never_equal(&self, value: &Value) -> bool {
        match &self.with {
            ComparedWith::Constants(others) => {
                constants::never_equal(constants::kind(value), others)
            }
            ComparedWith::Path(_) => false,
        }
    }
}

/// Whether two values are of types that are never equal.
#[must_use]
pub fn differ_in_type(one: &Value, other: &Value) -> bool {
    constants::kind(one) != constants::kind(other)
}

/// Where an expression finds its variables.
pub trait Scope {
    /// The value of `name`, or of `name` and the first `used` of `attributes`: a scope may answer for a whole path
    /// (`steps.create.json`) without building the map that holds it. A constant index is an attribute too (`"0"`,
    /// `"-1"`), and of a long path only the first eight are handed over. `None` if there is no such variable.
    fn resolve(&self, name: &str, attributes: &[&str]) -> Option<Resolved>;

    /// All names that resolve, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// Where a variable that there is not would have been set, by a step that did not come to it.
    fn would_be_set(&self, name: &str) -> Option<Place> {
        let _ = name;
        None
    }

    /// What functions may use.
    fn tools(&self) -> Tools<'_>;
}

/// What a scope found.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// The value of the name and of the first `used` attributes after it.
    Value { value: Arc<Value>, used: usize },
    /// An input that was not given: whatever is read from it is left out too.
    Omit,
    /// The name and the first `used` attributes exist, and the next attribute does not; what there is instead, for
    /// "did you mean".
    Undefined { used: usize, known: Vec<String> },
    /// As `Undefined`, where more can be said than what there is instead.
    Absent(Box<Absent>),
    /// It is defined, and what it is can't be made out. Where that is since it reads what is not there
    /// ([`is_absence`]), it counts as not defined either.
    Failed(Box<Diagnostic>),
}

/// Why something is not there.
#[derive(Clone, Debug)]
pub struct Absent {
    /// How many attributes of the name exist; none where the name itself does not.
    pub used: Option<usize>,
    /// Such as `the body is empty, not JSON`.
    pub why: String,
    pub help: Option<String>,
    /// What explains it, and where that stands.
    pub also: Option<(Place, String)>,
}

/// Whether a problem is that something is not there, so that `is defined` and `default(…)` can ask for it.
#[must_use]
pub fn is_absence(problem: &Diagnostic) -> bool {
    matches!(problem.code, "undefined-name" | "omitted-value")
}

/// The outside world, as far as functions may see it.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub clock: &'a Clock,
    pub random: &'a RefCell<Stream>,
    /// Reads files for `file(path)`; `None` where no file may be read.
    pub files: Option<&'a dyn ReadFile>,
    /// Looks up environment variables for `env(name)`; `None` where they may not be read.
    pub env: Option<ReadEnv<'a>>,
}

/// Looks up an environment variable.
pub type ReadEnv<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads a text file that a document names, relative to that document and confined to its folder.
pub trait ReadFile {
    /// # Errors
    /// A message that says why the file can't be read.
    fn read(&self, path: &str) -> Result<String, String>;
}

impl Expr {
    /// Parses an expression; `place` is where its text stands in the file, letter for letter, or the whole scalar where
    /// that can't be told.
    ///
    /// # Errors
    /// The text is not an expression, or calls a function, filter or test that does not exist.
    pub fn parse(text: &str, place: Place) -> Result<Self, Diagnostic> {
        let verbatim = place.source.text.get(place.span.range()) == Some(text);
        match parser::parse(text) {
            Ok(root) => Ok(Self(Arc::new(Parsed {
                place,
                text: text.into(),
                verbatim,
                root,
            }))),
            Err(fault) => {
                let mut problem = problem_at(
                    &place,
                    text,
                    verbatim,
                    fault.code,
                    fault.span,
                    fault.message,
                );
                problem.help.extend(fault.help);
                Err(problem)
            }
        }
    }

    #[must_use]
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Everything it reads.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        references::references(self)
    }

    /// What is wrong with its parts that are constants alone: what can't be evaluated, and what is never equal.
    #[must_use]
    pub fn constant_problems(&self) -> Vec<Diagnostic> {
        constants::problems(self)
    }

    /// The functions, filters and tests that it calls, and where.
    #[must_use]
    pub fn calls(&self) -> Vec<CallSite> {
        references::calls(self)
    }

    /// # Errors
    /// Something is undefined (code `undefined-name`), of the wrong type, inexact, or too expensive.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Outcome, Diagnostic> {
        Evaluator::new(self, scope)
            .outcome()
            .map_err(|problem| *problem)
    }

    /// The truth of a condition: it must give a boolean.
    ///
    /// # Errors
    /// As [`Expr::evaluate`], or the value is not a boolean.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, Diagnostic> {
        Evaluator::new(self, scope)
            .truth(self.root())
            .map_err(|problem| *problem)
    }

    /// Appends the value as text, and tells the type that it had.
    fn write_text(&self, scope: &dyn Scope, text: &mut String) -> Result<&'static str, Diagnostic> {
        Evaluator::new(self, scope)
            .write_text(text)
            .map_err(|problem| *problem)
    }

    fn root(&self) -> &ast::Node {
        &self.0.root
    }

    /// Whether its last filter is `raw`.
    fn is_raw(&self) -> bool {
        matches!(&self.root().kind, ast::Kind::Call(call) if call.function.name == "raw")
    }

    /// A part of the text, shortened where it is long.
    fn part(&self, span: ast::Span) -> Cow<'_, str> {
        let text = self.text().get(span.range()).unwrap_or_default();
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
            None => Cow::Borrowed(text),
        }
    }

    /// The text of a path up to one of its segments, or that of its variable alone.
    fn path_text(&self, node: &ast::Node, last: Option<&ast::Segment>) -> Cow<'_, str> {
        let end = match (last, &node.kind) {
            (Some(segment), _) => segment.end,
            (None, ast::Kind::Path(path)) => path.span.end,
            (None, _) => node.span.end,
        };
        self.part(ast::Span {
            start: node.span.start,
            end,
        })
    }

    fn place_of(&self, span: ast::Span) -> Place {
        place_within(&self.0.place, self.0.verbatim, span)
    }

    /// A problem with a part of the expression.
    fn problem(&self, code: &'static str, span: ast::Span, message: String) -> Diagnostic {
        problem_at(
            &self.0.place,
            &self.0.text,
            self.0.verbatim,
            code,
            span,
            message,
        )
    }
}

impl std::fmt::Debug for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expr({})", self.text())
    }
}

fn place_within(place: &Place, verbatim: bool, span: ast::Span) -> Place {
    if !verbatim {
        return place.clone();
    }
    let start = place.span.start;
    Place {
        source: Arc::clone(&place.source),
        span: Span {
            start: start + span.start,
            end: start + span.end,
        },
    }
}

/// A problem with a part of an expression's text. Where the carets can't show the part, a note shows the expression.
fn problem_at(
    place: &Place,
    text: &str,
    verbatim: bool,
    code: &'static str,
    span: ast::Span,
    message: String,
) -> Diagnostic {
    let problem = Diagnostic::error(code, message).at(place_within(place, verbatim, span));
    if verbatim {
        return problem;
    }
    let shown: String = text.trim().chars().take(4 * SHOWN).collect();
    problem.note(format!("in the expression: {shown}"))
}
