//! Steps that run at once: `parallel`, and what is told of branches where not as many pass as are expected to.

use std::rc::Rc;

use super::context::Cx;
use super::done::{Done, Ended};
use super::problem::{Problem, worst_of};
use super::step::run;
use crate::event::Outcome;
use crate::step::Step;
use crate::value::counted;

/// Branches that a failure lists before it says "N more".
const SHOWN: usize = 10;

/// How those that ran at once ended, where a step says how many of them must pass.
pub(super) struct Branches {
    pub passed: usize,
    /// How each of them ended, in a line.
    pub told: Vec<String>,
    /// The path of the step whose exchange shows why the first of those that failed did.
    pub failed_in: Option<Rc<str>>,
}

impl Branches {
    /// Adds to a problem with their number why those that failed did.
    pub fn explain(&self, mut problem: Problem) -> Problem {
        if self.passed == self.told.len() {
            return problem;
        }
        let mut lines = vec!["branches:".to_owned()];
        let numbered = self.told.iter().enumerate().take(SHOWN);
        lines.extend(numbered.map(|(index, told)| format!("{}. {told}", index + 1)));
        let hidden = self.told.len().saturating_sub(SHOWN);
        if hidden > 0 {
            lines.push(format!("… {hidden} more"));
        }
        problem.diagnostic.notes.push(lines.join("\n"));
        problem.about(self.failed_in.as_ref())
    }
}

/// How one of them ended: `passed`, or the first of what went wrong.
pub(super) fn how_ended(problems: &[Problem]) -> String {
    match problems {
        [] => "passed".to_owned(),
        [one] => one.diagnostic.message.clone(),
        [first, rest @ ..] => {
            let more = counted(rest.len(), "more problem");
            format!("{} (and {more})", first.diagnostic.message)
        }
    }
}

/// Whether the step says how many must pass.
pub(super) fn states_passed(cx: &Cx<'_, '_>, step: &Step) -> bool {
    let mut expect = step.expect.iter();
    expect.any(|expect| expect.states_passed(&cx.scope()))
}

pub(super) async fn parallel<'p>(
    cx: &Cx<'_, 'p>,
    step: &'p Step,
    branches: &'p [Step],
) -> Done<'p> {
    let contexts: Vec<Cx<'_, 'p>> = (0..branches.len())
        .map(|index| Cx {
            frame: cx.frame.branch(),
            ..cx.at(format!("{}.parallel[{index}]", cx.path))
        })
        .collect();
    let futures = contexts
        .iter()
        .zip(branches)
        .map(|(cx, branch)| run(cx, branch))
        .collect();
    let ended = cx.attempt.clock.join(futures).await;
    cx.frame.join(contexts.iter().map(|branch| &branch.frame));
    let mut done = Done::default();
    if !states_passed(cx, step) {
        done.over = ended.iter().any(|branch| branch.stop);
        done.problems = ended
            .into_iter()
            .flat_map(|branch| branch.problems)
            .collect();
        return done;
    }
    // How many would have passed is not known.
    if cx.is_cut_short() {
        return Done::cut_short();
    }
    // What the number of those that pass does not excuse: a branch that could not be done, and what is recorded as soft.
    let errored = |branch: &Ended| worst_of(&branch.problems) == Outcome::Errored;
    done.over = ended.iter().any(errored);
    for branch in &ended {
        let inexcusable = |problem: &&Problem| problem.soft || errored(branch);
        let problems = branch.problems.iter().filter(inexcusable);
        done.problems.extend(problems.cloned());
    }
    let skipped = ended.iter().filter(|branch| branch.skipped).count();
    let passed = ended.iter().filter(|branch| branch.passed()).count() - skipped;
    done.note = Some(match skipped {
        0 => format!("{passed} of {} branches passed", branches.len()),
        _ => format!(
            "{passed} of {} branches passed, {skipped} skipped",
            branches.len()
        ),
    });
    done.branches = Some(Branches {
        passed,
        told: contexts
            .iter()
            .zip(branches)
            .zip(&ended)
            .map(|((cx, branch), ended)| line(cx, branch, ended))
            .collect(),
        failed_in: ended.iter().find_map(|branch| {
            let first = branch.problems.first()?;
            first.exchange_of.clone().or_else(|| first.step.clone())
        }),
    });
    done
}

/// A branch by what its log calls it, and how it ended.
fn line(cx: &Cx<'_, '_>, branch: &Step, ended: &Ended) -> String {
    let log = cx.attempt.log.borrow();
    let logged = log.iter().rev().find(|entry| entry.path == cx.path);
    let title = logged.map_or_else(|| branch.describe(), |entry| entry.title.clone());
    let how = if ended.skipped {
        "skipped".to_owned()
    } else {
        how_ended(&ended.problems)
    };
    format!("{title}: {how}")
}
