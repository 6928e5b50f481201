//! Files, spans, and YAML text read into a tree in which every node knows its place.
//!
//! Row 0: this module imports nothing of ours. What it finds wrong it returns as [`Problem`]s, which `diagnostic` renders.

mod anchor;
mod blank;
mod compose;
mod explain;
mod folder;
mod frame;
mod line;
mod map;
mod mend;
mod quote;
mod scalar;
mod syntax;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trap_tests;
mod yaml;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use blank::entry_help;
pub use folder::Folder;
pub use yaml::parse;

/// What some editors put before a file's first character; it is no part of the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A piece of a source file, in bytes: `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end),
        }
    }

    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text that diagnostics can point into: a file, or what stood on the command line.
pub struct Source {
    /// How the file is called in every output: relative to the project root, with `/` everywhere.
    pub name: String,
    /// Where it was read from; files that it names are looked up beside it.
    pub path: PathBuf,
    pub text: String,
    line_starts: OnceLock<Box<[u32]>>,
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Source {
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        path: impl Into<PathBuf>,
        text: impl Into<String>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            path: path.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
        })
    }

    /// The position of a byte offset; one past the end is the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset);
        let start = starts[line - 1] as usize;
        let before = self.text[start..offset].trim_start_matches(BYTE_ORDER_MARK);
        Position {
            line,
            column: before.chars().count() + 1,
        }
    }

    /// The text of a line (counted from 1) without its break, nor a byte order mark; empty where there is no such line.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let starts = self.line_starts();
        let Some(&start) = line.checked_sub(1).and_then(|index| starts.get(index)) else {
            return "";
        };
        let end = starts
            .get(line)
            .map_or(self.text.len(), |&next| next as usize - 1);
        let line = &self.text[start as usize..end];
        line.strip_suffix('\r')
            .unwrap_or(line)
            .trim_start_matches(BYTE_ORDER_MARK)
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0)
                .chain(breaks.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.name)
    }
}

/// A span in a certain source.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    pub span: Span,
}

impl Place {
    #[must_use]
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self {
            source: Arc::clone(source),
            span,
        }
    }

    /// What stands there.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.range()).unwrap_or_default()
    }

    #[must_use]
    pub fn start(&self) -> Position {
        self.source.position(self.span.start as usize)
    }

    /// Never before the start, whatever the span says.
    #[must_use]
    pub fn end(&self) -> Position {
        let end = self.span.end.max(self.span.start);
        self.source.position(end as usize)
    }
}

/// A YAML node and its span. An alias's node has the span of the alias (`*name`), its children those of the anchor.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Span,
    pub value: Yaml,
}

/// What a node holds. Scalars keep their text: numbers are JSON's grammar as written, and become values in `value`.
#[derive(Clone, Debug)]
pub enum Yaml {
    Null,
    Bool(bool),
    Number(String),
    String(Text),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A string scalar.
#[derive(Clone, Debug)]
pub struct Text {
    pub value: String,
    /// The byte offset in the file at which `value` stands letter for letter, or `None` where escapes, folding or
    /// indentation make the two differ (then problems inside point at the whole scalar).
    pub verbatim_at: Option<u32>,
}

/// One `key: value` of a map, in written order. Keys are unique.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Key,
    pub value: Node,
}

#[derive(Clone, Debug)]
pub struct Key {
    pub text: String,
    pub span: Span,
}

impl Node {
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Yaml::String(text) => Some(&text.value),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Yaml::Map(entries) => Some(entries),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Yaml::List(items) => Some(items),
            _ => None,
        }
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?
            .iter()
            .find(|entry| entry.key.text == key)
            .map(|entry| &entry.value)
    }

    /// The span of `range` within this node's string, as far as it can be told.
    #[must_use]
    pub fn inner_span(&self, range: std::ops::Range<usize>) -> Span {
        match &self.value {
            Yaml::String(Text {
                verbatim_at: Some(at),
                ..
            }) => Span::new(*at as usize + range.start, *at as usize + range.end),
            _ => self.span,
        }
    }

    /// What the node is, as a message says it: `a map`, `a list`, `a string` …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Yaml::Null => "nothing (null)",
            Yaml::Bool(_) => "a boolean",
            Yaml::Number(_) => "a number",
            Yaml::String(_) => "a string",
            Yaml::List(items) if items.is_empty() => "an empty list",
            Yaml::List(_) => "a list",
            Yaml::Map(_) => "a map",
        }
    }
}

/// Something wrong with the text of a file, found before its meaning is looked at.
#[derive(Clone, Debug)]
pub struct Problem {
    /// A stable name for the kind of problem, such as `duplicate-key`.
    pub code: &'static str,
    pub span: Span,
    pub message: String,
    /// What stands at `span`, in a few words beside the carets; may be empty.
    pub label: String,
    /// Other places that explain this one, such as the first of two equal keys, or at which it stands too.
    pub also: Vec<(Span, String)>,
    /// What to do, with the line as it should be written where that can be told.
    pub help: Option<String>,
}
