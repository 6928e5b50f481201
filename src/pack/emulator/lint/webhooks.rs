//! Events that nobody emits, and webhooks that can't be signed.

use super::all_effects;
use super::names::named;
use crate::diagnostic::Diagnostic;
use crate::expr::Kind;
use crate::pack::emulator::{Action, EmulatorFile, Webhooks};
use crate::pack::{Pack, SignatureSpec};
use crate::signature::{Scheme, SigningKey, VerifyingKey};
use crate::source::Place;

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
    let timestamp = webhooks.and_then(|webhooks| webhooks.timestamp.as_ref());
    if let Some(timestamp) = timestamp.filter(|_| !signature.declaration.has_timestamp()) {
        let message = "the time of signing is sent by no header that the manifest declares";
        problems.push(Diagnostic::error("key-conflict", message).at(timestamp.place.clone()));
    }
    if let Some(key) = webhooks.and_then(|webhooks| webhooks.key.as_ref()) {
        let text = key.as_literal().and_then(|key| key.as_str());
        match text.map(|text| SigningKey::parse(scheme, text)) {
            Some(Err(message)) => {
                problems.push(Diagnostic::error("bad-key", message).at(key.place.clone()));
            }
            Some(Ok(own)) => problems.extend(other_half(&own, &key.place, signature, pack)),
            None => {}
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

/// What the emulator signs, the manifest's public key must verify, where both are written out.
fn other_half(
    own: &SigningKey,
    place: &Place,
    signature: &SignatureSpec,
    pack: &Pack,
) -> Option<Diagnostic> {
    let VerifyingKey::Public(own) = own.verifying() else {
        return None;
    };
    let (text, declared) = public_key(signature, pack)?;
    let label = match VerifyingKey::parse(signature.declaration.scheme, text) {
        Ok(VerifyingKey::Public(public)) if public == own => return None,
        Ok(_) => "the public key is of another pair",
        Err(_) => "this is not a public key",
    };
    let message = "what this key signs, the manifest's public key does not verify";
    Some(
        Diagnostic::error("key-pair", message)
            .at(place.clone())
            .label("the private key")
            .also(declared.clone(), label)
            .help(format!("the public half of this key is `{own}`")),
    )
}

/// The public key on the emulator, where it is written out: in the manifest's `public_key`, or as the emulator's value of a
/// secret.
fn public_key<'p>(signature: &'p SignatureSpec, pack: &'p Pack) -> Option<(&'p str, &'p Place)> {
    let key = &signature.key;
    if let Some(text) = key.as_literal() {
        return Some((text.as_str()?, &key.place));
    }
    let references = key.references();
    let [reference] = references.as_slice() else {
        return None;
    };
    let [scope, name] = reference.path.as_slice() else {
        return None;
    };
    let alone =
        matches!(&key.kind, Kind::Expr(expr) if expr.text().trim() == format!("secrets.{name}"));
    let secret = pack.secrets.iter().find(|secret| secret.name == *name)?;
    (alone && scope == "secrets").then_some((secret.emulator.as_deref()?, &secret.place))
}
