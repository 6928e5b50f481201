//! `probity run`.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::args::{Contract, Format, RunArgs, RunCommand};
use super::exit::Exit;
use super::project::{Project, library};
use super::signals::{Signals, watch};
use super::terminal::{Terminal, env};
use super::{DEFAULT_SEED, dry_run, open_files, selected, vars};
use crate::diagnostic::{Diagnostic, Repository};
use crate::emulator::Emulators;
use crate::event::{Coverage, Event, Offset, Summary};
use crate::http::{Client, ClientOptions, Proxies, Url};
use crate::plan::{Bindings, Environments, Plan, Reach, Selection, plan};
use crate::receiver::{self, Destinations, Receiver};
use crate::report::{Console, Context, Desk, Options as ConsoleOptions, Seat, Target, open};
use crate::run::{self, ContractMode, Options, Resources, StopHandle};
use crate::value::parse_duration;

/// How often reports are told that time passes.
const TICK: Duration = Duration::from_millis(100);

/// What `--max-wait` is where it is not given.
const MAX_WAIT: &str = "2m";

/// What is wanted of a run besides what its arguments say.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted {
    pub contract: ContractMode,
    pub coverage: bool,
    /// The events, on standard output.
    pub events: bool,
}

/// How a run ended.
pub(super) struct Ended {
    pub exit: Exit,
    pub coverage: Option<Coverage>,
}

