//! The webhooks of one attempt: its mailbox, who took which of them, and the keys that verify them.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tokio::time::Instant;

use super::attempt::{Attempt, OpenPack};
use super::context::Cx;
use super::frame::{Frame, Home};
use super::problem::Problem;
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome as Rendered, Resolved, Scope, Tools};
use crate::http::{Response, ResponseParts, Url};
use crate::pack::SignatureSpec;
use crate::random::Stream;
use crate::receiver::{Delivered, Mailbox};
use crate::scenario::Scenario;
use crate::signature::{Verdict, VerifyingKey};
use crate::step::{Kind, Receive, Respond, Step};
use crate::value::Value;

/// What came for an attempt. The mailbox is opened when its URL is first read, or something first waits by it.
#[derive(Default)]
pub(super) struct Inbox<'p> {
    token: OnceCell<String>,
    mailbox: OnceCell<Mailbox>,
    pub arrivals: RefCell<Vec<Arrival>>,
    /// The URL was read, and so may have been told to somebody.
    pub told: Cell<bool>,
    /// What was captured under names that keys are read from, in order.
    captured: RefCell<Vec<Captured>>,
    /// How deliveries are answered at first, until the mailbox is open.
    answer: Cell<Option<Respond>>,
    /// The scenario's own `receive` steps, as they are written.
    receives: Vec<(&'p Step, Option<Respond>)>,
}

/// A webhook that came.
pub(super) struct Arrival {
    pub delivered: Arc<Delivered>,
    /// The webhook as checks and captures read it.
    pub response: Response,
    /// The step that took it.
    pub taken: Option<Rc<str>>,
}

struct Captured {
    /// The pack whose action captured it; `None` for the scenario itself.
    pack: Option<Rc<OpenPack>>,
    name: String,
    value: Arc<Value>,
    at: Instant,
}

impl<'p> Inbox<'p> {
    pub fn new(setup: &'p [Step], scenario: &'p Scenario) -> Self {
        let mut receives = Vec::new();
        for steps in [setup, &scenario.steps] {
            list(steps, &mut receives);
        }
        Self {
            answer: Cell::new(receives.first().and_then(|(_, respond)| *respond)),
            receives,
            ..Self::default()
        }
    }

    /// Says how deliveries from now on are answered at first.
    fn set_answer(&self, respond: Option<Respond>) {
        self.answer.set(respond);
        if let Some(mailbox) = self.mailbox.get() {
            let Respond { status, times } = respond.unwrap_or(Respond {
                status: 200,
                times: 0,
            });
            mailbox.answer(status, times);
        }
    }

    /// A `receive` begins. What it says of answers counts since the one before it, unless nobody knew of it then.
    pub fn begin(&self, step: &Step, receive: &Receive) {
        let known = self
            .receives
            .iter()
            .any(|(own, _)| std::ptr::eq(*own, step));
        if !known && receive.respond.is_some() {
            self.set_answer(receive.respond);
        }
    }

    /// A `receive` is over: from here on, the answers are those of the next.
    pub fn end(&self, step: &Step) {
        let place = self
            .receives
            .iter()
            .position(|(own, _)| std::ptr::eq(*own, step));
        let next = place.and_then(|place| self.receives.get(place + 1));
        self.set_answer(next.and_then(|(_, respond)| *respond));
    }

    /// Takes in what came meanwhile.
    pub fn fetch(&self) {
        let Some(mailbox) = self.mailbox.get() else {
            return;
        };
        let mut arrivals = self.arrivals.borrow_mut();
        for delivered in mailbox.events(arrivals.len()) {
            let response = as_response(&delivered);
            arrivals.push(Arrival {
                delivered,
                response,
                taken: None,
            });
        }
    }
}

fn list<'p>(steps: &'p [Step], all: &mut Vec<(&'p Step, Option<Respond>)>) {
    for step in steps {
        match &step.kind {
            Kind::Receive(receive) => all.push((step, receive.respond)),
            Kind::Group(group) => list(&group.steps, all),
            Kind::Parallel(branches) => list(branches, all),
            Kind::Http(_) | Kind::Uses(_) | Kind::Wait(_) | Kind::Set(_) | Kind::Check(_) => {}
        }
    }
}

/// A webhook as checks and captures read responses.
fn as_response(delivered: &Delivered) -> Response {
    let url = Url::parse(crate::receiver::SYMBOLIC_ORIGIN);
    ResponseParts {
        status: delivered.answered,
        reason: String::new(),
        headers: delivered.headers.clone(),
        body: delivered.body.clone(),
        wire_bytes: delivered.body.len() as u64,
        duration: std::time::Duration::ZERO,
        // It is a constant that is one.
        url: url.unwrap_or_else(|_| unreachable!("the symbolic origin is a URL")),
        redirects: Vec::new(),
    }
    .into()
}

impl<'p> Attempt<'p> {
    /// The URL of this attempt's webhooks; in an action of a pack, of those that are for the pack alone.
    pub fn webhook_url(&self, home: &Home<'p>) -> String {
        if let Err(problem) = self.mailbox() {
            self.problems.borrow_mut().push(Problem::errored(problem));
        }
        let url = self.shared.receiver.url(self.webhook_token());
        match home {
            Home::Action {
                pack: Some(pack), ..
            }
            | Home::Pack { pack } => format!("{url}/{}", pack.bound.pack.name),
            Home::Action { pack: None, .. } | Home::Scenario { .. } => url,
        }
    }

