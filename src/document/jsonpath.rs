//! Texts that should be JSONPaths and are none: what is wrong, and where in them.

use super::Decoder;
use crate::diagnostic::Diagnostic;
use crate::source::{Key, Node, Place, Span};
use crate::value::PathError;

impl Decoder {
    /// Says what is wrong with a path that stands as a value.
    pub fn bad_jsonpath(&mut self, node: &Node, text: &str, error: PathError) {
        let span = node.inner_span(error.offset..character_end(text, error.offset));
        let place = Place::new(&self.source, span);
        self.problem(problem(text, error).at(place));
    }

    /// Says what is wrong with a path that stands as a key.
    pub fn bad_jsonpath_key(&mut self, key: &Key, error: PathError) {
        let place = self.place_in_key(key, error.offset);
        self.problem(problem(&key.text, error).at(place));
    }

    /// The place of a character of a key, or of its end, where the key stands letter for letter, plain or in quotes.
    #[must_use]
    pub fn place_in_key(&self, key: &Key, offset: usize) -> Place {
        let Span { start, end } = key.span;
        let quotes = ((end - start) as usize).checked_sub(key.text.len());
        let span = match quotes {
            Some(quotes @ (0 | 2)) => {
                let start = start as usize + quotes / 2;
                Span::new(start + offset, start + character_end(&key.text, offset))
            }
            _ => key.span,
        };
        Place::new(&self.source, span)
    }
}

fn problem(text: &str, error: PathError) -> Diagnostic {
    let message = format!("`{text}` is not a JSONPath: {}", error.message);
    Diagnostic::error("bad-jsonpath", message)
        .label("here")
        .help(error.help.unwrap_or_default())
}

/// Where the character at an offset ends; at the end of the text, the end.
fn character_end(text: &str, offset: usize) -> usize {
    let next = text.get(offset..).and_then(|rest| rest.chars().next());
    offset + next.map_or(0, char::len_utf8)
}
