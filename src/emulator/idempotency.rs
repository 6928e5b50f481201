//! Requests that are sent again: known by the keys of the file's schemes, and answered as they were the first time.

use std::sync::Arc;

use super::expiring::Expiring;
use super::frame::Frame;
use super::instance::{Instance, Step};
use super::journal::By;
use super::request::{Answer, Delivery, Incoming};
use super::stages::{Pending, refused};
use crate::diagnostic::Diagnostic;
use crate::expr::Outcome;
use crate::pack::EmulatorFile;
use crate::pack::emulator::{Changed, Scheme};
use crate::source::Place;
use crate::value::{Value, equal};

/// The answers that are remembered.
pub(super) type Memory = Expiring<Key, First>;

/// The key of a request, with the place of the scheme that knows it and the value of its `scope`.
pub(super) type Key = (u32, Option<String>, String);

/// The request that came first with its key, and its answer.
#[derive(Debug)]
pub(super) struct First {
    print: Print,
    answer: Arc<Answer>,
}

/// By what a request is held for the same one.
#[derive(Debug)]
enum Print {
    Request(Arc<Incoming>),
    Value(Value),
}

/// A key that no earlier request had.
pub(super) struct FreshKey<'f> {
    scheme: &'f Scheme,
    key: Key,
    print: Print,
}

impl Instance {
    /// Answers a request that is known; keeps the key of one that is not until it has its answer.
    pub(super) fn recall<'f>(
        &mut self,
        file: &'f EmulatorFile,
        names: &[(Arc<str>, Place)],
        frame: &mut Frame,
        pending: &mut Pending<'f>,
    ) -> Step<()> {
        for (name, place) in names {
            let scheme = file.idempotency.get(&**name).ok_or_else(|| {
                Diagnostic::error("undefined-name", format!("there is no scheme `{name}`"))
                    .at(place.clone())
            })?;
            let Some(key) = self.text(Some(&scheme.key), frame)? else {
                continue;
            };
            let scope = self.text(scheme.scope.as_ref(), frame)?;
            let key = (scheme.place.span.start, scope, key);
            let print = self.print(scheme, frame)?;
            let Some(first) = self.memory.get(&key, self.moment.now()) else {
                pending.keys.push(FreshKey { scheme, key, print });
                continue;
            };
            match &scheme.changed {
                Changed::Reply(reply) if !first.print.is_same(&print) => {
                    return self.refuse(reply, By::KeyReuse(Arc::clone(name)), frame);
                }
                Changed::Reply(_) | Changed::Original => {
                    let mut answer = (*first.answer).clone();
                    self.headers(&scheme.headers, frame, &mut answer)?;
                    return refused(answer, By::Replay(Arc::clone(name)), &scheme.place);
                }
            }
        }
        Ok(())
    }

    fn print(&self, scheme: &Scheme, frame: &Frame) -> Step<Print> {
        Ok(match &scheme.compare {
            None => Print::Request(frame.shared_request()),
            Some(template) => Print::Value(match self.value(template, frame)? {
                Outcome::Value(value) => value,
                Outcome::Omit => Value::Null,
            }),
        })
    }

    /// Remembers an answer under the keys that were new.
    pub(super) fn remember(
        &mut self,
        keys: Vec<FreshKey<'_>>,
        answer: &Answer,
        frame: &mut Frame,
    ) -> Step<()> {
        if keys.is_empty() {
            return Ok(());
        }
        frame.bind_value("status", Value::from(answer.status));
        // When it is given again, it comes at once, also if it was lost the first time.
        let answer = Arc::new(Answer {
            delivery: Delivery::default(),
            ..answer.clone()
        });
        for FreshKey { scheme, key, print } in keys {
            if !self.holds(scheme.remember.as_ref(), frame)? {
                continue;
            }
            let until = match &scheme.window {
                None => None,
                Some(window) => Some(self.later(window, frame)?),
            };
            let answer = Arc::clone(&answer);
            let now = self.moment.now();
            self.memory.insert(key, First { print, answer }, until, now);
        }
        Ok(())
    }
}

impl Print {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => equal(one, other),
            (Self::Request(one), Self::Request(other)) => {
                one.method == other.method
                    && one.uri == other.uri
                    && match (&one.json, &other.json) {
                        (Some(one), Some(other)) => equal(one, other),
                        _ => one.body == other.body,
                    }
            }
            (Self::Value(_), Self::Request(_)) | (Self::Request(_), Self::Value(_)) => false,
        }
    }
}
