//! An instance that acts by itself: it wakes when a timer or a repeated delivery is due, and its courier delivers what
//! it tells its subscribers: to each of them one thing after the other, and in a run, where all comes to one receiver,
//! everything.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::delivery::{Attempt, Reached};
use super::instance::{Halt, Instance};
use super::outbox::{Lane, Outbox};
use super::request::{Answer, Incoming};
use super::server::engine_error;
use crate::clock::Branch;
use crate::http::{
    Client, ClientOptions, Context, CookieJar, Egress, Method, Origin, Request, Url,
};
use crate::receiver::Destinations;
use crate::value::{Redactor, Value};

/// The endpoint by which someone subscribes to every event.
pub(super) const SUBSCRIBE: &str = "/_emulator/subscribe";
/// How long a subscriber may take to answer.
const ATTEMPT_TIME: Duration = Duration::from_secs(10);

/// Delivers for all instances.
pub(super) struct Courier {
    destinations: Destinations,
    client: OnceLock<Result<Client, String>>,
}

/// An instance and what makes it act.
pub(super) struct Live {
    instance: Mutex<Instance>,
    courier: Arc<Courier>,
    /// Where its tasks run.
    runtime: Handle,
    /// How many lanes have deliveries under way.
    delivering: watch::Sender<usize>,
    alarm: Mutex<Option<(Timestamp, AbortHandle)>>,
}

impl Live {
    pub(super) fn new(instance: Instance, courier: &Arc<Courier>, runtime: &Handle) -> Arc<Self> {
        let live = Self {
            instance: Mutex::new(instance),
            courier: Arc::clone(courier),
            runtime: runtime.clone(),
            delivering: watch::Sender::new(0),
            alarm: Mutex::default(),
        };
        live.lock().outbox = live.outbox();
        Arc::new(live)
    }

    /// Puts another instance in its place.
    pub(super) fn replace(self: &Arc<Self>, fresh: Instance) {
        let mut instance = self.lock();
        *instance = fresh;
        instance.outbox = self.outbox();
        self.follow_up(&mut instance);
    }

    fn outbox(&self) -> Outbox {
        Outbox::default().one_by_one(self.courier.is_of_a_run())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request. In a run, what was to be delivered by then is delivered first, so that what the answer says of
    /// it does not hang on who was faster.
    pub(super) async fn answer(self: &Arc<Self>, request: Incoming) -> Answer {
        if self.courier.is_of_a_run() {
            self.settled().await;
        }
        let mut instance = self.lock();
        let answer = if request.method == Method::POST && request.uri.path() == SUBSCRIBE {
            match self.subscribe(&mut instance, request.json.as_deref()) {
                Ok(body) => Answer::json(201, &body),
                Err(message) => engine_error(400, &message),
            }
        } else {
            instance.answer(request)
        };
        self.follow_up(&mut instance);
        answer
    }

    /// One whose address nothing will ever be delivered to is told so at once.
    fn subscribe(&self, instance: &mut Instance, body: Option<&Value>) -> Result<Value, String> {
        let url = body
            .and_then(|body| body.get("url"))
            .and_then(Value::as_str);
        if let Some(url) = url {
            self.courier.destinations.resolve(url)?;
        }
        instance.subscribe(body)
    }

    /// Waits until nothing that is due is left to be delivered.
    pub(super) async fn settled(&self) {
        let mut delivering = self.delivering.subscribe();
        let _ = delivering.wait_for(|lanes| *lanes == 0).await;
    }

    /// Does what has become due.
    pub(super) fn catch_up(self: &Arc<Self>, instance: &mut Instance) {
        let now = instance.clock.now();
        if let Err(Halt::Problem(problem)) = instance.run_due(now) {
            instance.journal.problem(now, "a timer", &problem);
        }
        self.follow_up(instance);
    }

    /// Starts deliveries that are due, and sets the alarm for what comes next.
    pub(super) fn follow_up(self: &Arc<Self>, instance: &mut Instance) {
        // Without events, nobody sees when a timer fires: it is early enough with the next request.
        if instance.file.events.is_empty() {
            return;
        }
        let now = instance.clock.now();
        let deliveries = loop {
            match instance.outbox.next_due() {
                Some((due, lane)) if due <= now => self.send(instance, lane),
                later => break later.map(|(due, _)| due),
            }
        };
        let timers = instance.timers.next_due();
        self.set_alarm(instance, deliveries.into_iter().chain(timers).min());
    }

    /// Sends what is due of a lane, and then what becomes due of it.
    fn send(self: &Arc<Self>, instance: &mut Instance, lane: Lane) {
        instance.outbox.occupy(lane.clone());
        self.delivering.send_modify(|lanes| *lanes += 1);
        let branch = instance.clock.branch();
        let runtime = self.courier.runtime(&self.runtime);
        runtime.spawn(Arc::clone(self).deliver(lane, branch));
    }

    fn set_alarm(self: &Arc<Self>, instance: &Instance, next: Option<Timestamp>) {
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        if alarm.as_ref().map(|(at, _)| *at) == next {
            return;
        }
        if let Some((_, task)) = alarm.take() {
            task.abort();
        }
        *alarm = next.map(|at| {
            // Not a handle that keeps it: a busy runtime is late to drop tasks that were aborted from another thread, and
            // an instance that has ended would stay until then.
            let (rings, live) = (instance.clock.alarm(at).rings(), Arc::downgrade(self));
            let task = self.runtime.spawn(async move {
                let branch = rings.await;
                let Some(live) = live.upgrade() else {
                    return;
                };
                live.alarm
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                live.catch_up(&mut live.lock());
                drop(branch);
            });
            (at, task.abort_handle())
        });
    }

    /// Delivers all of a lane that is due, one after the other. No virtual time passes meanwhile.
    async fn deliver(self: Arc<Self>, lane: Lane, branch: Branch) {
        loop {
            let attempt = {
                let mut instance = self.lock();
                let Some(attempt) = instance.take_due(&lane) else {
                    instance.outbox.free(&lane);
                    self.follow_up(&mut instance);
                    self.delivering.send_modify(|lanes| *lanes -= 1);
                    break;
                };
                attempt
            };
            let reached = self.courier.deliver(&attempt).await;
            self.lock().finish(attempt, &reached);
        }
        drop(branch);
    }

    /// Ends it: nothing is delivered any more.
    pub(super) fn close(&self) -> MutexGuard<'_, Instance> {
        let mut instance = self.lock();
        instance.outbox.clear();
        if let Some((_, task)) = self
            .alarm
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            task.abort();
        }
        instance
    }
}

