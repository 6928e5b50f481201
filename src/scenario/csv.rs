//! Reading `cases` from CSV: a header line with typed columns, then one row a line.

use std::ops::Range;
use std::sync::Arc;

use super::Row;
use super::cases::in_file;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Decoder;
use crate::expr::Template;
use crate::source::{Node, Place, Source, Span, Text, Yaml};
use crate::value::counted;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Boolean,
    Json,
}

struct Column {
    name: String,
    kind: Type,
    place: Place,
}

/// One cell: what it says, and where it stands, quotes included.
struct Cell {
    text: String,
    span: Span,
}

/// Reads the rows; `None` where there is no header line that makes sense.
pub(super) fn decode(source: &Arc<Source>, decoder: &mut Decoder) -> Option<Vec<Row>> {
    in_file(source, decoder, |decoder| decode_inside(source, decoder))
}

fn decode_inside(source: &Arc<Source>, decoder: &mut Decoder) -> Option<Vec<Row>> {
    let mut records = read(source, decoder)?.into_iter();
    let Some(header) = records.next() else {
        let problem = Diagnostic::error("empty", "this file is empty")
            .at(Place::new(source, Span::default()))
            .help("its first line names the columns: `country,amount:number`");
        decoder.problem(problem);
        return None;
    };
    if let Some(problem) = other_separator(source, &header) {
        decoder.problem(problem);
        return None;
    }
    let columns = decode_header(source, &header, decoder);
    let rows: Vec<Row> = records
        .filter_map(|record| decode_record(source, &columns, &record, decoder))
        .collect();
    if rows.is_empty() && decoder.problems.is_empty() {
        let end = source.text.len();
        let problem = Diagnostic::error("empty", "there are no cases below the header")
            .at(Place::new(source, Span::new(end, end)));
        decoder.problem(problem);
    }
    Some(rows)
}

/// The records of the file, and where each cell stands.
fn read(source: &Arc<Source>, decoder: &mut Decoder) -> Option<Vec<Vec<Cell>>> {
    let start = if source.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let text = &source.text[start..];
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut well_quoted = true;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return well_quoted.then_some(records),
            Err(error) => {
                let problem = Diagnostic::error("bad-csv", format!("not CSV: {error}"))
                    .at(Place::new(source, Span::new(start, start)));
                decoder.problem(problem);
                return None;
            }
        }
        let from = offset(record.position()).min(text.len());
        let to = offset(Some(reader.position())).clamp(from, text.len());
        let spans = match cell_spans(&text[from..to], start + from) {
            Ok(spans) => spans,
            Err(misquote) => {
                decoder.problem(misquote.report(source));
                well_quoted = false;
                continue;
            }
        };
        let cells = record.iter().zip(spans).map(|(cell, span)| Cell {
            text: cell.to_owned(),
            span: Span::new(span.start, span.end),
        });
        records.push(cells.collect());
    }
}

fn offset(position: Option<&csv::Position>) -> usize {
    position.map_or(0, |position| {
        usize::try_from(position.byte()).unwrap_or(usize::MAX)
    })
}

/// What RFC 4180 doesn't allow and the reader lets pass.
enum Misquote {
    /// The quote that stands here is never closed, so that all that follows is in the cell.
    Open { quote: usize },
    /// Between a closing quote and the end of the cell there is more.
    More { quote: usize, more: Range<usize> },
}

impl Misquote {
    fn report(self, source: &Arc<Source>) -> Diagnostic {
        let place = |range: Range<usize>| Place::new(source, Span::new(range.start, range.end));
        let problem = match self {
            Self::Open { quote } => {
                Diagnostic::error("bad-csv", "the quote opened here is not closed")
                    .at(place(quote..quote + 1))
                    .label("the rest of the file is in this cell")
            }
            Self::More { quote, more } => {
                Diagnostic::error("bad-csv", "the cell goes on after its closing quote")
                    .at(place(more))
                    .label("after the closing quote")
                    .also(place(quote..quote + 1), "opened here")
            }
        };
        problem.help(
            "a cell in quotes ends with its closing quote; a quote within it is written twice",
        )
    }
}

