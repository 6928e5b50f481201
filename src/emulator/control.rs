//! The default instance, and the endpoints under `/_emulator/` by which a client in any language steers it.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::Blueprint;
use super::instance::Instance;
use super::request::{Answer, Incoming};
use super::server::engine_error;
use crate::clock::Clock;
use crate::diagnostic::did_you_mean;
use crate::value::{Map, Value, parse_duration};

const PREFIX: &str = "/_emulator/";
const ENDPOINTS: &str =
    "GET clock, POST clock, GET state, GET requests, POST reset, GET settings, PUT settings";

/// The instance of everybody who names none.
pub(super) struct DefaultInstance(Mutex<Held>);

struct Held {
    blueprint: Blueprint,
    clock: Clock,
    instance: Instance,
}

impl DefaultInstance {
    pub(super) fn new(blueprint: Blueprint, clock: Clock) -> Result<Self, String> {
        let instance = blueprint.build(clock.clone())?;
        Ok(Self(Mutex::new(Held {
            blueprint,
            clock,
            instance,
        })))
    }

    pub(super) fn answer(&self, request: Incoming) -> Answer {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match request.uri.path().strip_prefix(PREFIX) {
            None => held.instance.answer(request),
            Some(endpoint) => {
                let (method, endpoint) = (request.method.to_string(), endpoint.to_owned());
                held.control(&method, &endpoint, request.json.as_deref())
            }
        }
    }
}

impl Held {
    fn control(&mut self, method: &str, endpoint: &str, body: Option<&Value>) -> Answer {
        let done = match (method, endpoint) {
            ("GET", "clock") => Ok(self.tell_clock()),
            ("POST", "clock") => self.advance(body),
            ("GET", "state") => Ok(self.state()),
            ("GET", "requests") => Ok(self.instance.requests()),
            ("POST", "reset") => self.reset(),
            ("GET", "settings") => Ok(Value::Object(self.blueprint.settings.clone())),
            ("PUT", "settings") => self.set(body),
            _ => {
                let message = format!("no such endpoint; there are: {ENDPOINTS}");
                return engine_error(404, &message);
            }
        };
        match done {
            Ok(body) => Answer::json(200, &body),
            Err(message) => engine_error(400, &message),
        }
    }

    fn tell_clock(&self) -> Value {
        json!({ "now": self.clock.now().to_string(), "virtual": self.clock.is_virtual() })
    }

    fn advance(&mut self, body: Option<&Value>) -> Result<Value, String> {
        if !self.clock.is_virtual() {
            return Err("this clock is the real one: start with `--clock virtual`".to_owned());
        }
        let by = body
            .and_then(|body| body.get("advance"))
            .and_then(Value::as_str)
            .ok_or("send a body like {\"advance\": \"1h\"}")?;
        self.clock.advance(parse_duration(by)?);
        self.instance.catch_up();
        Ok(self.tell_clock())
    }

    fn state(&mut self) -> Value {
        self.instance.catch_up();
        self.instance.state()
    }

    fn reset(&mut self) -> Result<Value, String> {
        self.instance = self.blueprint.build(self.clock.clone())?;
        Ok(json!({}))
    }

    /// Changes settings; the state stays, and the file's own values are made anew.
    fn set(&mut self, body: Option<&Value>) -> Result<Value, String> {
        let Some(Value::Object(wanted)) = body else {
            return Err("send a body like {\"name\": value}".to_owned());
        };
        let mut settings = self.blueprint.settings.clone();
        for (name, value) in wanted {
            self.allowed(name, value)?;
            settings.insert(name.clone(), value.clone());
        }
        let before = std::mem::replace(&mut self.blueprint.settings, settings);
        match self.blueprint.build(self.clock.clone()) {
            Ok(fresh) => self.instance.globals = fresh.globals,
            Err(message) => {
                self.blueprint.settings = before;
                return Err(message);
            }
        }
        Ok(Value::Object(self.blueprint.settings.clone()))
    }

    fn allowed(&self, name: &str, value: &Value) -> Result<(), String> {
        let specs = &self.blueprint.pack.settings;
        let Some(spec) = specs.iter().find(|spec| spec.name == name) else {
            let close = did_you_mean(name, specs.iter().map(|spec| spec.name.as_str()));
            let hint = close.map_or_else(String::new, |close| format!("; did you mean `{close}`?"));
            return Err(format!("there is no setting `{name}`{hint}"));
        };
        if spec.allowed.is_empty() || spec.allowed.contains(value) {
            return Ok(());
        }
        let allowed = Value::Array(spec.allowed.clone());
        Err(format!("`{name}` may be one of {allowed}"))
    }
}

impl Instance {
    /// Does what has become due; what goes wrong is told by the next request.
    fn catch_up(&mut self) {
        let _ = self.run_due(self.clock.now());
    }

    fn requests(&self) -> Value {
        json!({ "requests": self.journal.json() })
    }

    fn state(&self) -> Value {
        let collections: Map<String, Value> = self
            .store
            .collections()
            .map(|(name, records)| (name.to_owned(), records))
            .collect();
        let timers = self
            .timers
            .list()
            .map(|(due, name)| json!({ "due": due.to_string(), "name": name }));
        json!({ "collections": collections, "timers": timers.collect::<Value>() })
    }
}
