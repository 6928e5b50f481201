//! What a case knows while it runs: a frame of variables for the scenario and one for each action, with what their steps
//! came to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::attempt::OpenPack;
use crate::http::{Request, Response};
use crate::pack::Action;
use crate::source::Place;
use crate::step::Step;
use crate::value::Value;

/// The variables of a scenario or of one call of an action.
pub(super) struct Frame<'p> {
    pub home: Rc<Home<'p>>,
    pub vars: Rc<RefCell<HashMap<String, Arc<Value>>>>,
    pub steps: Rc<RefCell<HashMap<String, StepState<'p>>>>,
    /// Those that were skipped: where, and why.
    pub skipped: Rc<RefCell<HashMap<String, (Place, String)>>>,
    /// The last of its steps that has a response.
    pub last: RefCell<StepState<'p>>,
}

/// Whose frame it is: that decides which names there are, and what an action or file name means.
pub(super) enum Home<'p> {
    Scenario {
        case: Option<Arc<Value>>,
    },
    /// The manifest's own templates.
    Pack {
        pack: Rc<OpenPack>,
    },
    Action {
        action: &'p Action,
        /// The pack that it belongs to; `None` for an action of the scenario's own file.
        pack: Option<Rc<OpenPack>>,
        /// One that was not given is `None`.
        inputs: HashMap<String, Option<Arc<Value>>>,
        /// The `uses` steps that led here, the innermost first.
        calls: Rc<[Place]>,
    },
}

impl Home<'_> {
    /// The `uses` steps that led here, the innermost first.
    pub fn calls(&self) -> &[Place] {
        match self {
            Self::Scenario { .. } | Self::Pack { .. } => &[],
            Self::Action { calls, .. } => calls,
        }
    }
}

/// What `steps.<id>` tells of a step that ran.
#[derive(Clone, Default)]
pub(super) struct StepState<'p> {
    pub response: Option<Response>,
    /// The path of the step that got the response: of an action, one of the action's own.
    pub answered_in: Option<Rc<str>>,
    /// The request of that response, where a `replay` may want it.
    pub request: Option<Rc<SentRequest>>,
    pub outputs: Option<Outputs<'p>>,
    /// The webhooks that a `receive` took, in order.
    pub events: Vec<Response>,
    pub receives: bool,
    /// It did not pass, so that what is read of it may well not be there.
    pub failed: bool,
    /// The turns of a `for_each`, in order.
    pub turns: Rc<Vec<StepState<'p>>>,
}

impl<'p> StepState<'p> {
    /// Takes over the turns of a later state of the same step, unless it has turns of its own.
    pub fn add_turns(&mut self, later: &StepState<'p>) {
        if self.turns.is_empty() {
            self.turns = Rc::clone(&later.turns);
        }
    }
}

/// A request as it was sent, and to which pack.
pub(super) struct SentRequest {
    pub pack: Rc<OpenPack>,
    pub request: Request,
    /// Method and path of the operation, for the contract.
    pub operation: (String, String),
}

/// An action's outputs, evaluated when they are read.
#[derive(Clone)]
pub(super) struct Outputs<'p> {
    pub action: &'p Action,
    pub frame: Rc<Frame<'p>>,
    /// The step's path, which names the stream of randomness.
    pub path: Rc<str>,
    /// What they read as `response`: the step's, whatever its cleanups are answered later.
    pub response: Option<Response>,
}

/// One turn of a `for_each`, and the turns around it.
pub(super) struct Turn {
    pub item: Arc<Value>,
    pub index: usize,
}

impl<'p> Frame<'p> {
    pub fn new(home: Home<'p>) -> Rc<Self> {
        Rc::new(Self {
            home: Rc::new(home),
            vars: Rc::default(),
            steps: Rc::default(),
            skipped: Rc::default(),
            last: RefCell::default(),
        })
    }

    /// Remembers why a step, and those within it, have nothing to be read.
    pub fn skip(&self, step: &Step, place: &Place, why: &str) {
        if let Some(id) = &step.id {
            let told = (place.clone(), format!("skipped: {why}"));
            self.skipped.borrow_mut().insert(id.clone(), told);
        }
        for inner in step.inner() {
            self.skip(inner, place, why);
        }
    }

    pub fn unset(&self, name: &str) {
        self.vars.borrow_mut().remove(name);
    }

    /// The same frame for a step that runs at the same time as others: its last response is its own.
    pub fn branch(&self) -> Rc<Self> {
        Rc::new(Self {
            home: Rc::clone(&self.home),
            vars: Rc::clone(&self.vars),
            steps: Rc::clone(&self.steps),
            skipped: Rc::clone(&self.skipped),
            last: self.last.clone(),
        })
    }

    /// Takes over the last response of branches that ran at once: that of the last one, as they are written, that has
    /// one of its own.
    pub fn join<'f>(&self, branches: impl DoubleEndedIterator<Item = &'f Rc<Self>>)
    where
        'p: 'f,
    {
        let before = self.last.borrow().answered_in.clone();
        let mut written_last_first = branches.rev().map(|branch| branch.last.borrow().clone());
        if let Some(last) = written_last_first.find(|last| last.answered_in != before) {
            *self.last.borrow_mut() = last;
        }
    }

    /// A frame of its own that knows what this one does now.
    pub fn copy(&self) -> Rc<Self> {
        Rc::new(Self {
            home: Rc::clone(&self.home),
            vars: Rc::new(RefCell::clone(&self.vars)),
            steps: Rc::new(RefCell::clone(&self.steps)),
            skipped: Rc::clone(&self.skipped),
            last: self.last.clone(),
        })
    }

    /// Whether what is set in one is set in the other.
    pub fn shares_names_with(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.vars, &other.vars)
    }

    pub fn set(&self, name: &str, value: Value) {
        self.vars
            .borrow_mut()
            .insert(name.to_owned(), Arc::new(value));
    }
}
