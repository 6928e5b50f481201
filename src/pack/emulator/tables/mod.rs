//! The tables of the keys that `emulator.yaml` may have.

mod effects;
mod stages;
mod webhooks;

use crate::document::{KeySpec, Shape, Table};

pub use effects::EFFECT;
pub use stages::{LOOKUP, PAGE, RATE_LIMIT, REQUEST, RULE, SCHEME, STAGES};
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
            "headers",
            HEADERS,
            "Headers of every answer; one that is `omit` is left out.",
        ),
        KeySpec::new(
            "before",
            Shape::List(&Shape::Map(&STAGES)),
            "What every route does first, after `auth`: a list of maps of stages, such as `let` and `rules`.",
        ),
        KeySpec::new(
            "idempotency",
            Shape::MapOf(&Shape::Map(&SCHEME)),
            "Schemes by which a request that is sent again is known; a stage `idempotency` names them.",
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
        KeySpec::new(
            "unique",
            Shape::List(&Shape::Map(&UNIQUE)),
            "Fields of which no two records may have the same.",
        ),
    ],
};

pub static UNIQUE: Table = Table {
    name: "unique key",
    doc: "Fields of which no two records may have the same. One that is missing or `null` is like no other.",
    keys: &[
        SOURCE,
        KeySpec::new("fields", Shape::List(&Shape::Text), "The fields.").required(),
        KeySpec::new(
            "else",
            Shape::Map(&REPLY),
            "The answer when a second record would have them. It reads `taken`, the record that has them.",
        )
        .required(),
    ],
};

pub static ROUTE: Table = Table {
    name: "route",
    doc: "One operation. Its stages are taken in the order in which they stand: what is written first is done first. Then \
          comes `respond`.",
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
        stages::LET,
        stages::REQUEST_STAGE,
        stages::RULES,
        stages::RATE_LIMIT_STAGE,
        stages::IDEMPOTENCY,
        stages::EFFECTS,
        KeySpec::new("respond", Shape::Map(&REPLY), "The answer.").required(),
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
        KeySpec::new(
            "delay",
            Shape::Duration,
            "How long the answer takes, on the scenario's clock.",
        ),
        KeySpec::new(
            "drop",
            Shape::Boolean,
            "`true`: the connection is closed without an answer.",
        ),
    ],
};
