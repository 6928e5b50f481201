//! Secrets, and taking every form of them out of a text.

mod finder;
mod forms;
mod readings;
mod unescape;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::Value;
use finder::Finder;
use readings::readings;

/// What stands in place of a secret.
const MASK: &str = "***";

/// Secrets of fewer bytes are redacted as they are only: their derived forms are so short that they occur by chance.
const SHORT: usize = 8;

/// A value that must never be shown. Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the request that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is so short (under 8 bytes without the white space around it) that only its plain text is redacted, of
    /// which the user is warned.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.trim().len() < SHORT
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// How much there is of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// Its start; how it goes on is not known.
    Start,
}

/// Takes secrets out of texts, in every form that can be derived from them: as they are, in base64 (alone or within
/// something longer, such as Basic auth), in hexadecimal, URL-encoded, JSON- and XML-escaped.
///
/// Cheap to clone. Clones share what they have in common; a secret added to one is not known to the others.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<Vec<Secret>>,
    /// Built when a text is first looked at.
    finder: Arc<OnceLock<Finder>>,
}

impl Redactor {
    /// Adds a secret, and what whoever reads it makes of it: it without the white space around it, with other line ends,
    /// with its escapes undone, and the texts in it where it is JSON. Adding one again changes nothing, and neither does
    /// one that is empty or white space alone.
    pub fn add(&mut self, secret: &Secret) {
        if secret.expose().trim().is_empty() || self.secrets.contains(secret) {
            return;
        }
        let secrets = Arc::make_mut(&mut self.secrets);
        secrets.push(secret.clone());
        for other in readings(secret.expose()) {
            let other = Secret::new(other);
            if !secrets.contains(&other) {
                secrets.push(other);
            }
        }
        self.finder = Arc::default();
    }

    /// Whether there is nothing to redact.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The same without those secrets that are so short ([`Secret::is_short`]) that they occur by chance: for texts of the
    /// program's own, in which no value of a secret can stand.
    #[must_use]
    pub fn without_short(&self) -> Self {
        let long = self.secrets.iter().filter(|secret| !secret.is_short());
        Self {
            secrets: Arc::new(long.cloned().collect()),
            finder: Arc::default(),
        }
    }

    /// The text with each secret in it replaced by `***`. Where secrets or forms of them overlap, one `***` stands for
    /// all that they cover, so that no rest of any is left.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redact_part(text, Extent::Whole)
    }

    /// The same, of a text that may be the start of a longer one: then a secret that its end cuts is replaced too.
    #[must_use]
    pub fn redact_part<'a>(&self, text: &'a str, extent: Extent) -> Cow<'a, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let finder = self.finder.get_or_init(|| Finder::new(&self.secrets));
        let covered = finder.covered(text, extent);
        if covered.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        for (start, end) in covered {
            out.push_str(&text[copied..start]);
            out.push_str(MASK);
            copied = end;
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// The value with its strings redacted, and with `"***"` for a number that is a secret. Keys are names and stay.
    #[must_use]
    pub fn redact_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.redact(text).into_owned()),
            Value::Number(number) if self.is_secret(number.as_str()) => {
                Value::String(MASK.to_owned())
            }
            Value::Array(list) => list.iter().map(|value| self.redact_value(value)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), self.redact_value(value)))
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn is_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| secret.expose() == text)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests;
