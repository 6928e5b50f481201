//! Reading effects: what an operation changes, now or later.

use std::sync::Arc;

use super::decode::{binding, collection_name};
use super::replies::{facts, headers, record_fields};
use super::tables;
use super::{Action, Call, Effect, Effects, Field, Selection, Target};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::source::{Node, Yaml};

/// The keys of which an effect has exactly one, and those that may stand beside each.
const KINDS: [(&str, &[&str]); 8] = [
    ("insert", &["set", "as"]),
    ("update", &["set", "where"]),
    ("delete", &["where"]),
    ("cancel", &[]),
    ("after", &["do", "name"]),
    ("do", &[]),
    ("emit", &["with"]),
    ("redeliver", &["headers"]),
];
const ANYWHERE: [&str; 2] = ["when", "source"];

pub(super) fn decode_effects(node: Option<&Node>, decoder: &mut Decoder) -> Effects {
    let mut effects = Vec::new();
    for node in node.map_or(&[][..], |node| decoder.list(node)) {
        let fields = decoder.fields(node, &tables::EFFECT);
        let condition = fields.get("when").and_then(|node| decoder.expression(node));
        let facts = facts(fields, decoder);
        if let Some(action) = action(node, fields, decoder) {
            effects.push(Effect {
                place: decoder.place(node),
                facts,
                condition,
                action,
            });
        }
    }
    effects.into()
}

fn action(node: &Node, fields: Fields<'_>, decoder: &mut Decoder) -> Option<Action> {
    let kind = kind(node, fields, decoder)?;
    let subject = fields.get(kind)?;
    Some(match kind {
        "insert" => Action::Insert {
            collection: collection_name(subject, decoder)?,
            set: record_fields(fields.get("set"), decoder),
            name: match fields.get("as") {
                Some(node) => {
                    let (name, place) = (decoder.text(node)?, decoder.place(node));
                    Some(binding(&name, &place, decoder)?)
                }
                None => None,
            },
        },
        "update" => Action::Update {
            target: target(subject, fields, decoder)?,
            set: changes(fields.get("set"), decoder),
        },
        "delete" => Action::Delete(target(subject, fields, decoder)?),
        "cancel" => Action::Cancel(decoder.template(subject)),
        "after" => Action::After {
            delay: decoder.duration_setting(subject)?,
            name: fields.get("name").map(|node| decoder.template(node)),
            call: call(fields.get("do")?, decoder)?,
        },
        "emit" => Action::Emit {
            name: decoder.template(subject),
            with: record_fields(fields.get("with"), decoder),
        },
        "redeliver" => Action::Redeliver {
            id: decoder.template(subject),
            headers: headers(fields.get("headers"), decoder),
        },
        _ => Action::Do(call(subject, decoder)?),
    })
}

/// What an update changes: anything but the id.
fn changes(node: Option<&Node>, decoder: &mut Decoder) -> Vec<Field> {
    let set = record_fields(node, decoder);
    if let Some(id) = set.iter().find(|field| &*field.name == "id") {
        let problem = Diagnostic::error("bad-effect", "a record keeps its id")
            .at(id.place.clone())
            .label("can't be changed")
            .help("`delete` the record and `insert` another, or keep what changes in a field of another name");
        decoder.problem(problem);
    }
    set
}

/// Which kind of effect a map is, once its keys go together.
fn kind(node: &Node, fields: Fields<'_>, decoder: &mut Decoder) -> Option<&'static str> {
    let Some(&(kind, with)) = KINDS.iter().find(|(name, _)| fields.get(name).is_some()) else {
        let problem = Diagnostic::error("bad-effect", "this effect does not say what it does")
            .at(decoder.place(node))
            .help("give it one of: insert, update, delete, do, after, cancel, emit, redeliver");
        decoder.problem(problem);
        return None;
    };
    let stray = tables::EFFECT.keys.iter().find(|key| {
        let name = key.name;
        let fits = name == kind || with.contains(&name) || ANYWHERE.contains(&name);
        !fits && fields.get(name).is_some()
    });
    if let Some(stray) = stray.and_then(|key| fields.entry(key.name)) {
        let problem = Diagnostic::error(
            "bad-effect",
            format!("`{}` does not go with `{kind}`", stray.key.text),
        )
        .at(decoder.key_place(&stray.key))
        .help("an effect does one thing; write two effects, one after the other");
        decoder.problem(problem);
        return None;
    }
    if kind == "after" && fields.get("do").is_none() {
        let problem = Diagnostic::error("bad-effect", "what is done later is not said")
            .at(decoder.place(node))
            .help("add `do:` with a list of effects or the name of a procedure");
        decoder.problem(problem);
        return None;
    }
    Some(kind)
}

fn target(subject: &Node, fields: Fields<'_>, decoder: &mut Decoder) -> Option<Target> {
    if fields.get("where").is_some() {
        return selection(subject, None, fields, decoder).map(Target::Where);
    }
    Some(Target::Record {
        name: Arc::from(decoder.text(subject)?),
        place: decoder.place(subject),
    })
}

pub(super) fn selection(
    collection: &Node,
    id: Option<&Node>,
    fields: Fields<'_>,
    decoder: &mut Decoder,
) -> Option<Selection> {
    Some(Selection {
        collection: collection_name(collection, decoder)?,
        id: id.map(|node| decoder.template(node)),
        fields: record_fields(fields.get("where"), decoder),
    })
}

fn call(node: &Node, decoder: &mut Decoder) -> Option<Call> {
    if matches!(node.value, Yaml::List(_)) {
        return Some(Call::Effects(decode_effects(Some(node), decoder)));
    }
    Some(Call::Procedure {
        name: decoder.text(node)?,
        place: decoder.place(node),
    })
}
