//! Ctrl-C and SIGTERM as the run sees them.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Told to the run by whoever handles signals.
#[derive(Debug)]
pub struct StopHandle(watch::Sender<Option<Instant>>);

/// Whether, and since when, the run is to stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Option<Instant>>);

impl StopHandle {
    #[must_use]
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(None);
        (Self(sender), Stop(receiver))
    }

    /// Asks the run to stop. Asking again changes nothing.
    pub fn stop(&self) {
        self.0.send_if_modified(|stopped| {
            let first = stopped.is_none();
            stopped.get_or_insert_with(Instant::now);
            first
        });
    }
}

impl Stop {
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Since when the run is stopping.
    #[must_use]
    pub fn since(&self) -> Option<Instant> {
        *self.0.borrow()
    }

    /// Waits until the run is to stop; for ever if nobody can ask any more.
    pub async fn stopped(&self) {
        self.stopped_at().await;
    }

    /// Waits until the run is to stop, and tells since when it is.
    pub async fn stopped_at(&self) -> Instant {
        let mut receiver = self.0.clone();
        match receiver.wait_for(Option::is_some).await.map(|at| *at) {
            Ok(Some(at)) => at,
            _ => std::future::pending().await,
        }
    }

    /// Waits until the run has been stopping for `grace`.
    pub async fn grace_over(&self, grace: Duration) {
        let at = self.stopped_at().await;
        tokio::time::sleep_until(at + grace).await;
    }
}
