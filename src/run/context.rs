//! Where a step runs, and what those around it hand down.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::attempt::{Anchor, Attempt, Cleanup, OpenPack};
use super::frame::{Frame, Turn};
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::step::{Kind, RetryCause, Step};

/// Where a step runs: its attempt, frame and turn, and what those around it hand down.
#[derive(Clone)]
pub(super) struct Cx<'a, 'p> {
    pub attempt: &'a Attempt<'p>,
    pub frame: Rc<Frame<'p>>,
    pub turn: Option<Rc<Turn>>,
    /// `setup[0].uses[1]`: names the step in reports, and its stream of randomness.
    pub path: Rc<str>,
    /// Place among the scenario's own steps, from 1, and how many there are.
    pub number: usize,
    pub of: usize,
    /// The pack that a step addresses unless it names one.
    pub pack: Option<Rc<OpenPack>>,
    pub caller: Rc<Caller>,
    /// In a cleanup or teardown, headers that were set for the steps do not count.
    pub cleaning: bool,
    pub sent: Option<Rc<Sent>>,
}

/// Whether a request of a step with a cleanup has left, and of the steps around it.
pub(super) struct Sent {
    pub reached: Cell<bool>,
    outer: Option<Rc<Sent>>,
}

/// What a `uses` step hands down into its action.
#[derive(Clone, Default)]
pub(super) struct Caller {
    /// Headers of the action's requests, whatever its own steps say of them; `None` removes one.
    pub headers: Vec<(String, Option<String>)>,
    /// The caller's `expect` states this itself, so the action's response step leaves it alone.
    pub states_status: bool,
    pub states_error: bool,
    pub contract_off: bool,
    /// The step will send its request again, which therefore is kept.
    pub replays: bool,
    /// How the action's requests are tried again that do not say so themselves.
    pub retry: Option<Retries>,
}

impl Caller {
    /// What of it the action's cleanups go by: they are checked and tried again as they say themselves.
    fn of_cleanup(&self) -> Self {
        Self {
            headers: self.headers.clone(),
            ..Self::default()
        }
    }
}

/// How a request is tried again.
#[derive(Clone)]
pub(super) struct Retries {
    pub causes: Vec<RetryCause>,
    pub attempts: u64,
    pub every: Duration,
    pub backoff: f64,
}

impl<'a, 'p> Cx<'a, 'p> {
    pub fn scope(&self) -> StepScope<'a, 'p> {
        StepScope::new(self.attempt, &self.frame, self.turn.as_ref(), &self.path)
    }

    /// Registers the step's cleanup, which counts from the moment at which its request is sent: then there may be
    /// something to clean up, whatever becomes of the step.
    pub(super) fn with_cleanup_of(&self, step: &'p Step) -> Self {
        if step.cleanup.is_empty() || self.cleaning {
            return self.clone();
        }
        let sends = matches!(step.kind, Kind::Http(_) | Kind::Uses(_));
        let sent = Rc::new(Sent {
            reached: Cell::new(!sends),
            outer: self.sent.clone(),
        });
        self.attempt.cleanups.borrow_mut().push(Cleanup {
            steps: &step.cleanup,
            cx: self.anchor(),
            sent: Rc::clone(&sent),
        });
        Self {
            sent: Some(sent),
            ..self.clone()
        }
    }

    /// What of the place outlives its step.
    fn anchor(&self) -> Anchor<'p> {
        Anchor {
            frame: Rc::clone(&self.frame),
            turn: self.turn.clone(),
            path: Rc::clone(&self.path),
            pack: self.pack.clone(),
            caller: Rc::new(self.caller.of_cleanup()),
        }
    }

    /// Says that a request of this place is about to leave.
    pub fn mark_sent(&self) {
        let mut sent = self.sent.as_ref();
        while let Some(mark) = sent {
            mark.reached.set(true);
            sent = mark.outer.as_ref();
        }
    }

    /// Lets time pass. False if Ctrl-C ended the wait.
    pub async fn pause(&self, duration: Duration) -> bool {
        let sleep = self.attempt.clock.sleep(duration);
        if self.cleaning {
            sleep.await;
            return true;
        }
        tokio::select! {
            biased;
            () = self.attempt.shared.stop.stopped() => false,
            () = sleep => true,
        }
    }

    /// Whether Ctrl-C cut short something of this attempt's own steps.
    pub fn is_cut_short(&self) -> bool {
        self.attempt.cut_short.get() && !self.cleaning
    }

    /// The same place with another path.
    pub fn at(&self, path: String) -> Self {
        Self {
            path: path.into(),
            ..self.clone()
        }
    }

    /// The pack that a step addresses.
    pub fn pack_of(&self, step: &Step) -> Result<Rc<OpenPack>, Diagnostic> {
        let named = match &step.pack {
            Some(name) => self.attempt.pack(Some(&name.name)),
            None => self.pack.clone(),
        };
        named.ok_or_else(|| {
            Diagnostic::error("no-pack", "this step addresses no pack")
                .at(step.place.clone())
                .help("list the pack in the file's `packs`, or name one with `pack:`")
        })
    }
}
