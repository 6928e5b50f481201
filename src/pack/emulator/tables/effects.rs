//! The keys of effects.

use super::{FIELDS, HEADERS, SOURCE};
use crate::document::{KeySpec, Shape, Table};

pub static EFFECT: Table = Table {
    name: "effect",
    doc: "A change of state: exactly one of `insert`, `update`, `delete`, `do`, `after` (with `do`), `cancel`, `emit` \
          and `redeliver`.",
    keys: &[
        SOURCE,
        KeySpec::new("when", Shape::Expression, "Only if this holds."),
        KeySpec::new(
            "insert",
            Shape::Text,
            "The collection that gets a fresh record.",
        ),
        KeySpec::new(
            "as",
            Shape::Text,
            "The name by which later effects and the answer read the fresh record.",
        ),
        KeySpec::new(
            "update",
            Shape::Text,
            "The name of the record to change; or a collection, all of whose records that match `where` change.",
        ),
        KeySpec::new(
            "delete",
            Shape::Text,
            "The name of the record to remove; or a collection, with `where`.",
        ),
        KeySpec::new(
            "where",
            FIELDS,
            "Which records of a collection are changed or removed: fields and what each must equal.",
        ),
        KeySpec::new(
            "set",
            FIELDS,
            "The fields that the record gets. One that is `omit` stays as it is.",
        ),
        KeySpec::new(
            "do",
            Shape::OneOf(&[Shape::Text, Shape::List(&Shape::Map(&EFFECT))]),
            "The name of a procedure, or a list of effects.",
        ),
        KeySpec::new(
            "after",
            Shape::Duration,
            "Do it later, when the clock has moved on by so much.",
        ),
        KeySpec::new(
            "name",
            Shape::Text,
            "The name by which what is to be done later can be cancelled.",
        ),
        KeySpec::new(
            "cancel",
            Shape::Text,
            "The name of what was to be done later and now is not.",
        ),
        KeySpec::new(
            "emit",
            Shape::Text,
            "The name of the event that subscribers are told of.",
        ),
        KeySpec::new("with", FIELDS, "Names that the event's data reads."),
        KeySpec::new(
            "redeliver",
            Shape::Text,
            "The id of a past event that is delivered again.",
        ),
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers that the repeated delivery has besides.",
        ),
    ],
};