impl From<Exit> for Ended {
    fn from(exit: Exit) -> Self {
        let coverage = None;
        Self { exit, coverage }
    }
}

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
pub(super) fn discard_unread(arguments: impl Iterator<Item = String>) {
    let arguments: Vec<String> = arguments.skip(1).collect();
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

pub(super) struct Prepared {
    plan: Plan,
    options: Options,
    seats: Vec<Seat>,
    receiver: receiver::Options,
    /// That nothing was selected; of a shard that is fine.
    nothing: Option<Diagnostic>,
}

pub(super) fn prepare(
    args: &RunArgs,
    wanted: Wanted,
    current: &Path,
) -> Result<Prepared, Vec<Diagnostic>> {
    let usage = |message: String| vec![Diagnostic::error("usage", message)];
    let project = Project::find(current);
    let library = library(&project, &args.packs)?;
    let found = project
        .find_files(&args.paths, &library)
        .map_err(|problem| vec![problem])?;
    let duration = |option: &str, text: &str| {
        parse_duration(text).map_err(|problem| usage(format!("`{option} {text}`: {problem}")))
    };
    let selection = Selection {
        named: found.named.clone(),
        tags: args
            .tags
            .iter()
            .map(|tag| tag.parse())
            .collect::<Result<_, String>>()
            .map_err(usage)?,
        filter: args
            .filter
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(usage)?,
        shard: args
            .shard
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(usage)?,
    };
    let max_wait = args.max_wait.as_deref().unwrap_or(MAX_WAIT);
    let max_wait = duration("--max-wait", max_wait)?;
    let timeout = args.timeout.as_deref();
    let timeout = timeout
        .map(|text| duration("--timeout", text))
        .transpose()?;
    let vars = vars::read(&args.vars_file, &args.vars)?;
    let environments = environments(&args.env);
    let given: Vec<String> = vars.iter().map(|(name, _)| name.clone()).collect();
    let files = project.load_all(&found, &library, &given, |loaded| loaded);
    let mut bindings = Bindings::new(&environments, &env);
    let receiver = receiver_options(args).map_err(|problem| vec![problem])?;
    let reach = Reach {
        max_wait,
        public_receiver: receiver.public.is_some(),
    };
    let mut plan = plan(files, &selection, &mut bindings, reach);
    plan.invalid_files.extend(project.invalid_root_file());
    selected::check(args, &environments, &selection, &plan)?;
    let empty = plan.cases.is_empty() && plan.invalid_files.is_empty();
    let nothing =
        (empty && selection.shard.is_none()).then(|| selected::nothing(args, &selection, &plan));
    let nothing = nothing.map(|problem| found.hint(problem));
    plan.notices.extend(found.warnings);
    plan.notices.extend(selected::unread_vars(args, &plan));
    let all_on_emulators = plan.packs.iter().all(|pack| pack.base_url.is_none());
    let seed = args.seed.unwrap_or_else(|| {
        if all_on_emulators {
            DEFAULT_SEED
        } else {
            random_seed()
        }
    });
    let seats = seats(args, wanted.events, project.repository())?;
    let options = Options {
        jobs: args.jobs.get(),
        seed,
        run_id: format!("{:04x}", random_seed() & 0xffff),
        reruns: args.reruns,
        fail_fast: args.fail_fast,
        timeout,
        vars,
        shard: selection.shard.map(|shard| shard.to_string()),
        rerun_options: rerun_options(args, wanted.contract),
        left_out: found.left_out,
        hostname: hostname(),
        wall: Timestamp::now,
        log_all: args.verbosity.level() > 0,
        step_starts: false,
        step_ends: false,
        journal: args.verbosity.level() > 1,
        contract: wanted.contract,
        coverage: wanted.coverage,
    };
    Ok(Prepared {
        plan,
        options,
        seats,
        receiver,
        nothing,
    })
}

/// `--webhook-listen ADDR` and `--webhook-url PUBLIC_URL`.
fn receiver_options(args: &RunArgs) -> Result<receiver::Options, Diagnostic> {
    let usage = |message: String| Diagnostic::error("usage", message);
    let mut options = receiver::Options::default();
    if let Some(text) = &args.webhook_listen {
        options.listen = text.parse().map_err(|_| {
            usage(format!(
                "`--webhook-listen {text}` is not an address such as `127.0.0.1:9000`"
            ))
        })?;
    }
    if let Some(text) = &args.webhook_url {
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if url.is_none() {
            let problem = usage(format!("`--webhook-url {text}` is not a URL"));
            return Err(problem.help(
                "give the public address of `--webhook-listen`, such as `https://name.example.com`",
            ));
        }
        if args.webhook_listen.is_none() {
            let problem = usage(
                "`--webhook-url` says where webhooks come from, and not where they arrive"
                    .to_owned(),
            );
            return Err(problem.help("add `--webhook-listen`, the address that the tunnel leads to, such as `127.0.0.1:9000`"));
        }
    }
    options.public.clone_from(&args.webhook_url);
    Ok(options)
}

/// `--env NAME` and `--env PACK=NAME`.
fn environments(args: &[String]) -> Environments {
    let mut environments = Environments::default();
    for arg in args {
        match arg.split_once('=') {
            Some((pack, name)) => {
                environments
                    .by_pack
                    .insert(pack.to_owned(), name.to_owned());
            }
            None => environments.all = Some(arg.clone()),
        }
    }
    environments
}

fn seats(
    args: &RunArgs,
    events: bool,
    repository: Repository,
) -> Result<Vec<Seat>, Vec<Diagnostic>> {
    let mut names: Vec<&str> = args.reports.iter().map(String::as_str).collect();
    if events {
        names.push("json=-");
    }
    let (mut targets, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match Target::parse(name) {
            Ok(target) => targets.push(target),
            Err(problem) => problems.push(*problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let context = Context {
        step_summary: env("GITHUB_STEP_SUMMARY").map(Into::into),
        repository,
    };
    open(&targets, &context)
}

/// What a rerun needs besides the case's id and the seed.
fn rerun_options(args: &RunArgs, contract: ContractMode) -> Vec<String> {
    let mut options = Vec::new();
    let mut add = |name: &str, value: String| options.extend([name.to_owned(), value]);
    for value in &args.env {
        add("--env", value.clone());
    }
    for value in &args.packs {
        add("--packs", value.display().to_string());
    }
    if let Some(value) = &args.webhook_listen {
        add("--webhook-listen", value.clone());
    }
    if let Some(value) = &args.webhook_url {
        add("--webhook-url", value.clone());
    }
    for value in &args.vars_file {
        add("--vars-file", value.display().to_string());
    }
    for value in &args.vars {
        add("--var", value.clone());
    }
    if let Some(value) = args.reruns {
        add("--reruns", value.to_string());
    }
    if let Some(value) = &args.timeout {
        add("--timeout", value.clone());
    }
    if let Some(value) = &args.max_wait {
        add("--max-wait", value.clone());
    }
    match contract {
        ContractMode::Fail => {}
        ContractMode::Warn => add("--contract", "warn".to_owned()),
        ContractMode::Off => add("--contract", "off".to_owned()),
    }
    options
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

pub(super) fn execute(prepared: Prepared, verbosity: i8, terminal: Terminal) -> Ended {
    let Prepared {
        plan,
        mut options,
        mut seats,
        receiver,
        nothing,
    } = prepared;
    let few = open_files::bound(&mut options.jobs, open_files::raise());
    terminal.show(few.as_slice());
    let console = Console::new(
        std::io::BufWriter::new(std::io::stderr()),
        ConsoleOptions {
            color: terminal.color,
            terminal: terminal.interactive,
            width: terminal.width,
            verbosity,
            ci: terminal.ci,
        },
    );
    // An empty run has its reports, which say so, and a person is told why instead.
    if nothing.is_none() {
        seats.push(Seat::new("console", Box::new(console)));
    }
    let desk = match Desk::start(seats) {
        Ok(desk) => Arc::new(desk),
        Err(error) => {
            terminal.show(&[Diagnostic::error(
                "report",
                format!("can't start the reports: {error}"),
            )]);
            return Exit::Errored.into();
        }
    };
    let needs = desk.needs();
    options.log_all |= needs.passed_steps;
    options.step_starts |= needs.step_starts;
    options.step_ends |= needs.step_ends;
    options.journal |= needs.journal;
    options.coverage |= needs.coverage;
    super::silence_panics();
    let outcome = block_on(plan, options, receiver, &desk);
    let mut unwritten = Vec::new();
    if let Some(desk) = Arc::into_inner(desk) {
        unwritten = desk.finish();
    }
    terminal.show(&unwritten);
    let (summary, signal) = match outcome {
        Ok(ended) => ended,
        Err(problem) => {
            terminal.show(&[problem]);
            return Exit::Errored.into();
        }
    };
    let exit = match (signal, Exit::of(&summary)) {
        (Some(signal), _) => Exit::Interrupted(signal),
        (None, Exit::Invalid) => Exit::Invalid,
        (None, _) if !unwritten.is_empty() => Exit::Errored,
        (None, _) if nothing.is_some() => Exit::Nothing,
        (None, exit) => exit,
    };
    if let Some(problem) = nothing {
        terminal.show(&[problem]);
        return exit.into();
    }
    Ended {
        exit,
        coverage: summary.coverage,
    }
}

/// Runs the plan on this thread; the summary, and the signal that interrupted it.
fn block_on(
    plan: Plan,
    options: Options,
    receiver: receiver::Options,
    desk: &Arc<Desk>,
) -> Result<(Summary, Option<u8>), Diagnostic> {
    let runtime = run::runtime().map_err(|error| {
        Diagnostic::error("runtime", format!("can't start the run loop: {error}"))
    })?;
    let client = Client::new(ClientOptions {
        proxies: proxies(),
        ..ClientOptions::default()
    })
    .map_err(|error| Diagnostic::error("client", error.message).help(error.help))?;
    let local = tokio::task::LocalSet::new();
    let signal = Rc::new(Cell::new(None));
    let outcome = local.block_on(&runtime, async {
        let (handle, stop) = StopHandle::new();
        let caught = Signals::catch()?;
        let signals = tokio::task::spawn_local(watch(caught, handle, Rc::clone(&signal)));
        let ticks = tokio::task::spawn_local(tick(Arc::clone(desk)));
        let sink = Arc::clone(desk);
        let receiver = Receiver::new(receiver);
        let resources = Resources {
            sandboxes: Arc::new(Emulators::new(Destinations::Receiver(receiver.clone()))),
            receiver,
            env: Box::new(env),
            events: Box::new(move |event: Event| sink.event(event)),
            stop,
        };
        let summary = run::run(plan, options, client, resources).await;
        ticks.abort();
        signals.abort();
        Ok(summary)
    });
    let summary = outcome.map_err(|error: std::io::Error| {
        Diagnostic::error("signals", format!("can't catch signals: {error}"))
    })?;
    Ok((summary, signal.get()))
}

async fn tick(desk: Arc<Desk>) {
    let started = tokio::time::Instant::now();
    let mut interval = tokio::time::interval(TICK);
    loop {
        interval.tick().await;
        desk.tick(Offset(started.elapsed()));
    }
}

fn proxies() -> Proxies {
    let either = |lower: &str, upper: &str| {
        env(lower)
            .or_else(|| env(upper))
            .filter(|value| !value.is_empty())
    };
    Proxies {
        // The upper-case form of this one can be set by a client's `Proxy:` header in CGI programs, so it is not read.
        http: env("http_proxy").filter(|value| !value.is_empty()),
        https: either("https_proxy", "HTTPS_PROXY"),
        none_for: either("no_proxy", "NO_PROXY").unwrap_or_default(),
    }
}

fn random_seed() -> u64 {
    // Kept short enough to be typed.
    u64::from(rand::random::<u32>())
}

fn hostname() -> String {
    env("HOSTNAME")
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}
