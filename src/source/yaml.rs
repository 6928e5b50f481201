//! YAML text to a tree of [`Node`]s: YAML 1.2 with JSON's numbers, each trap answered with its own hint.
//!
//! `granit-parser` reads the text and gives events with byte offsets; `compose` makes the tree of them.

use std::sync::Arc;

use super::anchor::MAX_DEPTH;
use super::compose::compose;
use super::{Node, Problem, Source, Span, Yaml, explain};

/// The size of a file that is read; what is longer is refused.
const MAX_BYTES: usize = 16 << 20;
/// Reads a file's one YAML document.
///
/// The tree is `None` where the text cannot be read as YAML at all. Everything else that is wrong (a duplicate key, a
/// number that JSON does not know, a tag) is a problem beside a tree, so that one run reports all of it.
/// An empty file is a `Null` node. Problems come in the order of their places.
#[must_use]
pub fn parse(source: &Arc<Source>) -> (Option<Node>, Vec<Problem>) {
    let text = source.text.as_str();
    if text.len() > MAX_BYTES {
        return (None, vec![explain::too_large(text.len(), MAX_BYTES)]);
    }
    let (root, mut problems) = compose(text);
    problems.sort_by_key(|problem| problem.span.start);
    let empty = || Node {
        span: Span::new(text.len(), text.len()),
        value: Yaml::Null,
    };
    (root.map(|root| root.unwrap_or_else(empty)), problems)
}

/// How the parser is used, here and where a mended line is tried.
pub(super) fn options() -> granit_parser::Options {
    granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}
