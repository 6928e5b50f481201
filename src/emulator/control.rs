//! The default instance, and the endpoints under `/_emulator/` by which a client in any language steers it.

use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use serde_json::json;
use tokio::runtime::Handle;

use super::Blueprint;
use super::instance::Instance;
use super::live::{Courier, Live, SUBSCRIBE};
use super::request::{Answer, Incoming};
use super::server::engine_error;
use crate::clock::Clock;
use crate::diagnostic::did_you_mean;
use crate::value::{Map, Value, parse_duration};

const PREFIX: &str = "/_emulator/";
const ENDPOINTS: &str = "GET clock, POST clock, GET state, GET requests, POST reset, GET settings, PUT settings, POST subscribe";

/// The instance of everybody who names none.
pub(super) struct DefaultInstance {
    live: Arc<Live>,
    held: Mutex<Held>,
}

struct Held {
    blueprint: Blueprint,
    clock: Clock,
}

impl DefaultInstance {
    pub(super) fn new(
        blueprint: Blueprint,
        clock: Clock,
        courier: &Arc<Courier>,
        runtime: &Handle,
    ) -> Result<Self, String> {
        let instance = blueprint.build(clock.clone())?;
        Ok(Self {
            live: Live::new(instance, courier, runtime),
            held: Mutex::new(Held { blueprint, clock }),
        })
    }

    pub(super) async fn answer(&self, request: Incoming) -> Answer {
        let path = request.uri.path();
        let endpoint = path.strip_prefix(PREFIX).filter(|_| path != SUBSCRIBE);
        let Some(endpoint) = endpoint.map(str::to_owned) else {
            return self.live.answer(request).await;
        };
        let answer = self.control(request.method.as_str(), &endpoint, request.json.as_deref());
        // Who moves the clock finds done what was due by then.
        if request.method == Method::POST && endpoint == "clock" {
            self.live.settled().await;
        }
        answer
    }

    fn control(&self, method: &str, endpoint: &str, body: Option<&Value>) -> Answer {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let done = match (method, endpoint) {
            ("GET", "clock") => Ok(held.tell_clock()),
            ("POST", "clock") => held.advance(&self.live, body),
            ("GET", "state") => Ok(self.state()),
            ("GET", "requests") => Ok(self.live.lock().requests()),
            ("POST", "reset") => held.reset(&self.live),
            ("GET", "settings") => Ok(Value::Object(held.blueprint.settings.clone())),
            ("PUT", "settings") => held.set(&self.live, body),
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

    fn state(&self) -> Value {
        let mut instance = self.live.lock();
        self.live.catch_up(&mut instance);
        instance.state()
    }
}

impl Held {
    fn tell_clock(&self) -> Value {
        json!({ "now": self.clock.now().to_string(), "virtual": self.clock.is_virtual() })
    }

    fn advance(&self, live: &Arc<Live>, body: Option<&Value>) -> Result<Value, String> {
        if !self.clock.is_virtual() {
            return Err("this clock is the real one: start with `--clock virtual`".to_owned());
        }
        let by = body
            .and_then(|body| body.get("advance"))
            .and_then(Value::as_str)
            .ok_or("send a body like {\"advance\": \"1h\"}")?;
        self.clock.advance(parse_duration(by)?);
        live.catch_up(&mut live.lock());
        Ok(self.tell_clock())
    }

    fn reset(&self, live: &Arc<Live>) -> Result<Value, String> {
        let fresh = self.blueprint.build(self.clock.clone())?;
        live.replace(fresh);
        Ok(json!({}))
    }

    /// Changes settings; the state stays, and the file's own values are made anew.
    fn set(&mut self, live: &Live, body: Option<&Value>) -> Result<Value, String> {
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
            Ok(fresh) => live.lock().globals = fresh.globals,
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
        spec.accept(value)
    }
}

impl Instance {
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
