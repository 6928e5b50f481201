//! `literal-credential`: a value in the file that looks like a real credential.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Kind as TemplateKind, Template};
use crate::lint::Rule;
use crate::lint::context::{Context, Home, Owner};
use crate::lint::findings::Findings;
use crate::source::{Place, Span};
use crate::step::{Auth, Body, Kind, Step};
use crate::value::Value;

pub(super) const RULE: Rule = Rule {
    name: "literal-credential",
    severity: Severity::Warning,
    doc: "A header, a field or a variable holds what looks like a real key, token or password, written out. Files are shared and kept for ever: declare it under `secrets`, which also keeps it out of every output.",
    find,
};

/// Names of headers and fields that hold credentials, without case and punctuation.
const NAMES: &[&str] = &[
    "authorization",
    "proxyauthorization",
    "apikey",
    "xapikey",
    "apisecret",
    "xapisecret",
    "xauthtoken",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "bearer",
    "clientsecret",
    "cookie",
    "password",
    "passwd",
    "privatekey",
    "secret",
    "secretkey",
    "signingkey",
    "token",
    "webhooksecret",
];

/// How well-known credentials begin.
const PREFIXES: &[&str] = &[
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "pk_live_",
    "ck_live_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "AIza",
    "eyJ",
    "whsec_",
    "-----BEGIN",
];

/// Words in values that were made up for a test.
const MADE_UP: &[&str] = &[
    "wrong",
    "invalid",
    "bad",
    "test",
    "fake",
    "dummy",
    "example",
    "expired",
    "unknown",
    "missing",
    "emulator",
    "sample",
    "placeholder",
    "changeme",
    "revoked",
    "other",
    "xxx",
];

fn find(context: &Context<'_>, findings: &mut Findings) {
    let mut found = Vec::new();
    let mut look = |owner: Owner, name: &str, template: &Template| {
        visit(name, template, &mut |place| found.push((owner, place)));
    };
    for visited in &context.steps {
        each_value(visited.step, &mut |name, template| {
            look(visited.owner, name, template);
        });
    }
    match context.home {
        Home::File(file) => {
            for var in &file.vars {
                look(Owner::File, &var.name, &var.value);
            }
            for (index, scenario) in file.scenarios.iter().enumerate() {
                for var in &scenario.vars {
                    look(Owner::Scenario(index), &var.name, &var.value);
                }
            }
        }
        Home::Pack(pack) => {
            for (name, template) in &pack.request.headers {
                look(Owner::File, name, template);
            }
        }
    }
    // The warning itself is not to publish what it warns of, nor another credential of the same line.
    let concealed: Arc<[Place]> = found.iter().map(|(_, place)| place.clone()).collect();
    for (owner, place) in found {
        let warning = Diagnostic::warning(RULE.name, "this looks like a real credential")
            .at(place)
            .label("written out")
            .help("declare it under `secrets`, and write `${{ secrets.name }}`")
            .concealing(&concealed);
        findings.add(owner, warning);
    }
}

/// Every value that a step sends or sets, and the name it goes by.
fn each_value<'s>(step: &'s Step, look: &mut impl FnMut(&'s str, &'s Template)) {
    let mut pairs = |pairs: &'s [(String, Template)]| {
        for (name, template) in pairs {
            look(name, template);
        }
    };
    match &step.kind {
        Kind::Http(http) => {
            pairs(&http.headers);
            pairs(&http.query);
            match http.body.as_deref() {
                Some(Body::Form(fields) | Body::Multipart(fields)) => pairs(fields),
                Some(Body::Json(body) | Body::Text(body)) => look("", body),
                Some(Body::File(_)) | None => {}
            }
            match http.auth.as_deref() {
                Some(Auth::Basic { password, .. }) => look("password", password),
                Some(Auth::Bearer(token)) => look("token", token),
                None => {}
            }
        }
        Kind::Uses(uses) => {
            pairs(&uses.headers);
            for input in &uses.with {
                look(&input.name, &input.value);
            }
        }
        Kind::Set(set) => {
            pairs(&set.headers);
            for var in &set.vars {
                look(&var.name, &var.value);
            }
        }
        Kind::Receive(_) | Kind::Wait(_) | Kind::Check(_) | Kind::Group(_) | Kind::Parallel(_) => {}
    }
}

/// Looks at a value and all values in it.
fn visit(name: &str, template: &Template, found: &mut impl FnMut(Place)) {
    match &template.kind {
        TemplateKind::Literal(value) => {
            for text in in_value(name, value) {
                found(place_of(text, &template.place));
            }
        }
        TemplateKind::List(items) => items.iter().for_each(|item| visit(name, item, found)),
        TemplateKind::Map(entries) => {
            for (name, template) in entries {
                visit(name, template, found);
            }
        }
        TemplateKind::Expr(_) | TemplateKind::Text(_) => {}
    }
}

/// What looks real in a value.
fn in_value<'v>(name: &str, value: &'v Value) -> Vec<&'v str> {
    match value {
        Value::String(text) => looks_real(name, text)
            .then_some(text.as_str())
            .into_iter()
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| in_value(name, item)).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| in_value(name, value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Where a text stands within the place of the value that it is in.
fn place_of(text: &str, place: &Place) -> Place {
    let whole = place
        .source
        .text
        .get(place.span.range())
        .unwrap_or_default();
    // One of several lines is indented, or has escapes, in the file: its first and last line are there as they are.
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    let last = lines.next_back().unwrap_or(first);
    let found = whole.find(first).and_then(|start| {
        let end = start + whole[start..].find(last)? + last.len();
        Some((start, end))
    });
    match found {
        Some((start, end)) => {
            let base = place.span.start as usize;
            Place::new(&place.source, Span::new(base + start, base + end))
        }
        None => place.clone(),
    }
}

fn looks_real(name: &str, text: &str) -> bool {
    let secret = text
        .strip_prefix("Bearer ")
        .or_else(|| text.strip_prefix("Basic "))
        .unwrap_or(text)
        .trim();
    let well_known = secret.len() >= 16 && PREFIXES.iter().any(|prefix| secret.starts_with(prefix));
    let named = || secret.len() >= 12 && is_mixed(secret) && holds_credentials(name);
    // Nearly every text of a file ends here, so that costs least.
    if !(well_known || named()) {
        return false;
    }
    let lower = secret.to_ascii_lowercase();
    secret.starts_with("-----BEGIN") || !MADE_UP.iter().any(|word| lower.contains(word))
}

/// Whether a header or field of this name holds a credential.
fn holds_credentials(name: &str) -> bool {
    let folded: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    NAMES.contains(&folded.as_str())
}

/// Whether a text has letters and digits, and no spaces: words for people have not.
fn is_mixed(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_real_and_what_does_not() {
        for (name, text, expected) in [
            ("x-api-key", "dk9f83jfh38fh3uh", true),
            ("Authorization", "Bearer 9f83jfh38fh3uhf83", true),
            ("X-API-Key", "wrong-key-0123456789", false),
            ("x-api-key", "short1", false),
            ("password", "correct horse battery 9", false),
            ("note", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", true),
            ("note", "dk9f83jfh38fh3uh", false),
            ("token", "expired", false),
        ] {
            assert_eq!(looks_real(name, text), expected, "{name}: {text}");
        }
    }
}
