//! Secrets, and taking every form of them out of a text.

mod forms;
mod unescape;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::Value;
use forms::forms;
use unescape::{ESCAPES, Plain};

/// What stands in place of a secret.
const MASK: &str = "***";

/// Secrets of fewer bytes are redacted as they are only: their derived forms are so short that they occur by chance.
const SHORT: usize = 8;

/// Secrets of more bytes are searched for one by one: in the automaton each byte of each form would cost many.
const LONG: usize = 4_096;

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

    /// Whether it is so short (under 8 bytes) that only its plain text is redacted, of which the user is warned.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.len() < SHORT
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
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
    /// Adds a secret. Adding one again changes nothing, and neither does an empty one.
    pub fn add(&mut self, secret: &Secret) {
        if secret.expose().is_empty() || self.secrets.contains(secret) {
            return;
        }
        Arc::make_mut(&mut self.secrets).push(secret.clone());
        self.finder = Arc::default();
    }

    /// Whether there is nothing to redact.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// How many secrets are so short that only their plain text is redacted ([`Secret::is_short`]).
    #[must_use]
    pub fn short_secrets(&self) -> usize {
        self.secrets
            .iter()
            .filter(|secret| secret.is_short())
            .count()
    }

    /// The text with each secret in it replaced by `***`. Where secrets or forms of them overlap, one `***` stands for
    /// all that they cover, so that no rest of any is left.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let finder = self.finder.get_or_init(|| Finder::new(&self.secrets));
        let covered = finder.covered(text);
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

/// How many escapes within escapes are undone: two are JSON in a string of JSON, or a URL in one.
const MAX_LAYERS: usize = 2;

/// Finds all forms of all secrets.
struct Finder {
    automaton: AhoCorasick,
    /// The first patterns are short secrets, which count only where no escape was undone.
    short: usize,
    /// The forms of secrets that are too long for the automaton.
    long: Vec<memmem::Finder<'static>>,
}

impl Finder {
    fn new(secrets: &[Secret]) -> Self {
        let (short, rest): (Vec<_>, Vec<_>) = secrets.iter().partition(|secret| secret.is_short());
        let mut patterns: Vec<String> = short.iter().map(|s| s.expose().to_owned()).collect();
        let mut long = Vec::new();
        for secret in rest {
            let forms = forms(secret.expose());
            if secret.expose().len() > LONG {
                let finders = forms
                    .iter()
                    .map(|form| memmem::Finder::new(form).into_owned());
                long.extend(finders);
            } else {
                patterns.extend(forms);
            }
        }
        Self {
            automaton: AhoCorasick::new(patterns)
                .expect("short texts are far from the automaton's limit of states"),
            short: short.len(),
            long,
        }
    }

    /// The stretches that secrets cover, in order and apart from one another.
    fn covered(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        self.search(text.as_bytes(), &[], &mut found);
        found.sort_unstable();
        let mut covered: Vec<(usize, usize)> = Vec::new();
        for (start, end) in found {
            let (start, end) = (
                text.floor_char_boundary(start),
                text.ceil_char_boundary(end),
            );
            match covered.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => covered.push((start, end)),
            }
        }
        covered
    }

    /// Looks through the bytes, which come from the text by the layers, and then below the escapes in them.
    fn search(&self, bytes: &[u8], layers: &[&Plain], found: &mut Vec<(usize, usize)>) {
        let origin = |at| layers.iter().rev().fold(at, |at, layer| layer.origin(at));
        for finder in &self.long {
            let length = finder.needle().len();
            let all = finder.find_iter(bytes);
            found.extend(all.map(|at| (origin(at), origin(at + length))));
        }
        if self.automaton.is_match(bytes) {
            let all = self.automaton.find_overlapping_iter(bytes);
            let counts = all.filter(|m| layers.is_empty() || m.pattern().as_usize() >= self.short);
            found.extend(counts.map(|m| (origin(m.start()), origin(m.end()))));
        }
        if layers.len() == MAX_LAYERS {
            return;
        }
        for escape in ESCAPES {
            if let Some(plain) = escape.undo(bytes) {
                let below = [layers, &[&plain]].concat();
                self.search(&plain.bytes, &below, found);
            }
        }
    }
}

#[cfg(test)]
mod tests;
