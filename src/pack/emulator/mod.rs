//! `emulator.yaml`, decoded: a provider's sandbox as data, for the one engine in `crate::emulator` to interpret.

mod decode;
mod effects;
mod lint;
mod replies;
mod schema;
mod stages;
pub mod tables;
#[cfg(test)]
pub(crate) mod testing;
mod webhooks;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::expr::{Expr, Setting, Template};
use crate::source::{Place, Source};
use crate::value::Value;

pub use lint::{faults, lint};
pub use schema::{PartSchema, Violation};
pub use webhooks::{EventSpec, Webhooks};

/// A provider's sandbox.
#[derive(Debug)]
pub struct EmulatorFile {
    pub source: Arc<Source>,
    pub description: Option<String>,
    /// Named values that every expression of the file may read, evaluated when read.
    pub values: Vec<NamedValue>,
    pub errors: Errors,
    /// Headers of every answer.
    pub headers: Headers,
    pub auth: Option<Auth>,
    /// Taken by every route before its own stages, after `auth`.
    pub before: Vec<Stage>,
    pub idempotency: BTreeMap<String, Scheme>,
    pub collections: Vec<Collection>,
    pub routes: Vec<Route>,
    pub procedures: BTreeMap<String, Procedure>,
    pub events: Vec<EventSpec>,
    pub webhooks: Option<Webhooks>,
}

/// Where a fact comes from, so that a reader can tell the provider's word from ours.
#[derive(Clone, Debug)]
pub struct Fact {
    pub place: Place,
    pub kind: FactKind,
    /// Where it is written, or what is assumed and why.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// The provider's own documents say it.
    Documented,
    /// The provider's systems do it.
    Observed,
    /// Nothing is said; this is our reading.
    Assumed,
}

impl FactKind {
    pub const ALL: [(&'static str, Self); 3] = [
        ("documented", Self::Documented),
        ("observed", Self::Observed),
        ("assumed", Self::Assumed),
    ];
}

/// Headers, in order.
pub type Headers = Vec<(String, Template)>;

/// A name and the template of its value.
#[derive(Clone, Debug)]
pub struct NamedValue {
    pub name: Arc<str>,
    pub place: Place,
    pub value: Template,
    /// The value, if there is nothing to evaluate; shared by all instances.
    pub literal: Option<Arc<Value>>,
}

/// A field and the template of its value.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: Arc<str>,
    /// Where its name stands.
    pub place: Place,
    pub value: Template,
}

/// What all errors that the pack answers have in common.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    pub facts: Vec<Fact>,
    pub headers: Headers,
    /// The body of every error; it reads `status` and `error`.
    pub json: Option<Template>,
    /// Answers a body that is not JSON where a route wants JSON.
    pub malformed: Option<Reply>,
    /// Answers a request that breaks what its route says of it; reads `violations`.
    pub invalid: Option<Reply>,
    /// Answers a look-up that finds nothing, unless it has an answer of its own.
    pub not_found: Option<Reply>,
}

/// The credentials that requests need.
#[derive(Clone, Debug)]
pub struct Auth {
    pub place: Place,
    pub facts: Vec<Fact>,
    /// Credentials are asked for only while this holds.
    pub condition: Option<Expr>,
    /// Header names and what each must be; a list is any of its items.
    pub headers: Headers,
    /// Answers a request that lacks a header; without it, `otherwise` does.
    pub missing: Option<Reply>,
    pub otherwise: Reply,
}

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Collection {
    pub name: Arc<str>,
    pub place: Place,
    pub facts: Vec<Fact>,
    pub id: Template,
    /// What a fresh record has besides its id; reads `id`.
    pub fields: Vec<Field>,
    pub unique: Vec<UniqueKey>,
}

/// Fields of which no two records may have the same.
#[derive(Clone, Debug)]
pub struct UniqueKey {
    pub place: Place,
    pub facts: Vec<Fact>,
    pub fields: Vec<(Arc<str>, Place)>,
    /// The answer when a second record would have them; reads `taken`.
    pub otherwise: Reply,
}

/// One operation of the API.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where its `route` stands.
    pub place: Place,
    pub method: String,
    pub path: Pattern,
    pub facts: Vec<Fact>,
    /// Whether the file's `auth` is asked first.
    pub auth: bool,
    /// What becomes of a request before it is answered, in the order in which the file says it.
    pub stages: Vec<Stage>,
    pub respond: Reply,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path.text)
    }
}

/// The path of a route.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub text: String,
    pub segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Literal(String),
    /// `{name}`: any one segment, read as `path.name`.
    Name(Arc<str>),
}

/// One thing that becomes of a request. Any but `Effects` may answer it.
#[derive(Clone, Debug)]
pub enum Stage {
    Let(Vec<Let>),
    Request(Box<RequestCheck>),
    Rules(Vec<Rule>),
    RateLimit(Box<RateLimit>),
    /// Names of schemes.
    Idempotency(Vec<(Arc<str>, Place)>),
    Effects(Effects),
}

/// A named value of a request.
#[derive(Clone, Debug)]
pub struct Let {
    pub name: Arc<str>,
    pub place: Place,
    pub value: LetValue,
}

#[derive(Clone, Debug)]
pub enum LetValue {
    Template(Template),
    /// One record.
    Find(Find),
    /// All records that match.
    All(Box<Listing>),
}

/// Looks up one record.
#[derive(Clone, Debug)]
pub struct Find {
    pub select: Selection,
    pub otherwise: Otherwise,
}

