//! Turns a diagnostic into the text that a person reads, with the source and carets.

use super::Diagnostic;

/// How to draw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub color: bool,
    /// Columns to wrap at; 0 is no limit.
    pub width: usize,
}

/// The diagnostic as lines of text, ending with a line break. Control characters in it are shown escaped.
#[must_use]
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let _ = (diagnostic, style);
    todo!()
}
