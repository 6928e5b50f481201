//! What branches that run at once both set, so that nobody knows which of them is the last.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::super::context::Context;
use super::super::rules::concurrent_name;
use super::frame::Walker;
use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::step::{Kind, Set, Step, Uses};

/// Something that a step sets.
#[derive(PartialEq, Eq, Hash)]
enum Written<'a> {
    Variable(&'a str),
    /// Of later requests of a pack.
    Header {
        pack: Option<&'a str>,
        name: String,
    },
}

impl<'a> Walker<'a, '_> {
    /// Finds what two branches set. What cleanups set, only they see.
    pub fn set_at_once(&mut self, branches: &'a [Step]) {
        let mut first: HashMap<Written<'a>, (usize, &'a Place)> = HashMap::new();
        for (index, branch) in branches.iter().enumerate() {
            let mut all = Vec::new();
            write(self.context, branch, &mut all);
            for (written, place) in all {
                match first.entry(written) {
                    Entry::Vacant(free) => _ = free.insert((index, place)),
                    Entry::Occupied(known) => {
                        let (branch, other) = *known.get();
                        if branch != index {
                            let problem = known.key().twice(place.clone(), other.clone());
                            self.problems.push(problem);
                        }
                    }
                }
            }
        }
    }
}

impl Written<'_> {
    /// What is wrong with it at `place` where another branch sets it, too.
    fn twice(&self, place: Place, other: Place) -> Diagnostic {
        match self {
            Self::Variable(name) => concurrent_name::variable_twice(name, place, other),
            Self::Header { name, .. } => concurrent_name::header_twice(name, place, other),
        }
    }
}

fn write<'a>(context: &Context<'a>, step: &'a Step, all: &mut Vec<(Written<'a>, &'a Place)>) {
    let own = step.own_variables();
    all.extend(own.map(|(name, place)| (Written::Variable(name), place)));
    match &step.kind {
        Kind::Set(set) => {
            let pack = pack_of(context, step);
            let places = set.headers.iter().map(|(_, value)| &value.place);
            all.extend(headers(set, pack).zip(places));
        }
        Kind::Uses(uses) => {
            let written = by_action(context, uses).into_iter();
            all.extend(written.map(|header| (header, &uses.action.place)));
        }
        _ => {}
    }
    for step in step.inner() {
        write(context, step, all);
    }
}

fn pack_of<'a>(context: &Context<'a>, step: &Step) -> Option<&'a str> {
    context.pack_of(step).map(|pack| pack.name.as_str())
}

fn headers<'a>(set: &Set, pack: Option<&'a str>) -> impl Iterator<Item = Written<'a>> {
    let names = set.headers.iter().map(|(name, _)| name);
    names.map(move |name| Written::Header {
        pack,
        name: name.to_ascii_lowercase(),
    })
}

/// The headers that an action's own steps set: they reach the scenario that uses it.
fn by_action<'a>(context: &Context<'a>, uses: &Uses) -> Vec<Written<'a>> {
    let of_pack = uses.action.pack.as_deref();
    let of_pack = of_pack.and_then(|alias| context.packs.get(Some(alias)));
    let mut left: Vec<&Step> = match context.action(&uses.action) {
        Some(action) => action.steps.iter().collect(),
        None => Vec::new(),
    };
    let mut all = Vec::new();
    while let Some(step) = left.pop() {
        if let Kind::Set(set) = &step.kind {
            let pack = match of_pack {
                Some(pack) => Some(pack.name.as_str()),
                None => pack_of(context, step),
            };
            all.extend(headers(set, pack));
        }
        left.extend(step.inner());
    }
    all
}
