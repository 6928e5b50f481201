//! The run's receiver of webhooks: one listener, and a mailbox for each scenario that waits for some.
//!
//! The listener is opened when the first mailbox is, and is closed with the last handle. What belongs to no mailbox is
//! refused unread and told of at the end of the run; it is never trusted.

mod destinations;
mod listener;
mod mailbox;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

pub use destinations::Destinations;
pub use mailbox::{Delivered, Mailbox};

use crate::clock::Clock;
use crate::value::Redactor;
use listener::Listener;
use mailbox::Held;

/// What stands for the receiver in webhook URLs where no public URL leads to it: the same text in every run.
pub const SYMBOLIC_ORIGIN: &str = "https://webhooks.invalid";

/// How many stray requests are described; the others are counted.
const STRAYS_TOLD: usize = 5;

/// Where a receiver listens, and how much it takes.
#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// The URL by which the outside world comes to the listener, such as a tunnel's.
    pub public: Option<String>,
    pub limits: Limits,
}

/// What one sender can take of the receiver.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Bytes that a mailbox keeps.
    pub mailbox: usize,
    /// Connections at once; further ones wait.
    pub connections: usize,
    /// How long the head of a request may take, and a connection may idle.
    pub head_time: Duration,
    /// How long a body may take.
    pub body_time: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            public: None,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            mailbox: 16 << 20,
            connections: 256,
            head_time: Duration::from_secs(5),
            body_time: Duration::from_secs(10),
        }
    }
}

/// The receiver. Clones are handles to the same one.
#[derive(Clone)]
pub struct Receiver(Arc<Inner>);

struct Inner {
    options: Options,
    listener: Mutex<Option<Listener>>,
    desk: Arc<Desk>,
}

/// What the listener and the handles share.
#[derive(Default)]
struct Desk {
    state: Mutex<DeskState>,
}

#[derive(Default)]
struct DeskState {
    /// The mailboxes by their tokens; `None` once a scenario is over, so that what comes late is no stray.
    mailboxes: HashMap<String, Option<Arc<Held>>>,
    strays: Strays,
}

/// Requests that belong to no scenario.
#[derive(Clone, Debug, Default)]
pub struct Strays {
    pub count: usize,
    /// The first ones.
    pub first: Vec<Stray>,
}

/// A request that belongs to no scenario.
#[derive(Clone, Debug)]
pub struct Stray {
    method: String,
    path: String,
    from: IpAddr,
    why: &'static str,
}

impl Stray {
    /// The most of a path that is told.
    const SHOWN: usize = 80;

    /// In one line, without secrets.
    #[must_use]
    pub fn told(&self, redactor: &Redactor) -> String {
        let path = redactor.excerpt(&self.path, Self::SHOWN);
        format!("{} {path} from {}: {}", self.method, self.from, self.why)
    }
}

impl Receiver {
    /// A receiver that does not listen yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner {
            options,
            listener: Mutex::default(),
            desk: Arc::default(),
        }))
    }

    /// Whether the outside world has a URL for it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.0.options.public.is_some()
    }

    /// The URL of a mailbox, as scenarios hand it to providers.
    #[must_use]
    pub fn url(&self, token: &str) -> String {
        let base = self.0.options.public.as_deref().unwrap_or(SYMBOLIC_ORIGIN);
        format!("{}/{token}", base.trim_end_matches('/'))
    }

    /// Opens a mailbox, and the listener with the first.
    ///
    /// # Errors
    /// A message: the receiver can't listen.
    pub fn claim(&self, token: &str, clock: &Clock) -> Result<Mailbox, String> {
        self.listen()?;
        let held = Arc::new(Held::new(clock.clone(), self.0.options.limits.mailbox));
        let mut state = self.0.desk.lock();
        state
            .mailboxes
            .insert(token.to_owned(), Some(Arc::clone(&held)));
        Ok(Mailbox::new(Arc::clone(&self.0.desk), token, held))
    }

    /// Where its listener runs, once there is one.
    #[must_use]
    pub fn runtime(&self) -> Option<Handle> {
        self.listener().as_ref().map(|open| open.runtime.clone())
    }

    /// The requests so far that belong to no scenario.
    #[must_use]
    pub fn strays(&self) -> Strays {
        self.0.desk.lock().strays.clone()
    }

    /// The address that it listens at.
    fn listen(&self) -> Result<SocketAddr, String> {
        let mut listener = self.listener();
        if let Some(listener) = &*listener {
            return Ok(listener.address);
        }
        let options = &self.0.options;
        let opened = Listener::open(options.listen, options.limits, Arc::clone(&self.0.desk))
            .map_err(|error| {
                format!(
                    "the webhook receiver can't listen on {}: {error}",
                    options.listen
                )
            })?;
        let address = opened.address;
        *listener = Some(opened);
        Ok(address)
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        let listener = self.0.listener.lock();
        listener.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, DeskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose a path is: the mailbox (or none, if its scenario is over), and what stands after its token. A tunnel may put
    /// segments before it.
    fn addressee(&self, path: &str) -> Option<(Option<Arc<Held>>, String)> {
        let state = self.lock();
        let mut rest = path.trim_start_matches('/');
        loop {
            let (segment, after) = rest.split_once('/').unwrap_or((rest, ""));
            if let Some(held) = state.mailboxes.get(segment) {
                return Some((held.clone(), after.to_owned()));
            }
            if after.is_empty() {
                return None;
            }
            rest = after;
        }
    }

    fn stray(&self, describe: impl FnOnce() -> Stray) {
        let strays = &mut self.lock().strays;
        strays.count += 1;
        if strays.first.len() < STRAYS_TOLD {
            strays.first.push(describe());
        }
    }

    fn close(&self, token: &str) {
        if let Some(mailbox) = self.lock().mailboxes.get_mut(token) {
            *mailbox = None;
        }
    }
}
