//! Encodings and digests.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{Arguments, Failure, FunctionSpec, Run, Usage, optional, required};
use crate::expr::text::to_text;
use crate::value::{Value, from_json};

pub(super) const BASE64: FunctionSpec = FunctionSpec {
    name: "base64",
    usage: Usage::Both,
    parameters: &[required("text")],
    doc: "The text in base64.",
    example: ("'user:pass' | base64", "dXNlcjpwYXNz"),
    run: Run::Native(base64),
};

pub(super) const BASE64_DECODE: FunctionSpec = FunctionSpec {
    name: "base64_decode",
    usage: Usage::Both,
    parameters: &[required("text")],
    doc: "The text that base64 stands for; it must be UTF-8.",
    example: ("'dXNlcjpwYXNz' | base64_decode", "user:pass"),
    run: Run::Native(base64_decode),
};

pub(super) const SHA256: FunctionSpec = FunctionSpec {
    name: "sha256",
    usage: Usage::Both,
    parameters: &[required("text"), optional("encoding", "'hex'")],
    doc: "The SHA-256 digest of the text, in `'hex'` or `'base64'`.",
    example: (
        "'hello' | sha256",
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    ),
    run: Run::Native(sha256),
};

pub(super) const HMAC_SHA256: FunctionSpec = FunctionSpec {
    name: "hmac_sha256",
    usage: Usage::Function,
    parameters: &[
        required("key"),
        required("text"),
        optional("encoding", "'hex'"),
    ],
    doc: "The HMAC-SHA-256 of the text under the key, in `'hex'` or `'base64'`.",
    example: (
        "hmac_sha256('key', 'hello', 'base64')",
        "kwezuRXvtRcf8U2MtV+8x5jGwO8UVtZt7RpqpyOli3s=",
    ),
    run: Run::Native(hmac_sha256),
};

pub(super) const JSON: FunctionSpec = FunctionSpec {
    name: "json",
    usage: Usage::Both,
    parameters: &[required("value")],
    doc: "The value written as compact JSON text; numbers keep their digits.",
    example: ("{'amount': 100.10} | json", "{\"amount\":100.10}"),
    run: Run::Native(json),
};

pub(super) const JSON_PARSE: FunctionSpec = FunctionSpec {
    name: "json_parse",
    usage: Usage::Both,
    parameters: &[required("text")],
    doc: "The value that a JSON text stands for; numbers keep their digits.",
    example: ("('{\"amount\": 100.10}' | json_parse).amount", "100.10"),
    run: Run::Native(json_parse),
};

pub(super) const URL_ENCODE: FunctionSpec = FunctionSpec {
    name: "url_encode",
    usage: Usage::Both,
    parameters: &[required("value")],
    doc: "The value as text, with everything but letters, digits and `-._~` percent-encoded.",
    example: ("'a b/c' | url_encode", "a%20b%2Fc"),
    run: Run::Native(url_encode),
};

pub(super) const RAW: FunctionSpec = FunctionSpec {
    name: "raw",
    usage: Usage::Filter,
    parameters: &[required("value")],
    doc: "Puts the value into a request's path as it is, where it would be percent-encoded otherwise. Must come last.",
    example: ("'a/b' | raw", "a/b"),
    run: Run::Native(|arguments| Ok(arguments.take(0))),
};

fn base64(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    Ok(Value::String(STANDARD.encode(arguments.text(0)?)))
}

fn base64_decode(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let bytes = STANDARD
        .decode(arguments.text(0)?)
        .map_err(|problem| Failure::new(format!("this is not base64: {problem}")).argument(0))?;
    String::from_utf8(bytes)
        .map(Value::String)
        .map_err(|_| Failure::new("the bytes that this base64 stands for are not text").argument(0))
}

fn sha256(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let digest = Sha256::digest(arguments.text(0)?);
    encoded(&digest, arguments, 1)
}

fn hmac_sha256(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(arguments.text(0)?.as_bytes())
        .map_err(|problem| Failure::new(problem.to_string()).argument(0))?;
    mac.update(arguments.text(1)?.as_bytes());
    encoded(&mac.finalize().into_bytes(), arguments, 2)
}

/// A digest in the encoding that the argument `index` names.
fn encoded(digest: &[u8], arguments: &Arguments<'_>, index: usize) -> Result<Value, Failure> {
    match arguments.text_or(index, "hex")? {
        "hex" => Ok(Value::String(digest.iter().fold(
            String::new(),
            |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            },
        ))),
        "base64" => Ok(Value::String(STANDARD.encode(digest))),
        other => Err(Failure::new(format!("there is no encoding `{other}`"))
            .argument(index)
            .help("an encoding is `'hex'` or `'base64'`")),
    }
}

#[allow(clippy::unnecessary_wraps)]
fn json(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    Ok(Value::String(arguments.value(0).to_string()))
}

fn json_parse(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    from_json(arguments.text(0)?)
        .map_err(|problem| Failure::new(format!("this is not JSON: {problem}")).argument(0))
}

fn url_encode(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    if matches!(arguments.value(0), Value::Array(_) | Value::Object(_)) {
        return Err(arguments.wrong_type(0, "a string, a number or a boolean"));
    }
    let text = to_text(arguments.value(0));
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    Ok(Value::String(encoded))
}