/// How far a cell has been read.
enum Reading {
    /// Not in quotes: a quote is text, unless the cell begins with it.
    Bare,
    Quoted {
        quote: usize,
    },
    /// After a quote that closes the cell, if it is not the first one of two.
    Closed {
        quote: usize,
    },
}

/// Where the cells of one record stand, quotes included.
fn cell_spans(record: &str, base: usize) -> Result<Vec<Range<usize>>, Misquote> {
    let end = record.trim_end_matches(['\r', '\n']).len();
    // The reader's position may be before line breaks that it skips.
    let begin = record.len() - record.trim_start_matches(['\r', '\n']).len();
    let mut spans = Vec::new();
    let mut from = begin;
    let mut reading = Reading::Bare;
    for (at, byte) in record.bytes().enumerate().take(end).skip(begin) {
        reading = match (reading, byte) {
            (Reading::Bare | Reading::Closed { .. }, b',') => {
                spans.push(base + from..base + at);
                from = at + 1;
                Reading::Bare
            }
            (Reading::Bare, b'"') if at == from => Reading::Quoted { quote: base + at },
            (Reading::Quoted { quote }, b'"') => Reading::Closed { quote },
            (Reading::Closed { quote }, b'"') => Reading::Quoted { quote },
            (Reading::Closed { quote }, _) => {
                let rest = &record[at..end];
                let length = rest.find([',', '\r', '\n']).unwrap_or(rest.len());
                let more = base + at..base + at + length;
                return Err(Misquote::More { quote, more });
            }
            (same, _) => same,
        };
    }
    if let Reading::Quoted { quote } = reading {
        return Err(Misquote::Open { quote });
    }
    spans.push(base + from..base + end.max(from));
    Ok(spans)
}

/// A header whose names are not separated by commas, as spreadsheets of some countries write it.
fn other_separator(source: &Arc<Source>, header: &[Cell]) -> Option<Diagnostic> {
    let [only] = header else { return None };
    let (mark, name) = [(';', "semicolon"), ('\t', "tab")]
        .into_iter()
        .find(|(mark, _)| only.text.contains(*mark))?;
    let names: Vec<&str> = only.text.split(mark).map(str::trim).collect();
    let message = format!("a {name} separates no columns, a comma does");
    let problem = Diagnostic::error("bad-csv", message)
        .at(Place::new(source, only.span))
        .label("read as one column")
        .help(format!("save the file with commas: `{}`", names.join(",")));
    Some(problem)
}

fn decode_header(source: &Arc<Source>, cells: &[Cell], decoder: &mut Decoder) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for cell in cells {
        let place = Place::new(source, cell.span);
        let (name, kind) = match cell.text.trim().rsplit_once(':') {
            None => (cell.text.trim(), Type::Text),
            Some((name, kind)) => (name, decode_type(kind, place.clone(), decoder)),
        };
        decoder.check_attribute(name, "a column", place.clone());
        if let Some(earlier) = columns.iter().find(|column| column.name == name) {
            let problem = Diagnostic::error(
                "duplicate-column",
                format!("the column `{name}` stands twice"),
            )
            .at(place.clone())
            .label("here again")
            .also(earlier.place.clone(), "first here");
            decoder.problem(problem);
        }
        columns.push(Column {
            name: name.to_owned(),
            kind,
            place,
        });
    }
    columns
}

fn decode_type(text: &str, place: Place, decoder: &mut Decoder) -> Type {
    match text {
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "json" => Type::Json,
        _ => {
            let known = ["number", "boolean", "json"];
            let problem = Diagnostic::error("bad-column", format!("there is no type `{text}`"))
                .at(place)
                .label("unknown type");
            decoder.problem(match did_you_mean(text, known) {
                Some(close) => problem.help(format!("did you mean `{close}`?")),
                None => {
                    problem.help("a column is `number`, `boolean` or `json`; strings have no type")
                }
            });
            Type::Text
        }
    }
}

