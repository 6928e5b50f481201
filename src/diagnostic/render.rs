//! Turns a diagnostic into the text that a person reads, with the source and carets.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Message, Origin, Renderer, Snippet,
};

use unicode_width::UnicodeWidthStr;

use super::escape::{escaped, escaped_line, visible};
use super::redact::covering;
use super::wrap::wrap;
use super::{Diagnostic, Severity};
use crate::source::{Place, Position, Source};

/// How to draw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub color: bool,
    /// The columns of the terminal: longer source lines are trimmed round what is pointed at. 0 where it is not known,
    /// then at 140.
    pub width: usize,
}

/// Below this there is no room for anything.
const LEAST_WIDTH: usize = 40;
const USUAL_WIDTH: usize = 140;
/// What stands before a help, with line numbers of up to four digits.
const HELP: usize = "     = help: ".len();
/// Places of one file that are further apart than this many lines are shown as two excerpts.
const FAR: usize = 400;

/// The diagnostic as lines of text, ending with a line break. Control characters in it are shown escaped.
#[must_use]
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let code = diagnostic.code.len() + "warning[]: ".len();
    let title = level
        .primary_title(prose(&diagnostic.message, style, code))
        .id(diagnostic.code);
    let excerpts = excerpts(diagnostic);
    let group = Group::with_title(title)
        .elements(excerpts.iter().map(Excerpt::element))
        .elements(facts(&diagnostic.notes))
        .elements(
            diagnostic
                .help
                .iter()
                .map(|help| Level::HELP.message(prose(help, style, HELP))),
        )
        .elements(facts(&diagnostic.evidence));
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let width = match style.width {
        0 => USUAL_WIDTH,
        width => width.max(LEAST_WIDTH),
    };
    let mut text = renderer.term_width(width).render(&[group]);
    if excerpts.iter().all(|excerpt| excerpt.nothing_to_show) {
        text = without_margin(&text);
    }
    text.push('\n');
    text
}

/// What is so, as it is.
fn facts(notes: &[String]) -> impl Iterator<Item = Message<'_>> {
    let fact = |note| Level::NOTE.no_name().message(escaped(note));
    notes.iter().map(String::as_str).map(fact)
}

