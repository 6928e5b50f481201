//! Reading `emulator.yaml`: the file's own keys, and those of routes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::effects::decode_effects;
use super::replies::{facts, headers, record_fields, reply};
use super::stages::{before, scheme, stages};
use super::tables;
use super::{
    Auth, Collection, CollectionName, EmulatorFile, Errors, NamedValue, Pattern, Procedure, Route,
    Scheme, Segment, UniqueKey,
};
use crate::diagnostic::{Diagnostic, read_text};
use crate::document::Decoder;
use crate::source::{Entry, Folder, Node, Place, Source, Span, parse};

const FILE: &str = "emulator.yaml";
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl EmulatorFile {
    /// Reads the `emulator.yaml` of a pack's folder. `name` is how messages call the file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(folder: &Folder, name: &str) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let path = match folder {
            Folder::Disk(root) => root.join(FILE),
            Folder::Embedded(_) => FILE.into(),
        };
        let source = match folder.read("", FILE) {
            Ok(bytes) => read_text(name, path, bytes),
            Err(message) => {
                let empty = Place::new(&Source::new(name, "", ""), Span::default());
                Err(Diagnostic::error("unreadable-file", message).at(empty))
            }
        };
        Self::parse(&source.map_err(|problem| vec![problem])?, folder)
    }

    /// Reads an emulator file whose schemas are in `folder`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(source: &Arc<Source>, folder: &Folder) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let (root, problems) = parse(source);
        let mut decoder = Decoder::new(source, folder.clone(), "");
        decoder.instead_of_env = "an emulator reads no variables: declare a setting in `pack.yaml`, `settings: {name: {default: …}}`, and read `settings.name`";
        decoder.problems = problems
            .into_iter()
            .map(|problem| Diagnostic::from_problem(source, problem))
            .collect();
        let file = root.map(|root| file(&root, &mut decoder));
        match file {
            Some(file) if decoder.problems.is_empty() => Ok(Arc::new(file)),
            _ => Err(decoder.problems),
        }
    }
}

fn file(root: &Node, decoder: &mut Decoder) -> EmulatorFile {
    let fields = decoder.fields(root, &tables::EMULATOR);
    decoder.check_version(fields.get("version"));
    EmulatorFile {
        source: Arc::clone(&decoder.source),
        description: fields
            .get("description")
            .and_then(|node| decoder.text(node)),
        values: named_values(fields.get("let"), decoder),
        errors: fields
            .get("errors")
            .map(|node| errors(node, decoder))
            .unwrap_or_default(),
        headers: headers(fields.get("headers"), decoder),
        auth: fields.get("auth").and_then(|node| auth(node, decoder)),
        before: fields
            .get("before")
            .map(|node| before(node, decoder))
            .unwrap_or_default(),
        idempotency: schemes(fields.get("idempotency"), decoder),
        collections: collections(fields.get("collections"), decoder),
        routes: nodes(fields.get("routes"), decoder)
            .iter()
            .filter_map(|node| route(node, decoder))
            .collect(),
        procedures: procedures(fields.get("procedures"), decoder),
        events: super::webhooks::events(fields.get("events"), decoder),
        webhooks: fields
            .get("webhooks")
            .map(|node| super::webhooks::webhooks(node, decoder)),
    }
}

fn nodes<'n>(node: Option<&'n Node>, decoder: &mut Decoder) -> &'n [Node] {
    node.map_or(&[], |node| decoder.list(node))
}

fn named_values(node: Option<&Node>, decoder: &mut Decoder) -> Vec<NamedValue> {
    let entries = node.map_or(&[][..], |node| decoder.map(node));
    let named = |entry: &Entry| {
        let place = decoder.key_place(&entry.key);
        let value = decoder.template(&entry.value);
        Some(NamedValue {
            name: binding(&entry.key.text, &place, decoder)?,
            place,
            literal: value.as_literal().cloned().map(Arc::new),
            value,
        })
    };
    entries.iter().filter_map(named).collect()
}

