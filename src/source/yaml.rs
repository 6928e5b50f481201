//! YAML text to a tree of [`Node`]s: YAML 1.2 with JSON's numbers, each trap answered with its own hint.
//!
//! `granit-parser` reads the text and gives events with byte offsets; the composer here builds the tree with a stack of
//! its own, so that no input makes it recurse.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Span as EventSpan, StructureStyle};

use super::quote;
use super::scalar::{Plain, classify};
use super::{Entry, Key, Node, Problem, Source, Span, Text, Yaml, explain, map};

/// The size of a file that is read; what is longer is refused.
const MAX_BYTES: usize = 16 << 20;
/// How deep lists and maps may stand in each other, aliases written out.
const MAX_DEPTH: usize = 64;
/// How much memory the copies that aliases make may take, in bytes.
const MAX_COPIED: usize = 32 << 20;
/// Problems reported of one file; the rest shows once these are mended.
const MAX_PROBLEMS: usize = 100;

/// Reads a file's one YAML document.
///
/// The tree is `None` where the text cannot be read as YAML at all. Everything else that is wrong (a duplicate key, a
/// number that JSON does not know, a tag) is a problem beside a tree, so that one run reports all of it.
/// An empty file is a `Null` node. Problems come in the order of their places.
#[must_use]
pub fn parse(source: &Arc<Source>) -> (Option<Node>, Vec<Problem>) {
    let text = source.text.as_str();
    if text.len() > MAX_BYTES {
        return (None, vec![too_large(text.len())]);
    }
    let mut composer = Composer::new(text);
    let read = composer.read();
    let mut problems = composer.problems;
    problems.sort_by_key(|problem| problem.span.start);
    match read {
        ControlFlow::Continue(()) => {
            let empty = || Node {
                span: Span::new(text.len(), text.len()),
                value: Yaml::Null,
            };
            (Some(composer.root.unwrap_or_else(empty)), problems)
        }
        ControlFlow::Break(()) => (None, problems),
    }
}

/// Builds the tree from the parser's events.
struct Composer<'t> {
    text: &'t str,
    root: Option<Node>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Anchor>,
    /// What aliases and anchors have copied so far, in bytes.
    copied: usize,
    /// The end of what was read last.
    at: usize,
    documents: usize,
    problems: Vec<Problem>,
}

/// A list or map whose end is not read yet.
struct Frame {
    start: usize,
    /// The end of what was read of it so far.
    end: usize,
    flow: bool,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<PendingKey>,
        merges: Vec<map::Merge>,
    },
}

/// A map's key whose value is not read yet.
enum PendingKey {
    Key(Key),
    /// `<<`, with its span.
    Merge(Span),
    /// A key that cannot be one; it is reported, and its value dropped.
    Bad,
}

/// A node that aliases may name.
struct Anchor {
    node: Node,
    /// How many levels of lists and maps it is high.
    height: usize,
    /// What a copy takes, in bytes.
    weight: usize,
}

