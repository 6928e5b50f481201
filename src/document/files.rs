//! Files that a document names.

use std::sync::Arc;

use super::Decoder;
use crate::diagnostic::{Diagnostic, read_text};
use crate::expr::Expr;
use crate::source::{Node, Place, Source};

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

impl Decoder {
    /// Says what is wrong with an expression whatever its variables are; holds `file('…')` to files that there are.
    pub(super) fn check_calls(&mut self, expr: &Expr) {
        self.problems.extend(expr.constant_problems());
        for call in expr.calls() {
            if call.function.name == "file"
                && let Some((path, place)) = call.text
            {
                self.check_file(&path, place);
            }
        }
    }

    /// Says that `env()` can't be called here.
    pub(super) fn refuse_env(&mut self, expr: &Expr) {
        for call in expr.calls() {
            if call.function.name == "env" {
                let problem = Diagnostic::error(
                    "not-here",
                    "`env()` works only in the `vars` of files that you run",
                )
                .at(call.place)
                .label("not here")
                .help(self.instead_of_env);
                self.problem(problem);
            }
        }
    }

    /// Says of a file that a step reads when it runs, and whose name is written out, that it can't be read.
    pub fn check_file(&mut self, path: &str, place: Place) {
        if let Err(message) = self.folder.find(&self.read_from, path) {
            let problem = Diagnostic::error("unreadable-file", message)
                .at(place)
                .label("can't be read")
                .help(if self.read_from == self.beside {
                    "paths are relative to this file"
                } else {
                    "paths are relative to the pack's folder"
                });
            self.problem(problem);
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
