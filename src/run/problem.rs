//! What went wrong in an attempt, in which step, and which steps led there.

use std::rc::Rc;

use super::attempt::Attempt;
use super::context::Cx;
use crate::diagnostic::Diagnostic;
use crate::event::{CaseProblem, Outcome};
use crate::source::Place;

/// Letters of a loop's item that a problem quotes.
const SHOWN_ITEM: usize = 60;

/// Something that went wrong, and whether it failed or errored.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub outcome: Outcome,
    /// The scenario goes on in spite of it, to end as failed.
    pub soft: bool,
    /// The path of the step that it arose in; none where it concerns the scenario as a whole.
    pub step: Option<Rc<str>>,
    /// The path of the step whose exchange it is about, where that is another.
    pub exchange_of: Option<Rc<str>>,
    pub diagnostic: Diagnostic,
}

impl Problem {
    pub fn failed(diagnostic: Diagnostic) -> Self {
        Self::new(Outcome::Failed, diagnostic)
    }

    pub fn errored(diagnostic: Diagnostic) -> Self {
        Self::new(Outcome::Errored, diagnostic)
    }

    /// Something that is no problem, only worth saying.
    pub fn warning(diagnostic: Diagnostic) -> Self {
        Self::new(Outcome::Passed, diagnostic)
    }

    fn new(outcome: Outcome, diagnostic: Diagnostic) -> Self {
        Self {
            outcome,
            soft: false,
            step: None,
            exchange_of: None,
            diagnostic,
        }
    }

    /// Says which step it arose in, and which steps called the action that this one is of, unless that is known already.
    pub fn in_step(mut self, cx: &Cx<'_, '_>, place: &Place) -> Self {
        if self.step.is_some() {
            return self;
        }
        self.step = Some(Rc::clone(&cx.path));
        let problem = &mut self.diagnostic;
        let also = problem.also.iter().map(|(place, _)| place);
        let mut shown = problem.place.iter().chain(also);
        if problem.place.is_none() {
            problem.place = Some(place.clone());
        } else if shown.all(|shown| shown.source.name != place.source.name) {
            let here = (place.clone(), "in this step".to_owned());
            problem.also.push(here);
        }
        if let Some(turn) = &cx.turn {
            let item = cx.attempt.redactor.borrow().shorten(&turn.item, SHOWN_ITEM);
            let number = turn.index + 1;
            problem
                .notes
                .push(format!("in turn {number} of `for_each`: `item` is {item}"));
        }
        let calls = cx.frame.home.calls().iter();
        problem
            .also
            .extend(calls.map(|call| (call.clone(), "called from here".to_owned())));
        self
    }

    /// Says whose exchange it is about, where that is not the step's own.
    pub fn about(mut self, exchange_of: Option<&Rc<str>>) -> Self {
        if self.exchange_of.is_none() {
            self.exchange_of = exchange_of.cloned();
        }
        self
    }

    /// The problem as it may leave the program.
    pub fn record(&self, attempt: &Attempt<'_>) -> CaseProblem {
        CaseProblem {
            step: self.step.as_deref().map(str::to_owned),
            exchange_of: self.exchange_of.as_deref().map(str::to_owned),
            problem: attempt.clean_diagnostic(&self.diagnostic),
        }
    }
}

/// How what has these problems stands.
pub(super) fn worst_of(problems: &[Problem]) -> Outcome {
    worst(problems.iter().map(|problem| problem.outcome))
}

/// Whether the scenario goes on in spite of all of them.
pub(super) fn all_soft(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.soft)
}

/// Errored is worse than failed, failed worse than passed.
fn worst(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    outcomes
        .into_iter()
        .fold(Outcome::Passed, |worst, outcome| match (worst, outcome) {
            (Outcome::Errored, _) | (_, Outcome::Errored) => Outcome::Errored,
            (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
            _ => worst,
        })
}