impl<'t> Composer<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            root: None,
            open: Vec::new(),
            anchors: HashMap::new(),
            copied: 0,
            at: 0,
            documents: 0,
            problems: Vec::new(),
        }
    }

    /// Reads all events; breaks where there is no tree to be had.
    fn read(&mut self) -> ControlFlow<()> {
        let options = granit_parser::options! {
            emit_comments: false,
            emit_unresolved_aliases: true,
            disallow_directives: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        for next in Parser::new_from_str_with_options(self.text, options) {
            match next {
                Ok((event, span)) => self.event(event, &span)?,
                Err(error) => {
                    let flow = self.open.iter().find(|frame| frame.flow);
                    let problem = explain::syntax(self.text, &error, flow.map(|frame| frame.start));
                    self.problems.push(problem);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn event(&mut self, event: Event<'_>, span: &EventSpan) -> ControlFlow<()> {
        let range = span.byte_range().unwrap_or(self.at..self.at);
        match event {
            Event::DocumentStart(..) => return self.document(range.start, range.end),
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    self.tag(span);
                }
                let (start, end) = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        self.block_scalar(range.start, range.end)
                    }
                    _ => (range.start, range.end),
                };
                if self.expects_key() {
                    self.scalar_key(&text, style, Span::new(start, end));
                    self.register_key(anchor, &text, Span::new(start, end))?;
                } else {
                    let value = self.scalar(&text, style, start, end, range.start);
                    let span = Span::new(start, end);
                    self.complete(Node { span, value }, anchor)?;
                }
                self.at = self.at.max(end);
            }
            Event::SequenceStart(style, anchor, tag) => {
                if tag.is_some() {
                    self.tag(span);
                }
                self.open(range.start, style, anchor, Content::List(Vec::new()))?;
                self.at = self.at.max(range.end);
            }
            Event::MappingStart(style, anchor, tag) => {
                if tag.is_some() {
                    self.tag(span);
                }
                let content = Content::Map {
                    entries: Vec::new(),
                    key: None,
                    merges: Vec::new(),
                };
                self.open(range.start, style, anchor, content)?;
                self.at = self.at.max(range.end);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(range.end)?;
            }
            Event::Alias(id) => {
                self.at = self.at.max(range.end);
                return self.alias(id, Span::new(range.start, range.end));
            }
            Event::UnresolvedAlias(name) => {
                let span = Span::new(range.start, range.end);
                self.report(explain::unknown_alias(self.text, &name, span));
                self.at = self.at.max(range.end);
                let value = Yaml::Null;
                self.complete(Node { span, value }, 0)?;
            }
            // Comments are switched off, and the other events say nothing that the tree keeps.
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn report(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn document(&mut self, start: usize, end: usize) -> ControlFlow<()> {
        self.documents += 1;
        if self.documents == 1 {
            return ControlFlow::Continue(());
        }
        self.report(Problem {
            code: "several-documents",
            span: Span::new(start, end),
            message: "a file holds one YAML document, and here a second one begins".to_owned(),
            label: String::new(),
            also: None,
            help: Some("put it into a file of its own, or remove the `---`".to_owned()),
        });
        ControlFlow::Break(())
    }

    fn tag(&mut self, span: &EventSpan) {
        if let Some(tag) = span.tag_span().and_then(|tag| tag.byte_range()) {
            let problem = explain::tag(self.text, Span::new(tag.start, tag.end));
            self.report(problem);
        }
    }

    fn open(
        &mut self,
        start: usize,
        style: StructureStyle,
        anchor: usize,
        content: Content,
    ) -> ControlFlow<()> {
        if self.open.len() == MAX_DEPTH {
            self.report(explain::too_deep(start));
            return ControlFlow::Break(());
        }
        self.open.push(Frame {
            start,
            end: start,
            flow: style == StructureStyle::Flow,
            anchor,
            content,
        });
        ControlFlow::Continue(())
    }

    fn close(&mut self, end: usize) -> ControlFlow<()> {
        let Some(frame) = self.open.pop() else {
            return ControlFlow::Continue(());
        };
        // A block's end is where the next thing begins; what belongs to it ends with its last value.
        let end = if frame.flow { end } else { frame.end };
        let span = Span::new(frame.start, end.max(frame.start));
        self.at = self.at.max(end);
        let value = match frame.content {
            Content::List(items) => Yaml::List(items),
            Content::Map {
                entries, merges, ..
            } => {
                let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
                Yaml::Map(map::finish(entries, merges, &mut self.problems, room))
            }
        };
        self.complete(Node { span, value }, frame.anchor)
    }

    fn expects_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Frame {
                content: Content::Map { key: None, .. },
                ..
            })
        )
    }

    fn set_key(&mut self, pending: PendingKey, end: usize) {
        if let Some(frame) = self.open.last_mut() {
            frame.end = frame.end.max(end);
            if let Content::Map { key, .. } = &mut frame.content {
                *key = Some(pending);
            }
        }
    }

    fn scalar_key(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let plain = style == ScalarStyle::Plain;
        let pending = if plain && span.start == span.end {
            self.report(explain::empty_key(span));
            PendingKey::Bad
        } else if plain && text == "<<" {
            PendingKey::Merge(span)
        } else {
            PendingKey::Key(Key {
                text: text.to_owned(),
                span,
            })
        };
        self.set_key(pending, span.end as usize);
    }

    /// A key may have an anchor too; an alias of it is its text.
    fn register_key(&mut self, anchor: usize, text: &str, span: Span) -> ControlFlow<()> {
        if anchor == 0 {
            return ControlFlow::Continue(());
        }
        let value = Yaml::String(Text {
            value: text.to_owned(),
            verbatim_at: None,
        });
        self.register(anchor, &Node { span, value })
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> ControlFlow<()> {
        if anchor != 0 {
            self.register(anchor, &node)?;
        }
        let end = node.span.end as usize;
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return ControlFlow::Continue(());
        };
        frame.end = frame.end.max(end);
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map {
                entries,
                key,
                merges,
            } => match key.take() {
                Some(PendingKey::Key(key)) => entries.push(Entry { key, value: node }),
                Some(PendingKey::Merge(span)) => merges.push(map::Merge {
                    before: entries.len(),
                    key: span,
                    value: node,
                }),
                Some(PendingKey::Bad) => {}
                None => {
                    let pending = self.node_key(node);
                    self.set_key(pending, end);
                }
            },
        }
        ControlFlow::Continue(())
    }

    /// A key that is no scalar: an alias of one will do, a list or map will not.
    fn node_key(&mut self, node: Node) -> PendingKey {
        let span = node.span;
        match node.value {
            Yaml::String(text) => PendingKey::Key(Key {
                text: text.value,
                span,
            }),
            Yaml::Number(text) => PendingKey::Key(Key { text, span }),
            Yaml::Bool(value) => PendingKey::Key(Key {
                text: value.to_string(),
                span,
            }),
            Yaml::Null => PendingKey::Bad,
            Yaml::List(_) | Yaml::Map(_) => {
                self.report(explain::collection_key(self.text, &node));
                PendingKey::Bad
            }
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        start: usize,
        end: usize,
        content: usize,
    ) -> Yaml {
        if style == ScalarStyle::Plain {
            if start == end {
                return Yaml::Null;
            }
            match classify(text) {
                Plain::Null => return Yaml::Null,
                Plain::Bool(value) => return Yaml::Bool(value),
                Plain::Number => return Yaml::Number(text.to_owned()),
                Plain::OddNumber(odd) => {
                    let span = Span::new(start, end);
                    self.report(explain::odd_number(self.text, text, span, odd));
                }
                Plain::String => {
                    if let Some(problem) = explain::cut_by_comment(self.text, text, start, end) {
                        self.report(problem);
                    }
                }
            }
        }
        let content = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start + 1,
            _ => content,
        };
        let verbatim = self
            .text
            .get(content..end)
            .is_some_and(|rest| rest.starts_with(text));
        Yaml::String(Text {
            value: text.to_owned(),
            verbatim_at: verbatim.then(|| Span::new(content, content).start),
        })
    }

    /// The whole of a block scalar: from its `|` or `>` to the end of its last line that is not empty.
    ///
    /// The parser gives the lines without the header, which stands somewhere after what was read last.
    fn block_scalar(&self, start: usize, end: usize) -> (usize, usize) {
        let header =
            quote::block_header(self.text, self.at..start.max(self.at + 1)).unwrap_or(start);
        let written = self.text.get(header..end.max(header)).unwrap_or_default();
        (header, header + written.trim_end().len())
    }

    fn register(&mut self, anchor: usize, node: &Node) -> ControlFlow<()> {
        let (height, weight) = map::measure(node);
        self.copy(weight, node.span)?;
        self.anchors.insert(
            anchor,
            Anchor {
                node: node.clone(),
                height,
                weight,
            },
        );
        ControlFlow::Continue(())
    }

    /// Counts a copy; breaks where aliases would write out more than is sensible.
    fn copy(&mut self, weight: usize, span: Span) -> ControlFlow<()> {
        self.copied = self.copied.saturating_add(weight);
        if self.copied > MAX_COPIED {
            self.report(explain::too_many_aliases(span));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn alias(&mut self, id: usize, span: Span) -> ControlFlow<()> {
        let Some(anchor) = self.anchors.get(&id) else {
            self.report(explain::alias_of_itself(span));
            let value = Yaml::Null;
            return self.complete(Node { span, value }, 0);
        };
        if self.open.len() + anchor.height > MAX_DEPTH {
            self.report(explain::too_deep(span.start as usize));
            return ControlFlow::Break(());
        }
        let (weight, value) = (anchor.weight, anchor.node.value.clone());
        self.copy(weight, span)?;
        self.complete(Node { span, value }, 0)
    }
}

fn too_large(bytes: usize) -> Problem {
    Problem {
        code: "file-too-large",
        span: Span::default(),
        message: format!("the file has {bytes} bytes, and at most {MAX_BYTES} are read"),
        label: String::new(),
        also: None,
        help: Some("split it into several files".to_owned()),
    }
}
