//! Reading `pack.yaml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::manifest::{
    Environment, Pack, RateLimit, RequestDefaults, SecretSpec, SettingSpec, Target,
};
use super::tables::{ENVIRONMENT, PACK, REQUEST, SECRET, SETTING, SIGNATURE, WEBHOOKS};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields, plain_value};
use crate::source::{Entry, Node, Place, Span, Text, Yaml};
use crate::value::{Value, parse_duration, type_name};

/// Decodes a manifest. Actions, contract, emulator and origin are added by the caller.
pub(super) fn decode(node: &Node, decoder: &mut Decoder) -> Option<Pack> {
    let fields = decoder.fields(node, &PACK);
    node.as_map()?;
    check_requires(&fields, decoder);
    if let Some(webhooks) = fields.get("webhooks") {
        check_webhooks(webhooks, decoder);
    }
    let name = fields
        .get("pack")
        .and_then(|node| decode_name(node, decoder));
    // Without a name that makes sense, the rest of the file is still worth reading.
    let (name, name_place) = name.unwrap_or_else(|| (String::new(), decoder.place(node)));
    Some(Pack {
        version: decode_version(fields.get("version"), decoder),
        title: text(&fields, "title", decoder),
        docs: text(&fields, "docs", decoder),
        source: Arc::clone(&decoder.source),
        folder: decoder.folder.clone(),
        origin: String::new(),
        environments: decode_environments(node, fields.get("environments"), decoder),
        hosts: decode_hosts(&fields, "hosts", decoder),
        refuse: decode_hosts(&fields, "refuse", decoder),
        secrets: fields
            .get("secrets")
            .map(|node| SecretSpec::decode_map(node, decoder))
            .unwrap_or_default(),
        request: decode_request(fields.get("request"), decoder),
        settings: fields
            .get("settings")
            .map(|node| decode_settings(node, decoder))
            .unwrap_or_default(),
        contract: None,
        emulator: None,
        actions: BTreeMap::new(),
        name,
        name_place,
    })
}

fn text(fields: &Fields<'_>, key: &'static str, decoder: &mut Decoder) -> Option<String> {
    fields
        .get(key)
        .and_then(|node| decoder.plain(node, &format!("`{key}`")))
}

fn decode_name(node: &Node, decoder: &mut Decoder) -> Option<(String, Place)> {
    let name = decoder.plain(node, "the name of a pack")?;
    let place = decoder.place(node);
    decoder
        .check_hyphenated_name(&name, "a pack", place.clone())
        .then_some((name, place))
}

/// The pack's own version; `1` and `1.2` are short for `1.0.0` and `1.2.0`. Without one it is 0.0.0.
fn decode_version(node: Option<&Node>, decoder: &mut Decoder) -> semver::Version {
    let unversioned = semver::Version::new(0, 0, 0);
    let Some(node) = node else { return unversioned };
    let (Yaml::String(Text { value: text, .. }) | Yaml::Number(text)) = &node.value else {
        decoder.expected("a version such as `1.0.0`", node);
        return unversioned;
    };
    let full = match text.split('.').count() {
        1 => format!("{text}.0.0"),
        2 => format!("{text}.0"),
        _ => text.clone(),
    };
    full.parse().unwrap_or_else(|error| {
        let problem =
            Diagnostic::error("bad-version", format!("`{text}` is not a version: {error}"))
                .at(decoder.place(node))
                .label("expected a version such as `1.0.0`");
        decoder.problem(problem);
        unversioned
    })
}

