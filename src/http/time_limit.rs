//! The time that an exchange has as a whole, and the message when it is over.

use super::classify::At;
use super::error::{ErrorKind, Phase, TransportError};
use crate::value::format_duration;
use std::fmt::Write;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// The time that an exchange has, as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeLimit {
    limit: Duration,
    started: Instant,
    deadline: Instant,
    paused: Duration,
}

impl TimeLimit {
    pub(super) fn start(limit: Duration) -> Self {
        /// Far enough away, and not beyond what an instant can hold.
        const YEARS: Duration = Duration::from_hours(30 * 365 * 24);
        let started = Instant::now();
        Self {
            limit,
            started,
            deadline: started + limit.min(YEARS),
            paused: Duration::ZERO,
        }
    }

    pub(super) async fn within<F: Future>(
        &self,
        doing: F,
    ) -> Result<F::Output, tokio::time::error::Elapsed> {
        tokio::time::timeout_at(self.deadline, doing).await
    }

    /// Waits for something of our own, which is not the server's fault and does not count.
    pub(super) async fn pause<F: Future>(&mut self, waiting: F) -> F::Output {
        let before = Instant::now();
        let output = waiting.await;
        let waited = before.elapsed();
        self.deadline += waited;
        self.paused += waited;
        output
    }

    pub(super) fn spent(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.paused)
    }

    pub(super) fn is_over(&self, at: &At<'_>) -> TransportError {
        let limit = format_duration(self.limit);
        let help = match at.phase {
            Phase::Connecting => "check the host, the port and the network",
            _ => "raise `timeout` if the server needs longer",
        };
        let mut message = format!(
            "no complete response from `{}` within {limit}: still {}",
            at.origin,
            at.phase.doing()
        );
        if at.phase == Phase::Reading {
            let announced = at
                .announced
                .map_or(String::new(), |all| format!(" of {all}"));
            let _ = write!(message, ", {}{announced} bytes so far", at.received);
        }
        TransportError::new(ErrorKind::Timeout, at.phase, message).help(help)
    }
}
