//! `probity init`: a project that runs at once.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::exit::Exit;
use super::terminal::{Terminal, write_stdout};
use crate::diagnostic::Diagnostic;

/// The files of a new project, and what each is for.
const FILES: [(&str, &str); 4] = [
    ("probity.yaml", include_str!("init/probity.yaml")),
    (
        "scenarios/first.scenario.yaml",
        include_str!("init/first.scenario.yaml"),
    ),
    (
        ".github/workflows/scenarios.yml",
        include_str!("init/scenarios.yml"),
    ),
    (".vscode/settings.json", include_str!("init/settings.json")),
];

/// Writes the files that are not there yet, and the schemas that editors check with.
pub(super) fn run(folder: &Path, terminal: Terminal) -> Exit {
    let schemas = crate::schemas::ALL.iter().map(|kind| {
        let path = format!(".probity/schemas/{}.schema.json", kind.name);
        (path, crate::schemas::text(kind))
    });
    let files = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    for (path, text) in files.chain(schemas) {
        match write_new(&folder.join(&path), &text) {
            Ok(true) => write_stdout(&format!("wrote {path}\n")),
            Ok(false) => write_stdout(&format!("kept  {path}\n")),
            Err(error) => {
                terminal.show(&[Diagnostic::error(
                    "init",
                    format!("can't write `{path}`: {error}"),
                )]);
                return Exit::Errored;
            }
        }
    }
    write_stdout("\nnow: probity run\n");
    Exit::Passed
}

/// Writes a file unless it exists; whether it did.
fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
    {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
