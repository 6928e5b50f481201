//! What came for one scenario, in order, and how it is answered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::Instant;

use super::Desk;
use crate::clock::{Bell, Clock};

/// A webhook that came.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The instant by the scenario's clock.
    pub at: Timestamp,
    /// The same in real time, to be compared with other things that happened in the run.
    pub instant: Instant,
    /// What the URL had after the scenario's own part: nothing, `pack` or `pack/more`.
    pub rest: String,
    /// Names in lower case; order and duplicates as sent.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// The status with which it was answered.
    pub answered: u16,
}

/// A scenario's mailbox. What comes after it is dropped is answered and forgotten.
pub struct Mailbox {
    desk: Arc<Desk>,
    token: String,
    held: Arc<Held>,
}

/// The mailbox as the listener sees it.
pub(super) struct Held {
    clock: Clock,
    limit: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    events: Vec<Arc<Delivered>>,
    bytes: usize,
    /// Statuses for the deliveries to come, before 200 is answered again.
    answers: VecDeque<u16>,
    bells: Vec<Bell>,
}

impl Mailbox {
    pub(super) fn new(desk: Arc<Desk>, token: &str, held: Arc<Held>) -> Self {
        Self {
            desk,
            token: token.to_owned(),
            held,
        }
    }

    /// What came after the first `from` webhooks.
    #[must_use]
    pub fn events(&self, from: usize) -> Vec<Arc<Delivered>> {
        let state = self.held.lock();
        state.events.get(from..).unwrap_or_default().to_vec()
    }

    /// A bell that rings whenever something comes, until it is given back.
    #[must_use]
    pub fn bell(&self) -> Bell {
        let bell = Bell::default();
        self.held.lock().bells.push(bell.clone());
        bell
    }

    /// Takes back a bell.
    pub fn silence(&self, bell: &Bell) {
        self.held.lock().bells.retain(|other| !other.is(bell));
    }

    /// Answers the next `times` deliveries with this status, in place of what was said before.
    pub fn answer(&self, status: u16, times: usize) {
        self.held.lock().answers = std::iter::repeat_n(status, times).collect();
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.desk.close(&self.token);
    }
}

impl Held {
    pub(super) fn new(clock: Clock, limit: usize) -> Self {
        Self {
            clock,
            limit,
            state: Mutex::default(),
        }
    }

    /// Puts a webhook in and says with which status to answer it; `None` if the mailbox is full.
    ///
    /// Those who wait for it count as running before it is answered, so that no virtual time passes in between.
    pub(super) fn put(
        &self,
        rest: String,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Option<u16> {
        let mut state = self.lock();
        let size = body.len()
            + headers
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>();
        if state.bytes + size > self.limit {
            return None;
        }
        state.bytes += size;
        let answered = state.answers.pop_front().unwrap_or(200);
        state.events.push(Arc::new(Delivered {
            at: self.clock.now(),
            instant: Instant::now(),
            rest,
            headers,
            body,
            answered,
        }));
        for bell in &state.bells {
            bell.ring();
        }
        Some(answered)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
