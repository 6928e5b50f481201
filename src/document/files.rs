//! Files that a document names.

use std::sync::Arc;

use super::Decoder;
use crate::diagnostic::{Diagnostic, read_text};
use crate::source::{Node, Source};

impl Decoder {
    /// Reads the text file that `node` names by `path`; `None`, and a problem, where it can't be read.
    pub fn read_file(&mut self, node: &Node, path: &str) -> Option<Arc<Source>> {
        match self.folder.read(&self.beside, path) {
            Ok(bytes) => match sibling(&self.source, path, bytes) {
                Ok(source) => Some(source),
                Err(problem) => {
                    let named = self.place(node);
                    self.problem(problem.also(named, "read from here"));
                    None
                }
            },
            Err(message) => {
                let problem = Diagnostic::error("unreadable-file", message)
                    .at(self.place(node))
                    .label("can't be read")
                    .help("paths are relative to this file");
                self.problem(problem);
                None
            }
        }
    }
}

/// A file that a document names, as a source of its own.
fn sibling(document: &Source, path: &str, bytes: Vec<u8>) -> Result<Arc<Source>, Diagnostic> {
    let mut parts: Vec<&str> = document.name.split('/').collect();
    parts.pop();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    let folder = document.path.parent();
    let disk = folder.map_or_else(|| path.into(), |folder| folder.join(path));
    read_text(parts.join("/"), disk, bytes)
}