    /// The mailbox, opened now if it is not open yet.
    pub fn mailbox(&self) -> Result<&Mailbox, Diagnostic> {
        if let Some(mailbox) = self.inbox.mailbox.get() {
            return Ok(mailbox);
        }
        let mailbox = self
            .shared
            .receiver
            .claim(self.webhook_token(), &self.clock)
            .map_err(|message| Diagnostic::error("receiver", message))?;
        if let Some(Respond { status, times }) = self.inbox.answer.get() {
            mailbox.answer(status, times);
        }
        Ok(self.inbox.mailbox.get_or_init(|| mailbox))
    }

    /// Tells this attempt's URL from all others. Where it is known to this program alone, it is the same in every run;
    /// what comes from outside must not be able to guess it, nor be of an earlier run.
    fn webhook_token(&self) -> &str {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
        self.inbox.token.get_or_init(|| {
            let public = self.shared.receiver.is_public();
            let seed = if public { self.shared.options.seed } else { 0 };
            let [case, attempt] = self.names();
            Stream::at(seed, &[case, attempt, "webhooks"]).text(26, LETTERS)
        })
    }

    /// Whether a webhook is for this pack: it came to the pack's own URL, or to the one for all.
    pub fn is_for(&self, delivered: &Delivered, pack: &OpenPack) -> bool {
        let first = delivered.rest.split('/').next().unwrap_or_default();
        first == pack.bound.pack.name
            || !self
                .packs
                .iter()
                .any(|(_, other)| other.bound.pack.name == first)
    }

    /// Remembers a capture, where a key may be read from it.
    pub fn note_capture(&self, home: &Home<'p>, name: &str, value: &Value) {
        if !self.packs.iter().any(|(_, pack)| reads(pack, name)) {
            return;
        }
        let pack = match home {
            Home::Action { pack, .. } => pack.clone(),
            Home::Pack { pack } => Some(Rc::clone(pack)),
            Home::Scenario { .. } => None,
        };
        self.inbox.captured.borrow_mut().push(Captured {
            pack,
            name: name.to_owned(),
            value: Arc::new(value.clone()),
            at: Instant::now(),
        });
    }
}

/// Whether a pack's key is read from captures of this name.
fn reads(pack: &OpenPack, name: &str) -> bool {
    let Some(signature) = &pack.bound.pack.signature else {
        return false;
    };
    signature
        .key
        .references()
        .iter()
        .any(|reference| reference.path.get(1).is_some_and(|read| read == name))
}

/// What verifying a webhook of this pack comes to.
pub(super) fn verify(
    cx: &Cx<'_, '_>,
    pack: &Rc<OpenPack>,
    signature: &SignatureSpec,
    delivered: &Delivered,
) -> Result<Verdict, Diagnostic> {
    let declaration = &signature.declaration;
    let mut keys = Vec::new();
    for captures in versions(cx, pack, delivered.instant) {
        let text = render(cx, pack, signature, captures)?;
        let key = VerifyingKey::parse(declaration.scheme, &text).map_err(|message| {
            Diagnostic::error("bad-key", message).at(signature.key.place.clone())
        })?;
        keys.push(key);
    }
    Ok(declaration.verify(&keys, delivered.at, &delivered.headers, &delivered.body))
}

/// What was captured for the pack: as it was when the webhook came, and each version since, for the answer that tells of a
/// secret may be read after the first webhook that it signs.
fn versions(
    cx: &Cx<'_, '_>,
    pack: &Rc<OpenPack>,
    came: Instant,
) -> Vec<HashMap<String, Arc<Value>>> {
    let captured = cx.attempt.inbox.captured.borrow();
    let of_pack = captured.iter().filter(|captured| {
        captured
            .pack
            .as_ref()
            .is_none_or(|own| Rc::ptr_eq(own, pack))
    });
    let mut versions = vec![HashMap::new()];
    for captured in of_pack {
        let mut next: HashMap<_, _> = versions.last().cloned().unwrap_or_default();
        let first = !next.contains_key(&captured.name);
        next.insert(captured.name.clone(), Arc::clone(&captured.value));
        if first || captured.at <= came {
            versions.clear();
        }
        versions.push(next);
    }
    versions
}

fn render(
    cx: &Cx<'_, '_>,
    pack: &Rc<OpenPack>,
    signature: &SignatureSpec,
    captures: HashMap<String, Arc<Value>>,
) -> Result<String, Diagnostic> {
    let frame = Frame::new(Home::Pack {
        pack: Rc::clone(pack),
    });
    let scope = KeyScope {
        step: StepScope::new(cx.attempt, &frame, None, &cx.path),
        captures,
    };
    match signature.key.render(&scope) {
        Ok(Rendered::Value(Value::String(text))) => Ok(text),
        Ok(_) => Err(Diagnostic::error("bad-key", "this key is not a text")
            .at(signature.key.place.clone())),
        Err(problem) => Err(problem.help(
            "a name under `captures` is there once a step of the scenario, or of the pack's actions, has captured it",
        )),
    }
}

/// What a pack's key reads: its secrets, and captures.
struct KeyScope<'a, 'p> {
    step: StepScope<'a, 'p>,
    captures: HashMap<String, Arc<Value>>,
}

impl Scope for KeyScope<'_, '_> {
    fn resolve(&self, name: &str, attributes: &[&str]) -> Option<Resolved> {
        if name != "captures" {
            return self.step.resolve(name, attributes);
        }
        let found = attributes.first().and_then(|name| self.captures.get(*name));
        Some(match found {
            Some(value) => Resolved::Value {
                value: Arc::clone(value),
                used: 1,
            },
            None => Resolved::Undefined {
                used: 0,
                known: self.captures.keys().cloned().collect(),
            },
        })
    }

    fn names(&self) -> Vec<String> {
        vec!["secrets".to_owned(), "captures".to_owned()]
    }

    fn tools(&self) -> Tools<'_> {
        self.step.tools()
    }
}
