//! A prepared run, carried out: the reports, the run loop, the signals, and how it ended.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::exit::Exit;
use super::open_files;
use super::prepare::Prepared;
use super::signals::{Signals, watch};
use super::terminal::{Terminal, env};
use crate::diagnostic::Diagnostic;
use crate::emulator::Emulators;
use crate::event::{Coverage, Event, Offset, Summary};
use crate::http::{Client, ClientOptions, Proxies};
use crate::plan::Plan;
use crate::receiver::{self, Destinations, Receiver};
use crate::report::{Console, Desk, Options as ConsoleOptions, Seat};
use crate::run::{self, Options, Resources, StopHandle};

/// How often reports are told that time passes.
const TICK: Duration = Duration::from_millis(100);

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
    let unfinished = seats.iter().filter_map(Seat::temporary).collect();
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
    let outcome = block_on(plan, options, receiver, &desk, unfinished);
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
    unfinished: Vec<PathBuf>,
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
        let watch = watch(caught, handle, Rc::clone(&signal), unfinished);
        let signals = tokio::task::spawn_local(watch);
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
