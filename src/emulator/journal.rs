//! What an instance was asked, and what answered.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::value::Value;

/// How many requests are remembered; older ones are forgotten first.
const CAPACITY: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Line>,
}

/// One thing that happened.
#[derive(Debug)]
enum Line {
    Request(Entry),
    Delivery(Delivered),
}

/// An attempt to deliver an event, or something that went wrong without a request.
#[derive(Debug)]
pub(super) struct Delivered {
    at: Timestamp,
    /// `delivery of customer.activated to https://…: 200 (attempt 1)`
    text: String,
    /// Whether the run's report shows it: nothing was sent.
    wrong: bool,
    /// Whether its subscriber has taken it.
    taken: bool,
}

/// One request.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) method: String,
    /// Path and query, as sent.
    pub(super) target: String,
    pub(super) status: u16,
    pub(super) answered: Answered,
}

/// What answered a request.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) by: By,
    /// Where it stands in the pack's file; `None` where the engine itself answered.
    pub(super) place: Option<Place>,
}

#[derive(Clone, Debug)]
pub(super) enum By {
    Auth,
    Malformed,
    Invalid,
    /// A look-up that found nothing.
    NotFound(Arc<str>),
    /// A request that was known by a scheme of `idempotency`.
    Replay(Arc<str>),
    /// Another request with the key of an earlier one.
    KeyReuse(Arc<str>),
    RateLimit,
    /// A record of this collection that has a unique key already.
    Taken(Arc<str>),
    Rule,
    Route,
    /// No route: which came nearest, and why it missed.
    Unmatched(String),
    /// The pack's file itself is wrong.
    Problem(String),
}

impl Journal {
    pub(super) fn push(&mut self, entry: Entry) {
        self.add(Line::Request(entry));
    }

    pub(super) fn delivery(&mut self, delivered: Delivered) {
        self.add(Line::Delivery(delivered));
    }

    /// Something that the pack's file has wrong, found while no request was at hand.
    pub(super) fn problem(&mut self, at: Timestamp, what: &str, problem: &Diagnostic) {
        let place = problem.place.as_ref().map_or_else(String::new, |place| {
            format!(" ({}:{})", place.source.name, place.start().line)
        });
        self.add(Line::Delivery(Delivered {
            at,
            text: format!("{what}: {}{place}", problem.message),
            wrong: true,
            taken: false,
        }));
    }

    fn add(&mut self, line: Line) {
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let line = |line: &Line| match line {
            Line::Request(entry) => entry.line(),
            Line::Delivery(delivered) => delivered.text.clone(),
        };
        self.entries.iter().map(line).collect()
    }

    /// Deliveries that were not made, or not taken.
    pub(super) fn undelivered(&self) -> Vec<String> {
        let undelivered = self.entries.iter().filter_map(|line| match line {
            Line::Delivery(delivered) if !delivered.taken => Some(delivered.text.clone()),
            Line::Delivery(_) | Line::Request(_) => None,
        });
        undelivered.collect()
    }

    /// Requests that no route answered, and those at which the pack's file proved wrong.
    pub(super) fn unmatched(&self) -> Vec<String> {
        let unmatched = self.entries.iter().filter_map(|line| {
            let Line::Request(entry) = line else {
                return None;
            };
            let what = match &entry.answered.by {
                By::Unmatched(why) => format!("no route; {why}"),
                By::Problem(message) => message.clone(),
                _ => return None,
            };
            Some(format!("{} {}: {what}", entry.method, entry.target))
        });
        unmatched.collect()
    }

    /// Deliveries that were not made, for they may not leave, or the pack's file proved wrong at them.
    pub(super) fn unmade(&self) -> Vec<String> {
        let unmade = self.entries.iter().filter_map(|line| match line {
            Line::Delivery(delivered) if delivered.wrong => Some(delivered.text.clone()),
            Line::Delivery(_) | Line::Request(_) => None,
        });
        unmade.collect()
    }

    pub(super) fn json(&self) -> Value {
        let json = |line: &Line| match line {
            Line::Request(entry) => entry.json(),
            Line::Delivery(delivered) => delivered.json(),
        };
        self.entries.iter().map(json).collect()
    }
}

impl Delivered {
    pub(super) fn sent(at: Timestamp, event: &str, url: &str, outcome: &str, taken: bool) -> Self {
        Self {
            at,
            text: format!("delivery of {event} to {url} → {outcome}"),
            wrong: false,
            taken,
        }
    }

    pub(super) fn refused(at: Timestamp, event: &str, url: &str, why: &str) -> Self {
        Self {
            at,
            text: format!("delivery of {event} to `{url}` was not made: {why}"),
            wrong: true,
            taken: false,
        }
    }

    fn json(&self) -> Value {
        json!({ "at": self.at.to_string(), "delivery": self.text })
    }
}

impl Entry {
    fn line(&self) -> String {
        format!(
            "{} {} → {} by {}",
            self.method,
            self.target,
            self.status,
            self.answered.describe()
        )
    }

    fn json(&self) -> Value {
        json!({
            "at": self.at.to_string(),
            "method": self.method,
            "target": self.target,
            "status": self.status,
            "answered_by": self.answered.describe(),
        })
    }
}

impl Answered {
    pub(super) fn by(by: By, place: &Place) -> Self {
        Self {
            by,
            place: Some(place.clone()),
        }
    }

    fn describe(&self) -> String {
        let by = match &self.by {
            By::Auth => "auth",
            By::Malformed => "the body not being JSON",
            By::Invalid => "what the route asks of a request",
            By::NotFound(name) => &format!("the look-up of `{name}`"),
            By::Replay(scheme) => &format!("the first answer, which `{scheme}` knows"),
            By::KeyReuse(scheme) => &format!("`{scheme}`, whose key another request had"),
            By::RateLimit => "a rate limit",
            By::Taken(collection) => &format!("a unique key of `{collection}`"),
            By::Rule => "a rule",
            By::Route => "the route",
            By::Unmatched(_) => "no route",
            By::Problem(_) => "a problem of the emulator's file",
        };
        match &self.place {
            Some(place) => format!("{by} ({}:{})", place.source.name, place.start().line),
            None => by.to_owned(),
        }
    }
}
