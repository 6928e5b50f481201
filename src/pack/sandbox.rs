//! What the run asks of emulators. The run and the emulators do not know each other: this is where they meet.

use std::sync::Arc;

use super::Pack;
use crate::clock::Clock;
use crate::event::UnusedRoutes;
use crate::value::{Map, Value};

/// Opens emulator instances, one for each scenario row and pack.
pub trait Sandboxes: Send + Sync {
    /// Makes a fresh instance that serves until it is closed.
    ///
    /// # Errors
    /// A message: the pack has no emulator, or its listener can't be opened.
    fn open(&self, spec: InstanceSpec<'_>) -> Result<Instance, String>;

    /// What an instance has told its subscribers in vain so far, each with why.
    fn undelivered(&self, instance: &Instance) -> Vec<String>;

    /// Forgets an instance and tells what is worth reporting of it.
    fn close(&self, instance: &Instance) -> InstanceReport;

    /// Of every pack that was opened, the routes that no request has reached so far.
    fn unused_routes(&self) -> Vec<UnusedRoutes>;
}

/// What an instance starts from.
#[derive(Clone, Debug)]
pub struct InstanceSpec<'a> {
    pub pack: &'a Arc<Pack>,
    pub clock: Clock,
    pub seed: u64,
    /// The case and its attempt: names the instance's stream of randomness.
    pub stream: &'a [&'a str],
    /// Settings that differ from the pack's defaults, already validated.
    pub settings: Map<String, Value>,
}

/// An open instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// `http://127.0.0.1:PORT`
    pub base_url: String,
    /// The header that says which instance a request is for. The transport adds it; no report shows it.
    pub header: (&'static str, String),
}

/// What was worth telling of an instance.
#[derive(Clone, Debug, Default)]
pub struct InstanceReport {
    /// Requests that no route answered: `DELETE /customers/x: no route; the nearest is …`.
    pub unmatched: Vec<String>,
    /// Webhooks that were not made, for they may not leave, or the pack's file proved wrong at them.
    pub unmade: Vec<String>,
    /// Each request with the rule that answered it, in order.
    pub journal: Vec<String>,
}
