//! The checks of a step: what it expects, and what is expected of every request.

use super::action::is_response_step;
use super::attempt::Problem;
use super::frame::StepScope;
use super::step::{Cx, Done};
use crate::check::{Check, Evidence, Subject, Verdict, implied_contract, implied_status};
use crate::diagnostic::Diagnostic;
use crate::expr::Expr;
use crate::http::TransportError;
use crate::step::{Kind, Step};

/// Evaluates every check; the problems, and how many checks there were.
pub(super) fn evaluate(
    cx: &Cx<'_, '_>,
    step: &Step,
    evidence: Evidence<'_>,
    scope: &StepScope<'_, '_>,
) -> (Vec<Problem>, usize) {
    let is_http = matches!(step.kind, Kind::Http(_));
    let handed_down = is_http && is_response_step(cx, step);
    let expect = step.expect.as_ref();
    let states = |subject: fn(&Subject) -> bool| {
        expect.is_some_and(|expect| expect.checks.iter().any(|check| subject(&check.subject)))
    };
    let states_error = states(|subject| matches!(subject, Subject::Error))
        || (handed_down && cx.caller.states_error);
    if let (Some(error), false) = (evidence.error, states_error) {
        return (vec![transport_problem(step, error)], 0);
    }
    let replaced = |check: &&Check| {
        handed_down && cx.caller.states_status && matches!(check.subject, Subject::Status)
    };
    let checks: Vec<&Check> = expect
        .into_iter()
        .flat_map(|expect| &expect.checks)
        .filter(|check| !replaced(check))
        .collect();
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(checks.len() + 2);
    let states_status = states(|subject| matches!(subject, Subject::Status))
        || (handed_down && cx.caller.states_status);
    if is_http && !states_status && evidence.response.is_some() {
        verdicts.push(implied_status(evidence, &step.place));
    }
    verdicts.extend(checks.iter().map(|check| check.evaluate(evidence, scope)));
    let contract_off = contract_off(step) || (handed_down && cx.caller.contract_off);
    if is_http
        && !contract_off
        && !states(|subject| matches!(subject, Subject::Contract))
        && evidence.contract.is_some()
        && evidence.response.is_some()
    {
        verdicts.push(implied_contract(evidence, &step.place));
    }
    let count = verdicts.len();
    (verdicts.into_iter().filter_map(problem).collect(), count)
}

fn problem(verdict: Verdict) -> Option<Problem> {
    match verdict {
        Verdict::Passed => None,
        Verdict::Failed(diagnostic) => Some(Problem::failed(diagnostic)),
        Verdict::Errored(diagnostic) => Some(Problem::errored(diagnostic)),
    }
}

/// The error of a request that got no response.
fn transport_problem(step: &Step, error: &TransportError) -> Problem {
    let problem =
        Diagnostic::error(error.kind.word(), error.message.clone()).at(step.place.clone());
    Problem::errored(if error.help.is_empty() {
        problem
    } else {
        problem.help(error.help.clone())
    })
}

/// Whether the step says `contract: false`.
pub(super) fn contract_off(step: &Step) -> bool {
    step.expect
        .as_ref()
        .is_some_and(super::super::check::Expect::turns_contract_off)
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
            Ok(false) => done
                .problems
                .push(Problem::failed(expression.explain_false(&scope))),
            Err(problem) => done.problems.push(Problem::errored(problem)),
        }
    }
    done
}
