//! How values read in messages: secrets are taken out first, then they are shortened; and where two of them differ.

use crate::clock::Clock;
use crate::expr::Scope;
use crate::value::{Difference, Redactor, Value, counted};

use super::domain::Domain;
use super::matchers::named;

/// Characters of a value that a message shows.
const LIMIT: usize = 80;
/// Characters of a long text shown before the place where it parts from another.
const LEAD: usize = 20;
/// Lines that a list in a note may have before it ends in "and N more".
pub(super) const LINE_LIMIT: usize = 10;

/// What matchers need beside the value: the clock, and how to show things.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub clock: &'a Clock,
    pub show: Show<'a>,
    /// The kind of the value that is looked at.
    domain: Domain,
}

impl<'a> Context<'a> {
    pub(super) fn new(scope: &'a dyn Scope, show: Show<'a>, domain: Domain) -> Self {
        Self {
            clock: scope.tools().clock,
            show,
            domain,
        }
    }

    /// The value that is looked at.
    pub(super) fn actual(self, value: &Value) -> String {
        self.domain.show(value, self.show)
    }

    /// For values inside of the one looked at, whose paths are told from there.
    pub(super) fn inside(self) -> Self {
        Self {
            show: Show {
                base: "",
                ..self.show
            },
            domain: Domain::Json,
            ..self
        }
    }
}

/// Shows values.
#[derive(Clone, Copy)]
pub(super) struct Show<'a> {
    /// Without one nothing is shortened.
    pub redactor: Option<&'a Redactor>,
    /// The path of the value looked at, `$` for the whole body; empty where it has none.
    pub base: &'a str,
}

impl Show<'_> {
    /// A value as compact JSON, without secrets, shortened.
    pub(super) fn value(self, value: &Value) -> String {
        let Some(redactor) = self.redactor else {
            return whole(value);
        };
        let shown = redactor.shorten(value, LIMIT);
        if !shown.ends_with('…') {
            return shown;
        }
        match value {
            Value::String(text) => {
                format!("{shown}\" ({})", counted(text.chars().count(), "character"))
            }
            Value::Array(items) => format!("{shown} ({})", counted(items.len(), "element")),
            _ => shown,
        }
    }

    /// Several values, separated by commas.
    pub(super) fn values<'v>(self, values: impl IntoIterator<Item = &'v Value>) -> String {
        let shown = values.into_iter().map(|value| self.value(value));
        limited(shown, LINE_LIMIT).join(", ")
    }

    /// A text as it is, without secrets, shortened.
    pub(super) fn text(self, text: &str) -> String {
        match self.redactor {
            Some(redactor) => redactor.excerpt(text, LIMIT),
            None => text.to_owned(),
        }
    }

    fn redact(self, text: &str) -> String {
        match self.redactor {
            Some(redactor) => redactor.redact(text).into_owned(),
            None => text.to_owned(),
        }
    }

    /// Two values beside each other: long texts from shortly before the place where they part.
    pub(super) fn contrast(self, expected: &Value, actual: &Value) -> (String, String) {
        let (Value::String(left), Value::String(right)) = (expected, actual) else {
            return (self.value(expected), self.value(actual));
        };
        let (left, right) = (self.redact(left), self.redact(right));
        let common = left
            .chars()
            .zip(right.chars())
            .take_while(|(left, right)| left == right)
            .count();
        if common < LIMIT / 2 || left == right {
            return (self.value(expected), self.value(actual));
        }
        let from = |text: &str| {
            let rest: String = text.chars().skip(common - LEAD).take(LIMIT).collect();
            let whole = text.chars().count() <= common - LEAD + LIMIT;
            let quoted = Value::from(rest).to_string();
            let inner = quoted
                .trim_start_matches('"')
                .strip_suffix('"')
                .unwrap_or("");
            format!("\"…{inner}{}\"", if whole { "" } else { "…" })
        };
        (from(&left), from(&right))
    }

    /// One difference as a sentence.
    pub(super) fn difference(self, difference: &Difference) -> String {
        let path = self.path(&difference.path);
        match (&difference.expected, &difference.actual) {
            (Some(expected), Some(actual)) => {
                let (expected, actual) = self.contrast(expected, actual);
                format!("{path}: expected {expected}, got {actual}")
            }
            (Some(expected), None) => {
                format!("{path} is missing, expected {}", self.value(expected))
            }
            (None, Some(actual)) => format!("{path} is not expected, got {}", self.value(actual)),
            (None, None) => path,
        }
    }

    /// A path that begins at the value looked at (`$.a`), as it is told to the user.
    pub(super) fn path(self, path: &str) -> String {
        let rest = path.strip_prefix('$').unwrap_or(path);
        match (self.base, rest) {
            ("", "") => "the value".to_owned(),
            (base, rest) => format!("`{base}{rest}`"),
        }
    }
}

/// Lines of a note, `and N more` for those beyond the limit.
pub(super) fn limited(mut lines: impl Iterator<Item = String>, limit: usize) -> Vec<String> {
    let mut shown: Vec<String> = lines.by_ref().take(limit).collect();
    match lines.count() {
        0 => {}
        more => shown.push(format!("and {more} more")),
    }
    shown
}

/// A value as compact JSON where it is short, else what it is. It is not cut: a secret that is cut is not known for one.
fn whole(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().nth(LIMIT).is_none() {
        text
    } else {
        named(value)
    }
}
