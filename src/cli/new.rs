//! `probity new pack`: a pack to start from, which says of each line what it is for.

use std::path::Path;

use super::args::NewCommand;
use super::exit::Exit;
use super::init::write_new;
use super::project::{Project, library};
use super::terminal::{Terminal, write_stdout};
use crate::diagnostic::Diagnostic;
use crate::document::is_hyphenated_name;
use crate::pack::ADDED_PACKS;

/// The files of a new pack, with `__NAME__` for its name and `__ENV__` for the beginning of its variables.
const FILES: [(&str, &str); 5] = [
    ("pack.yaml", include_str!("new/pack/pack.yaml")),
    (
        "actions/create_order.yaml",
        include_str!("new/pack/actions/create_order.yaml"),
    ),
    ("emulator.yaml", include_str!("new/pack/emulator.yaml")),
    ("openapi.yaml", include_str!("new/pack/openapi.yaml")),
    (
        "orders.scenario.yaml",
        include_str!("new/pack/orders.scenario.yaml"),
    ),
];

/// Writes it, and says what to do next.
pub(super) fn run(command: &NewCommand, terminal: Terminal, current: &Path) -> Exit {
    let NewCommand::Pack { name } = command;
    let project = Project::find(current);
    let hidden = hidden(name, &project);
    match write(name, &project) {
        Ok(said) => {
            write_stdout(&said);
            terminal.show(hidden.as_slice());
            Exit::Passed
        }
        Err(problem) => {
            terminal.show(&[problem]);
            Exit::Invalid
        }
    }
}

/// That the project has a pack of the name already, which the new one is found before.
fn hidden(name: &str, project: &Project) -> Option<Diagnostic> {
    let library = library(project, &[]).ok()?;
    let other = library.find(name, &project.file())?;
    let message = format!(
        "there is another pack `{name}` ({}), and in this project the name now means yours",
        other.origin
    );
    let problem = Diagnostic::warning("hidden-pack", message);
    Some(problem.help(format!(
        "if that is not meant, remove `{ADDED_PACKS}/{name}` and choose another name"
    )))
}

fn write(name: &str, project: &Project) -> Result<String, Diagnostic> {
    if !is_hyphenated_name(name) {
        let message = format!("`{name}` can't be the name of a pack");
        return Err(Diagnostic::error("bad-name", message)
            .help("names are lower-case letters, digits, `_` and `-`, and begin with a letter"));
    }
    let shown = format!("{ADDED_PACKS}/{name}");
    let folder = project.root.join(ADDED_PACKS).join(name);
    if folder.exists() {
        let problem = Diagnostic::error("pack-exists", format!("there is a `{shown}` already"));
        return Err(problem.help("choose another name; nothing was written"));
    }
    let mut said = String::new();
    for (path, text) in FILES {
        let failed = |error: std::io::Error| {
            Diagnostic::error("pack", format!("can't write `{shown}/{path}`: {error}"))
        };
        write_new(&folder.join(path), &filled_in(text, name)).map_err(failed)?;
        said += &format!("wrote {shown}/{path}\n");
    }
    let steps = [
        (format!("probity run {shown}"), "its scenarios pass"),
        (format!("probity lint {shown}"), "after each change"),
        (format!("probity emulate {name}"), "its emulator, for curl"),
    ];
    let width = steps.iter().map(|(command, _)| command.len()).max();
    let width = width.unwrap_or_default();
    said += "\nnext:\n";
    for (command, what) in &steps {
        said += &format!("  {command:width$}   # {what}\n");
    }
    Ok(said)
}

fn filled_in(text: &str, name: &str) -> String {
    let variables = name.to_ascii_uppercase().replace('-', "_");
    let fill = |text: &str| {
        text.replace("__NAME__", name)
            .replace("__ENV__", &variables)
    };
    text.lines()
        .map(|line| match line.rsplit_once("  # ") {
            // Comments stay below each other, however long the name is.
            Some((code, comment)) if fill(code) != code => {
                let (width, code) = (code.len(), fill(code.trim_end()));
                format!("{code:width$}  # {}\n", fill(comment))
            }
            _ => fill(line) + "\n",
        })
        .collect()
}
