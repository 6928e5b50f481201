//! Signing and verifying webhooks over their raw bytes, as a pack declares it: one declaration for the emulator, which
//! signs by it, and for the runner, which verifies by it.
//!
//! Knows no YAML, no templates and no clock: what is signed, with which keys and at which instant comes from the caller.

mod form;
mod keys;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

pub use form::{Form, Item};
pub use keys::{PublicKey, SigningKey, VerifyingKey};

/// How a provider signs its webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub scheme: Scheme,
    /// The header that holds the signature, in the case in which it is sent.
    pub header: String,
    /// How that header is written.
    pub form: Form,
    /// The header that holds the time of signing, where it has one of its own.
    pub timestamp_header: Option<String>,
    pub unit: Unit,
    /// What is signed, in order.
    pub signed: Vec<Part>,
    pub encoding: Encoding,
    /// How far the time of signing may be from that of the arrival.
    pub tolerance: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    HmacSha256,
    Ed25519,
}

/// What the time of signing counts, from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Milliseconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Hex,
    Base64,
}

/// A part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Literal(String),
    /// The time of signing, as its header writes it.
    Timestamp,
    /// The raw bytes of the body.
    Text,
}

/// What verifying a webhook comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Valid,
    /// It is signed, and wrongly: why.
    Invalid(String),
    /// It has no signature: which header is not there.
    Missing(String),
}

impl Verdict {
    /// The word for it in scenarios.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid(_) => "invalid",
            Self::Missing(_) => "missing",
        }
    }

    /// Why it is not valid.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Valid => None,
            Self::Invalid(reason) | Self::Missing(reason) => Some(reason),
        }
    }
}

impl Declaration {
    /// The headers of a webhook that is sent at `now`: one signature for each key.
    #[must_use]
    pub fn sign(
        &self,
        keys: &[impl Borrow<SigningKey>],
        now: Timestamp,
        body: &[u8],
    ) -> Vec<(String, String)> {
        let timestamp = self.time(now);
        self.sign_as(keys, &timestamp, &self.message(&timestamp, body))
    }

    /// The time of signing, as its header writes it.
    #[must_use]
    pub fn time(&self, now: Timestamp) -> String {
        match self.unit {
            Unit::Seconds => now.as_second(),
            Unit::Milliseconds => now.as_millisecond(),
        }
        .to_string()
    }

    /// The headers of a webhook that has this time of signing, and for which this message is signed, whatever the
    /// declaration and the clock say: one that is to be refused.
    #[must_use]
    pub fn sign_as(
        &self,
        keys: &[impl Borrow<SigningKey>],
        timestamp: &str,
        message: &[u8],
    ) -> Vec<(String, String)> {
        let signatures: Vec<String> = keys
            .iter()
            .map(|key| self.encode(&key.borrow().sign(message)))
            .collect();
        let mut headers = vec![(self.header.clone(), self.form.write(timestamp, &signatures))];
        if let Some(name) = &self.timestamp_header {
            headers.push((name.clone(), timestamp.to_owned()));
        }
        headers
    }

