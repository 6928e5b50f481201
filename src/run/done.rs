//! What the doing of a step brought to light, and how the step ended.

use super::branches::Branches;
use super::context::Cx;
use super::frame::StepState;
use super::log::KeptExchange;
use super::problem::Problem;
use crate::diagnostic::Diagnostic;
use crate::expr::Reference;
use crate::http::{Request, Response, Share, TransportError};
use crate::signature;
use crate::step::Step;

/// How a step, or a list of steps, ended.
#[derive(Default)]
pub(super) struct Ended {
    pub problems: Vec<Problem>,
    /// The scenario does not go on after this: there are problems that are not soft, or Ctrl-C cut it short.
    pub stop: bool,
    /// It is not soft problems of steps within it alone that kept it from passing: a loop does not go on.
    pub failed: bool,
    pub skipped: bool,
}

impl Ended {
    pub fn stopped(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
            stop: true,
            failed: true,
            skipped: false,
        }
    }

    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What the doing of a step brought to light, before its captures and checks.
#[derive(Default)]
pub(super) struct Done<'p> {
    pub state: StepState<'p>,
    /// The captures that failed, and those that read one of them.
    pub uncaptured: Vec<&'p str>,
    pub error: Option<TransportError>,
    /// How those ended that ran at once, where the step says how many must pass.
    pub branches: Option<Branches>,
    /// What verifying the webhooks that were taken came to.
    pub signatures: Vec<signature::Verdict>,
    pub problems: Vec<Problem>,
    pub checks: usize,
    pub exchanges: Vec<KeptExchange>,
    /// Of the budget for bodies, until the response was looked at.
    pub share: Share,
    /// The last request as it was sent, with all of its body, where it is wanted for the coverage of contracts.
    pub sent: Option<Request>,
    pub note: Option<String>,
    /// The step's checks are of no use any more: it could not be done.
    pub over: bool,
    /// Method and path of the operation, for the contract.
    pub operation: Option<(String, String)>,
    pub title: Option<String>,
}

impl Done<'_> {
    pub fn errored(diagnostic: Diagnostic) -> Self {
        Self::all_errored(vec![diagnostic])
    }

    pub fn all_errored(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            problems: diagnostics.into_iter().map(Problem::errored).collect(),
            over: true,
            ..Self::default()
        }
    }

    /// Ctrl-C ended the waiting of this step: it came to no result, so nothing of it is checked.
    pub fn interrupt(&mut self, cx: &Cx<'_, '_>, step: &Step) {
        cx.attempt.cut_short.set(true);
        let problem = Diagnostic::error("interrupted", "the run was interrupted during this step")
            .at(step.place.clone());
        self.problems.push(Problem::errored(problem));
        self.over = true;
    }

    /// Ctrl-C ended something within this step, so that it came to no result.
    pub fn cut_short() -> Self {
        Self {
            over: true,
            ..Self::default()
        }
    }

    /// Whether something that is read should have been captured, and was not.
    pub fn lacks_one_of(&self, references: impl FnOnce() -> Vec<Reference>) -> bool {
        let lacks = |reference: &Reference| {
            let mut uncaptured = self.uncaptured.iter();
            !reference.guarded
                && uncaptured.any(|name| reference.path.first().is_some_and(|read| read == name))
        };
        !self.uncaptured.is_empty() && references().iter().any(lacks)
    }

    /// Whether none of those that ran at once passed: what one of them brought to light is nothing to go on with.
    pub fn none_passed(&self) -> bool {
        let mut branches = self.branches.iter();
        branches.any(|branches| branches.passed == 0)
    }

    pub fn response(&self) -> Option<&Response> {
        self.state.response.as_ref()
    }
}
