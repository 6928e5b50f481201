//! Evaluating checks: the verdict, and for a failed one what is wrong.

use super::implied::contract_verdict;
use super::matchers::{Answer, Complaint, Ready};
use super::show::{Context, LINE_LIMIT, Show, limited};
use super::subject::Look;
use super::{Check, Evidence, Subject, Verdict};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::expr::Scope;
use crate::http::{JsonError, Response};
use crate::source::Place;
use crate::value::{Missing, PathStep, Value, normalized};

/// What may have been meant by a path that leads nowhere.
#[must_use]
pub fn help_with(missing: &Missing) -> Option<String> {
    let (name, nearest) = (missing.name.as_ref()?, &missing.nearest);
    if let Some(close) = did_you_mean(name, missing.keys.iter().map(String::as_str)) {
        let close = normalized(&[PathStep::Name(close)]).replacen('$', nearest, 1);
        return Some(format!("did you mean `{close}`?"));
    }
    let is_list = missing.there.ends_with("element") || missing.there.ends_with("elements");
    is_list.then(|| {
        let rest = missing.path.strip_prefix(nearest).unwrap_or("");
        format!(
            "`{nearest}[0]{rest}` looks into the first, `{nearest}[*]{rest}` gives the list of all"
        )
    })
}

/// One check under evaluation.
#[derive(Clone, Copy)]
struct Trial<'a> {
    check: &'a Check,
    evidence: Evidence<'a>,
    ready: &'a Ready,
    cx: Context<'a>,
    /// Whether a failure is explained.
    explain: bool,
}

impl Check {
    /// Looks whether the check holds.
    #[must_use]
    pub fn evaluate(&self, evidence: Evidence<'_>, scope: &dyn Scope) -> Verdict {
        self.try_out(evidence, scope, true)
    }

    /// As [`Check::evaluate`], without an explanation.
    ///
    /// # Errors
    /// The check could not be made.
    pub fn holds(&self, evidence: Evidence<'_>, scope: &dyn Scope) -> Result<bool, Diagnostic> {
        match self.try_out(evidence, scope, false) {
            Verdict::Passed => Ok(true),
            Verdict::Failed(_) => Ok(false),
            Verdict::Errored(problem) => Err(problem),
        }
    }

    fn try_out(&self, evidence: Evidence<'_>, scope: &dyn Scope, explain: bool) -> Verdict {
        let ready = match self.matcher.ready(scope) {
            Ok(Some(ready)) => ready,
            // All that is expected was `omit`: the entry is left out.
            Ok(None) => return Verdict::Passed,
            Err(problem) => return Verdict::Errored(problem),
        };
        let show = Show {
            redactor: evidence.redactor,
            base: self.subject.base(),
        };
        let trial = Trial {
            check: self,
            evidence,
            ready: &ready,
            cx: Context::new(scope, show, self.subject.domain()),
            explain,
        };
        trial.verdict()
    }

    /// Where a failure points: at the expected value where it is on one line, else at the key.
    fn target(&self, operator: Option<Place>) -> Place {
        let value = operator.or_else(|| match self.matcher.operators.as_slice() {
            [only] => Some(only.place.clone()),
            _ => None,
        });
        match value {
            Some(place) if place.start().line == place.end().line => place,
            _ => self.place.clone(),
        }
    }
}

