//! Matchers whose expressions are rendered: tests, their answers, and what is said where one does not hold.

use std::fmt;
use std::ops::Not;
use std::sync::Arc;

use super::{Argument, Fault, Make, Making, Matcher, Operator, OperatorSpec};
use crate::check::show::Context;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, Scope};
use crate::source::Place;
use crate::value::Value;

/// Whether a value is as it should be.
///
/// An operator that does not apply to a value's kind, such as `gt` to a list, fails, and fails under `not` too: that a
/// list is not greater than 5 is no success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Answer {
    Yes,
    No,
    /// There is no such value, or it is of a kind that the operator can't judge.
    Unfit,
}

impl Answer {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unfit, _) | (_, Self::Unfit) => Self::Unfit,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }
}

impl Not for Answer {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unfit => Self::Unfit,
        }
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// An operator with its argument at hand.
pub(in crate::check) trait Test: fmt::Debug + Send + Sync {
    /// What it wants, to be read after "expected": `greater than 5`.
    fn describe(&self, cx: Context<'_>) -> String;

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer;

    /// What it was made of, where that is what a value is compared with as a whole.
    fn expected(&self) -> Option<&Value> {
        None
    }

    /// Whether a list can pass it, if one can pass its operator at all.
    fn suits_lists(&self) -> bool {
        true
    }

    /// As [`Test::holds`], where there may be no value at all.
    fn holds_of(&self, actual: Option<&Value>, cx: Context<'_>) -> Answer {
        actual.map_or(Answer::Unfit, |actual| self.holds(actual, cx))
    }

    /// Why a value does not pass.
    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        Complaint::new(self.describe(cx), cx.actual(actual))
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug)]
pub(in crate::check) struct Complaint {
    /// `expected 1, got 2`.
    pub summary: String,
    /// `got 2`.
    pub label: String,
    pub notes: Vec<String>,
    pub help: Vec<String>,
    /// The operator that does not hold.
    pub place: Option<Place>,
    /// Whether the summary says itself where in the body it is.
    pub located: bool,
}

impl Complaint {
    pub(in crate::check) fn new(expected: impl fmt::Display, actual: impl fmt::Display) -> Self {
        Self::of(
            format!("expected {expected}, got {actual}"),
            format!("got {actual}"),
        )
    }

    pub(super) fn of(summary: String, label: String) -> Self {
        Self {
            summary,
            label,
            notes: Vec::new(),
            help: Vec::new(),
            place: None,
            located: false,
        }
    }

    pub(super) fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// A matcher with its expressions rendered.
#[derive(Clone, Debug)]
pub(in crate::check) struct Ready(Vec<(Option<Place>, Arc<dyn Test>)>);

impl Ready {
    pub(in crate::check) fn holds(&self, actual: Option<&Value>, cx: Context<'_>) -> Answer {
        self.0
            .iter()
            .map(|(_, test)| test.holds_of(actual, cx))
            .fold(Answer::Yes, Answer::and)
    }

    pub(in crate::check) fn describe(&self, cx: Context<'_>) -> String {
        let all: Vec<String> = self.0.iter().map(|(_, test)| test.describe(cx)).collect();
        all.join(" and ")
    }

    /// Why a value that is there does not pass: the first operator that does not hold, and notes on the others.
    pub(in crate::check) fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let mut failing = self
            .0
            .iter()
            .filter(|(_, test)| test.holds_of(Some(actual), cx) != Answer::Yes)
            .map(|(place, test)| (place, test.explain(actual, cx)));
        let Some((place, mut complaint)) = failing.next() else {
            return Complaint::new(self.describe(cx), cx.show.value(actual));
        };
        complaint.place = complaint.place.or_else(|| place.clone());
        for (_, other) in failing {
            complaint.notes.push(format!("also {}", other.summary));
        }
        complaint
    }
}

impl OperatorSpec {
    /// The test of an argument that is data.
    pub(super) fn test(&self, value: Value, making: &Making) -> Result<Arc<dyn Test>, Fault> {
        match &self.make {
            Make::Data(make) => make(value, making),
            Make::Schema => super::schema::make(&value),
            Make::Matcher(..) | Make::Matchers(_) | Make::With(_) => {
                Err(Fault::new(format!("`{}` takes no data", self.name)))
            }
        }
    }
}

impl Matcher {
    /// Renders the expressions. `None` where all there is was `omit`, and so is left out.
    ///
    /// # Errors
    /// An expression that can't be evaluated, or gives what its operator can't take.
    pub(in crate::check) fn ready(&self, scope: &dyn Scope) -> Result<Option<Ready>, Diagnostic> {
        let mut tests = Vec::with_capacity(self.operators.len());
        for operator in &self.operators {
            if let Some(test) = operator.ready(scope)? {
                let place = operator.key.as_ref().map(|_| operator.place.clone());
                tests.push((place, test));
            }
        }
        Ok((!tests.is_empty()).then_some(Ready(tests)))
    }
}

impl Operator {
    fn ready(&self, scope: &dyn Scope) -> Result<Option<Arc<dyn Test>>, Diagnostic> {
        match (&self.argument, &self.spec.make) {
            (Argument::Literal(test), _) => Ok(Some(Arc::clone(test))),
            (Argument::Dynamic(dynamic), _) => {
                let (template, making) = &**dynamic;
                let Outcome::Value(value) = template.render(scope)? else {
                    return Ok(None);
                };
                self.spec.test(value, making).map(Some).map_err(|fault| {
                    let written = self.key.as_ref().map(|_| self.spec);
                    fault.diagnostic(written).at(self.place.clone())
                })
            }
            (Argument::Matcher(matcher), Make::Matcher(_, make)) => {
                Ok(matcher.ready(scope)?.map(make))
            }
            (Argument::Matchers(matchers), Make::Matchers(make)) => {
                let mut ready = Vec::with_capacity(matchers.len());
                for matcher in matchers {
                    ready.extend(matcher.ready(scope)?);
                }
                Ok((!ready.is_empty()).then(|| make(ready)))
            }
            (Argument::Matcher(_) | Argument::Matchers(_), _) => Ok(None),
        }
    }
}
