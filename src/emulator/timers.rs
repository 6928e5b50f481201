//! What is to be done later: effects with the instant at which they are due.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::frame::Frame;
use crate::pack::emulator::Call;

#[derive(Debug, Default)]
pub(super) struct Timers {
    /// By due instant, and those of one instant in the order in which they were set.
    queue: BTreeMap<(Timestamp, u64), Timer>,
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
        self.queue.insert((due, self.set), timer);
        self.set += 1;
    }

    /// Takes the timer that is due first, if it is due by `now`.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, Timer)> {
        let first = self.queue.first_entry()?;
        let due = first.key().0;
        (due <= now).then(|| (due, first.remove()))
    }

    pub(super) fn cancel(&mut self, name: &str) {
        self.queue
            .retain(|_, timer| timer.name.as_deref() != Some(name));
    }

    /// When each is due, and its name.
    pub(super) fn list(&self) -> impl Iterator<Item = (Timestamp, Option<&str>)> {
        self.queue
            .iter()
            .map(|((due, _), timer)| (*due, timer.name.as_deref()))
    }
}