impl Trial<'_> {
    fn verdict(self) -> Verdict {
        match (&self.check.subject, self.evidence.response) {
            (Subject::Passed, _) => match self.evidence.passed {
                Some(passed) => self.judge(Look::There(&Value::from(passed))),
                None => self.errored("unfit-check", "`passed` is for `parallel` steps"),
            },
            (Subject::Error, _) => self.judge_error(),
            (Subject::Signature, _) => self.judge_signature(),
            (Subject::Count, _) => match self.evidence.count {
                Some(count) => self.judge(Look::There(&Value::from(count))),
                None => self.errored("unfit-check", "`count` is for `receive` steps"),
            },
            (subject, Some(response)) => match subject {
                Subject::Contract => self.judge_contract(),
                subject => subject.look(response, |look| self.judge(look)),
            },
            (_, None) => self.errored("no-response", "there is no response that could be checked"),
        }
    }

    fn errored(&self, code: &'static str, message: &str) -> Verdict {
        Verdict::Errored(Diagnostic::error(code, message).at(self.check.place.clone()))
    }

    fn judge(&self, look: Look<'_>) -> Verdict {
        let actual = match &look {
            Look::There(actual) => Some(*actual),
            Look::Missing(_) | Look::Absent(_) => None,
            Look::Unreadable(error) => {
                return self.failed(|| self.unreadable(error));
            }
            Look::TooMuch(limit) => {
                return self.errored(
                    "path-limit",
                    &format!("the path visits more than {limit} values of this body"),
                );
            }
        };
        if self.ready.holds(actual, self.cx) == Answer::Yes {
            return Verdict::Passed;
        }
        self.failed(|| match look {
            Look::There(actual) => self.wrong(actual),
            Look::Missing(missing) => self.missing(&missing),
            Look::Absent(names) => self.absent(&names),
            Look::Unreadable(error) => self.unreadable(&error),
            Look::TooMuch(_) => Diagnostic::error("path-limit", ""),
        })
    }

    fn failed(&self, explain: impl FnOnce() -> Diagnostic) -> Verdict {
        Verdict::Failed(if self.explain {
            explain()
        } else {
            Diagnostic::error(self.check.subject.code(), "")
        })
    }

    fn failure(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.check.subject.code(), message).at(self.check.target(None))
    }

    /// The value is there and not as it should be.
    fn wrong(&self, actual: &Value) -> Diagnostic {
        let complaint = self.ready.explain(actual, self.cx);
        let Complaint {
            summary,
            label,
            notes,
            help,
            place,
            located,
        } = complaint;
        let title = if located {
            String::new()
        } else {
            self.check.subject.title()
        };
        let mut failure = self.failure(format!("{title}{summary}{}", self.reason()));
        failure.place = Some(self.check.target(place));
        failure.label = label;
        failure.notes = notes;
        failure.help = help;
        failure
    }

    /// The reason phrase after a status, as the server sent it.
    fn reason(&self) -> String {
        match (&self.check.subject, self.evidence.response) {
            (Subject::Status, Some(response)) => reason_phrase(response, self.cx.show),
            _ => String::new(),
        }
    }

    fn expected(&self) -> String {
        self.ready.describe(self.cx)
    }

    fn missing(&self, missing: &Missing) -> Diagnostic {
        let title = &self.check.subject.title();
        let failure = self
            .failure(format!(
                "{title}expected {}, but it does not exist",
                self.expected()
            ))
            .label("does not exist")
            .note(match &self.check.subject {
                Subject::Path(path) if path.text() == missing.path => {
                    format!("`{}` {}", missing.nearest, missing.there)
                }
                _ => missing.to_string(),
            });
        failure.help(help_with(missing).unwrap_or_default())
    }

    fn absent(&self, names: &[String]) -> Diagnostic {
        let (title, noun, name) = match &self.check.subject {
            Subject::Header(name) => (self.check.subject.title(), "header", &**name),
            Subject::Cookie(name) => (self.check.subject.title(), "cookie", &**name),
            _ => (self.check.subject.title(), "value", ""),
        };
        let failure = self
            .failure(format!(
                "{title}expected {}, but there is none",
                self.expected()
            ))
            .label(format!("there is no such {noun}"));
        let failure = if names.is_empty() {
            failure.note(format!("the response has no {noun}s"))
        } else {
            let names = limited(names.iter().cloned(), LINE_LIMIT);
            failure.note(format!("the response has the {noun}s {}", names.join(", ")))
        };
        failure.suggest(name, names.iter().map(String::as_str))
    }

    fn unreadable(&self, error: &JsonError) -> Diagnostic {
        let title = self.check.subject.title();
        let mut failure = self
            .failure(format!(
                "{title}expected {}, but {}",
                self.expected(),
                error.message
            ))
            .label(error.label);
        if !error.help.is_empty() {
            failure.notes.push(error.help.clone());
        }
        if let Some(response) = self.evidence.response {
            let text = response.text();
            let start = text.trim_start();
            if !start.is_empty() {
                let start = self.cx.show.text(start);
                failure.notes.push(format!("the body begins: {start}"));
            }
        }
        failure
    }

    fn judge_error(&self) -> Verdict {
        if let Some(error) = self.evidence.error {
            let kind = Value::from(error.kind.word());
            if self.ready.holds(Some(&kind), self.cx) == Answer::Yes {
                return Verdict::Passed;
            }
            return self.failed(|| {
                self.failure(format!(
                    "expected the request to fail with {}, but it failed with {}",
                    self.expected(),
                    error.kind.word()
                ))
                .label(format!("failed with {}", error.kind.word()))
                .note(self.cx.show.text(&error.message))
            });
        }
        let Some(response) = self.evidence.response else {
            return self.errored("no-response", "no request was sent that could have failed");
        };
        self.failed(|| {
            let got = format!(
                "{}{}",
                response.status,
                reason_phrase(response, self.cx.show)
            );
            self.failure(format!(
                "expected the request to fail with {}, got {got}",
                self.expected()
            ))
            .label(format!("answered {got}"))
        })
    }

    fn judge_signature(&self) -> Verdict {
        let Some(signature) = self.evidence.signature else {
            return self.errored("no-response", "there is no webhook that could be checked");
        };
        if self
            .ready
            .holds(Some(&Value::from(signature.word())), self.cx)
            == Answer::Yes
        {
            return Verdict::Passed;
        }
        self.failed(|| {
            let failure = self
                .failure(format!(
                    "expected the signature to be {}, and it is {}",
                    self.expected(),
                    signature.word()
                ))
                .label(signature.word());
            match signature.reason() {
                Some(reason) => failure.note(self.cx.show.text(reason)),
                None => failure,
            }
        })
    }

    fn judge_contract(&self) -> Verdict {
        // `contract: false` turns the check off.
        if self.ready.holds(Some(&Value::Bool(false)), self.cx) == Answer::Yes {
            return Verdict::Passed;
        }
        if self.evidence.contract.is_none() {
            return self.errored("no-contract", "the pack has no contract that could be kept");
        }
        contract_verdict(self.evidence, &self.check.place)
    }
}

/// ` (Not Found)`, or nothing where the server sent no phrase.
pub(super) fn reason_phrase(response: &Response, show: Show<'_>) -> String {
    if response.reason.is_empty() {
        return String::new();
    }
    format!(" ({})", show.text(&response.reason))
}