    /// Verifies a webhook that came at `now`: any of its signatures by any of the keys will do.
    #[must_use]
    pub fn verify(
        &self,
        keys: &[VerifyingKey],
        now: Timestamp,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Verdict {
        let Some(value) = header(headers, &self.header) else {
            return Verdict::Missing(format!("there is no header `{}`", self.header));
        };
        let read = self.form.read(&value);
        let timestamp = match &self.timestamp_header {
            None => read.timestamp,
            Some(name) => match header(headers, name) {
                None => return Verdict::Missing(format!("there is no header `{name}`")),
                some => some,
            },
        };
        if read.signatures.is_empty() {
            let message = format!("`{}` is not of the form `{}`", self.header, self.form);
            return Verdict::Invalid(message);
        }
        let timestamp = timestamp.unwrap_or_default();
        // Which of the two is wrong is told in this order: a wrong key makes the time meaningless.
        let message = self.message(&timestamp, body);
        if !self.any_matches(keys, &message, &read.signatures) {
            return Verdict::Invalid(self.mismatch(keys, &timestamp, body, &read.signatures));
        }
        match self.tolerance {
            Some(tolerance) => self.judge_age(&timestamp, now, tolerance),
            None => Verdict::Valid,
        }
    }

    /// Whether the time of signing is sent at all.
    #[must_use]
    pub fn has_timestamp(&self) -> bool {
        self.timestamp_header.is_some() || self.form.has_timestamp()
    }

    /// What is signed of a body at this time of signing.
    #[must_use]
    pub fn message(&self, timestamp: &str, body: &[u8]) -> Vec<u8> {
        concatenate(&self.signed, timestamp, body)
    }

    fn any_matches(&self, keys: &[VerifyingKey], message: &[u8], signatures: &[String]) -> bool {
        signatures
            .iter()
            .filter_map(|text| self.decode(text))
            .any(|signature| keys.iter().any(|key| key.accepts(message, &signature)))
    }

    /// Why no signature matches. The usual mistake is another concatenation, so the usual ones are tried.
    fn mismatch(
        &self,
        keys: &[VerifyingKey],
        timestamp: &str,
        body: &[u8],
        signatures: &[String],
    ) -> String {
        if signatures.iter().all(|text| self.decode(text).is_none()) {
            return format!(
                "`{}` holds no signature in {}",
                self.header,
                self.encoding.name()
            );
        }
        let usual: [&[Part]; 3] = [
            &[Part::Text],
            &[Part::Timestamp, Part::Literal(".".to_owned()), Part::Text],
            &[Part::Timestamp, Part::Text],
        ];
        let other = usual.into_iter().find(|parts| {
            let message = concatenate(parts, timestamp, body);
            **parts != self.signed && self.any_matches(keys, &message, signatures)
        });
        match other {
            Some(parts) => format!(
                "the signature is over `{}`, not over `{}`",
                shown(parts),
                shown(&self.signed)
            ),
            None => {
                "no signature matches: another key, or the body is not what was signed".to_owned()
            }
        }
    }

    fn judge_age(&self, timestamp: &str, now: Timestamp, tolerance: Duration) -> Verdict {
        let signed = timestamp
            .parse::<i64>()
            .ok()
            .and_then(|count| match self.unit {
                Unit::Seconds => Timestamp::from_second(count).ok(),
                Unit::Milliseconds => Timestamp::from_millisecond(count).ok(),
            });
        let Some(signed) = signed else {
            return Verdict::Invalid(format!("`{timestamp}` is not a time of signing"));
        };
        let apart = now.duration_since(signed);
        if apart.unsigned_abs() <= tolerance {
            return Verdict::Valid;
        }
        let (seconds, way) = (
            apart.unsigned_abs().as_secs(),
            if apart.is_negative() { "ahead" } else { "old" },
        );
        Verdict::Invalid(format!(
            "the time of signing is {seconds}s {way}, and the tolerance is {}s",
            tolerance.as_secs()
        ))
    }

    fn encode(&self, signature: &[u8]) -> String {
        match self.encoding {
            Encoding::Hex => signature.iter().map(|byte| format!("{byte:02x}")).collect(),
            Encoding::Base64 => STANDARD.encode(signature),
        }
    }

    fn decode(&self, text: &str) -> Option<Vec<u8>> {
        match self.encoding {
            Encoding::Hex => keys::from_hex(text),
            Encoding::Base64 => STANDARD.decode(text).ok(),
        }
    }
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

/// All values of a header, as a list.
fn header(headers: &[(String, String)], wanted: &str) -> Option<String> {
    let mut values = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.as_str());
    let first = values.next()?.to_owned();
    Some(values.fold(first, |joined, value| joined + "," + value))
}

fn concatenate(parts: &[Part], timestamp: &str, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(body.len() + 16);
    for part in parts {
        message.extend_from_slice(match part {
            Part::Literal(text) => text.as_bytes(),
            Part::Timestamp => timestamp.as_bytes(),
            Part::Text => body,
        });
    }
    message
}

/// What is signed, as a pack writes it.
fn shown(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Timestamp => "${{ timestamp }}",
            Part::Text => "${{ text }}",
        })
        .collect()
}
