//! Which of a file's problems concern one scenario only, so that the file's others can run.

use std::sync::Arc;

use super::{Scenario, ScenarioFile};
use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source, Span};

/// A file's problems, by what they make invalid.
#[derive(Debug, Default)]
pub struct Split {
    /// Problems of the file as a whole: an error among them makes all of it invalid.
    pub file: Vec<Diagnostic>,
    /// The problems of each scenario, in the order of `ScenarioFile::scenarios`.
    pub scenarios: Vec<Vec<Diagnostic>>,
}

/// Tells a file's problems from those of its scenarios. A problem concerns every scenario in which it, or one of the
/// places that explain it, lies, unless it was found on behalf of the file.
#[must_use]
pub fn by_scenario(file: &ScenarioFile, problems: &[Diagnostic]) -> Split {
    let mut split = Split {
        file: Vec::new(),
        scenarios: vec![Vec::new(); file.scenarios.len()],
    };
    for problem in problems {
        if problem.of_file {
            split.file.push(problem.clone());
            continue;
        }
        let mut found = false;
        for (scenario, own) in file.scenarios.iter().zip(&mut split.scenarios) {
            if scenario.owns(problem) {
                own.push(problem.clone());
                found = true;
            }
        }
        if !found {
            split.file.push(problem.clone());
        }
    }
    split
}

impl Scenario {
    /// Whether a problem concerns this scenario: it, or one of the places that explain it, lies inside.
    #[must_use]
    pub fn owns(&self, problem: &Diagnostic) -> bool {
        let also = problem.also.iter().map(|(place, _)| place);
        let mut places = problem.place.iter().chain(also);
        places.any(|place| lies_in(place, &self.place.source, self.span))
    }
}

pub(super) fn lies_in(place: &Place, source: &Arc<Source>, span: Span) -> bool {
    Arc::ptr_eq(&place.source, source)
        && span.start <= place.span.start
        && place.span.end <= span.end
}
