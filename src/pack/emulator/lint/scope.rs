//! What an expression at a certain place may read.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::expr::Reference;
use crate::pack::emulator::{Collection, EmulatorFile, PartSchema, Route, Segment};
use crate::pack::{Pack, SecretSpec};
use crate::value::Value;

const REQUEST: [&str; 7] = ["method", "path", "headers", "query", "json", "text", "id"];

/// The names in scope, as a walk through the file binds them.
pub(super) struct Scope<'a> {
    pub pack: &'a Pack,
    pub file: &'a EmulatorFile,
    /// The route at hand; `None` where there is no request to read.
    pub request: Option<&'a Route>,
    /// Whether there is a request, of whichever route.
    pub any_request: bool,
    pub body: Option<&'a PartSchema>,
    /// Collections, and a field that an `insert` sets.
    pub inserted: Vec<(&'a str, &'a str)>,
    pub bound: Vec<(Arc<str>, Bound<'a>)>,
}

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Bound<'a> {
    Value,
    Record(&'a Collection),
}

impl<'a> Scope<'a> {
    pub(super) fn get(&self, name: &str) -> Option<Bound<'a>> {
        let found = self.bound.iter().rev().find(|(own, _)| **own == *name);
        found.map(|(_, bound)| *bound)
    }

    pub(super) fn collection(&self, name: &str) -> Option<&'a Collection> {
        self.file
            .collections
            .iter()
            .find(|collection| *collection.name == *name)
    }

    /// What is wrong with reading this; `more` are names that exist at this place alone.
    pub(super) fn fault(&self, reference: &Reference, more: &[&str]) -> Option<Diagnostic> {
        let (name, rest) = reference.path.split_first()?;
        let attribute = rest.first().map(String::as_str);
        if more.contains(&name.as_str()) {
            return None;
        }
        if let Some(bound) = self.get(name) {
            return match (bound, attribute) {
                (Bound::Record(collection), Some(field)) => {
                    let known = self.fields(collection);
                    let owner = format!("a record of `{}`", collection.name);
                    unless_known(field, &known, &owner, reference)
                }
                _ => None,
            };
        }
        let known = match name.as_str() {
            "settings" => names(self.pack.settings.iter().map(|setting| &setting.name)),
            "secrets" => {
                let secrets = self.pack.secrets.iter();
                if let Some(secret) =
                    attribute.and_then(|name| secrets.clone().find(|one| one.name == *name))
                    && secret.emulator.is_none()
                {
                    return Some(no_value(secret, reference));
                }
                names(
                    secrets
                        .filter(|one| one.emulator.is_some())
                        .map(|one| &one.name),
                )
            }
            "collections" => self.file.collections.iter().map(|one| &*one.name).collect(),
            "request" if self.any_request => return self.request_fault(reference, rest),
            "path" if self.request.is_some() => self.path_names(),
            _ => return Some(self.undefined(name, more, reference)),
        };
        unless_known(attribute?, &known, &format!("`{name}`"), reference)
    }

    /// The fields that a record may have: its id, what the collection names, and what `insert` sets.
    pub(super) fn fields(&self, collection: &'a Collection) -> Vec<&'a str> {
        let inserted = self.inserted.iter();
        let inserted = inserted.filter(|(kind, _)| **kind == *collection.name);
        let inserted = inserted.map(|(_, field)| *field);
        std::iter::once("id")
            .chain(named(collection))
            .chain(inserted)
            .collect()
    }

    fn path_names(&self) -> Vec<&'a str> {
        let segments = self.request.iter().flat_map(|route| &route.path.segments);
        let name = |segment: &'a Segment| match segment {
            Segment::Name(name) => Some(&**name),
            Segment::Literal(_) => None,
        };
        segments.filter_map(name).collect()
    }

    fn request_fault(&self, reference: &Reference, rest: &[String]) -> Option<Diagnostic> {
        let part = rest.first()?;
        if let Some(fault) = unless_known(part, &REQUEST, "`request`", reference) {
            return Some(fault);
        }
        if part != "json" {
            return None;
        }
        let (name, known) = unknown_property(&self.body?.schema, &rest[1..])?;
        let owner = "the schema of this request's body";
        unless_known(name, &known, owner, reference)
    }

    fn undefined(&self, name: &str, more: &[&str], reference: &Reference) -> Diagnostic {
        let problem = Diagnostic::error("undefined-name", format!("`{name}` is not defined here"))
            .at(reference.place.clone());
        let bound = self.bound.iter().map(|(bound, _)| &**bound);
        let known: Vec<&str> = bound
            .chain(more.iter().copied())
            .chain(["settings", "secrets", "collections"])
            .chain(self.any_request.then_some("request"))
            .chain(self.request.map(|_| "path"))
            .collect();
        match did_you_mean(name, known.iter().copied()) {
            Some(close) => problem.help(format!("did you mean `{close}`?")),
            None => problem.help(format!("there are: {}", known.join(", "))),
        }
    }
}

/// The fields that the collection itself names.
pub(super) fn named(collection: &Collection) -> impl Iterator<Item = &str> + Clone {
    collection.fields.iter().map(|field| &*field.name)
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    names.map(String::as_str).collect()
}

/// That a secret which the emulator reads has a value on real environments alone.
fn no_value(secret: &SecretSpec, reference: &Reference) -> Diagnostic {
    let (name, env) = (&secret.name, &secret.env);
    let message = format!("the secret `{name}` has no value on the emulator");
    Diagnostic::error("undefined-name", message)
        .at(reference.place.clone())
        .also(secret.place.clone(), "declared here")
        .help(format!(
            "give it one: `{name}: {{env: {env}, emulator: test-value}}`"
        ))
}

fn unless_known(
    name: &str,
    known: &[&str],
    owner: &str,
    reference: &Reference,
) -> Option<Diagnostic> {
    if known.contains(&name) {
        return None;
    }
    let problem = Diagnostic::error("undefined-name", format!("{owner} has no `{name}`"))
        .at(reference.place.clone());
    Some(match did_you_mean(name, known.iter().copied()) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None if known.is_empty() => problem,
        None => problem.help(format!("it has: {}", known.join(", "))),
    })
}

/// The first name of a path that a schema does not know, where it says which it knows; and those.
fn unknown_property<'a>(schema: &'a Value, path: &'a [String]) -> Option<(&'a str, Vec<&'a str>)> {
    const OPEN: [&str; 7] = [
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "patternProperties",
        "not",
    ];
    let (name, rest) = path.split_first()?;
    if OPEN.iter().any(|key| schema.get(key).is_some()) {
        return None;
    }
    if name
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return unknown_property(schema.get("items")?, rest);
    }
    let properties = schema.get("properties")?.as_object()?;
    match properties.get(name) {
        Some(property) => unknown_property(property, rest),
        None => Some((name, properties.keys().map(String::as_str).collect())),
    }
}
