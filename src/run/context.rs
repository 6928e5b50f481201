//! Where a step runs, and what those around it hand down.

use std::rc::Rc;
use std::time::Duration;

use super::attempt::{Attempt, OpenPack};
use super::frame::{Frame, Turn};
use super::registered::Cleanup;
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::step::{RetryCause, Step};

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
    /// Of the nearest step that has one: of this, or of one round it.
    pub cleanup: Option<Rc<Cleanup<'p>>>,
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
    pub fn of_cleanup(&self) -> Self {
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

    /// Registers the step's cleanup, if it has one.
    pub(super) fn with_cleanup_of(&self, step: &'p Step) -> Self {
        if step.cleanup.is_empty() {
            return self.clone();
        }
        let cleanup = Rc::new(Cleanup::of(step, self));
        self.attempt.cleanups.borrow_mut().push(Rc::clone(&cleanup));
        Self {
            cleanup: Some(cleanup),
            ..self.clone()
        }
    }

    /// The cleanup of the step itself.
    pub fn own_cleanup(&self) -> Option<&Cleanup<'p>> {
        let nearest = self.cleanup.as_deref();
        nearest.filter(|cleanup| cleanup.path == self.path)
    }

    /// Says that a request of this place is about to leave.
    pub fn mark_sent(&self) {
        if let Some(cleanup) = &self.cleanup {
            cleanup.mark_sent();
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
