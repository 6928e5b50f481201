//! Lists and maps in the making.

use super::map::Merge;
use super::{Entry, Key, Node, Span};

/// A list or map whose end is not read yet.
pub(super) struct Frame {
    pub(super) start: usize,
    /// The end of what was read of it so far.
    pub(super) end: usize,
    pub(super) flow: bool,
    pub(super) anchor: usize,
    pub(super) content: Content,
}

pub(super) enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<PendingKey>,
        merges: Vec<Merge>,
    },
}

/// A map's key whose value is not read yet.
pub(super) enum PendingKey {
    Key(Key),
    /// `<<`, with its span.
    Merge(Span),
    /// A key that cannot be one; it is reported, and its value dropped.
    Bad,
}

impl Content {
    pub(super) fn list() -> Self {
        Self::List(Vec::new())
    }

    pub(super) fn map() -> Self {
        Self::Map {
            entries: Vec::new(),
            key: None,
            merges: Vec::new(),
        }
    }
}