/// `requires: '>=0.3'`, held against this program's version.
fn check_requires(fields: &Fields<'_>, decoder: &mut Decoder) {
    let Some(node) = fields.get("requires") else {
        return;
    };
    let Some(text) = decoder.plain(node, "`requires`") else {
        return;
    };
    let ours = env!("CARGO_PKG_VERSION");
    let problem = match (semver::VersionReq::parse(&text), ours.parse()) {
        (Err(error), _) => Diagnostic::error(
            "bad-version",
            format!("`{text}` names no versions: {error}"),
        )
        .label("expected something like `>=0.3`"),
        (Ok(required), Ok(version)) if !required.matches(&version) => Diagnostic::error(
            "unmet-requirement",
            format!("this pack works with probity {text}, and this is {ours}"),
        )
        .label("not met")
        .help("use a version of probity that the pack works with, or another version of the pack"),
        _ => return,
    };
    decoder.problem(problem.at(decoder.place(node)));
}

fn decode_environments(
    manifest: &Node,
    node: Option<&Node>,
    decoder: &mut Decoder,
) -> Vec<Environment> {
    let Some(node) = node else {
        let start = manifest.span.start as usize;
        return vec![Environment {
            name: "emulator".to_owned(),
            place: Place::new(&decoder.source, Span::new(start, start)),
            target: Target::Emulator,
        }];
    };
    decoder
        .map(node)
        .iter()
        .filter_map(|entry| {
            let place = decoder.key_place(&entry.key);
            decoder.check_hyphenated_name(&entry.key.text, "an environment", place.clone());
            Some(Environment {
                name: entry.key.text.clone(),
                place,
                target: decode_target(&entry.value, decoder)?,
            })
        })
        .collect()
}

fn decode_target(node: &Node, decoder: &mut Decoder) -> Option<Target> {
    let fields = decoder.fields(node, &ENVIRONMENT);
    match (fields.get("base_url"), fields.get("emulator")) {
        (Some(url), None) => decode_base_url(url, decoder),
        (None, Some(emulator)) => {
            if decoder.flag(emulator, "`emulator`")? {
                return Some(Target::Emulator);
            }
            decoder.expected("`true`", emulator);
            None
        }
        _ => {
            if node.as_map().is_some() {
                let problem = Diagnostic::error(
                    "key-conflict",
                    "an environment has a `base_url`, or is the `emulator`",
                )
                .at(decoder.place(node))
                .label("expected one of the two")
                .help("write `sandbox: {base_url: https://…}` or `emulator: {emulator: true}`");
                decoder.problem(problem);
            }
            None
        }
    }
}

fn decode_base_url(node: &Node, decoder: &mut Decoder) -> Option<Target> {
    let text = decoder.plain(node, "`base_url`")?;
    match check_base_url(&text) {
        Ok(()) => Some(Target::BaseUrl(text.trim_end_matches('/').to_owned())),
        Err(reason) => {
            let problem =
                Diagnostic::error("bad-url", format!("`{text}` can't be a base URL: {reason}"))
                    .at(decoder.place(node))
                    .label("not a base URL")
                    .help(
                        "write scheme, host and path, such as `https://api.sandbox.example.com/v1`",
                    );
            decoder.problem(problem);
            None
        }
    }
}

fn check_base_url(text: &str) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("its scheme is `{}`", url.scheme()));
    }
    if url.host().is_none() {
        return Err("it has no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it has credentials in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment".to_owned());
    }
    Ok(())
}

/// Hosts (`api.example.com`, `api.example.com:8443`) or origins (`https://api.example.com`).
fn decode_hosts(fields: &Fields<'_>, key: &str, decoder: &mut Decoder) -> Vec<String> {
    let Some(node) = fields.get(key) else {
        return Vec::new();
    };
    let words = decoder.words(node, "a host");
    words
        .into_iter()
        .filter_map(|(text, node)| {
            if is_host(&text) {
                return Some(text);
            }
            let problem = Diagnostic::error("bad-host", format!("`{text}` is not a host"))
                .at(decoder.place(&node))
                .label("expected a host or an origin")
                .help("write `api.example.com` or `https://api.example.com`, without a path");
            decoder.problem(problem);
            None
        })
        .collect()
}

fn is_host(text: &str) -> bool {
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let has_path = full
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains(['/', '?', '#', '@', '*']));
    !has_path && check_base_url(&full).is_ok()
}

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

