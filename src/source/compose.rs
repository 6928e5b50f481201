//! The tree from the parser's events, with a stack of its own, so that no input makes it recurse.

use std::ops::ControlFlow;

use granit_parser::{Event, Parser, ScalarStyle, Span as EventSpan, StructureStyle};

use super::anchor::{Anchors, MAX_DEPTH, Mention, Refused};
use super::frame::{Content, Frame, PendingKey};
use super::scalar::{Plain, classify};
use super::{Entry, Key, Node, Problem, Span, Text, Yaml, explain, map, quote, syntax, yaml};

/// Problems reported of one file; the rest shows once these are mended.
const MAX_PROBLEMS: usize = 100;

/// Reads a text: its tree (`Some(None)` where there is nothing in it, `None` where it cannot be read), and what is wrong.
#[allow(
    clippy::option_option,
    reason = "no tree and an empty one are two answers"
)]
pub(super) fn compose(text: &str) -> (Option<Option<Node>>, Vec<Problem>) {
    let mut composer = Composer {
        text,
        root: None,
        open: Vec::new(),
        anchors: Anchors::default(),
        at: 0,
        documents: 0,
        problems: Vec::new(),
    };
    let read = composer.read();
    if read.is_continue() {
        composer.report_unused_anchors();
    }
    let read = read.is_continue() && composer.name_aliases();
    (read.then_some(composer.root), composer.problems)
}

/// Builds the tree from the parser's events.
struct Composer<'t> {
    text: &'t str,
    root: Option<Node>,
    open: Vec<Frame>,
    anchors: Anchors,
    /// The end of what was read last.
    at: usize,
    documents: usize,
    problems: Vec<Problem>,
}

impl Composer<'_> {
    /// Reads all events; breaks where there is no tree to be had.
    fn read(&mut self) -> ControlFlow<()> {
        for next in Parser::new_from_str_with_options(self.text, yaml::options()) {
            match next {
                Ok((event, span)) => self.event(event, &span)?,
                Err(error) => {
                    let flow = self.open.iter().find(|frame| frame.flow);
                    let read = syntax::Read {
                        end: self.at,
                        flow: flow.map(|frame| frame.start),
                    };
                    self.stop(syntax::explain(self.text, &error, &read));
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
                self.open(range.start, style, anchor, Content::list())?;
                self.at = self.at.max(range.end);
            }
            Event::MappingStart(style, anchor, tag) => {
                if tag.is_some() {
                    self.tag(span);
                }
                self.open(range.start, style, anchor, Content::map())?;
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
                let flow = self.in_flow();
                self.report(explain::unknown_alias(self.text, &name, span, flow));
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

    /// Reports what ends the reading. What was found in the same line comes from that, and is dropped.
    fn stop(&mut self, problem: Problem) {
        let line = quote::line_at(self.text, problem.span.start as usize);
        self.problems
            .retain(|found| !line.contains(&(found.span.start as usize)));
        self.problems.push(problem);
    }

    fn document(&mut self, start: usize, end: usize) -> ControlFlow<()> {
        self.documents += 1;
        if self.documents == 1 {
            return ControlFlow::Continue(());
        }
        self.report(explain::second_document(Span::new(start, end)));
        ControlFlow::Break(())
    }

    fn tag(&mut self, span: &EventSpan) {
        let Some(tag) = span.tag_span().and_then(|tag| tag.byte_range()) else {
            return;
        };
        let span = Span::new(tag.start, tag.end);
        let problem = explain::tag(self.text, span, self.key_here(), self.in_flow());
        self.report(problem);
    }

    /// The key whose value is read now, or that of the list in which an item is.
    fn key_here(&self) -> Option<&str> {
        self.open
            .iter()
            .rev()
            .take(2)
            .find_map(|frame| match &frame.content {
                Content::Map {
                    key: Some(PendingKey::Key(key)),
                    ..
                } => Some(key.text.as_str()),
                _ => None,
            })
    }

    /// Whether what is read now stands in a flow map or list.
    fn in_flow(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.flow)
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
            self.report(explain::no_key(span));
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
        let mut no_value = None;
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map {
                entries,
                key,
                merges,
            } => match key.take() {
                Some(PendingKey::Key(key)) => {
                    if frame.flow && node.span.start == node.span.end {
                        let before = entries.last().map(|entry| entry.value.span);
                        no_value = explain::no_value(self.text, &key, before);
                    }
                    entries.push(Entry { key, value: node });
                }
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
        if let Some(problem) = no_value {
            self.report(problem);
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
                // What is wrong within it is of no interest then.
                self.problems
                    .retain(|problem| problem.span.start < span.start);
                self.report(explain::key_not_text(self.text, &node));
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
                    let problem =
                        explain::cut_by_comment(self.text, text, start..end, self.key_here())
                            .or_else(|| explain::swallowed_item(self.text, start..end));
                    if let Some(problem) = problem {
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
        let scalar = !matches!(node.value, Yaml::List(_) | Yaml::Map(_));
        let flow = self.in_flow();
        let span = self.anchor_before(node.span).filter(|_| scalar);
        let mention = span.map(|span| Mention { span, flow });
        match self.anchors.define(anchor, node, mention) {
            Ok(()) => ControlFlow::Continue(()),
            Err(refused) => self.refused(&refused, node.span),
        }
    }

    /// The `&name` between what was read last and a scalar.
    fn anchor_before(&self, scalar: Span) -> Option<Span> {
        let between = self.text.get(self.at..scalar.start as usize)?;
        let name = &between[between.rfind('&')?..];
        let end = name.find(|c: char| c.is_whitespace() || ",[]{}".contains(c));
        let start = self.at + between.len() - name.len();
        Some(Span::new(start, start + end.unwrap_or(name.len())))
    }

    fn report_unused_anchors(&mut self) {
        for Mention { span, flow } in self.anchors.unused() {
            self.report(explain::unused_anchor(self.text, span, flow));
        }
    }

    /// Says of each problem in an anchored part which aliases stand for it elsewhere. False where those are too many.
    fn name_aliases(&mut self) -> bool {
        for problem in &mut self.problems {
            let Some(aliases) = self.anchors.aliases_of(problem.span) else {
                return false;
            };
            let named = aliases
                .into_iter()
                .map(|alias| (alias, "and so here".to_owned()));
            problem.also.extend(named);
        }
        true
    }

    fn alias(&mut self, id: usize, span: Span) -> ControlFlow<()> {
        let value = match self.anchors.resolve(id, span, self.open.len()) {
            Ok(value) => value,
            Err(refused) => {
                self.refused(&refused, span)?;
                Yaml::Null
            }
        };
        self.complete(Node { span, value }, 0)
    }

    /// Reports why an alias is not followed; breaks where that ends the reading.
    fn refused(&mut self, refused: &Refused, span: Span) -> ControlFlow<()> {
        let problem = match refused {
            Refused::Itself => {
                self.report(explain::alias_of_itself(span));
                return ControlFlow::Continue(());
            }
            Refused::TooDeep => explain::too_deep(span.start as usize),
            Refused::TooMany => explain::too_many_aliases(span),
        };
        self.report(problem);
        ControlFlow::Break(())
    }
}
