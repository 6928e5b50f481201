//! The engine that serves emulators: it interprets packs' `emulator.yaml` over real HTTP on loopback.
//!
//! There is one listener for each pack and one instance for each scenario: state, clock, randomness and journal are the
//! scenario's own. Which instance a request is for, its header [`INSTANCE_HEADER`] says; without it, it is for the
//! default instance, which `probity emulate` serves.

mod control;
mod effects;
mod frame;
mod instance;
mod journal;
mod live;
mod reply;
mod request;
mod route;
mod server;
mod store;
mod timers;
mod webhooks;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use instance::Instance as State;
use live::{Courier, Live};
use server::{Instances, Listener, Server};

use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::pack::{self, InstanceReport, InstanceSpec, Pack, Sandboxes};
use crate::random::Stream;
use crate::receiver::Destinations;
use crate::value::{Map, Value};

/// The header that says which instance a request is for.
pub const INSTANCE_HEADER: &str = "probity-instance";

/// The emulators of a run: listeners are opened when first needed, and closed when this is dropped.
pub struct Emulators {
    listeners: Mutex<Vec<(Arc<Pack>, Arc<Listener>)>>,
    instances: Arc<Instances>,
    opened: AtomicU64,
    courier: Arc<Courier>,
}

impl Emulators {
    /// Emulators that deliver their events to these destinations.
    #[must_use]
    pub fn new(destinations: Destinations) -> Self {
        Self {
            listeners: Mutex::default(),
            instances: Arc::default(),
            opened: AtomicU64::default(),
            courier: Arc::new(Courier::new(destinations)),
        }
    }

    fn listener(&self, pack: &Arc<Pack>) -> Result<Arc<Listener>, String> {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, listener)) = listeners.iter().find(|(known, _)| Arc::ptr_eq(known, pack)) {
            return Ok(Arc::clone(listener));
        }
        let server = Server {
            instances: Arc::clone(&self.instances),
            default: None,
        };
        let listener = Listener::open(server, &pack.name)
            .map_err(|error| format!("the emulator of `{}` can't listen: {error}", pack.name))?;
        let listener = Arc::new(listener);
        listeners.push((Arc::clone(pack), Arc::clone(&listener)));
        Ok(listener)
    }
}

impl Sandboxes for Emulators {
    fn open(&self, spec: InstanceSpec<'_>) -> Result<pack::Instance, String> {
        let listener = self.listener(spec.pack)?;
        let state = Blueprint::of(&spec)?.build(spec.clock)?;
        let id = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        let live = Live::new(state, &self.courier, &listener.runtime);
        self.instances.insert(id, live);
        Ok(pack::Instance {
            base_url: listener.base_url.clone(),
            header: (INSTANCE_HEADER, id.to_string()),
        })
    }

    fn close(&self, instance: &pack::Instance) -> InstanceReport {
        let id = instance.header.1.parse().ok();
        let closed = id.and_then(|id| self.instances.remove(id));
        closed.map_or_else(InstanceReport::default, |live| live.close().report())
    }
}

/// Serves one instance of a pack to every client until `shutdown`, with control endpoints under `/_emulator/`.
///
/// # Errors
/// The pack has no emulator, or the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    spec: InstanceSpec<'_>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    let blueprint = Blueprint::of(&spec)?;
    let courier = Arc::new(Courier::new(Destinations::Loopback));
    let default =
        control::DefaultInstance::new(blueprint, spec.clock, &courier, &Handle::current())?;
    let server = Server {
        instances: Arc::default(),
        default: Some(default),
    };
    server::serve(listener, server, shutdown)
        .await
        .map_err(|error| error.to_string())
}

/// What an instance is made from, any number of times over.
struct Blueprint {
    pack: Arc<Pack>,
    seed: u64,
    stream: Vec<String>,
    settings: Map<String, Value>,
}

impl Blueprint {
    fn of(spec: &InstanceSpec<'_>) -> Result<Self, String> {
        let pack = spec.pack;
        if pack.emulator.is_none() {
            return Err(format!("the pack `{}` has no emulator", pack.name));
        }
        let mut settings: Map<String, Value> = pack
            .settings
            .iter()
            .map(|setting| (setting.name.clone(), setting.default.clone()))
            .collect();
        settings.extend(spec.settings.clone());
        Ok(Self {
            pack: Arc::clone(pack),
            seed: spec.seed,
            stream: spec.stream.iter().map(|&name| name.to_owned()).collect(),
            settings,
        })
    }

    fn build(&self, clock: Clock) -> Result<State, String> {
        let Some(file) = &self.pack.emulator else {
            return Err(format!("the pack `{}` has no emulator", self.pack.name));
        };
        let mut place: Vec<&str> = self.stream.iter().map(String::as_str).collect();
        place.extend(["emulator", self.pack.name.as_str()]);
        let secrets: Map<String, Value> = self
            .pack
            .secrets
            .iter()
            .filter_map(|secret| Some((secret.name.clone(), secret.emulator.clone()?.into())))
            .collect();
        let mut state = State::new(
            file,
            Arc::new(Value::Object(self.settings.clone())),
            Arc::new(Value::Object(secrets)),
            clock,
            Stream::at(self.seed, &place),
        )
        .map_err(|problem| problem.message)?;
        state.signature.clone_from(&self.pack.signature);
        Ok(state)
    }
}
