//! Reading `secrets`, of packs and of scenario files.

use super::SecretSpec;
use super::tables::SECRET;
use crate::diagnostic::Diagnostic;
use crate::document::Decoder;
use crate::source::{Entry, Node};

impl SecretSpec {
    /// Decodes a map of secrets.
    pub fn decode_map(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        decoder
            .map(node)
            .iter()
            .filter_map(|entry| Self::decode(entry, decoder))
            .collect()
    }

    fn decode(entry: &Entry, decoder: &mut Decoder) -> Option<Self> {
        let name = entry.key.text.clone();
        let place = decoder.key_place(&entry.key);
        decoder.check_name(&name, "a secret", place.clone());
        if let Some(value) = entry.value.as_str() {
            let problem = Diagnostic::error("wrong-type", "a secret is never written down")
                .at(decoder.place(&entry.value))
                .label("expected a map")
                .help(format!(
                    "name the environment variable that holds it: `{name}: {{env: {}}}`",
                    env_name(value, &name)
                ));
            decoder.problem(problem);
            return None;
        }
        let fields = decoder.fields(&entry.value, &SECRET);
        let env = fields.get("env").and_then(|node| decode_env(node, decoder));
        let emulator = fields
            .get("emulator")
            .and_then(|node| decoder.plain(node, "a secret's test value"));
        Some(Self {
            name,
            place,
            env: env?,
            emulator,
        })
    }
}

/// What the environment variable is likely called: the text itself if it looks like one.
fn env_name(text: &str, secret: &str) -> String {
    if is_env_name(text) {
        text.to_owned()
    } else {
        secret.to_ascii_uppercase()
    }
}

fn is_env_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

fn decode_env(node: &Node, decoder: &mut Decoder) -> Option<String> {
    let text = decoder.plain(node, "the name of an environment variable")?;
    let valid = !text.is_empty() && !text.contains(['=', '\0', ' ', '$']);
    if !valid {
        let problem = Diagnostic::error(
            "bad-name",
            format!("`{text}` can't be the name of an environment variable"),
        )
        .at(decoder.place(node))
        .label("expected a name such as `ACME_API_KEY`");
        decoder.problem(problem);
        return None;
    }
    Some(text)
}
