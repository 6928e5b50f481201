//! Files as texts: what is not UTF-8 is told with its place.

use std::path::PathBuf;
use std::sync::Arc;

use super::Diagnostic;
use crate::source::{Place, Source, Span};

/// How much of a line is kept after a byte that is no text.
const REST: usize = 200;

/// The text of a file that was read.
///
/// # Errors
/// It is not UTF-8: where the first byte stands that is not, in a text that shows such bytes as `�`.
pub fn read_text(
    name: impl Into<String>,
    path: impl Into<PathBuf>,
    bytes: Vec<u8>,
) -> Result<Arc<Source>, Diagnostic> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(Source::new(name, path, text)),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let rest = &bytes[at..bytes.len().min(at + REST)];
    let rest = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[..at + rest.len()]).into_owned();
    let length = char::REPLACEMENT_CHARACTER.len_utf8();
    let place = Place::new(&Source::new(name, path, text), Span::new(at, at + length));
    Err(
        Diagnostic::error("unreadable-file", "the file is not UTF-8 text")
            .at(place)
            .label(format!(
                "the byte {:#04X} is not part of any character here",
                bytes[at]
            ))
            .help("save the file as UTF-8"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_no_text_is_pointed_at() {
        let problem = read_text(
            "a.yaml",
            "",
            b"a: 1\nb: \xc3\xa4\xff\x00z\nc: \xfe".to_vec(),
        );
        let problem = problem.unwrap_err();
        let place = problem.place.clone().unwrap();
        assert_eq!((place.start().line, place.start().column), (2, 5));
        assert_eq!(place.source.text, "a: 1\nb: ä\u{fffd}\0z");
        assert_eq!(
            problem.label,
            "the byte 0xFF is not part of any character here"
        );
        assert_eq!(read_text("a.yaml", "", b"a".to_vec()).unwrap().text, "a");
    }
}