/// The text as it is to be where no source is shown: without the bar below the title, and with its arrow below the `=`.
fn without_margin(text: &str) -> String {
    let mut bars = 0;
    let lines = text.split('\n').filter_map(|line| {
        let seen = plain(line);
        let is_bar = seen.trim() == "|";
        bars += usize::from(is_bar);
        let arrow = if seen.starts_with("-->") { " " } else { "" };
        (!is_bar || bars > 1).then(|| format!("{arrow}{line}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The line without its colours.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

/// Words of ours, in lines that leave `before` columns free where the terminal's width is known. Notes are not broken:
/// they hold what a server sent, and commands.
fn prose(text: &str, style: Style, before: usize) -> Cow<'_, str> {
    let text = escaped(text);
    let room = style.width.max(LEAST_WIDTH).saturating_sub(before);
    if style.width == 0 || text.width() <= room {
        return text;
    }
    Cow::Owned(wrap(&text, room).join("\n"))
}

/// Some lines of a file, and what is to be marked in them.
struct Excerpt {
    name: String,
    first_line: usize,
    text: String,
    marks: Vec<Mark>,
    /// Of a file that is empty, or could not be read, there is nothing to show but its name.
    nothing_to_show: bool,
}

struct Mark {
    span: Range<usize>,
    kind: AnnotationKind,
    label: String,
}

impl Excerpt {
    fn element(&self) -> Element<'_> {
        if self.nothing_to_show {
            return Origin::path(self.name.as_str()).into();
        }
        self.snippet().into()
    }

    fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        Snippet::source(self.text.as_str())
            .path(self.name.as_str())
            .line_start(self.first_line)
            .annotations(self.marks.iter().map(|mark| {
                let label = Some(mark.label.as_str()).filter(|label| !label.is_empty());
                mark.kind.span(mark.span.clone()).label(label)
            }))
    }
}

/// The excerpts that a diagnostic shows, the one with its own place first.
fn excerpts(diagnostic: &Diagnostic) -> Vec<Excerpt> {
    let mut groups: Vec<Vec<(&Place, AnnotationKind, &str)>> = Vec::new();
    let primary = diagnostic
        .place
        .iter()
        .map(|place| (place, AnnotationKind::Primary, diagnostic.label.as_str()));
    let others = diagnostic.also.iter().map(|(place, label)| {
        // A place without a label is shown for what stands there, not marked.
        let kind = if label.is_empty() {
            AnnotationKind::Visible
        } else {
            AnnotationKind::Context
        };
        (place, kind, label.as_str())
    });
    for (place, kind, label) in primary.chain(others) {
        let near = |group: &&mut Vec<(&Place, AnnotationKind, &str)>| {
            let first = group[0].0;
            same_source(&first.source, &place.source)
                && first.start().line.abs_diff(place.start().line) <= FAR
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push((place, kind, label)),
            None => groups.push(vec![(place, kind, label)]),
        }
    }
    let excerpt = |group: &Vec<_>| excerpt(group, &diagnostic.concealed);
    groups.iter().map(excerpt).collect()
}

fn same_source(a: &Source, b: &Source) -> bool {
    std::ptr::eq(a, b) || (a.name == b.name && a.text == b.text)
}

fn excerpt(places: &[(&Place, AnnotationKind, &str)], concealed: &[Place]) -> Excerpt {
    let source = &places[0].0.source;
    let first_line = places.iter().map(|(place, ..)| place.start().line).min();
    let last_line = places.iter().map(|(place, ..)| seen_end(place).line).max();
    let first_line = first_line.unwrap_or(1);
    let last_line = last_line.unwrap_or(first_line).max(first_line);
    let mut text = String::new();
    let mut line_starts = Vec::new();
    for line in first_line..=last_line {
        if line > first_line {
            text.push('\n');
        }
        line_starts.push(text.len());
        text.extend(source.line(line).chars().map(visible));
    }
    if text.ends_with('\n') {
        // An empty last line counts for a line only if there is something in it.
        text.push(' ');
    }
    let offset = |at: Position| {
        let start = line_starts[at.line - first_line];
        let line = text[start..].split('\n').next().unwrap_or_default();
        let column = line.char_indices().nth(at.column - 1);
        start + column.map_or(line.len(), |(byte, _)| byte)
    };
    let marks = places
        .iter()
        .map(|(place, kind, label)| {
            let start = offset(place.start());
            Mark {
                span: start..offset(seen_end(place)).max(start),
                kind: *kind,
                label: escaped_line(label).into_owned(),
            }
        })
        .collect();
    let own = concealed
        .iter()
        .filter(|place| same_source(&place.source, source));
    let hidden: Vec<Range<usize>> = own
        .map(|place| (place.start(), seen_end(place)))
        .filter(|(start, end)| start.line <= last_line && first_line <= end.line)
        .map(|(start, end)| {
            let from = if start.line < first_line {
                0
            } else {
                offset(start)
            };
            let to = if end.line > last_line {
                text.len()
            } else {
                offset(end)
            };
            from..to.max(from)
        })
        .collect();
    for span in hidden {
        conceal(&mut text, span);
    }
    Excerpt {
        name: escaped_line(&source.name).into_owned(),
        first_line,
        marks,
        text,
        nothing_to_show: source.text.is_empty(),
    }
}

/// Covers up a stretch of the text; how its lines are indented stays.
fn conceal(text: &mut String, span: Range<usize>) {
    let cover = |c: char| if c.is_whitespace() { c } else { covering(c) };
    let covered: String = text[span.clone()].chars().map(cover).collect();
    text.replace_range(span, &covered);
}

/// Where a place ends to the eye: line breaks at its end are not marked.
fn seen_end(place: &Place) -> Position {
    let text = place
        .source
        .text
        .get(place.span.range())
        .unwrap_or_default();
    let seen = text.trim_end_matches(['\n', '\r']);
    if seen.len() == text.len() {
        place.end()
    } else {
        place
            .source
            .position(place.span.start as usize + seen.len())
    }
}
