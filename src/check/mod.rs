//! Checks: what a user expects of a response, and whether it holds.

mod advice;
mod contract;
mod decode;
mod domain;
mod evaluate;
mod formats;
mod implied;
mod instant;
mod keywords;
pub mod matchers;
mod schema;
mod show;
mod subject;
#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Scope};
use crate::http::{Response, TransportError};
use crate::signature;
use crate::source::Place;
use crate::value::{Path, Redactor};

pub use contract::{
    Breach, BreachKind, Contract, Location, Operation, OperationSpec, Parameter, Partial,
    QueryPart, Recorder, RequestBreach,
};
pub use decode::EXPECT;
pub use evaluate::help_with;
pub use implied::{implied_contract, implied_signature, implied_status};
pub use keywords::check_keywords;
pub use matchers::{Matcher, OPERATORS, OperatorSpec};
pub use schema::Schema;

/// An `expect` map: every entry is a check, and each is evaluated.
#[derive(Clone, Debug)]
pub struct Expect {
    pub place: Place,
    pub checks: Vec<Check>,
}

/// One entry of an `expect` map; `headers` and `cookies` are one for each name.
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
    /// A response header, by its name in lower case.
    Header(Box<str>),
    Cookie(Box<str>),
    Text,
    /// The whole body, as a deep partial match with plain data.
    Json,
    /// The whole body, by a JSON Schema.
    Schema,
    Contract,
    Duration,
    /// How many branches of a `parallel` passed.
    Passed,
    /// The way in which the request failed.
    Error,
    /// Whether a webhook is signed as it should be.
    Signature,
    /// How many webhooks came.
    Count,
    Path(Path),
}

/// What a step brought to light, for its checks to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    pub response: Option<&'a Response>,
    pub error: Option<&'a TransportError>,
    /// How many branches of a `parallel` passed.
    pub passed: Option<usize>,
    /// What verifying a webhook came to.
    pub signature: Option<&'a signature::Verdict>,
    /// How many webhooks came.
    pub count: Option<usize>,
    /// The pack's contract and the operation that was called.
    pub contract: Option<(&'a Contract, Operation<'a>)>,
    /// Takes secrets out of what messages quote, before it is shortened.
    pub redactor: Option<&'a Redactor>,
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

impl Check {
    /// Whether it says `contract: true`.
    #[must_use]
    pub fn wants_contract(&self) -> bool {
        matches!(self.subject, Subject::Contract)
            && self.matcher.as_literal() == Some(&crate::value::Value::Bool(true))
    }

    /// Whether anything is left of it: what comes out as `omit` is as if it were not written. One that can't be made is
    /// there all the same.
    #[must_use]
    pub fn is_stated(&self, scope: &dyn Scope) -> bool {
        self.matcher.as_literal().is_some() || !matches!(self.matcher.ready(scope), Ok(None))
    }

    /// Everything its expressions read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        self.matcher.references()
    }
}

impl Expect {
    /// Whether it says anything of `status`, so that 2xx is not implied.
    #[must_use]
    pub fn states_status(&self, scope: &dyn Scope) -> bool {
        self.states(scope, |subject| matches!(subject, Subject::Status))
    }

    /// Whether it says anything of `contract`, so that holding to it is not implied.
    #[must_use]
    pub fn states_contract(&self, scope: &dyn Scope) -> bool {
        self.states(scope, |subject| matches!(subject, Subject::Contract))
    }

    /// Whether it says anything of `signature`, so that a valid one is not implied.
    #[must_use]
    pub fn states_signature(&self, scope: &dyn Scope) -> bool {
        self.states(scope, |subject| matches!(subject, Subject::Signature))
    }

    /// Whether it wants the request to fail, so that there is no response to be checked.
    #[must_use]
    pub fn states_error(&self, scope: &dyn Scope) -> bool {
        self.states(scope, |subject| matches!(subject, Subject::Error))
    }

    /// Whether it says how many must pass, so that it is not all.
    #[must_use]
    pub fn states_passed(&self, scope: &dyn Scope) -> bool {
        self.states(scope, |subject| matches!(subject, Subject::Passed))
    }

    /// Whether it says anything at all.
    #[must_use]
    pub fn states_something(&self, scope: &dyn Scope) -> bool {
        self.states(scope, |_| true)
    }

    fn states(&self, scope: &dyn Scope, wanted: impl Fn(&Subject) -> bool) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| wanted(&check.subject) && check.is_stated(scope))
    }

    /// Whether it says `contract: false`.
    #[must_use]
    pub fn turns_contract_off(&self) -> bool {
        self.checks.iter().any(|check| {
            matches!(check.subject, Subject::Contract)
                && check.matcher.as_literal() == Some(&crate::value::Value::Bool(false))
        })
    }

    /// Evaluates every check, in written order.
    #[must_use]
    pub fn evaluate(&self, evidence: Evidence<'_>, scope: &dyn Scope) -> Vec<Verdict> {
        self.checks
            .iter()
            .map(|check| check.evaluate(evidence, scope))
            .collect()
    }

    /// Whether every check holds, for `until`, `fail_on` and `where`; cheaper than [`Expect::evaluate`], since nothing is
    /// said of those that don't.
    ///
    /// # Errors
    /// A check that could not be made.
    pub fn holds(&self, evidence: Evidence<'_>, scope: &dyn Scope) -> Result<bool, Diagnostic> {
        for check in &self.checks {
            if !check.holds(evidence, scope)? {
                return Ok(false);
            }
        }
        Ok(true)
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
