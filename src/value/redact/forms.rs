//! The encodings in which a secret can turn up. Escapes of URLs, JSON and XML are not here: `unescape` undoes them in
//! the text instead, because each program chooses anew which characters it escapes, and how.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The secret, and it in base64 and hexadecimal, and as who takes its bytes for Latin-1 reads it, as many servers do with
/// headers.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::from([secret.to_owned()]);
    base64_forms(secret.as_bytes(), &mut out);
    hex_forms(secret.as_bytes(), &mut out);
    out.insert(secret.bytes().map(char::from).collect());
    out
}

/// Base64 of the secret alone, padded or not, and what of it does not depend on what stands before and after.
fn base64_forms(secret: &[u8], out: &mut BTreeSet<String>) {
    for engine in [&STANDARD, &URL_SAFE] {
        let padded = engine.encode(secret);
        out.insert(padded.trim_end_matches('=').to_owned());
        out.insert(padded);
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(secret);
            let whole = engine.encode(&bytes);
            // A character holds six bits; those that hold a bit of what stands beside the secret are left out.
            let start = (before * 8).div_ceil(6);
            let end = bytes.len() * 8 / 6;
            out.insert(whole[start..end].to_owned());
        }
    }
}

fn hex_forms(secret: &[u8], out: &mut BTreeSet<String>) {
    let mut lower = String::with_capacity(secret.len() * 2);
    for byte in secret {
        // Writing to a string does not fail.
        let _ = write!(lower, "{byte:02x}");
    }
    out.insert(lower.to_ascii_uppercase());
    out.insert(lower);
}
