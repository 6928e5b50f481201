//! What a real provider asks its callers to respect: so many requests in so long, so many at a time.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::pack::RateLimit;
use crate::plan::BoundPack;

/// The limits of one pack, shared by all scenarios. An emulator has none.
#[derive(Default)]
pub(super) struct Limit {
    in_flight: Option<Semaphore>,
    rate: Option<Rate>,
}

struct Rate {
    limit: RateLimit,
    /// When the latest requests left, the oldest first: never more than the limit.
    sent: Mutex<VecDeque<Instant>>,
}

impl Limit {
    pub fn of(pack: &BoundPack) -> Self {
        if pack.base_url.is_none() {
            return Self::default();
        }
        let request = &pack.pack.request;
        Self {
            in_flight: request.max_in_flight.map(Semaphore::new),
            rate: request.rate_limit.map(|limit| Rate {
                limit,
                sent: Mutex::default(),
            }),
        }
    }

    /// Waits until a request may leave. It counts as in flight for as long as the permit lives.
    pub async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = match &self.in_flight {
            Some(in_flight) => in_flight.acquire().await.ok(),
            None => None,
        };
        if let Some(rate) = &self.rate {
            let at = rate.reserve(Instant::now());
            tokio::time::sleep_until(at).await;
        }
        permit
    }
}

impl Rate {
    /// The instant at which the next request may leave, which it is now taken to do.
    fn reserve(&self, now: Instant) -> Instant {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = if sent.len() < self.limit.requests as usize {
            now
        } else {
            sent.pop_front()
                .map_or(now, |oldest| now.max(oldest + self.limit.per))
        };
        sent.push_back(at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn the_rate_holds_in_every_window() {
        let limit = RateLimit {
            requests: 2,
            per: Duration::from_mins(1),
        };
        let rate = Rate {
            limit,
            sent: Mutex::default(),
        };
        let now = Instant::now();
        let waits: Vec<u64> = (0..5)
            .map(|_| rate.reserve(now).duration_since(now).as_secs())
            .collect();
        assert_eq!(waits, [0, 0, 60, 60, 120]);
    }
}