fn decode_request(node: Option<&Node>, decoder: &mut Decoder) -> RequestDefaults {
    let mut request = RequestDefaults {
        headers: Vec::new(),
        timeout: None,
        rate_limit: None,
        max_in_flight: None,
    };
    let Some(node) = node else { return request };
    let fields = decoder.fields(node, &REQUEST);
    if let Some(headers) = fields.get("headers") {
        request.headers = crate::step::decode_headers(headers, decoder);
    }
    request.timeout = fields
        .get("timeout")
        .and_then(|node| decoder.duration_setting(node));
    request.rate_limit = fields
        .get("rate_limit")
        .and_then(|node| decode_rate_limit(node, decoder));
    request.max_in_flight = fields
        .get("max_in_flight")
        .and_then(|node| decoder.count(node, 1, "`max_in_flight`"))
        .and_then(|count| usize::try_from(count).ok());
    request
}

/// `60/1m`.
fn decode_rate_limit(node: &Node, decoder: &mut Decoder) -> Option<RateLimit> {
    let text = decoder.plain(node, "`rate_limit`")?;
    let limit = text.split_once('/').and_then(|(requests, per)| {
        let requests = requests.trim().parse().ok().filter(|count| *count > 0)?;
        let per = parse_duration(per.trim())
            .ok()
            .filter(|per| !per.is_zero())?;
        Some(RateLimit { requests, per })
    });
    if limit.is_none() {
        let problem = Diagnostic::error("bad-rate", format!("`{text}` is not a rate"))
            .at(decoder.place(node))
            .label("expected a number and a duration")
            .help("write `60/1m` for 60 requests in a minute");
        decoder.problem(problem);
    }
    limit
}

fn decode_settings(node: &Node, decoder: &mut Decoder) -> Vec<SettingSpec> {
    decoder
        .map(node)
        .iter()
        .filter_map(|entry| decode_setting(entry, decoder))
        .collect()
}

fn decode_setting(entry: &Entry, decoder: &mut Decoder) -> Option<SettingSpec> {
    let place = decoder.key_place(&entry.key);
    decoder.check_name(&entry.key.text, "a setting", place.clone());
    let fields = decoder.fields(&entry.value, &SETTING);
    let default_node = fields.get("default")?;
    let default = plain_value(default_node);
    let allowed: Vec<Value> = fields
        .get("in")
        .map(|node| decoder.list(node).iter().map(plain_value).collect())
        .unwrap_or_default();
    if !allowed.is_empty()
        && !allowed
            .iter()
            .any(|value| crate::value::equal(value, &default))
    {
        let problem = Diagnostic::error(
            "bad-setting",
            "the default is not one of the allowed values",
        )
        .at(decoder.place(default_node))
        .label("not in `in`");
        decoder.problem(problem);
    }
    Some(SettingSpec {
        name: entry.key.text.clone(),
        place,
        default,
        allowed,
    })
}

impl SettingSpec {
    /// Why a value can't be given to the setting.
    ///
    /// # Errors
    /// The value is none of those that are allowed, or of another type than the default.
    pub fn accept(&self, value: &Value) -> Result<(), String> {
        if self.allowed.is_empty() {
            let (ours, theirs) = (type_name(&self.default), type_name(value));
            let alike = ours == theirs || (value.is_number() && self.default.is_number());
            return if alike {
                Ok(())
            } else {
                Err(format!("expected {ours}, found {theirs}"))
            };
        }
        if self
            .allowed
            .iter()
            .any(|allowed| crate::value::equal(allowed, value))
        {
            return Ok(());
        }
        let allowed: Vec<String> = self.allowed.iter().map(plain_text).collect();
        Err(format!("expected {}", allowed.join(", ")))
    }
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// Holds `webhooks` to its shape.
fn check_webhooks(node: &Node, decoder: &mut Decoder) {
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
