//! Reading `cases` from a file: YAML, JSON or CSV. Problems in it point into that file.

use std::sync::Arc;

use super::Row;
use super::rows::{Written, decode_rows};
use crate::diagnostic::Diagnostic;
use crate::document::Decoder;
use crate::source::{self, Node, Place, Source, Span};

/// Reads the file that `node` names; `None` where it can't be read.
pub(super) fn decode_file(node: &Node, decoder: &mut Decoder) -> Option<Vec<Row>> {
    let path = decoder.plain(node, "the path of a file of cases")?;
    let source = decoder.read_file(node, &path)?;
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("yaml" | "yml") => decode_tree(&source, Written::InYaml, decoder),
        Some("json") => {
            check_json(&source, decoder)?;
            decode_tree(&source, Written::InJson, decoder)
        }
        Some("csv") => super::csv::decode(&source, decoder),
        _ => {
            let problem = Diagnostic::error("bad-cases", format!("`{path}` is no file of cases"))
                .at(decoder.place(node))
                .label("expected a `.yaml`, `.json` or `.csv` file");
            decoder.problem(problem);
            None
        }
    }
}

/// Runs `work` with a decoder of the other file, and takes over the problems it finds.
pub(super) fn in_file<T>(
    source: &Arc<Source>,
    decoder: &mut Decoder,
    work: impl FnOnce(&mut Decoder) -> T,
) -> T {
    let mut inside = Decoder::new(source, decoder.folder.clone(), decoder.beside.clone());
    let result = work(&mut inside);
    decoder.problems.append(&mut inside.problems);
    result
}

fn decode_tree(source: &Arc<Source>, written: Written, decoder: &mut Decoder) -> Option<Vec<Row>> {
    let (node, problems) = source::parse(source);
    for problem in problems {
        decoder.problem(Diagnostic::from_problem(source, problem));
    }
    let node = node?;
    Some(in_file(source, decoder, |decoder| {
        decode_rows(&node, written, decoder)
    }))
}

/// Holds a JSON file to JSON's grammar, which is narrower than YAML's.
fn check_json(source: &Arc<Source>, decoder: &mut Decoder) -> Option<()> {
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&source.text) else {
        return Some(());
    };
    let line_start: usize = source
        .text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = line_start + error.column().saturating_sub(1);
    let at = source.text.floor_char_boundary(at.min(source.text.len()));
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    let problem = Diagnostic::error("bad-json", format!("not JSON: {reason}"))
        .at(Place::new(source, Span::new(at, at)))
        .label("here");
    decoder.problem(problem);
    None
}
