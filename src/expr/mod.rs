//! `${{ … }}`: parsed once, its names known statically, evaluated exactly; templates; and the native functions.
//!
//! The grammar is MiniJinja's expression language, expressions only. Values are ours, so that numbers stay exact and
//! an undefined name is an error, never an empty string.

mod functions;
mod setting;
mod template;

use std::cell::RefCell;
use std::sync::Arc;

use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::random::Stream;
use crate::source::Place;
use crate::value::Value;

pub use setting::Setting;
pub use template::{Kind, Piece, Rendered, Template};

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    place: Place,
}

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
}

/// Where an expression finds its variables.
pub trait Scope {
    /// The value of `name`, or of `name` and the first `used` of `attributes`: a scope may answer for a whole path
    /// (`steps.create.json`) without building the map that holds it. `None` if there is no such variable.
    fn resolve(&self, name: &str, attributes: &[&str]) -> Option<Resolved>;

    /// All names that resolve, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// What functions may use.
    fn tools(&self) -> Tools<'_>;
}

/// What a scope found.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// The value of the name and of the first `used` attributes after it.
    Value { value: Arc<Value>, used: usize },
    /// An input that was not given.
    Omit,
    /// The name exists and this attribute of it does not; what there is instead, for "did you mean".
    Undefined { used: usize, known: Vec<String> },
}

/// The outside world, as far as functions may see it.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub clock: &'a Clock,
    pub random: &'a RefCell<Stream>,
    /// Reads files for `file(path)`; `None` where no file may be read.
    pub files: Option<&'a dyn ReadFile>,
    /// Looks up environment variables for `env(name)`; `None` where they may not be read.
    pub env: Option<&'a dyn Fn(&str) -> Option<String>>,
}

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
        let _ = text;
        Ok(Self { place })
    }

    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Everything it reads.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        todo!()
    }

    /// # Errors
    /// Something is undefined (code `undefined-name`), of the wrong type, inexact, or too expensive.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Outcome, Diagnostic> {
        let _ = scope;
        todo!()
    }

    /// The truth of a condition: it must give a boolean.
    ///
    /// # Errors
    /// As [`Expr::evaluate`], or the value is not a boolean.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, Diagnostic> {
        let _ = scope;
        todo!()
    }
}
