//! `probity coverage`.

use std::path::Path;

use super::args::{CoverageCommand, CoverageFormat};
use super::execute::execute;
use super::exit::Exit;
use super::prepare::{Wanted, prepare};
use super::run::refuse;
use super::terminal::{Terminal, stdout_columns, write_stdout};
use crate::diagnostic::Diagnostic;
use crate::event::Coverage;
use crate::report::{coverage, percent};

/// Runs scenarios without a word on those that pass, and shows what of the contracts came up.
pub(super) fn run(command: &CoverageCommand, terminal: Terminal, current: &Path) -> Exit {
    let wanted = Wanted {
        coverage: true,
        ..Wanted::default()
    };
    let prepared = match prepare(&command.run, wanted, current) {
        Ok(prepared) => prepared,
        Err(problems) => return refuse(&command.run, &problems, terminal),
    };
    let ended = execute(prepared, command.run.verbosity.level() - 1, terminal);
    let found = match (ended.coverage, ended.exit) {
        (Some(found), _) => found,
        (None, Exit::Passed) => Coverage::default(),
        (None, exit) => return exit,
    };
    match command.format {
        CoverageFormat::Human => write_stdout(&coverage(&found, stdout_columns().unwrap_or(0))),
        CoverageFormat::Json => {
            // Strings, numbers and lists of them are always writable.
            let text = serde_json::to_string_pretty(&found).unwrap_or_default();
            write_stdout(&(text + "\n"));
        }
    }
    match (ended.exit, too_little(command, &found)) {
        (Exit::Passed, Some(problem)) => {
            terminal.show(&[problem]);
            Exit::Failed
        }
        (exit, _) => exit,
    }
}

fn too_little(command: &CoverageCommand, found: &Coverage) -> Option<Diagnostic> {
    let least = command.fail_under?.per_mille;
    match found.all.per_mille() {
        Some(covered) if covered >= least => None,
        Some(covered) => Some(Diagnostic::error(
            "coverage",
            format!(
                "{} of the contracts is covered, less than {}",
                percent(covered),
                percent(least)
            ),
        )),
        None => Some(
            Diagnostic::error(
                "coverage",
                "no pack of these scenarios has a contract that could be covered",
            )
            .help("name an OpenAPI document under `openapi` in `pack.yaml`"),
        ),
    }
}
