//! The typed step: its kind, and what every step may have (`expect`, `capture`, `poll`, `retry`, `cleanup` …).

mod capture;
mod decode;
mod describe;
mod entries;
mod fields;
pub mod kinds;
mod poll;
mod reads;
mod receive;
mod replay;
mod request;
pub mod tables;

pub use entries::{Entries, given_map};
pub use fields::{field_text, field_texts};
pub(crate) use request::decode_headers;
pub use request::header_name;

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use crate::check::{Check, Expect};
use crate::expr::{Expr, Reference, Setting, Template};
use crate::http::Method;
use crate::source::Place;
use crate::value::Path;

/// One step of a scenario, of an action, or of a cleanup.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where the step's kind key stands.
    pub place: Place,
    pub id: Option<String>,
    pub kind: Kind,
    pub condition: Option<Expr>,
    pub expect: Option<Expect>,
    pub capture: Vec<Capture>,
    // Few steps have these, and they are large.
    pub name: Option<Box<Template>>,
    /// The list whose items the step is repeated with.
    pub for_each: Option<Box<Template>>,
    pub poll: Option<Box<Poll>>,
    pub retry: Option<Box<Retry>>,
    pub replay: Option<Box<Replay>>,
    pub cleanup: Vec<Step>,
    pub timeout: Option<Setting<Duration>>,
    pub soft: Setting<bool>,
    /// The pack, by the alias under which the file uses it; `None` is the default pack.
    pub pack: Option<Box<PackName>>,
}

/// The name of a pack, and where it stands.
#[derive(Clone, Debug)]
pub struct PackName {
    pub name: String,
    pub place: Place,
}

/// What a step does. Exactly one.
#[derive(Clone, Debug)]
pub enum Kind {
    Http(Box<Http>),
    Uses(Box<Uses>),
    Receive(Box<Receive>),
    Wait(Setting<Duration>),
    Set(Box<Set>),
    Check(Vec<Expr>),
    Group(Box<Group>),
    Parallel(Vec<Step>),
}

/// `http: METHOD /path`.
#[derive(Clone, Debug)]
pub struct Http {
    pub method: Method,
    /// The path below the base URL, or an absolute URL.
    pub target: Template,
    /// A rendered list repeats its key.
    pub query: Entries,
    /// `null` means: don't send the header that would otherwise be sent.
    pub headers: Entries,
    pub body: Option<Box<Body>>,
    pub auth: Option<Box<Auth>>,
    pub follow_redirects: Setting<u64>,
    /// False where this request means to break the pack's contract.
    pub validate: bool,
}

#[derive(Clone, Debug)]
pub enum Body {
    Json(Template),
    Form(Entries),
    Multipart(Entries),
    Text(Template),
    /// A file's path.
    File(Template),
}

#[derive(Clone, Debug)]
pub enum Auth {
    Basic {
        username: Template,
        password: Template,
    },
    Bearer(Template),
}

/// `uses: pack/action` or `uses: ./local`.
#[derive(Clone, Debug)]
pub struct Uses {
    pub action: ActionName,
    pub with: Vec<Input>,
    /// The expression that gives all inputs, in place of `with`.
    pub given: Option<Box<Template>>,
    pub headers: Entries,
    /// False where the inputs mean to break the action's schema.
    pub validate: bool,
}

/// What `uses` names.
#[derive(Clone, Debug)]
pub struct ActionName {
    /// The pack's alias in this file; `None` is an action of the file itself (`./name`) or, in an action, of its own pack.
    pub pack: Option<String>,
    pub name: String,
    pub place: Place,
}

/// One entry of `with`.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: String,
    /// Where its key stands.
    pub place: Place,
    pub value: Template,
}

/// `receive: pack`.
#[derive(Clone, Debug)]
pub struct Receive {
    pub pack: PackName,
    /// Which webhooks are meant.
    pub condition: Option<Expect>,
    /// How many must have come when `within` is over; without it, the first ends the step.
    pub count: Option<Check>,
    pub within: Setting<Duration>,
    /// Of several webhooks with the same value here, the first counts.
    pub unique: Option<Path>,
    pub respond: Option<Respond>,
}

/// How the receiver answers deliveries at first, in place of 200.
#[derive(Clone, Copy, Debug)]
pub struct Respond {
    pub status: u16,
    pub times: usize,
}

/// `set: {vars: …, headers: …}`.
#[derive(Clone, Debug)]
pub struct Set {
    pub vars: Vec<Variable>,
    /// Headers that later requests of the pack send; `null` removes one.
    pub headers: Vec<(String, Template)>,
}

/// A variable and the value it gets.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub place: Place,
    pub value: Template,
}

/// `steps: […]`, a group.
#[derive(Clone, Debug)]
pub struct Group {
    pub steps: Vec<Step>,
    pub repeat: Option<Repeat>,
}

#[derive(Clone, Debug)]
pub struct Repeat {
    pub condition: Expr,
    pub max: Setting<u64>,
}

/// One entry of `capture`.
#[derive(Clone, Debug)]
pub struct Capture {
    pub name: String,
    pub place: Place,
    pub from: CaptureFrom,
    pub default: Option<Box<Template>>,
    pub secret: bool,
}

impl Capture {
    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let default = self.default.iter().flat_map(|default| default.references());
        let mut all: Vec<Reference> = default.collect();
        if let CaptureFrom::Expr(expr) = &self.from {
            all.extend(expr.references());
        }
        all
    }
}

#[derive(Clone, Debug)]
pub enum CaptureFrom {
    JsonPath(Path),
    Header(String),
    Cookie(String),
    /// The first group, or the whole match where there is none, over the body's text.
    Regex(Arc<Regex>),
    Status,
    Text,
    Duration,
    Expr(Expr),
}

#[derive(Clone, Debug)]
pub struct Poll {
    pub place: Place,
    pub until: Expect,
    /// Any of these ends the poll at once, as failed.
    pub fail_on: Vec<Expect>,
    pub every: Setting<Duration>,
    pub backoff: Setting<f64>,
    pub max_every: Option<Setting<Duration>>,
    pub timeout: Setting<Duration>,
}

/// Sends a request more than once, as clients do that do not know whether the first one arrived.
#[derive(Clone, Debug)]
pub struct Replay {
    pub place: Place,
    /// How many times at once, instead of once.
    pub concurrent: Option<Setting<u64>>,
    /// How many times more, with equal responses.
    pub same: Option<Setting<u64>>,
    pub changed: Option<Changed>,
}

/// The request once more, with a changed body.
#[derive(Clone, Debug)]
pub struct Changed {
    pub place: Place,
    /// A JSON Merge Patch (RFC 7396).
    pub json: Template,
    pub expect: Expect,
}

/// Which outcomes are transient and tried again.
#[derive(Clone, Debug)]
pub struct Retry {
    pub place: Place,
    pub causes: Vec<RetryCause>,
    pub attempts: Setting<u64>,
    pub every: Setting<Duration>,
    pub backoff: Setting<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryCause {
    Transport,
    Status(u16),
    /// `5xx` is 5.
    StatusClass(u16),
}
