//! Reading what becomes of a request before it is answered: a stage each, in the order in which the file says them.

use std::sync::Arc;

use super::decode::binding;
use super::effects::{decode_effects, selection};
use super::replies::{facts, headers, reply};
use super::tables;
use super::{
    Changed, Find, Let, LetValue, Listing, Otherwise, Page, Parameter, PartSchema, RateLimit,
    RequestCheck, Rule, Scheme, Stage,
};
use crate::check::check_keywords;
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields, plain_value};
use crate::source::{Entry, Node, Place, Yaml};
use crate::value::{Value, from_json_bytes};

/// The stages among the entries of a map that has been held to its table.
pub(super) fn stages(entries: &[Entry], decoder: &mut Decoder) -> Vec<Stage> {
    let mut stages = Vec::new();
    for Entry { key, value } in entries {
        stages.extend(match key.text.as_str() {
            "let" => Some(Stage::Let(lets(value, decoder))),
            "request" => Some(Stage::Request(Box::new(request(value, decoder)))),
            "rules" => Some(Stage::Rules(rules(value, decoder))),
            "rate_limit" => {
                rate_limit(value, decoder).map(|limit| Stage::RateLimit(Box::new(limit)))
            }
            "idempotency" => Some(Stage::Idempotency(names(value, decoder))),
            "effects" => Some(Stage::Effects(decode_effects(Some(value), decoder))),
            _ => None,
        });
    }
    stages
}

/// The `before` of a file: maps of stages, one after the other.
pub(super) fn before(node: &Node, decoder: &mut Decoder) -> Vec<Stage> {
    let mut all = Vec::new();
    for node in decoder.list(node) {
        decoder.fields(node, &tables::STAGES);
        all.extend(stages(node.as_map().unwrap_or_default(), decoder));
    }
    all
}

