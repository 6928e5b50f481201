//! `probity init`: a project that runs at once.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::exit::Exit;
use super::terminal::{Terminal, write_stdout};
use crate::diagnostic::Diagnostic;
use crate::pack::{Library, Pack};

/// A pack's scenarios that a new project starts with.
const STARTER: &str = "starter.scenario.yaml";
/// What an editor checks the first scenario with.
const SCHEMA_LINE: &str =
    "# yaml-language-server: $schema=../.probity/schemas/scenario.schema.json\n";

/// The files of a new project besides its first scenario, and what each is for.
const FILES: [(&str, &str); 4] = [
    ("probity.yaml", include_str!("init/probity.yaml")),
    (
        ".github/workflows/scenarios.yml",
        include_str!("init/scenarios.yml"),
    ),
    (".vscode/settings.json", include_str!("init/settings.json")),
    (".gitignore", include_str!("init/gitignore")),
];

/// Writes the files that are not there yet, and the schemas that editors check with.
pub(super) fn run(folder: &Path, pack: Option<&str>, terminal: Terminal, current: &Path) -> Exit {
    let (pack, scenario) = match starter(&current.join(folder), pack) {
        Ok(found) => found,
        Err(problem) => {
            terminal.show(&[problem]);
            return Exit::Invalid;
        }
    };
    let schemas = crate::schemas::ALL.iter().map(|kind| {
        let path = format!(".probity/schemas/{}.schema.json", kind.name);
        (path, crate::schemas::text(kind))
    });
    let files = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let first = [("scenarios/first.scenario.yaml".to_owned(), scenario)];
    for (path, text) in first.into_iter().chain(files).chain(schemas) {
        match write_new(&current.join(folder).join(&path), &text) {
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
    write_stdout(&next_steps(folder, &pack));
    Exit::Passed
}

fn next_steps(folder: &Path, pack: &str) -> String {
    let mut text = String::from("\nnext:\n");
    if folder != Path::new(".") {
        text += &format!("  cd {}\n", folder.display());
    }
    text + &format!(
        "  probity run             # passes: {pack} is emulated on this machine\n  \
         probity run -v          # shows every request and response\n  \
         probity list actions    # what the packs can do\n  \
         probity new pack NAME   # a pack of your own\n\n\
         the workflow builds probity from its sources in `tools/probity`: add them, such as by\n  \
         git submodule add URL tools/probity\n"
    )
}

/// The pack that was asked for, or the first that has scenarios to start with, and these.
fn starter(folder: &Path, asked: Option<&str>) -> Result<(String, String), Diagnostic> {
    let library = Library::new(folder, Vec::new());
    let file = folder.join("probity.yaml");
    let packs = library.all(&file);
    let mut starters = packs
        .iter()
        .filter_map(|pack| Some((pack.name.as_str(), starter_of(pack)?)));
    let names = || -> Vec<&str> {
        let able = packs.iter().filter(|pack| pack.folder.contains(STARTER));
        able.map(|pack| pack.name.as_str()).collect()
    };
    let found = match asked {
        Some(asked) => starters.find(|(name, _)| *name == asked),
        None => starters.next(),
    };
    if let Some((name, text)) = found {
        return Ok((name.to_owned(), text));
    }
    let asked = asked.unwrap_or_default();
    let message = if packs.iter().any(|pack| pack.name == asked) {
        format!("the pack `{asked}` has no `{STARTER}` to start with")
    } else {
        format!("there is no pack `{asked}`")
    };
    Err(Diagnostic::error("unknown-pack", message)
        .suggest(asked, names())
        .help(format!("packs to start with: {}", names().join(", "))))
}

fn starter_of(pack: &Pack) -> Option<String> {
    let bytes = pack.folder.read("", STARTER).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    // The pack's own first line tells an editor where the schema is as seen from there.
    let own = text.lines().next().filter(|line| line.contains("$schema="));
    let rest = own.map_or(text.as_str(), |line| text[line.len()..].trim_start());
    Some(format!("{SCHEMA_LINE}{rest}"))
}

/// Writes a file unless it exists; whether it did.
pub(super) fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
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
