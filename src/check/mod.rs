//! Checks: what a user expects of a response, and whether it holds.

mod contract;
mod expect;
pub mod matchers;

use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Scope};
use crate::http::{Response, TransportError};
use crate::source::Place;
use crate::value::Path;

pub use contract::{Contract, Operation};
pub use matchers::Matcher;

/// An `expect` map: every entry is a check, and each is evaluated.
#[derive(Clone, Debug)]
pub struct Expect {
    pub place: Place,
    pub checks: Vec<Check>,
}

/// One entry of an `expect` map.
#[derive(Clone, Debug)]
pub struct Check {
    /// Where its key stands.
    pub place: Place,
    pub subject: Subject,
    pub matcher: Matcher,
}

/// What a check looks at.
#[derive(Clone, Debug)]
pub enum Subject {
    Status,
    Header(String),
    Cookie(String),
    Text,
    /// The whole body, as a deep partial match with plain data.
    Json,
    /// The whole body, by a JSON Schema.
    Schema,
    Contract,
    Duration,
    Signature,
    Passed,
    Error,
    Path(Path),
}

/// What a step brought to light, for its checks to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    pub response: Option<&'a Response>,
    pub error: Option<&'a TransportError>,
    /// How many branches of a `parallel` passed.
    pub passed: Option<usize>,
    /// The pack's contract and the operation that was called.
    pub contract: Option<(&'a Contract, Operation<'a>)>,
}

/// How one check went.
#[derive(Clone, Debug)]
pub enum Verdict {
    Passed,
    /// The system answered and the check said no.
    Failed(Diagnostic),
    /// The check could not be made, for example since a variable is undefined.
    Errored(Diagnostic),
}

impl Expect {
    /// Whether it says anything of `status`.
    #[must_use]
    pub fn states_status(&self) -> bool {
        self.checks
            .iter()
            .any(|check| matches!(check.subject, Subject::Status))
    }

    /// Evaluates every check, in written order.
    #[must_use]
    pub fn evaluate(&self, evidence: Evidence<'_>, scope: &dyn Scope) -> Vec<Verdict> {
        self.checks
            .iter()
            .map(|check| check.evaluate(evidence, scope))
            .collect()
    }

    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        self.checks
            .iter()
            .flat_map(|check| check.matcher.references())
            .collect()
    }
}
