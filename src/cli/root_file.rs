//! `probity.yaml`: it marks the root of a project by being there, and holds nothing.

use std::io::ErrorKind;
use std::path::Path;

use clap::{Arg, CommandFactory};

use super::args::Cli;
use super::project::ROOT_FILE;
use crate::diagnostic::{Diagnostic, did_you_mean, read_text};
use crate::document::Decoder;
use crate::source::{self, Folder, Yaml};

/// What is wrong with it: anything that is in it, but for the version of the language.
pub(super) fn problems(path: &Path) -> Vec<Diagnostic> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let message = format!("can't read `{ROOT_FILE}`: {error}");
            return vec![Diagnostic::error("unreadable-file", message)];
        }
    };
    let source = match read_text(ROOT_FILE, path, bytes) {
        Ok(source) => source,
        Err(problem) => return vec![problem],
    };
    let (node, found) = source::parse(&source);
    let mut decoder = Decoder::new(&source, Folder::Embedded(&[]), "");
    for problem in found {
        decoder.problem(Diagnostic::from_problem(&source, problem));
    }
    let Some(node) = node else {
        return decoder.problems;
    };
    if matches!(node.value, Yaml::Null) {
        return decoder.problems;
    }
    for entry in decoder.map(&node) {
        if entry.key.text == "version" {
            decoder.check_version(Some(&entry.value));
            continue;
        }
        let problem = Diagnostic::error(
            "unknown-key",
            format!("`{ROOT_FILE}` has no key `{}`", entry.key.text),
        )
        .at(decoder.key_place(&entry.key))
        .label("unknown key")
        .help(format!(
            "`{ROOT_FILE}` marks the root of the project, and holds no settings: leave it empty"
        ));
        decoder.problem(match option(&entry.key.text) {
            Some(option) => problem.help(format!(
                "did you mean the option `--{option}` of `probity run`?"
            )),
            None => problem,
        });
    }
    decoder.problems
}

/// The option of `run` that a key may stand for.
fn option(key: &str) -> Option<String> {
    let command = Cli::command();
    let run = command.find_subcommand("run")?;
    let longs: Vec<&str> = run.get_arguments().filter_map(Arg::get_long).collect();
    let key = key.replace('_', "-");
    let same = || longs.iter().find(|long| key.starts_with(**long));
    let close = did_you_mean(&key, longs.iter().copied());
    close.or_else(|| same().map(|long| (*long).to_owned()))
}
