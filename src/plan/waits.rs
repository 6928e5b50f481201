//! How long a scenario says that it waits.

use std::time::Duration;

use super::PlannedFile;
use crate::expr::Setting;
use crate::scenario::Scenario;
use crate::step::{Kind, Step};

/// The sum of the scenario's `wait` steps, setup and actions included, as far as they are literal.
#[must_use]
pub fn declared(file: &PlannedFile, scenario: &Scenario) -> Duration {
    let lists = [
        &file.document.setup,
        &scenario.steps,
        &scenario.teardown,
        &file.document.teardown,
    ];
    lists
        .into_iter()
        .map(|steps| of_steps(file, steps, 0))
        .fold(Duration::ZERO, Duration::saturating_add)
}

fn of_steps(file: &PlannedFile, steps: &[Step], depth: usize) -> Duration {
    steps
        .iter()
        .map(|step| of_step(file, step, depth))
        .fold(Duration::ZERO, Duration::saturating_add)
}

fn of_step(file: &PlannedFile, step: &Step, depth: usize) -> Duration {
    match &step.kind {
        Kind::Wait(Setting::Fixed(duration)) => *duration,
        // With a `count`, all of it passes; without one, all of it may.
        Kind::Receive(receive) => match &receive.within {
            Setting::Fixed(duration) => *duration,
            Setting::Dynamic(_) => Duration::ZERO,
        },
        Kind::Group(group) => of_steps(file, &group.steps, depth),
        Kind::Parallel(branches) => branches
            .iter()
            .map(|branch| of_step(file, branch, depth))
            .max()
            .unwrap_or_default(),
        // Actions may call each other; one that calls itself is an error that lint reports.
        Kind::Uses(uses) if depth < 16 => match file.action(&uses.action) {
            Some(action) => of_steps(file, &action.steps, depth + 1),
            None => Duration::ZERO,
        },
        Kind::Wait(Setting::Dynamic(_))
        | Kind::Http(_)
        | Kind::Uses(_)
        | Kind::Set(_)
        | Kind::Check(_) => Duration::ZERO,
    }
}
