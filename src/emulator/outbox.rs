//! Past events, and the queue of deliveries to come: which is due next, and which has to wait for another one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use jiff::Timestamp;

use super::frame::Frame;
use super::store::RecordRef;
use crate::value::Value;

/// How many past events are remembered, to be delivered again; older ones are forgotten first.
const REMEMBERED: usize = 10_000;

/// An event as it was emitted.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) spec: usize,
    pub(super) body: Bytes,
    /// What was bound at the emit, and `event`.
    pub(super) frame: Frame,
}

/// Past events, and deliveries to come.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) events: IndexMap<String, Arc<Event>>,
    queue: BTreeMap<(Timestamp, u64), Delivery>,
    queued: u64,
    /// Those who subscribed by the control endpoint.
    pub(super) subscribed: Vec<Arc<Value>>,
    /// Whether one delivery is made after the other, whoever they are for: where all of them come to one place, their
    /// order is what is reported.
    one_by_one: bool,
    /// The lanes on which a delivery is under way.
    busy: HashSet<Lane>,
}

/// What is delivered one after the other: what is for one subscriber, or everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    All,
    Record(Arc<str>, Arc<str>),
    /// The control endpoint's subscriber of this number.
    Control(usize),
}

/// An attempt to come.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) event: Arc<Event>,
    pub(super) subscriber: Subscriber,
    /// From 1.
    pub(super) number: usize,
    /// Headers of a repeated delivery.
    pub(super) headers: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub(super) enum Subscriber {
    Record(RecordRef),
    Control(usize, Arc<Value>),
}

impl Outbox {
    /// An outbox that delivers one by one, or to each of several subscribers at the same time.
    pub(super) fn one_by_one(mut self, one_by_one: bool) -> Self {
        self.one_by_one = one_by_one;
        self
    }

    /// When the next attempt is due of those that need not wait for another one, and its lane.
    pub(super) fn next_due(&self) -> Option<(Timestamp, Lane)> {
        self.queue.iter().find_map(|((due, _), delivery)| {
            let lane = self.lane(delivery);
            (!self.busy.contains(&lane)).then_some((*due, lane))
        })
    }

    /// From here on until [`free`](Self::free), deliveries of this lane are under way.
    pub(super) fn occupy(&mut self, lane: Lane) {
        self.busy.insert(lane);
    }

    pub(super) fn free(&mut self, lane: &Lane) {
        self.busy.remove(lane);
    }

    /// Takes the first delivery of a lane that is due by `now`, with the instant at which it was.
    pub(super) fn take(&mut self, lane: &Lane, now: Timestamp) -> Option<(Timestamp, Delivery)> {
        let due = self.queue.range(..=(now, u64::MAX));
        let mut of_lane = due.filter(|(_, delivery)| self.lane(delivery) == *lane);
        let key = *of_lane.next()?.0;
        let delivery = self.queue.remove(&key)?;
        Some((key.0, delivery))
    }

    fn lane(&self, delivery: &Delivery) -> Lane {
        match &delivery.subscriber {
            _ if self.one_by_one => Lane::All,
            Subscriber::Record(record) => {
                Lane::Record(Arc::clone(&record.collection), Arc::clone(&record.id))
            }
            Subscriber::Control(number, _) => Lane::Control(*number),
        }
    }

    /// Gives up what is still to be delivered.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(super) fn push(&mut self, due: Timestamp, delivery: Delivery) {
        self.queue.insert((due, self.queued), delivery);
        self.queued += 1;
    }

    pub(super) fn remember(&mut self, id: String, event: Arc<Event>) {
        if self.events.len() == REMEMBERED {
            self.events.shift_remove_index(0);
        }
        self.events.insert(id, event);
    }
}
