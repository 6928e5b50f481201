//! What is to be done later: effects with the instant at which they are due.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::frame::Frame;
use crate::pack::emulator::Call;

/// When a timer is due, and for those of one instant the order in which they were set.
type Key = (Timestamp, u64);

#[derive(Debug, Default)]
pub(super) struct Timers {
    queue: BTreeMap<Key, Timer>,
    named: HashMap<String, Vec<Key>>,
    set: u64,
}

#[derive(Debug)]
pub(super) struct Timer {
    pub(super) name: Option<String>,
    pub(super) call: Call,
    pub(super) frame: Frame,
}

impl Timers {
    pub(super) fn set(&mut self, due: Timestamp, timer: Timer) {
        let key = (due, self.set);
        self.set += 1;
        if let Some(name) = &timer.name {
            self.named.entry(name.clone()).or_default().push(key);
        }
        self.queue.insert(key, timer);
    }

    /// Takes the timer that is due first, if it is due by `now`.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, Timer)> {
        let first = self.queue.first_entry()?;
        let key = *first.key();
        if key.0 > now {
            return None;
        }
        let timer = first.remove();
        if let Some(name) = &timer.name
            && let Some(keys) = self.named.get_mut(name)
        {
            keys.retain(|other| *other != key);
            if keys.is_empty() {
                self.named.remove(name);
            }
        }
        Some((key.0, timer))
    }

    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.queue.keys().next().map(|(due, _)| *due)
    }

    /// Forgets all timers of that name.
    pub(super) fn cancel(&mut self, name: &str) {
        for key in self.named.remove(name).unwrap_or_default() {
            self.queue.remove(&key);
        }
    }

    /// When each is due, and its name.
    pub(super) fn list(&self) -> impl Iterator<Item = (Timestamp, Option<&str>)> {
        self.queue
            .iter()
            .map(|((due, _), timer)| (*due, timer.name.as_deref()))
    }
}
