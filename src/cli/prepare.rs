//! What the arguments of a run come to: its plan, its options and its reports, before anything is sent.

use std::path::Path;

use jiff::Timestamp;

use super::args::RunArgs;
use super::project::{Project, library};
use super::terminal::env;
use super::{DEFAULT_SEED, selected, vars};
use crate::diagnostic::{Diagnostic, Repository};
use crate::http::Url;
use crate::plan::{Bindings, Environments, Plan, Reach, Selection, plan};
use crate::receiver;
use crate::report::{Context, Seat, Target, open};
use crate::run::{ContractMode, Options};
use crate::value::parse_duration;

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

/// A run that can begin.
pub(super) struct Prepared {
    pub plan: Plan,
    pub options: Options,
    pub seats: Vec<Seat>,
    pub receiver: receiver::Options,
    /// That nothing was selected; that a shard has none of what was is fine.
    pub nothing: Option<Diagnostic>,
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
        .and_then(|found| project.refuse_pack_files(&found, &library).map(|()| found))
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
    let environments = environments(&args.env).map_err(usage)?;
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
    let empty = plan.selected == 0 && plan.invalid_files.is_empty();
    let nothing = empty.then(|| selected::nothing(args, &selection, &plan));
    let nothing = nothing.map(|problem| found.hint(problem));
    plan.notices.extend(found.warnings);
    plan.notices.extend(selected::unread_vars(args, &plan));
    plan.notices
        .extend(selected::empty_shard(&selection, &plan));
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
fn environments(args: &[String]) -> Result<Environments, String> {
    let mut environments = Environments::default();
    for arg in args {
        let (whose, name, before) = if let Some((pack, name)) = arg.split_once('=') {
            let by_pack = &mut environments.by_pack;
            let before = by_pack.insert(pack.to_owned(), name.to_owned());
            (format!("the pack `{pack}`"), name, before)
        } else {
            let before = environments.all.replace(arg.clone());
            ("all packs".to_owned(), arg.as_str(), before)
        };
        if let Some(before) = before.filter(|before| before != name) {
            return Err(format!(
                "`--env {arg}`: the environment of {whose} was given before, as `{before}`"
            ));
        }
    }
    Ok(environments)
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
