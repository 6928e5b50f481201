//! Reading `emulator.yaml`: the file's own keys, replies, and what routes ask of a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::effects::{decode_effects, selection};
use super::tables;
use super::{
    Auth, BodySchema, Collection, CollectionName, EmulatorFile, Errors, Fact, FactKind, Field,
    Find, Let, LetValue, NamedValue, Otherwise, Pattern, Procedure, Reply, ReplyBody, RequestCheck,
    Route, Rule, Segment, Stage,
};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields, plain_value};
use crate::expr::{Kind, Template};
use crate::source::{Entry, Folder, Node, Place, Source, Span, Yaml, parse};
use crate::value::Value;

const FILE: &str = "emulator.yaml";
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl EmulatorFile {
    /// Reads the `emulator.yaml` of a pack's folder. `name` is how messages call the file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(folder: &Folder, name: &str) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let text = folder.read("", FILE).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| format!("`{FILE}` is not UTF-8 text"))
        });
        let text = text.map_err(|message| {
            let empty = Source::new(name, "", "");
            vec![Diagnostic::error("bad-file", message).at(Place::new(&empty, Span::default()))]
        })?;
        let path = match folder {
            Folder::Disk(root) => root.join(FILE),
            Folder::Embedded(_) => FILE.into(),
        };
        Self::parse(&Source::new(name, path, text), folder)
    }

    /// Reads an emulator file whose schemas are in `folder`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(source: &Arc<Source>, folder: &Folder) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let (root, problems) = parse(source);
        let mut decoder = Decoder::new(source, folder.clone(), "");
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
        auth: fields.get("auth").and_then(|node| auth(node, decoder)),
        rules: fields
            .get("rules")
            .map(|node| rules(node, decoder))
            .unwrap_or_default(),
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
    const ENGINES: [&str; 4] = ["id", "error", "status", "violations"];
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
        });
    }
    collections
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
    let mut stages = Vec::new();
    for entry in node.as_map()? {
        match entry.key.text.as_str() {
            "let" => stages.push(Stage::Let(lets(&entry.value, decoder))),
            "request" => stages.push(Stage::Request(Box::new(request(&entry.value, decoder)))),
            "rules" => stages.push(Stage::Rules(rules(&entry.value, decoder))),
            _ => {}
        }
    }
    let effects = decode_effects(fields.get("effects"), decoder);
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
        effects,
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
        Some((method, path)) if path.starts_with('/') => match pattern(path) {
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

fn lets(node: &Node, decoder: &mut Decoder) -> Vec<Let> {
    let mut lets = Vec::new();
    for entry in decoder.map(node) {
        let place = decoder.key_place(&entry.key);
        let name = binding(&entry.key.text, &place, decoder);
        if let (Some(name), Some(value)) = (name, let_value(&entry.value, decoder)) {
            lets.push(Let { name, place, value });
        }
    }
    lets
}

fn let_value(node: &Node, decoder: &mut Decoder) -> Option<LetValue> {
    if node.get("find").is_none() && node.get("all").is_none() {
        return Some(LetValue::Template(decoder.template(node)));
    }
    let fields = decoder.fields(node, &tables::LOOKUP);
    let place = decoder.place(node);
    let problem = |message: &str| Diagnostic::error("bad-look-up", message).at(place.clone());
    match (fields.get("find"), fields.get("all")) {
        (Some(find), None) if fields.get("id").is_some() || fields.get("where").is_some() => {
            Some(LetValue::Find(Find {
                select: selection(find, fields.get("id"), fields, decoder)?,
                otherwise: match fields.get("else") {
                    None => Otherwise::NotFound,
                    Some(node) if matches!(node.value, Yaml::Null) => Otherwise::None,
                    Some(node) => Otherwise::Reply(Box::new(reply(node, decoder))),
                },
            }))
        }
        (None, Some(all)) if fields.get("else").is_none() => Some(LetValue::All(selection(
            all,
            fields.get("id"),
            fields,
            decoder,
        )?)),
        (Some(_), None) => {
            let problem = problem("which record this finds is not said")
                .help("add `id: …` or `where: {field: …}`");
            decoder.problem(problem);
            None
        }
        (None, _) => {
            let problem = problem("`all` always finds a list and has no `else`")
                .help("an empty list is told by a rule: `when: not name`");
            decoder.problem(problem);
            None
        }
        (Some(_), Some(_)) => {
            let problem = problem("a look-up has one of `find` and `all`");
            decoder.problem(problem);
            None
        }
    }
}

fn request(node: &Node, decoder: &mut Decoder) -> RequestCheck {
    let fields = decoder.fields(node, &tables::REQUEST);
    RequestCheck {
        place: decoder.place(node),
        facts: facts(fields, decoder),
        json: fields.get("json").and_then(|node| schema(node, decoder)),
        headers: nodes(fields.get("headers"), decoder)
            .iter()
            .filter_map(|node| decoder.text(node))
            .map(|name| name.to_ascii_lowercase())
            .collect(),
        otherwise: fields.get("else").map(|node| reply(node, decoder)),
    }
}

fn schema(node: &Node, decoder: &mut Decoder) -> Option<Arc<BodySchema>> {
    let read = match &node.value {
        Yaml::String(path) => decoder
            .folder
            .read(&decoder.beside, &path.value)
            .and_then(|bytes| {
                serde_json::from_slice(&bytes)
                    .map_err(|error| format!("`{}` is not JSON: {error}", path.value))
            }),
        _ => Ok(plain_value(node)),
    };
    match read {
        Ok(schema) => Some(Arc::new(BodySchema::new(schema))),
        Err(message) => {
            let problem = Diagnostic::error("bad-schema", message).at(decoder.place(node));
            decoder.problem(problem);
            None
        }
    }
}

fn rules(node: &Node, decoder: &mut Decoder) -> Vec<Rule> {
    let mut rules = Vec::new();
    for node in decoder.list(node) {
        let fields = decoder.fields(node, &tables::RULE);
        let condition = fields.get("when").and_then(|node| decoder.expression(node));
        let effects = decode_effects(fields.get("effects"), decoder);
        let respond = fields.get("respond").map(|node| reply(node, decoder));
        let facts = facts(fields, decoder);
        if let (Some(condition), Some(respond)) = (condition, respond) {
            rules.push(Rule {
                place: decoder.place(node),
                facts,
                condition,
                effects,
                respond,
            });
        }
    }
    rules
}

pub(super) fn reply(node: &Node, decoder: &mut Decoder) -> Reply {
    let fields = decoder.fields(node, &tables::REPLY);
    let place = decoder.place(node);
    let bodies = ["json", "text", "error"];
    if bodies
        .iter()
        .filter(|key| fields.get(key).is_some())
        .count()
        > 1
    {
        let problem = Diagnostic::error(
            "two-bodies",
            "a reply has one of `json`, `text` and `error`",
        )
        .at(place.clone());
        decoder.problem(problem);
    }
    let body = if let Some(node) = fields.get("json") {
        ReplyBody::Json(decoder.template(node))
    } else if let Some(node) = fields.get("text") {
        ReplyBody::Text(decoder.template(node))
    } else if let Some(node) = fields.get("error") {
        ReplyBody::Error(record_fields(Some(node), decoder))
    } else {
        ReplyBody::Empty
    };
    Reply {
        facts: facts(fields, decoder),
        status: status(fields.get("status"), &place, decoder),
        headers: headers(fields.get("headers"), decoder),
        body,
        place,
    }
}

fn status(node: Option<&Node>, reply: &Place, decoder: &mut Decoder) -> Template {
    let Some(node) = node else {
        return Template {
            place: reply.clone(),
            kind: Kind::Literal(Value::from(200)),
        };
    };
    let template = decoder.template(node);
    if let Some(literal) = template.as_literal()
        && !literal
            .as_u64()
            .is_some_and(|status| (200..600).contains(&status))
    {
        let problem = Diagnostic::error("bad-status", "a status is a number from 200 to 599")
            .at(decoder.place(node));
        decoder.problem(problem);
    }
    template
}

pub(super) fn headers(node: Option<&Node>, decoder: &mut Decoder) -> Vec<(String, Template)> {
    let mut headers = Vec::new();
    for entry in node.map_or(&[][..], |node| decoder.map(node)) {
        if entry.key.text.parse::<http::HeaderName>().is_err() {
            let problem = Diagnostic::error(
                "bad-header",
                format!("`{}` can't be a header's name", entry.key.text),
            )
            .at(decoder.key_place(&entry.key));
            decoder.problem(problem);
            continue;
        }
        headers.push((entry.key.text.clone(), decoder.template(&entry.value)));
    }
    headers
}

pub(super) fn record_fields(node: Option<&Node>, decoder: &mut Decoder) -> Vec<Field> {
    node.map_or(&[][..], |node| decoder.map(node))
        .iter()
        .map(|entry| Field {
            name: Arc::from(entry.key.text.as_str()),
            place: decoder.key_place(&entry.key),
            value: decoder.template(&entry.value),
        })
        .collect()
}

pub(super) fn collection_name(node: &Node, decoder: &mut Decoder) -> Option<CollectionName> {
    Some(CollectionName {
        name: Arc::from(decoder.text(node)?),
        place: decoder.place(node),
    })
}

/// What `source` says: one fact or a list of them.
pub(super) fn facts(fields: Fields<'_>, decoder: &mut Decoder) -> Vec<Fact> {
    let Some(node) = fields.get("source") else {
        return Vec::new();
    };
    let items = match &node.value {
        Yaml::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items
        .iter()
        .filter_map(|item| fact(item, decoder))
        .collect()
}

fn fact(node: &Node, decoder: &mut Decoder) -> Option<Fact> {
    let text = decoder.text(node)?;
    let word = text
        .split(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let kind = FactKind::ALL.iter().find(|(name, _)| *name == word);
    let rest = text[word.len()..].trim_start_matches([':', ',', ' ']);
    let problem = match kind {
        Some((_, kind)) if !rest.is_empty() => {
            return Some(Fact {
                place: decoder.place(node),
                kind: *kind,
                text: rest.to_owned(),
            });
        }
        Some((name, _)) => Diagnostic::error("bare-source", format!("what is {name} is not said"))
            .help("say where it is written, or why it is assumed"),
        None => Diagnostic::error("bad-source", format!("`{word}` is not a kind of source"))
            .suggest(word, FactKind::ALL.map(|(name, _)| name))
            .help("a source begins with `documented`, `observed` or `assumed`"),
    };
    let place = decoder.place(node);
    decoder.problem(problem.at(place));
    None
}
