//! Which webhooks a scenario waits for, and whether they can come.

use std::sync::Arc;

use super::PlannedFile;
use crate::scenario::Scenario;
use crate::source::Source;
use crate::step::{Kind, PackName, Step};

/// The first word of `webhooks.url`.
const NAMESPACE: &str = "webhooks";

/// Whether a file speaks of webhooks at all.
pub(super) fn mentioned(source: &Source) -> bool {
    memchr::memmem::find(source.text.as_bytes(), NAMESPACE.as_bytes()).is_some()
}

/// What a scenario needs of the receiver.
#[derive(Debug, Default)]
pub(super) struct Needs<'p> {
    /// The packs whose webhooks it waits for.
    pub(super) receives: Vec<&'p PackName>,
    /// It reads `webhooks.url`.
    pub(super) reads_url: bool,
}

impl<'p> Needs<'p> {
    /// What a scenario needs, setup, actions and teardown included.
    pub(super) fn of(file: &'p PlannedFile, scenario: &'p Scenario) -> Self {
        let mut needs = Self::default();
        let lists = [
            &file.document.setup,
            &scenario.steps,
            &scenario.teardown,
            &file.document.teardown,
        ];
        for steps in lists {
            needs.add(file, steps, 0);
        }
        let vars = file.document.vars.iter().chain(&scenario.vars);
        needs.reads_url |= vars
            .flat_map(|variable| variable.value.references())
            .any(|reference| is_url(&reference.path));
        needs
    }

    fn add(&mut self, file: &'p PlannedFile, steps: &'p [Step], depth: usize) {
        // Most files don't, and to look at every expression takes long.
        let mentions_url = steps.first().is_some_and(|step| {
            let source = &step.place.source;
            if Arc::ptr_eq(source, &file.document.source) {
                file.mentions_webhooks
            } else {
                mentioned(source)
            }
        });
        for step in steps {
            self.reads_url |= mentions_url
                && step
                    .references()
                    .iter()
                    .any(|reference| is_url(&reference.path));
            match &step.kind {
                Kind::Receive(receive) => self.receives.push(&receive.pack),
                Kind::Group(group) => self.add(file, &group.steps, depth),
                Kind::Parallel(branches) => self.add(file, branches, depth),
                // Actions may call each other; one that calls itself is an error that lint reports.
                Kind::Uses(uses) if depth < 16 => {
                    if let Some(action) = file.action(&uses.action) {
                        let defaults = action.inputs.iter().filter_map(|input| {
                            // What an expression gives is not known: a default may be used.
                            let given = uses.with.iter().any(|with| with.name == input.name);
                            input.default.as_ref().filter(|_| !given)
                        });
                        self.reads_url |= defaults
                            .flat_map(crate::expr::Template::references)
                            .any(|reference| is_url(&reference.path));
                        self.add(file, &action.steps, depth + 1);
                    }
                }
                Kind::Http(_) | Kind::Uses(_) | Kind::Wait(_) | Kind::Set(_) | Kind::Check(_) => {}
            }
        }
    }

    /// The pack in a real environment whose webhooks it waits for; the outside world must then know a way in.
    pub(super) fn outside(&self, file: &'p PlannedFile) -> Option<&'p str> {
        let is_real = |name: &&PackName| {
            file.pack(Some(&name.name))
                .is_some_and(|pack| pack.base_url.is_some())
        };
        if let Some(name) = self.receives.iter().copied().find(|name| is_real(name)) {
            return Some(&name.name);
        }
        if !self.reads_url || !self.receives.is_empty() {
            return None;
        }
        file.packs
            .iter()
            .find(|(_, pack)| pack.base_url.is_some())
            .map(|(alias, _)| alias.as_str())
    }
}

fn is_url(path: &[String]) -> bool {
    path.first().is_some_and(|name| name == NAMESPACE)
}