/// A name that is bound, which must not be one that the engine binds itself.
pub(super) fn binding(name: &str, place: &Place, decoder: &mut Decoder) -> Option<Arc<str>> {
    const ENGINES: [&str; 7] = [
        "id",
        "error",
        "status",
        "violations",
        "taken",
        "retry_after",
        "remaining",
    ];
    if ENGINES.contains(&name) {
        let problem = Diagnostic::error("reserved-name", format!("`{name}` can't be bound"))
            .at(place.clone())
            .label("the emulator binds this name itself")
            .help(format!("choose another name, such as `the_{name}`"));
        decoder.problem(problem);
        return None;
    }
    decoder
        .check_variable(name, place.clone())
        .then(|| Arc::from(name))
}

fn errors(node: &Node, decoder: &mut Decoder) -> Errors {
    let fields = decoder.fields(node, &tables::ERRORS);
    Errors {
        facts: facts(fields, decoder),
        headers: headers(fields.get("headers"), decoder),
        json: fields.get("json").map(|node| decoder.template(node)),
        malformed: fields.get("malformed").map(|node| reply(node, decoder)),
        invalid: fields.get("invalid").map(|node| reply(node, decoder)),
        not_found: fields.get("not_found").map(|node| reply(node, decoder)),
    }
}

fn auth(node: &Node, decoder: &mut Decoder) -> Option<Auth> {
    let fields = decoder.fields(node, &tables::AUTH);
    Some(Auth {
        place: decoder.place(node),
        facts: facts(fields, decoder),
        condition: fields.get("when").and_then(|node| decoder.expression(node)),
        headers: headers(fields.get("headers"), decoder),
        missing: fields.get("missing").map(|node| reply(node, decoder)),
        otherwise: reply(fields.get("else")?, decoder),
    })
}

fn collections(node: Option<&Node>, decoder: &mut Decoder) -> Vec<Collection> {
    let mut collections = Vec::new();
    for entry in node.map_or(&[][..], |node| decoder.map(node)) {
        let fields = decoder.fields(&entry.value, &tables::COLLECTION);
        let place = decoder.key_place(&entry.key);
        decoder.check_attribute(&entry.key.text, "a collection", place);
        let Some(id) = fields.get("id") else { continue };
        collections.push(Collection {
            name: Arc::from(entry.key.text.as_str()),
            place: decoder.key_place(&entry.key),
            facts: facts(fields, decoder),
            id: decoder.template(id),
            fields: record_fields(fields.get("fields"), decoder),
            unique: nodes(fields.get("unique"), decoder)
                .iter()
                .filter_map(|node| unique_key(node, decoder))
                .collect(),
        });
    }
    collections
}

fn unique_key(node: &Node, decoder: &mut Decoder) -> Option<UniqueKey> {
    let fields = decoder.fields(node, &tables::UNIQUE);
    let names = nodes(fields.get("fields"), decoder);
    Some(UniqueKey {
        place: decoder.place(node),
        facts: facts(fields, decoder),
        fields: names
            .iter()
            .filter_map(|node| Some((Arc::from(decoder.text(node)?), decoder.place(node))))
            .collect(),
        otherwise: reply(fields.get("else")?, decoder),
    })
}

fn schemes(node: Option<&Node>, decoder: &mut Decoder) -> BTreeMap<String, Scheme> {
    let mut schemes = BTreeMap::new();
    for Entry { key, value } in node.map_or(&[][..], |node| decoder.map(node)) {
        let place = decoder.key_place(key);
        decoder.check_name(&key.text, "a scheme", place.clone());
        if let Some(scheme) = scheme(value, place, decoder) {
            schemes.insert(key.text.clone(), scheme);
        }
    }
    schemes
}

fn procedures(node: Option<&Node>, decoder: &mut Decoder) -> BTreeMap<String, Procedure> {
    let mut procedures = BTreeMap::new();
    for entry in node.map_or(&[][..], |node| decoder.map(node)) {
        let procedure = Procedure {
            place: decoder.key_place(&entry.key),
            effects: decode_effects(Some(&entry.value), decoder),
        };
        decoder.check_name(&entry.key.text, "a procedure", procedure.place.clone());
        procedures.insert(entry.key.text.clone(), procedure);
    }
    procedures
}

