//! The checks of a step: what it expects, and what is expected of every request.

use super::ContractMode;
use super::action::is_response_step;
use super::context::Cx;
use super::done::Done;
use super::problem::Problem;
use super::scope::StepScope;
use crate::check::{
    Evidence, Expect, Subject, Verdict, implied_contract, implied_signature, implied_status,
};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Expr, Scope};
use crate::http::TransportError;
use crate::signature;
use crate::source::Place;
use crate::step::{Kind, Step};

/// How a step's checks went.
#[derive(Default)]
pub(super) struct Checked {
    pub problems: Vec<Problem>,
    /// What is said without being held against the step.
    pub warnings: Vec<Diagnostic>,
    /// How many checks there were.
    pub count: usize,
    /// The response was held to the pack's contract, and kept it.
    pub kept_contract: bool,
}

/// Evaluates every check.
pub(super) fn evaluate(
    cx: &Cx<'_, '_>,
    step: &Step,
    evidence: Evidence<'_>,
    scope: &StepScope<'_, '_>,
    done: &Done<'_>,
) -> Checked {
    let is_http = matches!(step.kind, Kind::Http(_));
    let handed_down = is_http && is_response_step(cx, step);
    let mut checked = Checked::default();
    // What none of those that were done at once has brought to light is held to nothing but that none may.
    if done.none_passed() {
        let checks = step.expect.iter().flat_map(|expect| &expect.checks);
        for check in checks.filter(|check| matches!(check.subject, Subject::Passed)) {
            checked.add_passed(check.evaluate(evidence, scope), done);
        }
        return checked;
    }
    let states = |wanted: fn(&Expect, &dyn Scope) -> bool| {
        let mut expect = step.expect.iter();
        expect.any(|expect| wanted(expect, scope))
    };
    let states_error = states(Expect::states_error) || (handed_down && cx.caller.states_error);
    if let (Some(error), false) = (evidence.error, states_error) {
        checked.problems.push(transport_problem(&step.place, error));
        return checked;
    }
    let states_status = states(Expect::states_status) || (handed_down && cx.caller.states_status);
    if is_http && !states_status && evidence.response.is_some() {
        checked.add(implied_status(evidence, &step.place));
    }
    let mode = cx.attempt.shared.options.contract;
    for check in step.expect.iter().flat_map(|expect| &expect.checks) {
        if done.lacks_one_of(|| check.references()) {
            continue;
        }
        match check.subject {
            // The caller's own takes its place.
            Subject::Status if handed_down && cx.caller.states_status => {}
            Subject::Contract if mode == ContractMode::Off => {}
            // Of a step that is done several times at once, how many passed is known once each has been looked at.
            Subject::Passed if step.replay.is_some() && evidence.passed.is_none() => {}
            Subject::Passed => checked.add_passed(check.evaluate(evidence, scope), done),
            Subject::Contract => {
                checked.kept_contract = check.wants_contract();
                checked.add_of_contract(check.evaluate(evidence, scope), mode);
            }
            _ => checked.add(check.evaluate(evidence, scope)),
        }
    }
    let states_contract =
        states(Expect::states_contract) || (handed_down && cx.caller.contract_off);
    let can_be_held = is_http && evidence.contract.is_some() && evidence.response.is_some();
    if can_be_held && !states_contract && mode != ContractMode::Off {
        checked.kept_contract = true;
        checked.add_of_contract(implied_contract(evidence, &step.place), mode);
    }
    checked
}

impl Checked {
    /// Unless the step says how its webhook is to be signed, all that it took must be signed as their pack says.
    pub(super) fn add_signatures(
        &mut self,
        step: &Step,
        signatures: &[signature::Verdict],
        scope: &StepScope<'_, '_>,
    ) {
        let mut expect = step.expect.iter();
        let stated = expect.any(|expect| expect.states_signature(scope));
        let wrong = signatures.iter().find(|verdict| verdict.reason().is_some());
        if let Some(verdict) = wrong.or(signatures.first()).filter(|_| !stated) {
            self.add(implied_signature(verdict, &step.place));
        }
    }

    fn add(&mut self, verdict: Verdict) {
        self.count += 1;
        self.problems.extend(problem(verdict));
    }

    /// Adds how many of those that ran at once passed, with why the others did not.
    fn add_passed(&mut self, verdict: Verdict, done: &Done<'_>) {
        self.count += 1;
        let found = problem(verdict);
        self.problems.extend(match &done.branches {
            Some(branches) => found.map(|problem| branches.explain(problem)),
            None => found,
        });
    }

    fn add_of_contract(&mut self, verdict: Verdict, mode: ContractMode) {
        self.kept_contract &= matches!(verdict, Verdict::Passed);
        match verdict {
            Verdict::Failed(mut breach) if mode == ContractMode::Warn => {
                self.count += 1;
                breach.severity = Severity::Warning;
                self.warnings.push(breach);
            }
            verdict => self.add(verdict),
        }
    }
}

/// Evaluates the checks of an answer that is no step's own, and what is expected of every answer.
pub(super) fn of_answer(
    mode: ContractMode,
    expect: &Expect,
    evidence: Evidence<'_>,
    place: &Place,
    scope: &StepScope<'_, '_>,
) -> Checked {
    let mut checked = Checked::default();
    if let (Some(error), false) = (evidence.error, expect.states_error(scope)) {
        checked.problems.push(transport_problem(place, error));
        return checked;
    }
    if evidence.response.is_some() && !expect.states_status(scope) {
        checked.add(implied_status(evidence, place));
    }
    for check in &expect.checks {
        checked.add(check.evaluate(evidence, scope));
    }
    if mode != ContractMode::Off && !expect.states_contract(scope) {
        checked.add_of_contract(implied_contract(evidence, place), mode);
    }
    checked
}

fn problem(verdict: Verdict) -> Option<Problem> {
    match verdict {
        Verdict::Passed => None,
        Verdict::Failed(diagnostic) => Some(Problem::failed(diagnostic)),
        Verdict::Errored(diagnostic) => Some(Problem::errored(diagnostic)),
    }
}

/// The error of a request that got no response.
fn transport_problem(place: &Place, error: &TransportError) -> Problem {
    let problem = Diagnostic::error(error.kind.word(), error.message.clone()).at(place.clone());
    Problem::errored(if error.help.is_empty() {
        problem
    } else {
        problem.help(error.help.clone())
    })
}

/// Whether the step says `contract: false`.
pub(super) fn contract_off(step: &Step) -> bool {
    step.expect.as_ref().is_some_and(Expect::turns_contract_off)
}

/// A `check` step: each expression must be true.
pub(super) fn expressions<'p>(cx: &Cx<'_, 'p>, expressions: &[Expr]) -> Done<'p> {
    let scope = cx.scope();
    let mut done = Done {
        checks: expressions.len(),
        ..Done::default()
    };
    cx.attempt.count_checks(expressions.len());
    for expression in expressions {
        match expression.test(&scope) {
            Ok(true) => {}
            Ok(false) => done.problems.push(Problem::failed(
                expression.explain_false(&scope, &cx.attempt.redactor.borrow()),
            )),
            Err(problem) => done.problems.push(Problem::errored(problem)),
        }
    }
    done
}
