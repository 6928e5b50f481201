//! JSONPath (RFC 9535): parsed once, asked many times.

use super::Value;

/// A parsed JSONPath query.
#[derive(Clone, Debug)]
pub struct Path(());

/// Why a text is not a JSONPath.
#[derive(Clone, Debug)]
pub struct PathError {
    /// Byte offset into the path's text.
    pub offset: usize,
    pub message: String,
    pub help: Option<String>,
}

/// What a path found in a document.
#[derive(Clone, Debug)]
pub enum Found<'a> {
    /// A singular path's one value.
    One(&'a Value),
    /// A singular path found nothing: the deepest part of it that exists, and what is there.
    Missing { nearest: String, keys: Vec<String> },
    /// What any other path found, in order; may be empty.
    Many(Vec<&'a Value>),
}

impl Path {
    /// # Errors
    /// The text is not a valid RFC 9535 query, or nests too deeply to be evaluated safely.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let _ = text;
        todo!()
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        todo!()
    }

    /// Whether it is made of names and indexes only, and so gives one value.
    #[must_use]
    pub fn is_singular(&self) -> bool {
        todo!()
    }

    #[must_use]
    pub fn find<'a>(&self, document: &'a Value) -> Found<'a> {
        let _ = document;
        todo!()
    }
}
