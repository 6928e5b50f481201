//! A cleanup from the moment at which its step begins: whether there is something to clean up, and what it is to see.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;
use std::sync::Arc;

use super::attempt::OpenPack;
use super::context::{Caller, Cx};
use super::frame::{Frame, Home, StepState, Turn};
use crate::step::Step;
use crate::value::Value;

/// Steps to run when the scenario is over.
pub(super) struct Cleanup<'p> {
    pub steps: &'p [Step],
    pub turn: Option<Rc<Turn>>,
    /// Of the step that it cleans up after.
    pub path: Rc<str>,
    pub pack: Option<Rc<OpenPack>>,
    /// What of its caller an action's cleanup goes by.
    pub caller: Rc<Caller>,
    frame: Rc<Frame<'p>>,
    /// A request of its step has left.
    reached: Cell<bool>,
    /// Of the nearest step round its own that has one.
    outer: Option<Rc<Self>>,
    kept: RefCell<Kept<'p>>,
}

/// What the cleanup sees in place of what other steps and later turns of a loop set under the same names. `None` is what
/// was not set.
#[derive(Default)]
struct Kept<'p> {
    vars: HashMap<String, Option<Arc<Value>>>,
    steps: HashMap<String, Option<StepState<'p>>>,
    last: Option<StepState<'p>>,
}

impl<'p> Cleanup<'p> {
    /// The cleanup of a step that begins. It counts from the moment at which the step's request is sent: then there may
    /// be something to clean up, whatever becomes of the step.
    pub fn of(step: &'p Step, cx: &Cx<'_, 'p>) -> Self {
        let mut kept = Kept::default();
        // Until the step took them itself, there are none, whatever an earlier turn took.
        let captures = step.capture.iter();
        kept.vars
            .extend(captures.map(|capture| (capture.name.clone(), None)));
        kept.steps.extend(step.id.clone().map(|id| (id, None)));
        Self {
            steps: &step.cleanup,
            turn: cx.turn.clone(),
            path: Rc::clone(&cx.path),
            pack: cx.pack.clone(),
            caller: Rc::new(cx.caller.of_cleanup()),
            frame: Rc::clone(&cx.frame),
            reached: Cell::default(),
            outer: cx.cleanup.clone(),
            kept: RefCell::new(kept),
        }
    }

    /// Whether there may be something to clean up.
    pub fn is_due(&self) -> bool {
        self.reached.get()
    }

    /// A request of its step is about to leave, and so of those round it.
    pub fn mark_sent(&self) {
        let mut reached = Some(self);
        while let Some(cleanup) = reached {
            cleanup.reached.set(true);
            reached = cleanup.outer.as_deref();
        }
    }

    /// Keeps what its step captured.
    pub fn keep_capture(&self, name: &str) {
        let value = self.frame.vars.borrow().get(name).cloned();
        self.kept.borrow_mut().vars.insert(name.to_owned(), value);
    }

    /// Keeps what its step came to.
    pub fn keep_own(&self, id: &str, state: &StepState<'p>) {
        if self.reads(id) {
            let mut kept = self.kept.borrow_mut();
            kept.steps.insert(id.to_owned(), Some(state.clone()));
        }
    }

    /// Keeps what a step set, but for what is kept already.
    fn keep_of(&self, step: &Step) {
        for (name, _) in step.own_variables() {
            let mut kept = self.kept.borrow_mut();
            kept.vars
                .entry(name.to_owned())
                .or_insert_with(|| self.frame.vars.borrow().get(name).cloned());
        }
        step.inner().iter().for_each(|step| self.keep_with_id(step));
    }

    fn keep_with_id(&self, step: &Step) {
        self.keep_of(step);
        if let Some(id) = step.id.as_ref().filter(|id| self.reads(id)) {
            let state = self.frame.steps.borrow().get(id).cloned();
            match self.kept.borrow_mut().steps.entry(id.clone()) {
                Entry::Vacant(free) => _ = free.insert(state),
                // Its own turn is kept; of which turns it is one is only now known.
                Entry::Occupied(mut own) => {
                    if let (Some(own), Some(state)) = (own.get_mut(), state) {
                        own.add_turns(&state);
                    }
                }
            }
        }
    }

    /// Keeps what the steps of a loop left at the end of the turn in which its own step was done.
    fn keep_turn(&self, steps: Steps<'_>) {
        match steps {
            Steps::Of(step) => self.keep_of(step),
            Steps::All(steps) => steps.iter().for_each(|step| self.keep_with_id(step)),
        }
        if matches!(*self.frame.home, Home::Action { .. }) {
            let mut kept = self.kept.borrow_mut();
            let last = || self.frame.last.borrow().clone();
            kept.last.get_or_insert_with(last);
        }
    }

    /// Whether its steps read something of the step with this id: else there is no need to hold on to its response.
    fn reads(&self, id: &str) -> bool {
        fn reads(step: &Step, id: &str) -> bool {
            let references = step.references();
            let mut paths = references.iter().map(|reference| &reference.path);
            paths.any(|path| path[0] == "steps" && path.get(1).is_none_or(|read| read == id))
                || step
                    .inner()
                    .iter()
                    .chain(&step.cleanup)
                    .any(|step| reads(step, id))
        }
        self.steps.iter().any(|step| reads(step, id))
    }

    /// What its steps see: all that was set by now, and what was kept for them. What they set themselves stays with them.
    pub fn own_frame(&self) -> Rc<Frame<'p>> {
        let frame = self.frame.copy();
        let kept = self.kept.borrow();
        for (name, value) in &kept.vars {
            let mut vars = frame.vars.borrow_mut();
            match value {
                Some(value) => _ = vars.insert(name.clone(), Arc::clone(value)),
                None => _ = vars.remove(name),
            }
        }
        for (id, state) in &kept.steps {
            let mut steps = frame.steps.borrow_mut();
            let latest = steps.remove(id).unwrap_or_default();
            if let Some(state) = state {
                let mut state = state.clone();
                state.add_turns(&latest);
                steps.insert(id.clone(), state);
            }
        }
        if let Some(last) = &kept.last {
            *frame.last.borrow_mut() = last.clone();
        }
        frame
    }
}

/// The steps of a loop.
#[derive(Clone, Copy)]
pub(super) enum Steps<'s> {
    /// One with a `for_each`, which as such is known by its last turn.
    Of(&'s Step),
    /// Those of a group with a `repeat`.
    All(&'s [Step]),
}

/// A turn of a loop that has begun.
pub(super) struct OpenTurn(usize);

impl OpenTurn {
    pub fn begin(cx: &Cx<'_, '_>) -> Self {
        Self(cx.attempt.cleanups.borrow().len())
    }

    /// The turn whose place this was is over: cleanups of its steps see what it left, and not what later ones will.
    pub fn end(&self, cx: &Cx<'_, '_>, turn: &str, steps: Steps<'_>) {
        let cleanups = cx.attempt.cleanups.borrow();
        // Branches that run at the same time have registered theirs between them.
        let since = cleanups.get(self.0..).unwrap_or_default().iter();
        let own = since.filter(|cleanup| cleanup.frame.shares_names_with(&cx.frame));
        for cleanup in own.filter(|cleanup| is_within(&cleanup.path, turn)) {
            cleanup.keep_turn(steps);
        }
    }
}

/// Whether a step is another, or a part of it.
pub(super) fn is_within(path: &str, outer: &str) -> bool {
    let rest = path.strip_prefix(outer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