fn route(node: &Node, decoder: &mut Decoder) -> Option<Route> {
    let fields = decoder.fields(node, &tables::ROUTE);
    let stages = stages(node.as_map()?, decoder);
    let respond = fields.get("respond").map(|node| reply(node, decoder));
    let facts = facts(fields, decoder);
    let auth = fields.get("auth").and_then(|node| decoder.boolean(node));
    let address = fields.get("route")?;
    let (method, path) = method_and_path(address, decoder)?;
    Some(Route {
        place: decoder.place(address),
        method,
        path,
        facts,
        auth: auth.unwrap_or(true),
        stages,
        respond: respond?,
    })
}

fn method_and_path(node: &Node, decoder: &mut Decoder) -> Option<(String, Pattern)> {
    let text = decoder.text(node)?;
    let problem = |message: &str| {
        Diagnostic::error("bad-route", message).help("write it like `POST /customers/{id}`")
    };
    let found = match text.split_once(' ') {
        Some((method, _)) if !METHODS.contains(&method) => {
            Err(problem(&format!("`{method}` is not a method")).suggest(method, METHODS))
        }
        Some((_, path)) if path.contains(['?', '#']) => Err(Diagnostic::error(
            "bad-route",
            "a route has no query in its path",
        )
        .help("what a query has to be is said under `request`, in `query`")),
        Some((method, path)) if has_other_names(path) => Err(Diagnostic::error(
            "bad-route",
            "a name in a path stands in braces",
        )
        .help(format!("write `{method} {}`", in_braces(path)))),
        Some((method, path)) if path.starts_with('/') => match pattern(path) {
            Some(pattern) if let Some(name) = twice(&pattern) => Err(Diagnostic::error(
                "bad-route",
                format!("two segments of the path are called `{name}`"),
            )
            .help("give each a name of its own: `path.NAME` is one of them")),
            Some(pattern) => Ok((method.to_owned(), pattern)),
            None => Err(problem(
                "a `{name}` stands for one whole segment of the path",
            )),
        },
        _ => Err(problem(
            "a route is a method and a path that starts with `/`",
        )),
    };
    match found {
        Ok(found) => Some(found),
        Err(problem) => {
            let place = decoder.place(node);
            decoder.problem(problem.at(place));
            None
        }
    }
}

/// Whether a segment is a name as others write it: `:id` or `<id>`.
fn has_other_names(path: &str) -> bool {
    path.split('/').any(|segment| other_name(segment).is_some())
}

fn other_name(segment: &str) -> Option<&str> {
    let colon = segment.strip_prefix(':');
    let angles = || segment.strip_prefix('<')?.strip_suffix('>');
    colon.or_else(angles).filter(|name| !name.is_empty())
}

fn in_braces(path: &str) -> String {
    let segments = path.split('/').map(|segment| match other_name(segment) {
        Some(name) => format!("{{{name}}}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A name that two segments have.
fn twice(pattern: &Pattern) -> Option<String> {
    let names = pattern.segments.iter().filter_map(|segment| match segment {
        Segment::Name(name) => Some(&**name),
        Segment::Literal(_) => None,
    });
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| pair[0].to_owned())
}

/// `None` if a brace stands anywhere but round a whole segment.
fn pattern(path: &str) -> Option<Pattern> {
    let segment = |text: &str| match text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(name) if !name.is_empty() && !name.contains(['{', '}']) => {
            Some(Segment::Name(Arc::from(name)))
        }
        _ if text.contains(['{', '}']) => None,
        _ => Some(Segment::Literal(text.to_owned())),
    };
    Some(Pattern {
        text: path.to_owned(),
        segments: path[1..].split('/').map(segment).collect::<Option<_>>()?,
    })
}

pub(super) fn collection_name(node: &Node, decoder: &mut Decoder) -> Option<CollectionName> {
    Some(CollectionName {
        name: Arc::from(decoder.text(node)?),
        place: decoder.place(node),
    })
}
