//! What expressions read and what is there for them to read, told without running anything.
//!
//! The walk goes the way of a run: variables, setup, steps in order, captures after their request, cleanups and
//! teardown at the end. What only may be there, since a step before it may be skipped, counts as there.

mod frame;
mod reference;
mod scope;
mod steps;
mod written;

use std::collections::HashSet;

use super::context::{Context, Home, Owner};
use super::rules::misspelt_name;
use crate::diagnostic::Diagnostic;
use crate::source::Place;
use frame::Walker;
use scope::Kinds;

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names that can't be read where they are.
    pub problems: Vec<(Owner, Diagnostic)>,
    /// What gets a name somewhere.
    pub defined: Vec<Defined>,
    /// What each walk read: of a scenario, or of an action.
    read: Vec<(Reader, HashSet<String>)>,
}

/// What a walk was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Scenario(usize),
    Action(String),
}

/// Something that gets a name.
#[derive(Clone, Debug)]
pub(super) struct Defined {
    pub name: String,
    pub place: Place,
    pub kind: DefinedBy,
    pub owner: Owner,
    /// The action in which the name is known; none for a scenario's.
    pub action: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefinedBy {
    Variable,
    Capture,
    /// A capture that also redacts its value, which is of use by itself.
    SecretCapture,
    Input,
}

impl Names {
    /// Whether an undefined name is likely a slip for this one, which so is not unused.
    pub fn is_meant(&self, name: &str) -> bool {
        let help = format!("did you mean `{name}`?");
        let mut problems = self.problems.iter();
        problems.any(|(_, problem)| problem.help.contains(&help))
    }

    /// Whether a scenario reads a variable of this name.
    pub fn reads(&self, name: &str) -> bool {
        let mut read = self.read.iter();
        read.any(|(reader, names)| matches!(reader, Reader::Scenario(_)) && names.contains(name))
    }

    /// Whether anything that can see the name reads it.
    pub fn is_read(&self, defined: &Defined) -> bool {
        self.read.iter().any(|(reader, names)| {
            let sees = match (&defined.action, reader, defined.owner) {
                (Some(action), Reader::Action(own), _) => action == own,
                (None, Reader::Scenario(own), Owner::Scenario(index)) => *own == index,
                (None, Reader::Scenario(_), Owner::File) => true,
                _ => false,
            };
            let whole = defined.kind == DefinedBy::Input && names.contains("inputs");
            sees && (whole || names.contains(&defined.name))
        })
    }
}

/// Walks through everything that has names of its own: each scenario, each action, and what a pack sends by default.
pub(super) fn walk(context: &Context<'_>) -> Names {
    let mut names = Names::default();
    if let Some(file) = context.file() {
        frame::define_file(file, &mut names);
        for index in 0..file.scenarios.len() {
            let mut walker = Walker::new(context, Owner::Scenario(index), Kinds::Scenario(index));
            walker.scenario(file, index);
            walker.finish(Reader::Scenario(index), &mut names);
        }
    }
    for action in context.own_actions() {
        let mut walker = Walker::new(context, Owner::File, Kinds::Action(action));
        walker.action(action);
        walker.finish(Reader::Action(action.name.clone()), &mut names);
        frame::define_action(action, &mut names);
    }
    if let Home::Pack(pack) = context.home {
        let mut walker = Walker::new(context, Owner::File, Kinds::Pack);
        for (_, header) in &pack.request.headers {
            walker.template(header);
        }
        walker.finish(Reader::Action(String::new()), &mut names);
    }
    // What some scenario sets is no slip where a setup asks for it that others have too.
    let Names {
        problems, defined, ..
    } = &mut names;
    problems.retain(|(_, problem)| {
        let mut defined = defined.iter();
        !defined.any(|defined| misspelt_name::says(problem, &defined.name))
    });
    names
}
