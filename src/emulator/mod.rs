//! The engine that serves emulators: it interprets packs' `emulator.yaml` over real HTTP on loopback.
//!
//! There is one listener for each pack and one instance for each scenario: state, clock, randomness and journal are the
//! scenario's own. Which instance a request is for, its header [`INSTANCE_HEADER`] says; without it, it is for the
//! default instance, which `probity emulate` serves.

mod control;
mod delivery;
mod effects;
mod expiring;
mod frame;
mod idempotency;
mod instance;
mod journal;
mod live;
mod outbox;
mod pages;
mod rate;
mod reply;
mod request;
mod route;
mod server;
mod signer;
mod stages;
mod store;
mod timers;
mod webhooks;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use instance::Instance as State;
use live::{Courier, Live};
use server::{Instances, Listener, Server};
use signer::Signer;

use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::event::UnusedRoutes;
use crate::pack::{self, InstanceReport, InstanceSpec, Pack, Sandboxes};
use crate::random::Stream;
use crate::receiver::Destinations;
use crate::value::{Map, Value};

/// The header that says which instance a request is for.
pub const INSTANCE_HEADER: &str = "probity-instance";

/// The emulators of a run: listeners are opened when first needed, and closed when this is dropped.
pub struct Emulators {
    services: Mutex<Vec<Arc<Service>>>,
    instances: Arc<Instances>,
    opened: AtomicU64,
    courier: Arc<Courier>,
}

/// A pack that is served.
struct Service {
    pack: Arc<Pack>,
    listener: Listener,
    shared: Shared,
}

/// What the instances of a pack share.
#[derive(Clone)]
struct Shared {
    used: Used,
    /// What signs its events.
    signer: Option<Arc<Signer>>,
}

/// A mark for each route of a file, in its order: whether it has answered.
type Used = Arc<[AtomicBool]>;

impl Emulators {
    /// Emulators that deliver their events to these destinations.
    #[must_use]
    pub fn new(destinations: Destinations) -> Self {
        Self {
            services: Mutex::default(),
            instances: Arc::default(),
            opened: AtomicU64::default(),
            courier: Arc::new(Courier::new(destinations)),
        }
    }

    fn services(&self) -> MutexGuard<'_, Vec<Arc<Service>>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn service(&self, pack: &Arc<Pack>) -> Result<Arc<Service>, String> {
        let mut services = self.services();
        if let Some(service) = services.iter().find(|one| Arc::ptr_eq(&one.pack, pack)) {
            return Ok(Arc::clone(service));
        }
        let server = Server {
            instances: Arc::clone(&self.instances),
            default: None,
        };
        let listener = Listener::open(server, &pack.name)
            .map_err(|error| format!("the emulator of `{}` can't listen: {error}", pack.name))?;
        let service = Arc::new(Service {
            pack: Arc::clone(pack),
            listener,
            shared: Shared::of(pack),
        });
        services.push(Arc::clone(&service));
        Ok(service)
    }
}

impl Shared {
    fn of(pack: &Pack) -> Self {
        let routes = pack.emulator.iter().flat_map(|file| &file.routes);
        let signature = pack.signature.clone();
        Self {
            used: routes.map(|_| AtomicBool::default()).collect(),
            signer: signature.map(|signature| Arc::new(Signer::new(signature))),
        }
    }
}

impl Sandboxes for Emulators {
    fn open(&self, spec: InstanceSpec<'_>) -> Result<pack::Instance, String> {
        let service = self.service(spec.pack)?;
        let state = Blueprint::of(&spec, &service.shared)?.build(spec.clock)?;
        let id = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        let live = Live::new(state, &self.courier, &service.listener.runtime);
        self.instances.insert(id, live);
        Ok(pack::Instance {
            base_url: service.listener.base_url.clone(),
            header: (INSTANCE_HEADER, id.to_string()),
        })
    }

    fn undelivered(&self, instance: &pack::Instance) -> Vec<String> {
        let live = number(instance).and_then(|id| self.instances.get(id));
        live.map_or_else(Vec::new, |live| live.lock().journal.undelivered())
    }

    fn close(&self, instance: &pack::Instance) -> InstanceReport {
        let id = number(instance);
        let closed = id.and_then(|id| self.instances.remove(id));
        closed.map_or_else(InstanceReport::default, |live| live.close().report())
    }

    fn unused_routes(&self) -> Vec<UnusedRoutes> {
        let mut all = Vec::new();
        for service in self.services().iter() {
            let routes = service.pack.emulator.iter().flat_map(|file| &file.routes);
            let unused = routes.zip(service.shared.used.iter());
            let unused = unused.filter(|(_, used)| !used.load(Ordering::Relaxed));
            let routes: Vec<String> = unused.map(|(route, _)| route.to_string()).collect();
            if !routes.is_empty() {
                all.push(UnusedRoutes {
                    pack: service.pack.name.clone(),
                    routes,
                    of: service.shared.used.len(),
                });
            }
        }
        all.sort_by(|one, other| one.pack.cmp(&other.pack));
        all
    }
}

/// An instance's number.
fn number(instance: &pack::Instance) -> Option<u64> {
    instance.header.1.parse().ok()
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
    let blueprint = Blueprint::of(&spec, &Shared::of(spec.pack))?;
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
    shared: Shared,
}

impl Blueprint {
    fn of(spec: &InstanceSpec<'_>, shared: &Shared) -> Result<Self, String> {
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
            shared: shared.clone(),
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
            Arc::clone(&self.shared.used),
        )
        .map_err(|problem| problem.into_message())?;
        state.signer.clone_from(&self.shared.signer);
        Ok(state)
    }
}
