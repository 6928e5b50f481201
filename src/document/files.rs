//! Files that a document names.

use std::sync::Arc;

use super::Decoder;
use crate::diagnostic::Diagnostic;
use crate::source::{Node, Source};

impl Decoder {
    /// Reads the text file that `node` names by `path`; `None`, and a problem, where it can't be read.
    pub fn read_file(&mut self, node: &Node, path: &str) -> Option<Arc<Source>> {
        let text = self.folder.read(&self.beside, path).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8 text"))
        });
        match text {
            Ok(text) => Some(sibling(&self.source, path, text)),
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
fn sibling(document: &Source, path: &str, text: String) -> Arc<Source> {
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
    Source::new(parts.join("/"), disk, text)
}
