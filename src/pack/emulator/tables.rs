//! The tables of the keys that `emulator.yaml` may have.

mod webhooks;

use crate::document::{KeySpec, Shape, Table};

pub use webhooks::{EVENT, WEBHOOKS};

const SOURCE: KeySpec = KeySpec::new(
    "source",
    Shape::OneOf(&[Shape::Text, Shape::List(&Shape::Text)]),
    "Where this comes from: `documented …`, `observed …` or `assumed …`, and what the provider says where, or why it is \
     assumed. A list where it is several facts.",
);

const HEADERS: Shape = Shape::MapOf(&Shape::Any);
const FIELDS: Shape = Shape::MapOf(&Shape::Any);

pub static EMULATOR: Table = Table {
    name: "emulator file",
    doc: "A provider's sandbox as data: what it keeps, what it is asked, and what it answers.",
    keys: &[
        KeySpec::new("version", Shape::Integer, "The version of the language: 1."),
        KeySpec::new(
            "description",
            Shape::Text,
            "What is emulated, and what is not.",
        ),
        KeySpec::new(
            "let",
            Shape::MapOf(&Shape::Any),
            "Named values that every expression of the file may read: lists of statuses, or what follows from a setting.",
        ),
        KeySpec::new(
            "errors",
            Shape::Map(&ERRORS),
            "What all errors that the pack answers have in common.",
        ),
        KeySpec::new(
            "auth",
            Shape::Map(&AUTH),
            "The credentials that every request needs, except on routes with `auth: false`.",
        ),
        KeySpec::new(
            "rules",
            Shape::List(&Shape::Map(&RULE)),
            "Rules that every route asks before its own, after `auth`.",
        ),
        KeySpec::new(
            "collections",
            Shape::MapOf(&Shape::Map(&COLLECTION)),
            "The kinds of record that the sandbox keeps.",
        ),
        KeySpec::new(
            "routes",
            Shape::List(&Shape::Map(&ROUTE)),
            "The operations, in order: the first whose method and path match answers.",
        )
        .required(),
        KeySpec::new(
            "procedures",
            Shape::MapOf(&Shape::List(&Shape::Map(&EFFECT))),
            "Effects with a name, for routes and timers that do the same. They see the names that are bound where they are \
             done.",
        ),
        KeySpec::new(
            "events",
            Shape::MapOf(&Shape::Map(&EVENT)),
            "The events that subscribers are told of, by name.",
        ),
        KeySpec::new(
            "webhooks",
            Shape::Map(&WEBHOOKS),
            "Who is told of events, and how they are delivered.",
        ),
    ],
};

pub static ERRORS: Table = Table {
    name: "errors map",
    doc: "What all errors have in common. A reply with `error: {…}` is given this form.",
    keys: &[
        SOURCE,
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers of every error, such as its content type.",
        ),
        KeySpec::new(
            "json",
            Shape::Any,
            "The body of every error. It reads `status` and what the reply says in `error`.",
        )
        .required(),
        KeySpec::new(
            "malformed",
            Shape::Map(&REPLY),
            "The answer to a body that is not JSON where the route wants JSON.",
        ),
        KeySpec::new(
            "invalid",
            Shape::Map(&REPLY),
            "The answer to a request that breaks what its route says of it. It reads `violations`, a list of `field` and \
             `message`.",
        ),
        KeySpec::new(
            "not_found",
            Shape::Map(&REPLY),
            "The answer when a look-up finds nothing and has no `else` of its own.",
        ),
    ],
};

pub static AUTH: Table = Table {
    name: "auth map",
    doc: "The credentials that every request needs.",
    keys: &[
        SOURCE,
        KeySpec::new(
            "when",
            Shape::Expression,
            "Credentials are asked for only while this holds, such as a setting.",
        ),
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers and what each must be; a list is any of its items.",
        )
        .required(),
        KeySpec::new(
            "missing",
            Shape::Map(&REPLY),
            "The answer when one of the headers is not there. Without it, that of `else`.",
        ),
        KeySpec::new(
            "else",
            Shape::Map(&REPLY),
            "The answer when the credentials are wrong.",
        )
        .required(),
    ],
};

