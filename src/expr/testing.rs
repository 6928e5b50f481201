//! A scope over plain variables, for tests.

use std::cell::RefCell;
use std::sync::Arc;

use super::{ReadFile, Resolved, Scope, Tools};
use crate::clock::Clock;
use crate::random::Stream;
use crate::value::{Map, Value};

/// Variables given as a JSON object, a virtual clock and the stream of seed 0.
pub(crate) struct Variables {
    map: Map<String, Value>,
    clock: Clock,
    random: RefCell<Stream>,
    /// Whether one file, `letter.txt`, and no environment variable can be read.
    outside: bool,
}

struct OneFile;

impl ReadFile for OneFile {
    fn read(&self, path: &str) -> Result<String, String> {
        match path {
            "letter.txt" => Ok("Dear customer".to_owned()),
            _ => Err(format!("there is no file `{path}`")),
        }
    }
}

impl Variables {
    /// # Panics
    /// `json` is not the text of an object.
    pub(crate) fn new(json: &str) -> Self {
        Self {
            map: serde_json::from_str(json).unwrap(),
            clock: Clock::virtual_from_start(),
            random: RefCell::new(Stream::at(0, &[])),
            outside: false,
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn with_outside(self) -> Self {
        Self {
            outside: true,
            ..self
        }
    }
}

impl Scope for Variables {
    fn resolve(&self, name: &str, attributes: &[&str]) -> Option<Resolved> {
        let _ = attributes;
        if name == "not_given" {
            return Some(Resolved::Omit);
        }
        let value = Arc::new(self.map.get(name)?.clone());
        Some(Resolved::Value { value, used: 0 })
    }

    fn names(&self) -> Vec<String> {
        self.map.keys().cloned().collect()
    }

    fn tools(&self) -> Tools<'_> {
        Tools {
            clock: &self.clock,
            random: &self.random,
            files: self.outside.then_some(&OneFile as &dyn ReadFile),
            env: self.outside.then_some(&|_| None),
        }
    }
}
