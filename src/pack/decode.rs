//! Reading `pack.yaml`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::manifest::{
    Environment, Pack, RateLimit, RequestDefaults, SecretSpec, SettingSpec, Target,
};
use super::tables::{ENVIRONMENT, PACK, REQUEST};
use crate::check::Contract;
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::http::Egress;
use crate::source::{Node, Place, Span, Text, Yaml};
use crate::value::parse_duration;

/// Decodes a manifest. Actions, emulator and origin are added by the caller.
pub(super) fn decode(node: &Node, decoder: &mut Decoder) -> Option<Pack> {
    let fields = decoder.fields(node, &PACK);
    node.as_map()?;
    check_requires(&fields, decoder);
    let name = fields
        .get("pack")
        .and_then(|node| decode_name(node, decoder));
    // Without a name that makes sense, the rest of the file is still worth reading.
    let (name, name_place) = name.unwrap_or_else(|| (String::new(), decoder.place(node)));
    let secrets = fields
        .get("secrets")
        .map(|node| SecretSpec::decode_map(node, decoder))
        .unwrap_or_default();
    Some(Pack {
        signature: fields
            .get("webhooks")
            .and_then(|node| super::webhooks::decode(node, &secrets, decoder)),
        version: decode_version(fields.get("version"), decoder),
        title: text(&fields, "title", decoder),
        docs: text(&fields, "docs", decoder),
        source: Arc::clone(&decoder.source),
        folder: decoder.folder.clone(),
        origin: String::new(),
        environments: decode_environments(node, fields.get("environments"), decoder),
        hosts: decode_hosts(&fields, "hosts", decoder),
        refuse: decode_refused(&fields, decoder),
        secrets,
        request: decode_request(fields.get("request"), decoder),
        settings: fields
            .get("settings")
            .map(|node| SettingSpec::decode_map(node, decoder))
            .unwrap_or_default(),
        contract: fields
            .get("openapi")
            .and_then(|node| load_contract(node, decoder)),
        emulator: None,
        emulator_problems: Vec::new(),
        actions: BTreeMap::new(),
        lint: OnceLock::new(),
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
    let meant = match &node.value {
        Yaml::Bool(true) => Some("emulator: true".to_owned()),
        Yaml::String(url) if url.value.contains("://") => Some(format!("base_url: {}", url.value)),
        _ => None,
    };
    if let Some(meant) = meant {
        let message = format!("expected a map (an environment), found {}", node.kind());
        let problem = Diagnostic::error("wrong-type", message)
            .at(decoder.place(node))
            .label("expected a map")
            .help(format!("write `{{ {meant} }}`"));
        decoder.problem(problem);
        return None;
    }
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
            let help = match url::Url::parse(&format!("https://{text}")) {
                Ok(_) if !text.contains("://") => format!("write `https://{text}`"),
                _ => "write scheme, host and path, such as `https://api.sandbox.example.com/v1`"
                    .to_owned(),
            };
            let problem =
                Diagnostic::error("bad-url", format!("`{text}` can't be a base URL: {reason}"))
                    .at(decoder.place(node))
                    .label("not a base URL")
                    .help(help);
            decoder.problem(problem);
            None
        }
    }
}

fn check_base_url(text: &str) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => "it has no scheme".to_owned(),
        error => error.to_string(),
    })?;
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

/// Hosts alone (`api.example.com`): they are refused with every scheme and port. An environment that nothing can be sent
/// to is told.
fn decode_refused(fields: &Fields<'_>, decoder: &mut Decoder) -> Vec<String> {
    let Some(node) = fields.get("refuse") else {
        return Vec::new();
    };
    let mut egress = Egress::new();
    let mut hosts = Vec::new();
    for (text, node) in decoder.words(node, "a host") {
        match egress.refuse(&text) {
            Ok(()) => hosts.push(text),
            Err(refusal) => {
                let problem = Diagnostic::error("bad-host", refusal.message)
                    .at(decoder.place(&node))
                    .label("expected a host")
                    .help(refusal.help);
                decoder.problem(problem);
            }
        }
    }
    let environments = fields.get("environments").and_then(Node::as_map);
    for environment in environments.unwrap_or_default() {
        let entries = environment.value.as_map().unwrap_or_default();
        let url = entries.iter().find(|entry| entry.key.text == "base_url");
        let Some(node) = url.map(|entry| &entry.value) else {
            continue;
        };
        let url = node.as_str().and_then(|text| url::Url::parse(text).ok());
        if let Some(host) = url.as_ref().and_then(|url| egress.refused_host(url)) {
            let name = &environment.key.text;
            let message = format!("the pack refuses the host of `{name}`, `{host}`");
            let problem = Diagnostic::warning("refused-host", message)
                .at(decoder.place(node))
                .label("never addressed")
                .help("take the host out of `refuse`, or the environment out of `environments`");
            decoder.problem(problem);
        }
    }
    hosts
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
    let text = match &node.value {
        Yaml::Number(text) => text.clone(),
        _ => decoder.plain(node, "`rate_limit`")?,
    };
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

/// Reads the OpenAPI document that `openapi` names.
fn load_contract(node: &Node, decoder: &mut Decoder) -> Option<Arc<Contract>> {
    let path = decoder.plain(node, "`openapi`")?;
    if path.contains("://") {
        let problem = Diagnostic::error("bad-path", "a pack's contract is a file of the pack")
            .at(decoder.place(node))
            .label("not a file")
            .help(
                "download the document into the pack's folder, and write `openapi: openapi.yaml`",
            );
        decoder.problem(problem);
        return None;
    }
    let source = decoder.read_file(node, &path)?;
    let (contract, mut problems) = Contract::load(&source);
    decoder.problems.append(&mut problems);
    contract.map(Arc::new)
}
