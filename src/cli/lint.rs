//! `probity lint`.

use std::path::Path;

use super::args::{LintArgs, LintFormat};
use super::exit::Exit;
use super::project::{Project, library};
use super::selected;
use super::terminal::{Terminal, write_stderr, write_stdout};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::lint::lint_pack;
use crate::pack::emulator;

/// Checks files, and says whether they are free of errors.
pub(super) fn run(args: &LintArgs, terminal: Terminal, current: &Path) -> Exit {
    let project = Project::find(current);
    let library = library(&project, &args.packs);
    let found = library.and_then(|library| {
        let found = project.find_files(&args.paths, &library);
        Ok((found.map_err(|problem| vec![problem])?, library))
    });
    let (found, library) = match found {
        Ok(found) => found,
        Err(problems) => {
            terminal.show(&problems);
            return Exit::Invalid;
        }
    };
    // A document is dropped as soon as it is checked.
    let mut problems: Vec<Diagnostic> = project
        .load_all(&found, &library, &[], |loaded| loaded.problems)
        .into_iter()
        .flatten()
        .collect();
    problems.extend(project.changed_packs(&library));
    let root_file = project.invalid_root_file();
    problems.extend(root_file.into_iter().flat_map(|file| file.problems));
    for file in found.packs.iter().chain(&found.pack_files) {
        let _ = library.enclosing(file);
    }
    let nothing = found.is_empty() && found.pack_files.is_empty() && library.own().is_empty();
    let nothing = nothing.then(selected::no_scenarios);
    let left_out = found.told_left_out();
    problems.extend(found.warnings);
    problems.extend(library.problems());
    let mut packs = 0;
    for loaded in library.loaded() {
        packs += 1;
        let Some(pack) = loaded.pack.as_deref() else {
            continue;
        };
        problems.extend(lint_pack(pack).to_vec());
        problems.extend(emulator::lint(pack));
        let contract = pack.contract.iter();
        problems.extend(contract.flat_map(|contract| contract.schema_problems()));
    }
    diagnostic::sort(&mut problems);
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    match args.format {
        LintFormat::Human => {
            terminal.show(&problems);
            if nothing.is_none() {
                let warnings = problems.len() - errors;
                write_stderr(&format!(
                    "{}\n",
                    verdict(found.files.len(), packs, errors, warnings)
                ));
            }
            if let Some(told) = left_out {
                write_stderr(&format!("{told}\n"));
            }
        }
        LintFormat::Json => write_stdout(&diagnostic::json(&problems)),
        LintFormat::Github => write_stdout(&diagnostic::github(&problems, &project.repository())),
        LintFormat::Sarif => write_stdout(&diagnostic::sarif(&problems, &project.repository())),
    }
    match nothing {
        _ if errors > 0 => Exit::Invalid,
        Some(nothing) => {
            terminal.show(&[nothing]);
            Exit::Nothing
        }
        None => Exit::Passed,
    }
}

/// What came of all, by the scenario files, or by the packs where there are no such files.
fn verdict(files: usize, packs: usize, errors: usize, warnings: usize) -> String {
    let plural =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!(
        "{} checked: {}, {}",
        if files == 0 && packs > 0 {
            plural(packs, "pack")
        } else {
            plural(files, "scenario file")
        },
        plural(errors, "error"),
        plural(warnings, "warning")
    )
}
