//! JSONPath (RFC 9535): parsed once, asked many times.
//!
//! The engine is our own so that numbers compare exactly, a mistake is named with its place and its cure, a value that
//! is not there is explained, and no query of another's making can take the program down: nesting and length are
//! bounded when a path is parsed, and the nodes it visits when it is evaluated.

mod ast;
mod condition;
mod cursor;
mod evaluate;
mod filter;
mod hint;
mod missing;
mod parse;
mod place;
mod regexp;
mod skim;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Value;
use ast::Query;

pub use missing::Missing;
pub use place::{PathStep, normalized, without};

/// A parsed JSONPath query. Cheap to clone.
#[derive(Clone)]
pub struct Path(Arc<Parsed>);

struct Parsed {
    text: String,
    query: Query,
}

thread_local! {
    /// Paths that this thread has parsed: a suite asks for the same few, such as `$.id`, in thousands of steps.
    static KNOWN: RefCell<HashMap<String, Path>> = RefCell::default();
}

/// How many paths are known at most; then it begins anew.
const MOST_KNOWN: usize = 1024;

/// Why a text is not a JSONPath.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathError {
    /// Byte offset into the path's text.
    pub offset: usize,
    pub message: String,
    pub help: Option<String>,
}

/// What a path found in a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    /// A singular path's one value.
    One(&'a Value),
    /// A singular path found nothing: the deepest part of it that exists, and the keys there (the first thousand).
    /// [`Path::missing`] explains more.
    Missing { nearest: String, keys: Vec<String> },
    /// What any other path found, in order; may be empty.
    Many(Vec<&'a Value>),
    /// The path visits more nodes of this document than is safe, and so has no result; says how many.
    TooMuch { limit: usize },
}

impl Path {
    /// # Errors
    /// The text is not a valid RFC 9535 query, or is too long or nests too deeply to be evaluated safely.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if let Some(known) = KNOWN.with_borrow(|known| known.get(text).cloned()) {
            return Ok(known);
        }
        let query = parse::parse(text)?;
        let owned = text.to_owned();
        let path = Self(Arc::new(Parsed { text: owned, query }));
        KNOWN.with_borrow_mut(|known| {
            if known.len() == MOST_KNOWN {
                known.clear();
            }
            known.insert(text.to_owned(), path.clone());
        });
        Ok(path)
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it is made of names and indexes only, and so gives one value.
    #[must_use]
    pub fn is_singular(&self) -> bool {
        self.0.query.is_singular()
    }

    /// What the path finds in a document: one value or an explanation if it is singular, else a list.
    #[must_use]
    pub fn find<'a>(&self, document: &'a Value) -> Found<'a> {
        let query = &self.0.query;
        if !query.is_singular() {
            return match evaluate::values(query, document, evaluate::MAX_VISITS) {
                Ok(values) => Found::Many(values),
                Err(evaluate::TooMuch) => Found::TooMuch {
                    limit: evaluate::MAX_VISITS,
                },
            };
        }
        match evaluate::walk(query, document) {
            Some(value) => Found::One(value),
            None => match missing::explain(query, document) {
                Some(Missing { nearest, keys, .. }) => Found::Missing { nearest, keys },
                None => Found::Many(Vec::new()),
            },
        }
    }

    /// What a singular path leads to in the text of a document, without reading the rest of it into memory. `None` where
    /// only reading it whole tells: nothing is there, the text is no JSON, or the path counts from the end of a list.
    #[must_use]
    pub fn skim(&self, text: &str) -> Option<Value> {
        self.is_singular()
            .then(|| skim::find(&self.0.query, text))?
    }

    /// What the path finds, each value with its place; `None` if it visits too many nodes ([`Found::TooMuch`]).
    #[must_use]
    pub fn locate<'a>(&self, document: &'a Value) -> Option<Vec<(Vec<PathStep>, &'a Value)>> {
        evaluate::located(&self.0.query, document).ok()
    }

    /// Which of the names and indexes that the path begins with is not in the document; `None` if all of them are.
    #[must_use]
    pub fn missing(&self, document: &Value) -> Option<Missing> {
        missing::explain(&self.0.query, document)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.0.text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Path {}

#[cfg(test)]
mod tests;