impl Courier {
    pub(super) fn new(destinations: Destinations) -> Self {
        Self {
            destinations,
            client: OnceLock::new(),
        }
    }

    /// Whether all is delivered to a run's own receiver.
    fn is_of_a_run(&self) -> bool {
        matches!(self.destinations, Destinations::Receiver(_))
    }

    /// Where deliveries are made: in a run where they arrive, so that neither end has to wake the other.
    fn runtime(&self, own: &Handle) -> Handle {
        let receivers = match &self.destinations {
            Destinations::Receiver(receiver) => receiver.runtime(),
            Destinations::Loopback => None,
        };
        receivers.unwrap_or_else(|| own.clone())
    }

    async fn deliver(&self, attempt: &Attempt) -> Reached {
        let url = match self.destinations.resolve(&attempt.url) {
            Ok(url) => url,
            Err(why) => return Reached::Refused(why),
        };
        let client = self
            .client
            .get_or_init(|| Client::new(ClientOptions::default()).map_err(|error| error.message));
        match client {
            Ok(client) => send(client, url, attempt).await,
            Err(message) => Reached::Failed(message.clone()),
        }
    }
}

async fn send(client: &Client, url: Url, attempt: &Attempt) -> Reached {
    let mut egress = Egress::new();
    if let Some(origin) = Origin::of(&url) {
        egress.allow(origin);
    }
    let mut request = Request::new(Method::POST, url);
    request.headers.clone_from(&attempt.headers);
    // The host is the one that was subscribed, wherever it is mapped to: a report is the same whatever the port.
    if let Some(host) = Url::parse(&attempt.url).ok().as_ref().and_then(authority) {
        request.default_header("host", host);
    }
    request.body = Some(attempt.body.clone());
    request.timeout = ATTEMPT_TIME;
    let context = Context {
        cookies: &CookieJar::default(),
        egress: &egress,
        secrets: &Redactor::default(),
        credential_headers: &[],
        transport_headers: &[],
    };
    match client.send(request, &context).await.response {
        Ok(response) => Reached::Answered(response.status),
        Err(error) => Reached::Failed(error.message),
    }
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
