//! `probity run`.

use std::ffi::OsString;
use std::path::Path;

use super::args::{Contract, Format, RunArgs, RunCommand};
use super::dry_run;
use super::execute::execute;
use super::exit::Exit;
use super::prepare::{Prepared, Wanted, prepare};
use super::terminal::Terminal;
use crate::diagnostic::Diagnostic;
use crate::report::Target;
use crate::run::ContractMode;

/// Runs scenarios, and says how that ended.
pub(super) fn run(command: &RunCommand, terminal: Terminal, current: &Path) -> Exit {
    let wanted = Wanted {
        contract: match command.contract {
            Contract::Fail => ContractMode::Fail,
            Contract::Warn => ContractMode::Warn,
            Contract::Off => ContractMode::Off,
        },
        coverage: false,
        events: command.format == Format::Json,
    };
    if command.dry_run && !command.run.reports.is_empty() {
        let problem = Diagnostic::error("usage", "`--dry-run` runs nothing, and so has no reports")
            .help("leave out `--report`; `--format json` gives the plan for machines");
        return refuse(&command.run, &[problem], terminal);
    }
    match prepare(&command.run, wanted, current) {
        Ok(prepared) if command.dry_run => show_plan(&prepared, command.format, terminal),
        Ok(prepared) => execute(prepared, command.run.verbosity.level(), terminal).exit,
        Err(problems) if command.dry_run => {
            terminal.show(&problems);
            Exit::Invalid
        }
        Err(problems) => refuse(&command.run, &problems, terminal),
    }
}

/// Ends a run that can't begin. A report of an earlier run at a place that was named for this one's is removed, so that
/// nobody takes it for this one's.
pub(super) fn refuse(args: &RunArgs, problems: &[Diagnostic], terminal: Terminal) -> Exit {
    discard(args.reports.iter().map(String::as_str));
    terminal.show(problems);
    Exit::Invalid
}

fn discard<'a>(reports: impl Iterator<Item = &'a str>) {
    let targets = reports.filter_map(|text| Target::parse(text).ok());
    targets.for_each(|target| target.discard());
}

/// The same where the command line could not be read as a whole, as of an option that does not exist.
pub(super) fn discard_unread(arguments: impl Iterator<Item = OsString>) {
    let arguments = arguments.skip(1);
    // What is no UTF-8 is no report's path.
    let arguments: Vec<String> = arguments
        .filter_map(|text| text.into_string().ok())
        .collect();
    let command = arguments.iter().find(|argument| !argument.starts_with('-'));
    if command.is_some_and(|command| command == "run" || command == "coverage") {
        discard(named_reports(&arguments));
    }
}

/// What follows `--report`, or `--report=`.
fn named_reports(arguments: &[String]) -> impl Iterator<Item = &str> {
    let joined = arguments
        .iter()
        .filter_map(|argument| argument.strip_prefix("--report="));
    let apart = arguments
        .windows(2)
        .filter(|pair| pair[0] == "--report")
        .map(|pair| pair[1].as_str());
    joined.chain(apart)
}

fn show_plan(prepared: &Prepared, format: Format, terminal: Terminal) -> Exit {
    let plan = &prepared.plan;
    match format {
        Format::Human => dry_run::show(plan),
        Format::Json => dry_run::show_json(plan),
    }
    let problems = plan.problems();
    terminal.show(&problems);
    terminal.show(prepared.nothing.as_slice());
    match &prepared.nothing {
        _ if !problems.is_empty() => Exit::Invalid,
        Some(_) => Exit::Nothing,
        None => Exit::Passed,
    }
}
