//! What is in scope at one point of a walk.

use std::collections::{HashMap, HashSet};

use crate::pack::Action;
use crate::source::Place;
use crate::step::{Kind, Step};

use super::super::context::Context;

/// Whose names are looked up: that decides which there are besides variables.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kinds<'a> {
    /// Place in the file's scenarios.
    Scenario(usize),
    Action(&'a Action),
    /// What a pack sends with every request.
    Pack,
}

/// What has a name so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Known<'a> {
    pub vars: HashSet<&'a str>,
    pub steps: HashSet<&'a str>,
    /// Whether a request was made, so that there is a `response`.
    pub responded: bool,
}

impl<'a> Known<'a> {
    /// Takes over what branches that ran at once have set.
    pub fn join(&mut self, branch: Self) {
        self.vars.extend(branch.vars);
        self.steps.extend(branch.steps);
        self.responded |= branch.responded;
    }

    /// Everything that gets a name in `steps`, in groups and cleanups too.
    pub fn add_all(&mut self, steps: &'a [Step]) {
        for step in steps {
            self.vars.extend(step.own_variables().map(|(name, _)| name));
            self.steps.extend(step.id.as_deref());
            self.responded |= responds(step);
            self.add_all(step.inner());
            self.add_all(&step.cleanup);
        }
    }
}

/// Everything that gets a name anywhere in the walk, and where: tells "not yet" from "never".
#[derive(Debug, Default)]
pub(super) struct Everything<'a> {
    pub vars: HashMap<&'a str, &'a Place>,
    pub steps: HashMap<&'a str, StepInfo<'a>>,
}

/// What can be read of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepInfo<'a> {
    pub step: &'a Step,
    /// The action that it uses, if that is known.
    pub action: Option<&'a Action>,
}

impl<'a> Everything<'a> {
    pub fn add_steps(&mut self, steps: &'a [Step], context: &Context<'a>) {
        for step in steps {
            for (name, place) in step.own_variables() {
                self.vars.entry(name).or_insert(place);
            }
            if let Some(id) = &step.id {
                let action = match &step.kind {
                    Kind::Uses(uses) => context.action(&uses.action),
                    _ => None,
                };
                self.steps.entry(id).or_insert(StepInfo { step, action });
            }
            self.add_steps(step.inner(), context);
            self.add_steps(&step.cleanup, context);
        }
    }
}

/// Whether the step has a response.
pub(super) fn responds(step: &Step) -> bool {
    matches!(step.kind, Kind::Http(_) | Kind::Uses(_) | Kind::Receive(_))
}
