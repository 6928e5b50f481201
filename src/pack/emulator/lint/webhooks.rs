//! Events that nobody emits, and webhooks that can't be signed.

use super::all_effects;
use super::names::named;
use crate::diagnostic::Diagnostic;
use crate::pack::Pack;
use crate::pack::emulator::{Action, EmulatorFile, Webhooks};
use crate::signature::{Scheme, SigningKey};

pub(super) fn check(file: &EmulatorFile, pack: &Pack, problems: &mut Vec<Diagnostic>) {
    unused(file, problems);
    if !file.events.is_empty() {
        unsigned(file, pack, problems);
    }
}

fn unused(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    let mut emitted = Vec::new();
    for effect in all_effects(file) {
        if let Action::Emit { name, .. } = &effect.action {
            emitted.extend(named(file, name).iter().map(|spec| &*spec.name));
        }
    }
    for spec in &file.events {
        if !emitted.contains(&&*spec.name) {
            let message = format!("nothing emits the event `{}`", spec.name);
            problems.push(Diagnostic::warning("unused", message).at(spec.place.clone()));
        }
    }
}

/// Where the pack says how webhooks are signed, there must be something that signs.
fn unsigned(file: &EmulatorFile, pack: &Pack, problems: &mut Vec<Diagnostic>) {
    let Some(signature) = &pack.signature else {
        return;
    };
    let scheme = signature.declaration.scheme;
    let webhooks = file.webhooks.as_ref();
    if let Some(key) = webhooks.and_then(|webhooks| webhooks.key.as_ref()) {
        let text = key.as_literal().and_then(|key| key.as_str());
        if let Some(Err(message)) = text.map(|text| SigningKey::parse(scheme, text)) {
            problems.push(Diagnostic::error("bad-key", message).at(key.place.clone()));
        }
        return;
    }
    let reads_captures = signature.key.references().iter().any(|reference| {
        reference
            .path
            .first()
            .is_some_and(|name| name == "captures")
    });
    let help = match scheme {
        Scheme::Ed25519 => {
            "the manifest has the public key alone: give `webhooks` the private one of a test pair, `key: …`"
        }
        Scheme::HmacSha256 if reads_captures => {
            "the manifest takes the secret from a capture: give `webhooks` the one that the subscriber was given, such as `key: ${{ subscriber.secret }}`"
        }
        Scheme::HmacSha256 => return,
    };
    let place = webhooks.map_or(&file.events[0].place, |Webhooks { place, .. }| place);
    problems.push(
        Diagnostic::error("missing-key", "what signs the webhooks is not said")
            .at(place.clone())
            .help(help),
    );
}
