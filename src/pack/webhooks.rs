//! Holding `webhooks` to its shape.

use super::tables::{SIGNATURE, WEBHOOKS};
use crate::diagnostic::Diagnostic;
use crate::document::Decoder;
use crate::source::Node;

/// Checks the map under `webhooks`.
pub(super) fn check(node: &Node, decoder: &mut Decoder) {
    let fields = decoder.fields(node, &WEBHOOKS);
    let Some(signature) = fields.get("signature") else {
        return;
    };
    let fields = decoder.fields(signature, &SIGNATURE);
    for key in ["header", "timestamp_header"] {
        if let Some(node) = fields.get(key) {
            decoder.plain(node, "the name of a header");
        }
    }
    let scheme = fields
        .get("scheme")
        .and_then(|node| one_of(node, &["ed25519", "hmac_sha256"], decoder));
    if let Some(node) = fields.get("encoding") {
        one_of(node, &["base64", "hex"], decoder);
    }
    if let Some(node) = fields.get("tolerance") {
        decoder.duration_setting(node);
    }
    for key in ["signed", "public_key", "secret"] {
        if let Some(node) = fields.get(key) {
            decoder.template(node);
        }
    }
    let (needed, idle) = match scheme.as_deref() {
        Some("ed25519") => ("public_key", "secret"),
        Some(_) => ("secret", "public_key"),
        None => return,
    };
    if fields.get(needed).is_none() {
        let problem = Diagnostic::error("missing-key", format!("this scheme needs a `{needed}`"))
            .at(decoder.place(signature))
            .help(format!("write `{needed}: ${{{{ secrets.name }}}}`"));
        decoder.problem(problem);
    }
    if let Some(entry) = fields.entry(idle) {
        let problem = Diagnostic::error("key-conflict", format!("this scheme has no `{idle}`"))
            .at(decoder.key_place(&entry.key))
            .label("of no use");
        decoder.problem(problem);
    }
}

/// A word of a closed set.
fn one_of(node: &Node, words: &[&str], decoder: &mut Decoder) -> Option<String> {
    let text = decoder.plain(node, "this")?;
    if words.contains(&text.as_str()) {
        return Some(text);
    }
    let problem = Diagnostic::error(
        "bad-value",
        format!("`{text}` is none of {}", words.join(", ")),
    )
    .at(decoder.place(node))
    .label(format!("expected {}", words.join(" or ")))
    .suggest(&text, words.iter().copied());
    decoder.problem(problem);
    None
}
