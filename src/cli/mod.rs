//! The command line: arguments, environment variables, the terminal, signals, the clock and the seed. The only module that
//! reads any of these.

mod args;
mod coverage;
mod discover;
mod dry_run;
mod emulate;
mod execute;
mod exit;
mod init;
mod inner;
mod lint;
mod list;
mod new;
mod open_files;
mod packs;
mod prepare;
mod project;
mod root_file;
mod run;
mod schema;
mod selected;
mod signals;
mod table;
mod terminal;
mod vars;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use self::args::{Cli, Command};
use self::terminal::Terminal;

pub use exit::Exit;

/// The seed of runs whose packs are all on their emulators: fixed, so that a rerun sends the same.
const DEFAULT_SEED: u64 = 1;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => terminal::settled(dispatch(&cli)).into(),
        Err(error) => {
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // Clap writes what was asked for to standard output, and everything else to standard error.
            let written = error.print();
            if asked {
                terminal::written(written);
                return terminal::settled(Exit::Passed).into();
            }
            run::discard_unread(std::env::args_os());
            Exit::Invalid.into()
        }
    }
}

fn dispatch(cli: &Cli) -> Exit {
    let terminal = Terminal::find(cli.color);
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    match &cli.command {
        Command::Init { folder, pack } => init::run(folder, pack.as_deref(), terminal, &current),
        Command::New { what } => new::run(what, terminal, &current),
        Command::Pack { command } => packs::run(command, terminal, &current),
        Command::Run(args) => run::run(args, terminal, &current),
        Command::Coverage(args) => coverage::run(args, terminal, &current),
        Command::Lint(args) => lint::run(args, terminal, &current),
        Command::List(args) => list::run(args, terminal, &current),
        Command::Emulate(args) => emulate::run(args, terminal, &current),
        Command::Schema { kind } => schema::run(kind.as_deref(), terminal),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "probity", &mut script);
            terminal::write_stdout(&String::from_utf8_lossy(&script));
            Exit::Passed
        }
    }
}

/// A panic in one scenario becomes that scenario's error, so its message is not also thrown at the terminal.
fn silence_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}
