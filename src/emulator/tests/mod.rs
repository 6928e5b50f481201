//! The engine, asked directly and over HTTP.

mod control;
mod events;
mod http;
mod idempotency;
mod limits;
mod pages;
mod rules;
mod state;
mod timers;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::Blueprint;
use super::instance::Instance;
use super::request::{Answer, Incoming};
use crate::clock::Clock;
use crate::pack::emulator::testing::pack;
use crate::pack::{InstanceSpec, Pack};
use crate::value::{Map, Value};

/// An instance, asked without a network.
struct Sandbox {
    instance: Instance,
    clock: Clock,
}

impl Sandbox {
    fn new(emulator: &str) -> Self {
        Self::with(&pack(emulator), 7, "case", &json!({}))
    }

    fn with(pack: &Arc<Pack>, seed: u64, stream: &str, settings: &Value) -> Self {
        let clock = Clock::virtual_from_start();
        let spec = InstanceSpec {
            pack,
            clock: clock.clone(),
            seed,
            stream: &[stream],
            settings: settings.as_object().cloned().unwrap_or_default(),
        };
        let blueprint = Blueprint::of(&spec, &super::Shared::of(pack)).unwrap();
        Self {
            instance: blueprint.build(clock.clone()).unwrap(),
            clock,
        }
    }

    fn ask(&mut self, request: &str) -> (u16, Value) {
        self.send(request, &[], "")
    }

    fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.send(&format!("POST {path}"), &[], &body.to_string())
    }

    fn send(&mut self, request: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let answer = self.raw(request, headers, body);
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }

    fn raw(&mut self, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (method, target) = request.split_once(' ').unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        self.instance.answer(Incoming::new(
            method.parse().unwrap(),
            target.parse().unwrap(),
            headers.collect(),
            Bytes::copy_from_slice(body.as_bytes()),
        ))
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn answered_by(&self) -> String {
        let journal = self.instance.report().journal;
        let last = journal.last().unwrap();
        last.rsplit_once(" by ").unwrap().1.to_owned()
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