fn decode_record(
    source: &Arc<Source>,
    columns: &[Column],
    cells: &[Cell],
    decoder: &mut Decoder,
) -> Option<Row> {
    let span = Span {
        start: cells.first()?.span.start,
        end: cells.last()?.span.end,
    };
    if cells.len() != columns.len() {
        let problem = Diagnostic::error(
            "bad-csv",
            format!(
                "this row has {}, the header {}",
                counted(cells.len(), "cell"),
                columns.len()
            ),
        )
        .at(Place::new(source, span))
        .label(format!("expected {}", counted(columns.len(), "cell")))
        .help("put a cell with a comma in it into double quotes; an empty cell is not given");
        decoder.problem(problem);
        return None;
    }
    let values = columns
        .iter()
        .zip(cells)
        .filter(|(_, cell)| !cell.text.is_empty())
        .filter_map(|(column, cell)| {
            let value = decode_cell(source, column.kind, cell, decoder)?;
            Some((column.name.clone(), value))
        });
    // There may be very many rows.
    let mut all = Vec::with_capacity(columns.len());
    all.extend(values);
    Some(Row {
        place: Place::new(source, span),
        columns: all,
    })
}

fn decode_cell(
    source: &Arc<Source>,
    kind: Type,
    cell: &Cell,
    decoder: &mut Decoder,
) -> Option<Template> {
    let raw = &source.text[cell.span.range()];
    let text = || {
        Yaml::String(Text {
            value: cell.text.clone(),
            // Quotes are taken off and doubled ones halved: then the two differ.
            verbatim_at: (raw == cell.text).then_some(cell.span.start),
        })
    };
    let expression = cell.text.contains("${{");
    let value = match kind {
        Type::Text => text(),
        _ if expression => text(),
        Type::Number if is_number(cell.text.trim()) => Yaml::Number(cell.text.trim().to_owned()),
        Type::Boolean if cell.text == "true" => Yaml::Bool(true),
        Type::Boolean if cell.text == "false" => Yaml::Bool(false),
        Type::Json => match crate::value::from_json(&cell.text) {
            Ok(value) => from_json(value, cell.span),
            Err(_) => return refuse(source, cell, "JSON", decoder),
        },
        Type::Number => return refuse(source, cell, "a number", decoder),
        Type::Boolean => return refuse(source, cell, "`true` or `false`", decoder),
    };
    Some(decoder.template(&Node {
        span: cell.span,
        value,
    }))
}

fn is_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn refuse(
    source: &Arc<Source>,
    cell: &Cell,
    what: &str,
    decoder: &mut Decoder,
) -> Option<Template> {
    let problem = Diagnostic::error("bad-cell", format!("`{}` is not {what}", cell.text))
        .at(Place::new(source, cell.span))
        .label(format!("expected {what}"));
    let lower = cell.text.trim().to_lowercase();
    decoder.problem(match &*lower {
        "true" | "false" => problem.help(format!("write `{lower}`, in lower case")),
        _ => problem,
    });
    None
}

/// A JSON value as a tree whose every node stands at the cell.
fn from_json(value: serde_json::Value, span: Span) -> Yaml {
    use serde_json::Value;
    let node = |value| Node {
        span,
        value: from_json(value, span),
    };
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(value),
        Value::Number(number) => Yaml::Number(number.to_string()),
        Value::String(value) => Yaml::String(Text {
            value,
            verbatim_at: None,
        }),
        Value::Array(items) => Yaml::List(items.into_iter().map(node).collect()),
        Value::Object(entries) => Yaml::Map(
            entries
                .into_iter()
                .map(|(text, value)| crate::source::Entry {
                    key: crate::source::Key { text, span },
                    value: node(value),
                })
                .collect(),
        ),
    }
}
