//! What the rules found, and on whose behalf: the same step may be looked at for several scenarios.

use std::sync::Arc;

use super::context::Owner;
use crate::diagnostic::Diagnostic;
use crate::scenario::ScenarioFile;
use crate::source::Place;

/// The findings of all rules.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
}

#[derive(Debug)]
struct Finding {
    diagnostic: Diagnostic,
    /// Whom it was found for.
    owners: Vec<Owner>,
}

impl Findings {
    /// Adds a finding; one that is known already is found for one owner more.
    pub fn add(&mut self, owner: Owner, diagnostic: Diagnostic) {
        let known = self
            .found
            .iter_mut()
            .rev()
            .find(|known| same(&known.diagnostic, &diagnostic));
        match known {
            None => self.found.push(Finding {
                diagnostic,
                owners: vec![owner],
            }),
            Some(known) if known.owners.contains(&owner) => {}
            Some(known) => known.owners.push(owner),
        }
    }

    /// All of them, whoever they were found for.
    pub fn plain(self) -> Vec<Diagnostic> {
        self.found
            .into_iter()
            .map(|finding| finding.diagnostic)
            .collect()
    }

    /// The findings in a scenario file. One that concerns a scenario but lies elsewhere, in the setup or behind an
    /// alias, says whom it concerns; one that concerns all of them is the file's own.
    pub fn for_file(self, file: &ScenarioFile) -> Vec<Diagnostic> {
        self.found
            .into_iter()
            .map(|finding| attribute(finding, file))
            .collect()
    }
}

fn attribute(finding: Finding, file: &ScenarioFile) -> Diagnostic {
    let Finding {
        mut diagnostic,
        owners,
    } = finding;
    let lies_in_one = file
        .scenarios
        .iter()
        .any(|scenario| scenario.owns(&diagnostic));
    let concerns_all = owners.len() == file.scenarios.len();
    if owners.contains(&Owner::File) {
        // Behind an alias, it may lie in what is a scenario's.
        diagnostic.of_file = lies_in_one;
        return diagnostic;
    }
    if concerns_all && !lies_in_one {
        return diagnostic;
    }
    for owner in owners {
        let Owner::Scenario(index) = owner else {
            continue;
        };
        let Some(scenario) = file.scenarios.get(index) else {
            continue;
        };
        if !scenario.owns(&diagnostic) {
            let place = scenario.place.clone();
            diagnostic.also.push((place, "in this scenario".to_owned()));
        }
    }
    diagnostic
}

fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.code == other.code
        && one.message == other.message
        && match (&one.place, &other.place) {
            (Some(one), Some(other)) => same_place(one, other),
            (None, None) => true,
            _ => false,
        }
}

fn same_place(one: &Place, other: &Place) -> bool {
    one.span == other.span && Arc::ptr_eq(&one.source, &other.source)
}
