//! Reading `webhooks`: how the provider signs what it sends.

use super::SecretSpec;
use super::tables::{SIGNATURE, WEBHOOKS};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::expr::{Expr, Kind, Piece, Reference, Template};
use crate::signature::{Declaration, Encoding, Form, Item, Part, Scheme, Unit};
use crate::source::{Node, Place};
use crate::value::Value;

/// How a pack's webhooks are signed.
#[derive(Clone, Debug)]
pub struct SignatureSpec {
    pub place: Place,
    pub declaration: Declaration,
    /// The secret, or the public key; reads `secrets` and `captures`.
    pub key: Template,
}

const SCHEMES: [(&str, Scheme); 2] = [
    ("ed25519", Scheme::Ed25519),
    ("hmac_sha256", Scheme::HmacSha256),
];
const ENCODINGS: [(&str, Encoding); 2] = [("base64", Encoding::Base64), ("hex", Encoding::Hex)];
const UNITS: [(&str, Unit); 2] = [("unix", Unit::Seconds), ("unix_ms", Unit::Milliseconds)];

/// Reads the map under `webhooks`.
pub(super) fn decode(
    node: &Node,
    secrets: &[SecretSpec],
    decoder: &mut Decoder,
) -> Option<SignatureSpec> {
    let fields = decoder.fields(node, &WEBHOOKS);
    signature(fields.get("signature")?, secrets, decoder)
}

fn signature(node: &Node, secrets: &[SecretSpec], decoder: &mut Decoder) -> Option<SignatureSpec> {
    let fields = decoder.fields(node, &SIGNATURE);
    let scheme = word(&fields, "scheme", &SCHEMES, decoder);
    let header = header_name(&fields, "header", decoder);
    let timestamp_header = header_name(&fields, "timestamp_header", decoder);
    let encoding = word(&fields, "encoding", &ENCODINGS, decoder);
    let unit = word(&fields, "timestamp", &UNITS, decoder).unwrap_or(Unit::Seconds);
    let form = match fields.get("value") {
        Some(node) => form(node, decoder),
        None => Some(Form::bare()),
    };
    let signed = fields.get("signed").and_then(|node| signed(node, decoder));
    let tolerance = fields
        .get("tolerance")
        .and_then(|node| decoder.duration(node));
    let key = scheme.and_then(|scheme| key(node, &fields, scheme, secrets, decoder));
    let declaration = Declaration {
        scheme: scheme?,
        header: header?,
        form: form?,
        timestamp_header,
        unit,
        signed: signed?,
        encoding: encoding?,
        tolerance,
    };
    check_timestamp(node, &fields, &declaration, decoder);
    Some(SignatureSpec {
        place: decoder.place(node),
        declaration,
        key: key?,
    })
}

/// A word of a closed set.
fn word<T: Copy>(
    fields: &Fields<'_>,
    key: &str,
    words: &[(&str, T)],
    decoder: &mut Decoder,
) -> Option<T> {
    let node = fields.get(key)?;
    let text = decoder.plain(node, "this")?;
    if let Some((_, found)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*found);
    }
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
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

fn header_name(fields: &Fields<'_>, key: &str, decoder: &mut Decoder) -> Option<String> {
    let node = fields.get(key)?;
    let name = decoder.plain(node, "the name of a header")?;
    if name.parse::<http::HeaderName>().is_ok() {
        return Some(name);
    }
    let message = format!("`{name}` can't be a header's name");
    let problem = Diagnostic::error("bad-header", message).at(decoder.place(node));
    decoder.problem(problem);
    None
}

/// The pieces of a text: `Ok` is the name that stands alone in an expression.
fn pieces(template: &Template) -> Vec<Result<&str, &str>> {
    fn name(expr: &Expr) -> &str {
        expr.text().trim()
    }
    match &template.kind {
        Kind::Expr(expr) => vec![Ok(name(expr))],
        Kind::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Expr(expr) => Ok(name(expr)),
                Piece::Literal(text) => Err(text.as_str()),
            })
            .collect(),
        Kind::Literal(Value::String(text)) => vec![Err(text)],
        Kind::Literal(_) | Kind::List(_) | Kind::Map(_) => Vec::new(),
    }
}

/// `t=${{ timestamp }},v1=${{ signature }}`.
fn form(node: &Node, decoder: &mut Decoder) -> Option<Form> {
    let template = decoder.template(node);
    let mut items = Vec::new();
    let mut prefix = Some(String::new());
    let mut good = true;
    for piece in pieces(&template) {
        match (piece, prefix.take()) {
            (Ok("timestamp"), Some(prefix)) => items.push(Item::Timestamp { prefix }),
            (Ok("signature"), Some(prefix)) => items.push(Item::Signature { prefix }),
            (Err(text), before) => {
                // What follows an item begins with the comma that ends it.
                let (text, before) = match (text.strip_prefix(','), before) {
                    (Some(rest), None) => (rest, String::new()),
                    (None, Some(before)) => (text, before),
                    _ => {
                        good = false;
                        break;
                    }
                };
                good &= !text.contains(',');
                prefix = Some(before + text.trim_start());
            }
            _ => {
                good = false;
                break;
            }
        }
    }
    let one = |wanted: fn(&Item) -> bool| items.iter().filter(|item| wanted(item)).count();
    let signatures = one(|item| matches!(item, Item::Signature { .. }));
    let timestamps = one(|item| matches!(item, Item::Timestamp { .. }));
    if good && prefix.is_none() && signatures == 1 && timestamps <= 1 {
        return Some(Form(items));
    }
    let problem = Diagnostic::error(
        "bad-form",
        "this is not how a signature's header is written",
    )
    .at(decoder.place(node))
    .label("expected items between commas, one of them `${{ signature }}`")
    .help("write it like `t=${{ timestamp }},v1=${{ signature }}` or `sha256=${{ signature }}`");
    decoder.problem(problem);
    None
}