/// Lists records.
#[derive(Clone, Debug)]
pub struct Listing {
    pub select: Selection,
    pub newest_first: bool,
    /// What is shown of each record, which it reads as `item`; by default all of it.
    pub show: Option<Template>,
    pub page: Option<Page>,
}

/// Which part of a list is shown.
#[derive(Clone, Debug)]
pub struct Page {
    /// How many records at most.
    pub limit: Option<Template>,
    /// The id of the record after which, or before which, the page lies.
    pub after: Option<Template>,
    pub before: Option<Template>,
    /// The answer when there is no such page; without it the file's `errors.invalid`.
    pub otherwise: Option<Reply>,
}

/// Which records of a collection are meant.
#[derive(Clone, Debug)]
pub struct Selection {
    pub collection: CollectionName,
    pub id: Option<Template>,
    /// Fields and what each must equal; one whose value is `omit` is not asked.
    pub fields: Vec<Field>,
}

/// The name of a collection, and where it stands.
#[derive(Clone, Debug)]
pub struct CollectionName {
    pub name: Arc<str>,
    pub place: Place,
}

/// What becomes of a look-up that finds nothing.
#[derive(Clone, Debug)]
pub enum Otherwise {
    /// The file's `errors.not_found`.
    NotFound,
    Reply(Box<Reply>),
    /// The name is `none`.
    None,
}

/// What a request must look like.
#[derive(Clone, Debug)]
pub struct RequestCheck {
    pub place: Place,
    pub facts: Vec<Fact>,
    pub json: Option<Arc<PartSchema>>,
    pub headers: Vec<Parameter>,
    pub query: Vec<Parameter>,
    /// The answer when it does not hold; without it the file's `errors.invalid`.
    pub otherwise: Option<Reply>,
}

/// A header or a key of the query, and what it must look like.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// As the file writes it.
    pub name: String,
    pub optional: bool,
    pub schema: Arc<PartSchema>,
}

/// How many requests are answered in a while.
#[derive(Clone, Debug)]
pub struct RateLimit {
    pub place: Place,
    pub facts: Vec<Fact>,
    pub condition: Option<Expr>,
    /// Requests for which this is the same are counted together; those for which it is `omit` are not counted.
    pub key: Option<Template>,
    pub limit: Setting<u64>,
    pub window: Setting<Duration>,
    pub otherwise: Reply,
    /// Headers of every answer that follows.
    pub headers: Headers,
}

/// How a request that is sent again is known, and what it is answered with.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub place: Place,
    pub facts: Vec<Fact>,
    /// The key of a request; one for which it is `omit` has none.
    pub key: Template,
    /// Keys are apart for each value of it.
    pub scope: Option<Template>,
    /// How long a key is known; for ever where nothing is said.
    pub window: Option<Setting<Duration>>,
    /// What must be the same for a request to be the same one; the request where nothing is said.
    pub compare: Option<Template>,
    pub changed: Changed,
    /// Which answers are remembered; reads `status`.
    pub remember: Option<Expr>,
    /// Headers that an answer gets when it is given again.
    pub headers: Headers,
}

/// What answers another request with a known key.
#[derive(Clone, Debug)]
pub enum Changed {
    /// The first answer, once more.
    Original,
    Reply(Box<Reply>),
}

/// `when` something holds, this is the answer.
#[derive(Clone, Debug)]
pub struct Rule {
    pub place: Place,
    pub facts: Vec<Fact>,
    pub condition: Expr,
    pub effects: Effects,
    pub respond: Reply,
}

/// Effects in order; shared, for timers hold on to theirs.
pub type Effects = Arc<[Effect]>;

/// A change of state.
#[derive(Clone, Debug)]
pub struct Effect {
    pub place: Place,
    pub facts: Vec<Fact>,
    pub condition: Option<Expr>,
    pub action: Action,
}

#[derive(Clone, Debug)]
pub enum Action {
    Insert {
        collection: CollectionName,
        set: Vec<Field>,
        /// The name by which later expressions read the record.
        name: Option<Arc<str>>,
    },
    Update {
        target: Target,
        set: Vec<Field>,
    },
    Delete(Target),
    After {
        delay: Setting<Duration>,
        /// The name by which it can be cancelled.
        name: Option<Template>,
        call: Call,
    },
    Do(Call),
    Cancel(Template),
    /// Tells subscribers of an event.
    Emit {
        name: Template,
        /// Names that the event's data reads, besides those that are bound.
        with: Vec<Field>,
    },
    /// Delivers a past event again, by its id.
    Redeliver {
        id: Template,
        headers: Vec<(String, Template)>,
    },
}

/// Which records an effect changes.
#[derive(Clone, Debug)]
pub enum Target {
    /// The record of that name.
    Record { name: Arc<str>, place: Place },
    /// All records that match.
    Where(Selection),
}

/// Effects written in place, or the name of a procedure.
#[derive(Clone, Debug)]
pub enum Call {
    Effects(Effects),
    Procedure { name: String, place: Place },
}

/// Effects with a name, used by routes and timers. They see the names that are bound where they are done.
#[derive(Clone, Debug)]
pub struct Procedure {
    pub place: Place,
    pub effects: Effects,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub place: Place,
    pub facts: Vec<Fact>,
    pub status: Template,
    pub headers: Headers,
    pub body: ReplyBody,
    /// How long the answer takes.
    pub delay: Option<Setting<Duration>>,
    /// The connection is closed without an answer.
    pub drop: Option<Setting<bool>>,
}

#[derive(Clone, Debug)]
pub enum ReplyBody {
    Empty,
    Json(Template),
    Text(Template),
    /// An error, in the form that `errors` gives it.
    Error(Vec<Field>),
}
