//! The names that expressions of an emulator read: what the whole file sees, and what the request at hand has bound.

use std::cell::RefCell;
use std::sync::Arc;

use super::request::Incoming;
use super::store::{RecordRef, Store};
use crate::clock::Clock;
use crate::expr::{Resolved, Scope, Tools};
use crate::random::Stream;
use crate::value::{Map, Value};

/// What one request has bound, in order. A timer keeps the frame it was set in.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    request: Arc<Incoming>,
    path: Arc<Value>,
    names: Vec<(Arc<str>, Bound)>,
}

#[derive(Clone, Debug)]
pub(super) enum Bound {
    Value(Arc<Value>),
    Record(RecordRef),
}

impl Frame {
    pub(super) fn new(request: Arc<Incoming>, path: Arc<Value>) -> Self {
        Self {
            request,
            path,
            names: Vec::new(),
        }
    }

    /// Without a request: all that is read must be bound.
    pub(super) fn empty() -> Self {
        let request = Incoming::new(
            http::Method::GET,
            http::Uri::default(),
            http::HeaderMap::new(),
            bytes::Bytes::new(),
        );
        Self::new(Arc::new(request), Arc::default())
    }

    pub(super) fn request(&self) -> &Incoming {
        &self.request
    }

    pub(super) fn shared_request(&self) -> Arc<Incoming> {
        Arc::clone(&self.request)
    }

    pub(super) fn bind(&mut self, name: &Arc<str>, bound: Bound) {
        self.names.push((Arc::clone(name), bound));
    }

    /// Takes back the latest binding.
    pub(super) fn unbind(&mut self) {
        self.names.pop();
    }

    pub(super) fn bind_value(&mut self, name: &str, value: Value) {
        self.names
            .push((Arc::from(name), Bound::Value(Arc::new(value))));
    }

    pub(super) fn get(&self, name: &str) -> Option<&Bound> {
        let found = self.names.iter().rev().find(|(bound, _)| **bound == *name);
        found.map(|(_, bound)| bound)
    }

    /// Keeps, for the records that `gone` picks, how they look now.
    pub(super) fn remember(&mut self, store: &Store) {
        for (_, bound) in &mut self.names {
            if let Bound::Record(record) = bound {
                record.last = store.read(record);
            }
        }
    }
}

/// What the whole file sees, the same for every request of an instance.
#[derive(Debug)]
pub(super) struct Globals {
    pub(super) settings: Arc<Value>,
    pub(super) secrets: Arc<Value>,
    /// The file's own `let`.
    pub(super) values: Vec<(Arc<str>, Arc<Value>)>,
}

/// All of it together, for one evaluation.
pub(super) struct View<'a> {
    pub(super) globals: &'a Globals,
    pub(super) store: &'a Store,
    pub(super) frame: Option<&'a Frame>,
    /// Stands still: the instant of the request, or the one at which a timer is due.
    pub(super) clock: &'a Clock,
    pub(super) random: &'a RefCell<Stream>,
}

const GLOBAL_NAMES: [&str; 5] = ["request", "path", "settings", "secrets", "collections"];

/// What there is of a request.
const REQUEST: [&str; 7] = ["method", "path", "headers", "query", "json", "text", "id"];

impl Scope for View<'_> {
    fn resolve(&self, name: &str, attributes: &[&str]) -> Option<Resolved> {
        let whole = |value: &Arc<Value>| Resolved::Value {
            value: Arc::clone(value),
            used: 0,
        };
        if let Some(bound) = self.frame.and_then(|frame| frame.get(name)) {
            return Some(match bound {
                Bound::Value(value) => whole(value),
                Bound::Record(record) => Resolved::Value {
                    value: self.store.read(record),
                    used: 0,
                },
            });
        }
        match name {
            "request" => Some(self.request(self.frame?.request(), attributes)),
            "path" => Some(whole(&self.frame?.path)),
            "settings" => Some(whole(&self.globals.settings)),
            "secrets" => Some(whole(&self.globals.secrets)),
            "collections" => Some(self.collections(attributes)),
            _ => {
                let found = self.globals.values.iter().find(|(own, _)| **own == *name);
                found.map(|(_, value)| whole(value))
            }
        }
    }

    fn names(&self) -> Vec<String> {
        let bound = self.frame.into_iter().flat_map(|frame| &frame.names);
        let values = self.globals.values.iter().map(|(name, _)| name.to_string());
        bound
            .map(|(name, _)| name.to_string())
            .chain(values)
            .chain(GLOBAL_NAMES.map(str::to_owned))
            .collect()
    }

    fn tools(&self) -> Tools<'_> {
        Tools {
            clock: self.clock,
            random: self.random,
            files: None,
            env: None,
        }
    }
}

impl View<'_> {
    fn collections(&self, attributes: &[&str]) -> Resolved {
        let Some(name) = attributes.first() else {
            let all: Map<_, _> = self
                .store
                .collections()
                .map(|(name, records)| (name.to_owned(), records))
                .collect();
            return found(Value::Object(all), 0);
        };
        match self.store.list(name) {
            Some(records) => found(records, 1),
            None => Resolved::Undefined {
                used: 0,
                known: self.store.names().map(str::to_owned).collect(),
            },
        }
    }

    fn request(&self, request: &Incoming, attributes: &[&str]) -> Resolved {
        let known = || REQUEST.map(str::to_owned).to_vec();
        let whole = |value: &Arc<Value>| Resolved::Value {
            value: Arc::clone(value),
            used: 1,
        };
        match attributes {
            ["method", ..] => found(Value::String(request.method.to_string()), 1),
            ["path", ..] => found(Value::String(request.uri.path().to_owned()), 1),
            ["headers", name, ..] => match request.header(name) {
                Some(value) => found(value, 2),
                None => Resolved::Undefined {
                    used: 1,
                    known: request.headers.keys().map(ToString::to_string).collect(),
                },
            },
            ["headers"] => found(Value::Object(request.all_headers()), 1),
            ["query", ..] => found(Value::Object(request.query()), 1),
            ["json", ..] => match &request.json {
                Some(json) => whole(json),
                None => Resolved::Undefined {
                    used: 0,
                    known: known(),
                },
            },
            ["id", ..] => whole(request.id.get_or_init(|| Arc::new(self.random_id()))),
            ["text", ..] => found(Value::String(request.text()), 1),
            [_, ..] => Resolved::Undefined {
                used: 0,
                known: known(),
            },
            [] => {
                let mut all = Map::new();
                for name in REQUEST {
                    if let Resolved::Value { value, .. } = self.request(request, &[name]) {
                        all.insert(name.to_owned(), (*value).clone());
                    }
                }
                found(Value::Object(all), 0)
            }
        }
    }

    fn random_id(&self) -> Value {
        let mut bytes = [0; 16];
        self.random.borrow_mut().fill(&mut bytes);
        let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
        Value::String(uuid.hyphenated().to_string())
    }
}

fn found(value: Value, used: usize) -> Resolved {
    Resolved::Value {
        value: Arc::new(value),
        used,
    }
}