/// `${{ timestamp }}.${{ text }}`.
fn signed(node: &Node, decoder: &mut Decoder) -> Option<Vec<Part>> {
    let template = decoder.template(node);
    let parts: Option<Vec<Part>> = pieces(&template)
        .into_iter()
        .map(|piece| match piece {
            Ok("timestamp") => Some(Part::Timestamp),
            Ok("text") => Some(Part::Text),
            Ok(_) => None,
            Err(text) => Some(Part::Literal(text.to_owned())),
        })
        .collect();
    let parts = parts.filter(|parts| parts.contains(&Part::Text));
    if parts.is_none() {
        let problem = Diagnostic::error("bad-form", "this does not say what is signed")
            .at(decoder.place(node))
            .label("expected text with `${{ text }}` in it")
            .help("`${{ text }}` is the raw body and `${{ timestamp }}` the time of signing: `${{ timestamp }}.${{ text }}`");
        decoder.problem(problem);
    }
    parts
}

/// A time of signing is sent where it is signed, and judged where it is sent.
fn check_timestamp(
    node: &Node,
    fields: &Fields<'_>,
    declaration: &Declaration,
    decoder: &mut Decoder,
) {
    let sent = declaration.has_timestamp();
    let twice = declaration.timestamp_header.is_some() && declaration.form.has_timestamp();
    let signed = declaration.signed.contains(&Part::Timestamp);
    let problem = if twice {
        Diagnostic::error("key-conflict", "the time of signing is sent in two headers")
            .help("leave out `timestamp_header`, or the `${{ timestamp }}` in `value`")
    } else if signed && !sent {
        Diagnostic::error("missing-key", "the time of signing is signed, and no header sends it")
            .help("name its header with `timestamp_header`, or write it into `value`: `t=${{ timestamp }},v1=${{ signature }}`")
    } else if signed && fields.get("tolerance").is_none() {
        Diagnostic::error("missing-key", "how old a signature may be is not said")
            .help("write what the provider says, such as `tolerance: 300s`")
    } else if let (false, Some(entry)) = (sent, fields.entry("tolerance")) {
        let problem = Diagnostic::error(
            "key-conflict",
            "there is no time of signing whose age could be judged",
        )
        .at(decoder.key_place(&entry.key))
        .label("of no use");
        decoder.problem(problem);
        return;
    } else {
        return;
    };
    let problem = problem.at(decoder.place(node));
    decoder.problem(problem);
}

fn key(
    node: &Node,
    fields: &Fields<'_>,
    scheme: Scheme,
    secrets: &[SecretSpec],
    decoder: &mut Decoder,
) -> Option<Template> {
    let (needed, idle) = match scheme {
        Scheme::Ed25519 => ("public_key", "secret"),
        Scheme::HmacSha256 => ("secret", "public_key"),
    };
    if let Some(entry) = fields.entry(idle) {
        let problem = Diagnostic::error("key-conflict", format!("this scheme has no `{idle}`"))
            .at(decoder.key_place(&entry.key))
            .label("of no use");
        decoder.problem(problem);
    }
    let Some(value) = fields.get(needed) else {
        let problem = Diagnostic::error("missing-key", format!("this scheme needs a `{needed}`"))
            .at(decoder.place(node))
            .help(format!("write `{needed}: ${{{{ secrets.name }}}}`"));
        decoder.problem(problem);
        return None;
    };
    let template = decoder.template(value);
    for reference in template.references() {
        if let Some(problem) = undefined(&reference, secrets) {
            decoder.problem(problem);
        }
    }
    Some(template)
}

fn undefined(reference: &Reference, secrets: &[SecretSpec]) -> Option<Diagnostic> {
    let path: Vec<&str> = reference.path.iter().map(String::as_str).collect();
    let names = secrets.iter().map(|secret| secret.name.as_str());
    let problem = match path.as_slice() {
        ["captures", _, ..] => return None,
        ["secrets", name, ..] if names.clone().any(|known| known == *name) => return None,
        ["secrets", name, ..] => {
            Diagnostic::error("undefined-name", format!("the pack has no secret `{name}`"))
                .suggest(name, names)
        }
        _ => Diagnostic::error("undefined-name", format!("`{}` is not defined here", path.join(".")))
            .help("a key is one of the pack's `secrets.name`, or `captures.name`: what a step of the scenario captured"),
    };
    Some(problem.at(reference.place.clone()))
}