/// One name, or a list of them.
fn names(node: &Node, decoder: &mut Decoder) -> Vec<(Arc<str>, Place)> {
    let items = match &node.value {
        Yaml::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items
        .iter()
        .filter_map(|node| Some((Arc::from(decoder.text(node)?), decoder.place(node))))
        .collect()
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
    match (fields.get("find"), fields.get("all")) {
        (Some(collection), None) => find(node, collection, fields, decoder).map(LetValue::Find),
        (None, Some(collection)) => listing(node, collection, fields, decoder)
            .map(|listing| LetValue::All(Box::new(listing))),
        _ => {
            bad_look_up(node, "a look-up has one of `find` and `all`", "", decoder);
            None
        }
    }
}

fn find(node: &Node, collection: &Node, fields: Fields<'_>, decoder: &mut Decoder) -> Option<Find> {
    if fields.get("id").is_none() && fields.get("where").is_none() {
        let help = "add `id: …` or `where: {field: …}`";
        bad_look_up(node, "which record this finds is not said", help, decoder);
        return None;
    }
    let of_lists = ["order", "page", "show"];
    if of_lists.iter().any(|key| fields.get(key).is_some()) {
        let help = "`order`, `page` and `show` go with `all`";
        bad_look_up(node, "`find` finds one record", help, decoder);
        return None;
    }
    Some(Find {
        select: selection(collection, fields.get("id"), fields, decoder)?,
        otherwise: match fields.get("else") {
            None => Otherwise::NotFound,
            Some(node) if matches!(node.value, Yaml::Null) => Otherwise::None,
            Some(node) => Otherwise::Reply(Box::new(reply(node, decoder))),
        },
    })
}

fn listing(
    node: &Node,
    collection: &Node,
    fields: Fields<'_>,
    decoder: &mut Decoder,
) -> Option<Listing> {
    if fields.get("else").is_some() {
        let help = "an empty list is told by a rule: `when: not name`";
        let message = "`all` always finds a list and has no `else`";
        bad_look_up(node, message, help, decoder);
        return None;
    }
    Some(Listing {
        select: selection(collection, fields.get("id"), fields, decoder)?,
        newest_first: match fields.get("order") {
            None => false,
            Some(node) => newest_first(node, decoder)?,
        },
        show: fields.get("show").map(|node| decoder.template(node)),
        page: fields.get("page").map(|node| page(node, decoder)),
    })
}

fn newest_first(node: &Node, decoder: &mut Decoder) -> Option<bool> {
    match node.as_str() {
        Some("newest") => Some(true),
        Some("oldest") => Some(false),
        _ => {
            decoder.expected("`oldest` or `newest`", node);
            None
        }
    }
}

fn page(node: &Node, decoder: &mut Decoder) -> Page {
    let fields = decoder.fields(node, &tables::PAGE);
    let mut template = |key| fields.get(key).map(|node| decoder.template(node));
    Page {
        limit: template("limit"),
        after: template("after"),
        before: template("before"),
        otherwise: fields.get("else").map(|node| reply(node, decoder)),
    }
}

fn bad_look_up(node: &Node, message: &str, help: &str, decoder: &mut Decoder) {
    let mut problem = Diagnostic::error("bad-look-up", message).at(decoder.place(node));
    if !help.is_empty() {
        problem = problem.help(help);
    }
    decoder.problem(problem);
}

fn request(node: &Node, decoder: &mut Decoder) -> RequestCheck {
    let fields = decoder.fields(node, &tables::REQUEST);
    RequestCheck {
        place: decoder.place(node),
        facts: facts(fields, decoder),
        json: fields
            .get("json")
            .and_then(|node| body_schema(node, decoder)),
        headers: parameters(fields.get("headers"), decoder),
        query: parameters(fields.get("query"), decoder),
        otherwise: fields.get("else").map(|node| reply(node, decoder)),
    }
}

fn body_schema(node: &Node, decoder: &mut Decoder) -> Option<Arc<PartSchema>> {
    let known = decoder.problems.len();
    check_keywords(node, &[], decoder);
    if decoder.problems.len() > known {
        return None;
    }
    let read = match &node.value {
        Yaml::String(path) => decoder
            .folder
            .read(&decoder.beside, &path.value)
            .and_then(|bytes| {
                from_json_bytes(&bytes)
                    .map_err(|error| format!("`{}` is not JSON: {error}", path.value))
            }),
        _ => Ok(plain_value(node)),
    };
    match read {
        Ok(schema) => Some(Arc::new(PartSchema::new(schema))),
        Err(message) => {
            let problem = Diagnostic::error("bad-schema", message).at(decoder.place(node));
            decoder.problem(problem);
            None
        }
    }
}

/// Names and a JSON Schema for each, which has a key of our own among its own: `optional`.
fn parameters(node: Option<&Node>, decoder: &mut Decoder) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for Entry { key, value } in node.map_or(&[][..], |node| decoder.map(node)) {
        let known = decoder.problems.len();
        check_keywords(value, &["optional"], decoder);
        let sound = decoder.problems.len() == known;
        let optional = value
            .get("optional")
            .and_then(|node| decoder.flag(node, "`optional`"));
        let mut schema = plain_value(value);
        match &mut schema {
            Value::Object(_) if !sound => schema = Value::Bool(true),
            Value::Object(schema) => {
                schema.shift_remove("optional");
            }
            Value::Null => schema = Value::Bool(true),
            _ => {
                decoder.expected("a JSON Schema", value);
                continue;
            }
        }
        parameters.push(Parameter {
            name: key.text.clone(),
            optional: optional.unwrap_or(false),
            schema: Arc::new(PartSchema::new(schema)),
        });
    }
    parameters
}

fn rate_limit(node: &Node, decoder: &mut Decoder) -> Option<RateLimit> {
    let fields = decoder.fields(node, &tables::RATE_LIMIT);
    let limit = fields.get("limit");
    let limit = limit.and_then(|node| decoder.count_setting(node, 1, "a limit"));
    let window = fields.get("window");
    let window = window.and_then(|node| decoder.duration_setting(node));
    Some(RateLimit {
        place: decoder.place(node),
        facts: facts(fields, decoder),
        condition: fields.get("when").and_then(|node| decoder.expression(node)),
        key: fields.get("key").map(|node| decoder.template(node)),
        limit: limit?,
        window: window?,
        otherwise: reply(fields.get("else")?, decoder),
        headers: headers(fields.get("headers"), decoder),
    })
}

/// A scheme of `idempotency`; `place` is that of its name.
pub(super) fn scheme(node: &Node, place: Place, decoder: &mut Decoder) -> Option<Scheme> {
    let fields = decoder.fields(node, &tables::SCHEME);
    let mut template = |key| fields.get(key).map(|node| decoder.template(node));
    let (key, scope, compare) = (template("key"), template("scope"), template("compare"));
    let window = fields.get("window");
    Some(Scheme {
        place,
        facts: facts(fields, decoder),
        key: key?,
        scope,
        window: window.and_then(|node| decoder.duration_setting(node)),
        compare,
        changed: match fields.get("changed")? {
            node if node.as_str() == Some("original") => Changed::Original,
            node => Changed::Reply(Box::new(reply(node, decoder))),
        },
        remember: fields
            .get("remember")
            .and_then(|node| decoder.expression(node)),
        headers: headers(fields.get("headers"), decoder),
    })
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
