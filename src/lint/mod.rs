//! Rules that find statically what can be found: one file each, one table.

use crate::diagnostic::Diagnostic;
use crate::scenario::{FilePacks, ScenarioFile};

/// What is wrong, or looks wrong, with a file whose decoding found it readable.
#[must_use]
pub fn lint(file: &ScenarioFile, packs: &FilePacks) -> Vec<Diagnostic> {
    let _ = (file, packs);
    Vec::new()
}
