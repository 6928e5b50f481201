//! The command line as it is typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Declarative scenario tests for HTTP APIs.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a project that runs at once: one pack, one scenario, a CI recipe, editor settings
    Init {
        /// Where; files that exist are left alone
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
        /// The pack that the first scenario is for
        #[arg(long, value_name = "NAME")]
        pack: Option<String>,
    },
    /// Write a pack to start from
    New {
        #[command(subcommand)]
        what: NewCommand,
    },
    /// Add packs of others, list them, and check that they are as they were added
    Pack {
        #[command(subcommand)]
        command: PackCommand,
    },
    /// Run scenarios
    Run(RunCommand),
    /// Run scenarios, and show what of their packs' contracts they exercise and what not
    Coverage(CoverageCommand),
    /// Check files without running anything
    Lint(LintArgs),
    /// List scenarios, actions, packs, operators or functions
    List(ListArgs),
    /// Serve the emulators of packs until interrupted
    Emulate(EmulateArgs),
    /// Print the JSON Schema of a kind of file, for editors
    Schema {
        /// Which; their names are listed if it is left out
        #[arg(value_name = "KIND")]
        kind: Option<String>,
    },
    /// Print a completion script for a shell
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum NewCommand {
    /// A pack with an emulator, an action, a contract and scenarios, explained line by line
    Pack {
        /// What the pack is called; it is written to `scenarios/NAME`
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PackCommand {
    /// Copy a pack into `scenarios/`, and note in `probity.lock` what its files are
    Add(AddArgs),
    /// List the packs that this project can use, and where they came from
    List,
    /// Compare the packs that were added with `probity.lock`
    Verify {
        /// Which [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Take the files as they are
        #[arg(long)]
        accept: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// A folder, or the URL of a git repository
    #[arg(value_name = "FOLDER|URL")]
    pub source: String,
    /// The tag, branch or commit of the repository [default: its main branch]
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// Where the pack lies in it
    #[arg(long, value_name = "FOLDER")]
    pub path: Option<String>,
    /// Replace the pack's folder, whatever is in it
    #[arg(long)]
    pub force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Files, folders, `FILE::scenario-id` or `FILE::"id [row]"` [default: scenarios/]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The environment of every pack, or of one: NAME or PACK=NAME (repeatable) [default: emulator]
    #[arg(long, value_name = "NAME|PACK=NAME", action = ArgAction::Append)]
    pub env: Vec<String>,
    /// Only scenarios with these tags, such as `smoke and not slow` (repeatable: all must hold)
    #[arg(short = 't', long = "tag", value_name = "EXPR", action = ArgAction::Append)]
    pub tags: Vec<String>,
    /// Only scenarios whose <FILE::id> contains this, or matches it if it has `*` or `?`
    #[arg(short = 'k', long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Scenarios in flight at once
    #[arg(short, long, value_name = "N", default_value = "128", value_parser = jobs, allow_negative_numbers = true)]
    pub jobs: NonZeroUsize,
    /// Seed of everything random: the same seed sends the same bytes
    #[arg(long, value_name = "N", value_parser = whole_number, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Run a scenario that does not pass up to N times more
    #[arg(long, value_name = "N", value_parser = whole_number, allow_negative_numbers = true)]
    pub reruns: Option<u64>,
    /// Run only the I-th of N parts of the selection
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Start nothing new once a scenario did not pass
    #[arg(long)]
    pub fail_fast: bool,
    /// Time limit of scenarios that state none [default: 5m]
    #[arg(long, value_name = "DUR")]
    pub timeout: Option<String>,
    /// Skip scenarios that declare longer waits on a real sandbox [default: 2m]
    #[arg(long, value_name = "DUR")]
    pub max_wait: Option<String>,
    /// Where the receiver of webhooks listens [default: a free port of this machine's own]
    #[arg(long, value_name = "ADDR")]
    pub webhook_listen: Option<String>,
    /// The public URL that leads there, such as a tunnel's: real sandboxes can then send webhooks
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// Set a variable; the value is a YAML scalar (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub vars: Vec<String>,
    /// A YAML file of variables (repeatable)
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub vars_file: Vec<PathBuf>,
    /// A folder in which packs are looked for first (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    pub packs: Vec<PathBuf>,
    /// Write a report; `-` is standard output (repeatable)
    #[arg(long = "report", value_name = "KIND=PATH", action = ArgAction::Append)]
    pub reports: Vec<String>,
    #[command(flatten)]
    pub verbosity: Verbosity,
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected a whole number from 1, such as `8`".to_owned())
}

fn whole_number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

#[derive(Debug, Args)]
pub(super) struct RunCommand {
    #[command(flatten)]
    pub run: RunArgs,
    /// What becomes of a response that breaks its pack's contract
    #[arg(long, value_name = "MODE", value_enum, default_value_t = Contract::Fail)]
    pub contract: Contract,
    /// Show what would be run; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What is written to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(super) struct CoverageCommand {
    #[command(flatten)]
    pub run: RunArgs,
    /// Exit with 1 if less than this much is covered, in percent
    #[arg(long, value_name = "N")]
    pub fail_under: Option<Percent>,
    /// How the coverage is written to standard output
    #[arg(long, value_enum, default_value_t = CoverageFormat::Human)]
    pub format: CoverageFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Contract {
    /// The step fails
    Fail,
    /// It is reported, and nothing fails
    Warn,
    /// Responses are not held to contracts
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CoverageFormat {
    Human,
    Json,
}

/// A number from 0 to 100, in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Percent {
    pub per_mille: usize,
}

impl std::str::FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<usize>().ok().filter(|_| digits)
        };
        let tenth = number(tenth).filter(|tenth| *tenth < 10);
        match (number(whole).filter(|whole| *whole <= 100), tenth) {
            (Some(whole), Some(tenth)) if whole * 10 + tenth <= 1000 => Ok(Self {
                per_mille: whole * 10 + tenth,
            }),
            _ => Err("expected a percentage from 0 to 100, such as `90` or `99.5`".to_owned()),
        }
    }
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Verbosity {
    /// Show the steps of every scenario; twice: headers, the emulators' journals, and curl commands for real
    /// sandboxes too
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Show only what did not pass
    #[arg(short, long)]
    pub quiet: bool,
}

impl Verbosity {
    pub fn level(self) -> i8 {
        if self.quiet {
            -1
        } else {
            i8::try_from(self.verbose.min(2)).unwrap_or(2)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Human,
    /// One event per line
    Json,
}

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Files and folders [default: scenarios/]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// How problems are written
    #[arg(long, value_enum, default_value_t = LintFormat::Human)]
    pub format: LintFormat,
    /// A folder in which packs are looked for first (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    pub packs: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    Human,
    Json,
    Github,
    Sarif,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[arg(value_enum)]
    pub what: Listed,
    /// Files and folders, for scenarios [default: scenarios/]; packs, for actions; names, for the others [default: all]
    #[arg(value_name = "PATH|NAME")]
    pub paths: Vec<String>,
    /// A folder in which packs are looked for first (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    pub packs: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    Scenarios,
    Actions,
    Packs,
    Operators,
    Functions,
}

#[derive(Debug, Args)]
pub(super) struct EmulateArgs {
    /// Names of packs, or their folders
    #[arg(value_name = "PACK", required = true)]
    pub names: Vec<String>,
    /// The address of the first pack; the others get the ports after it. Port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Real time, or a clock that moves only when told to
    #[arg(long, value_enum, default_value_t = ClockKind::Real)]
    pub clock: ClockKind,
    /// Set a knob of the emulator: KEY=VALUE, or PACK.KEY=VALUE with several packs (repeatable)
    #[arg(long, value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub set: Vec<String>,
    /// Seed of the ids it makes
    #[arg(long, value_name = "N", default_value_t = super::DEFAULT_SEED, value_parser = whole_number)]
    pub seed: u64,
    /// A folder in which packs are looked for first (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    pub packs: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ClockKind {
    Real,
    Virtual,
}
