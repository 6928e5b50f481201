//! `probity emulate`.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::TcpListener;

use super::args::{ClockKind, EmulateArgs};
use super::exit::Exit;
use super::project::{Project, library};
use super::signals::Signals;
use super::terminal::{Terminal, write_stderr, write_stdout};
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::document::plain_value;
use crate::emulator;
use crate::expr::{Resolved, Scope, Tools};
use crate::pack::emulator::faults;
use crate::pack::{InstanceSpec, Pack};
use crate::random::Stream;
use crate::source::{Source, parse};
use crate::value::{Map, Value};

/// Serves emulators until interrupted.
pub(super) fn run(args: &EmulateArgs, terminal: Terminal, current: &Path) -> Exit {
    let served = match prepare(args, current) {
        Ok(served) => served,
        Err(problems) => {
            terminal.show(&problems);
            return Exit::Invalid;
        }
    };
    super::open_files::raise();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.show(&[Diagnostic::error(
                "runtime",
                format!("can't start the server: {error}"),
            )]);
            return Exit::Errored;
        }
    };
    match runtime.block_on(serve(args, served)) {
        Ok(signal) => Exit::Interrupted(signal),
        Err(message) => {
            terminal.show(&[Diagnostic::error("emulate", message)]);
            Exit::Errored
        }
    }
}

struct Served {
    pack: Arc<Pack>,
    settings: Map<String, Value>,
    address: SocketAddr,
}

fn prepare(args: &EmulateArgs, current: &Path) -> Result<Vec<Served>, Vec<Diagnostic>> {
    let usage = |message: String| vec![Diagnostic::error("usage", message)];
    let project = Project::find(current);
    let library = library(&project, &args.packs)?;
    let first: SocketAddr = args.listen.parse().map_err(|_| {
        usage(format!(
            "`--listen {}` is not an address such as `127.0.0.1:8080`",
            args.listen
        ))
    })?;
    let mut served = Vec::new();
    for (index, name) in args.names.iter().enumerate() {
        let pack = project.pack(name, &library)?;
        let faults = faults(&pack);
        if !faults.is_empty() {
            return Err(faults);
        }
        if pack.emulator.is_none() {
            return Err(usage(format!("the pack `{}` has no emulator", pack.name)));
        }
        let offset = u16::try_from(index)
            .ok()
            .filter(|_| first.port() != 0)
            .unwrap_or(0);
        let port = first
            .port()
            .checked_add(offset)
            .ok_or_else(|| usage("there are no ports left".to_owned()))?;
        served.push(Served {
            pack,
            settings: Map::new(),
            address: SocketAddr::new(first.ip(), port),
        });
    }
    for text in &args.set {
        set(text, &mut served).map_err(|problem| vec![problem])?;
    }
    Ok(served)
}

/// `KEY=VALUE` for the packs that have such a setting, `PACK.KEY=VALUE` for one.
fn set(text: &str, served: &mut [Served]) -> Result<(), Diagnostic> {
    let usage = |message: String| Diagnostic::error("usage", message);
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| usage(format!("`--set {text}` is not KEY=VALUE")))?;
    let (pack, key) = match key.split_once('.') {
        Some((pack, key)) => (Some(pack), key),
        None => (None, key),
    };
    let source = Source::new("--set", "", value);
    let (node, problems) = parse(&source);
    let Some(node) = node.filter(|_| problems.is_empty()) else {
        return Err(usage(format!(
            "the value of `--set {text}` is not a YAML scalar"
        )));
    };
    let value = plain_value(&node);
    if let Some(pack) = pack
        && !served.iter().any(|served| served.pack.name == pack)
    {
        let names: Vec<&str> = served.iter().map(|served| &*served.pack.name).collect();
        return Err(
            usage(format!("no emulator of a pack `{pack}` is served here"))
                .suggest(pack, names.iter().copied())
                .help(format!("there are: {}", names.join(", "))),
        );
    }
    let mut known = Vec::new();
    let mut found = false;
    for served in served
        .iter_mut()
        .filter(|served| pack.is_none_or(|pack| served.pack.name == pack))
    {
        for spec in &served.pack.settings {
            known.push(spec.name.clone());
            if spec.name != key {
                continue;
            }
            spec.accept(&value).map_err(usage)?;
            served.settings.insert(key.to_owned(), value.clone());
            found = true;
        }
    }
    if found {
        return Ok(());
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let problem = usage(format!("no emulator here has a setting `{key}`"));
    Err(match known.as_slice() {
        [] => problem.help("it has no settings"),
        known => problem
            .suggest(key, known.iter().copied())
            .help(format!("there are: {}", known.join(", "))),
    })
}