pub static COLLECTION: Table = Table {
    name: "collection",
    doc: "A kind of record.",
    keys: &[
        SOURCE,
        KeySpec::new("id", Shape::Any, "The id of a fresh record.").required(),
        KeySpec::new(
            "fields",
            FIELDS,
            "What a fresh record has besides its id, unless `insert` sets it. Reads `id`.",
        ),
    ],
};

pub static ROUTE: Table = Table {
    name: "route",
    doc: "One operation. `let`, `request` and `rules` are taken in the order in which they stand: what is written first is \
          asked first.",
    keys: &[
        KeySpec::new(
            "route",
            Shape::Text,
            "`METHOD /path/{name}`. A `{name}` is any one segment, read as `path.name`.",
        )
        .required(),
        SOURCE,
        KeySpec::new(
            "auth",
            Shape::Boolean,
            "`false`: no credentials are needed here.",
        ),
        KeySpec::new(
            "let",
            Shape::MapOf(&Shape::OneOf(&[Shape::Map(&LOOKUP), Shape::Any])),
            "Named values of this request: templates, or records that are looked up.",
        ),
        KeySpec::new(
            "request",
            Shape::Map(&REQUEST),
            "What the request must look like.",
        ),
        KeySpec::new(
            "rules",
            Shape::List(&Shape::Map(&RULE)),
            "Answers for certain requests: the first whose `when` holds.",
        ),
        KeySpec::new(
            "effects",
            Shape::List(&Shape::Map(&EFFECT)),
            "What the operation changes, in order.",
        ),
        KeySpec::new("respond", Shape::Map(&REPLY), "The answer.").required(),
    ],
};

pub static LOOKUP: Table = Table {
    name: "look-up",
    doc: "Looks records up: one by `find`, all that match by `all`.",
    keys: &[
        KeySpec::new(
            "find",
            Shape::Text,
            "The collection in which to find one record.",
        ),
        KeySpec::new(
            "all",
            Shape::Text,
            "The collection of which to take all records that match, oldest first.",
        ),
        KeySpec::new("id", Shape::Any, "The id of the record."),
        KeySpec::new(
            "where",
            FIELDS,
            "Fields and what each must equal; one that is `omit` is not asked.",
        ),
        KeySpec::new(
            "else",
            Shape::OneOf(&[Shape::Map(&REPLY), Shape::Null]),
            "The answer when none is found. By default that of `errors.not_found`; `null` goes on, with the name being `none`.",
        ),
    ],
};

pub static REQUEST: Table = Table {
    name: "request map",
    doc: "What a request must look like.",
    keys: &[
        SOURCE,
        KeySpec::new(
            "json",
            Shape::OneOf(&[Shape::Text, Shape::JsonSchema]),
            "The JSON Schema of the body: the path of a file, or the schema itself.",
        ),
        KeySpec::new(
            "headers",
            Shape::List(&Shape::Text),
            "Headers that must be there.",
        ),
        KeySpec::new(
            "else",
            Shape::Map(&REPLY),
            "The answer when it does not hold. By default that of `errors.invalid`. It reads `violations`.",
        ),
    ],
};

pub static RULE: Table = Table {
    name: "rule",
    doc: "An answer for certain requests.",
    keys: &[
        SOURCE,
        KeySpec::new("when", Shape::Expression, "When it answers.").required(),
        KeySpec::new(
            "effects",
            Shape::List(&Shape::Map(&EFFECT)),
            "What it changes before it answers.",
        ),
        KeySpec::new("respond", Shape::Map(&REPLY), "The answer.").required(),
    ],
};

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

pub static REPLY: Table = Table {
    name: "reply",
    doc: "An answer: at most one of `json`, `text` and `error` is its body.",
    keys: &[
        SOURCE,
        KeySpec::new("status", Shape::Integer, "The HTTP status. Default 200."),
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers; one that is `omit` is left out.",
        ),
        KeySpec::new("json", Shape::Any, "The body, as JSON."),
        KeySpec::new("text", Shape::Text, "The body, as plain text."),
        KeySpec::new(
            "error",
            Shape::MapOf(&Shape::Any),
            "What this error says, for the pack's `errors` to give it its form: it reads these as `error.<name>`.",
        ),
    ],
};