async fn serve(args: &EmulateArgs, served: Vec<Served>) -> Result<u8, String> {
    let mut signals = Signals::catch().map_err(|error| format!("can't catch signals: {error}"))?;
    let clock = match args.clock {
        ClockKind::Real => Clock::real(Timestamp::now),
        ClockKind::Virtual => Clock::virtual_from_start(),
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut servers = tokio::task::JoinSet::new();
    let headers: String = served.iter().map(|served| asked(&served.pack)).collect();
    let (listeners, addresses) = bind(&served).await?;
    write_stdout(&addresses);
    for (Served { pack, settings, .. }, listener) in served.into_iter().zip(listeners) {
        let (clock, seed, mut stopped) = (clock.clone(), args.seed, stopped.clone());
        servers.spawn(async move {
            let spec = InstanceSpec {
                pack: &pack,
                clock,
                seed,
                stream: &["emulate"],
                settings,
            };
            let shutdown = async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            emulator::serve(listener, spec, shutdown).await
        });
    }
    write_stderr(&format!(
        "{headers}serving until interrupted; control endpoints are under /_emulator/\n"
    ));
    tokio::select! {
        signal = signals.next() => {
            let _ = stop.send(true);
            let drain = async { while servers.join_next().await.is_some() {} };
            let _ = tokio::time::timeout(std::time::Duration::from_secs(2), drain).await;
            Ok(signal)
        }
        ended = servers.join_next() => match ended {
            Some(Ok(Err(message))) => Err(message),
            _ => Err("the server ended on its own".to_owned()),
        },
    }
}

/// A listener for each, and the lines that say where it is. Nothing is said of any until all have their port.
async fn bind(served: &[Served]) -> Result<(Vec<TcpListener>, String), String> {
    let mut listeners = Vec::new();
    let mut lines = Vec::new();
    for Served { pack, address, .. } in served {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("can't listen on {address}: {error}"))?;
        let bound = listener.local_addr().map_err(|error| error.to_string())?;
        lines.push(format!("{} http://{bound}\n", pack.name));
        listeners.push(listener);
    }
    Ok((listeners, lines.concat()))
}

/// The headers that every request to a pack is to have, with the values that its emulator takes.
fn asked(pack: &Pack) -> String {
    let scope = EmulatorSecrets::of(pack);
    let lines: String = pack
        .request
        .headers
        .iter()
        .filter_map(|(name, template)| Some((name, template.render_text(&scope).ok()?)))
        .map(|(name, value)| format!("  {name}: {value}\n"))
        .collect();
    if lines.is_empty() {
        return lines;
    }
    format!("requests to {} have these headers:\n{lines}", pack.name)
}

/// What a pack's headers may read before there is a request.
struct EmulatorSecrets {
    secrets: Arc<Value>,
    clock: Clock,
    random: RefCell<Stream>,
}

impl EmulatorSecrets {
    fn of(pack: &Pack) -> Self {
        let values = pack.secrets.iter().filter_map(|secret| {
            let value = secret.emulator.clone()?;
            Some((secret.name.clone(), Value::String(value)))
        });
        Self {
            secrets: Arc::new(Value::Object(values.collect())),
            clock: Clock::virtual_from_start(),
            random: RefCell::new(Stream::at(0, &[])),
        }
    }
}

impl Scope for EmulatorSecrets {
    fn resolve(&self, name: &str, _: &[&str]) -> Option<Resolved> {
        let value = (name == "secrets").then(|| Arc::clone(&self.secrets))?;
        Some(Resolved::Value { value, used: 0 })
    }

    fn names(&self) -> Vec<String> {
        vec!["secrets".to_owned()]
    }

    fn tools(&self) -> Tools<'_> {
        Tools {
            clock: &self.clock,
            random: &self.random,
            files: None,
            env: None,
        }
    }
}
