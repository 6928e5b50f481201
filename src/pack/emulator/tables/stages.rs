//! The keys of what becomes of a request before it is answered.

use super::{EFFECT, FIELDS, HEADERS, REPLY, SOURCE};
use crate::document::{KeySpec, Shape, Table};

const PARAMETERS: Shape = Shape::MapOf(&Shape::OneOf(&[Shape::JsonSchema, Shape::Null]));

const LETS: Shape = Shape::MapOf(&Shape::OneOf(&[Shape::Map(&LOOKUP), Shape::Any]));
const RULE_LIST: Shape = Shape::List(&Shape::Map(&RULE));
const EFFECT_LIST: Shape = Shape::List(&Shape::Map(&EFFECT));
const NAMES: Shape = Shape::OneOf(&[Shape::Text, Shape::List(&Shape::Text)]);

pub(super) const LET: KeySpec = KeySpec::new(
    "let",
    LETS,
    "Named values of this request: templates, or records that are looked up.",
);
pub(super) const REQUEST_STAGE: KeySpec = KeySpec::new(
    "request",
    Shape::Map(&REQUEST),
    "What the request must look like.",
);
pub(super) const RULES: KeySpec = KeySpec::new(
    "rules",
    RULE_LIST,
    "Answers for certain requests: the first whose `when` holds.",
);
pub(super) const RATE_LIMIT_STAGE: KeySpec = KeySpec::new(
    "rate_limit",
    Shape::Map(&RATE_LIMIT),
    "How many requests are answered in a while.",
);
pub(super) const IDEMPOTENCY: KeySpec = KeySpec::new(
    "idempotency",
    NAMES,
    "The scheme of the file's `idempotency`, or several in the order in which they are asked, by which a request that is \
     sent again is known.",
);
pub(super) const EFFECTS: KeySpec = KeySpec::new(
    "effects",
    EFFECT_LIST,
    "What the operation changes, in order.",
);

pub static STAGES: Table = Table {
    name: "map of stages",
    doc: "What becomes of a request, in the order in which it is written.",
    keys: &[
        LET,
        REQUEST_STAGE,
        RULES,
        RATE_LIMIT_STAGE,
        IDEMPOTENCY,
        EFFECTS,
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
            "The collection of which to take all records that match.",
        ),
        KeySpec::new("id", Shape::Any, "The id of the record."),
        KeySpec::new(
            "where",
            FIELDS,
            "Fields and what each must equal; one that is `omit` is not asked.",
        ),
        KeySpec::new(
            "order",
            Shape::Literal(&["oldest", "newest"]),
            "Which of `all` comes first. Default `oldest`.",
        ),
        KeySpec::new(
            "show",
            Shape::Any,
            "What is shown of each record of `all`, which it reads as `item`. By default the whole record.",
        ),
        KeySpec::new(
            "page",
            Shape::Map(&PAGE),
            "Takes a page of `all`. The name is then a map of `items`, `total`, `next` and `previous`.",
        ),
        KeySpec::new(
            "else",
            Shape::OneOf(&[Shape::Map(&REPLY), Shape::Null]),
            "The answer when none is found. By default that of `errors.not_found`; `null` goes on, with the name being `none`.",
        ),
    ],
};

pub static PAGE: Table = Table {
    name: "page",
    doc: "A page of a list. `next` is the id to ask `after` for the page that follows, `previous` the one to ask `before` \
          for the page that comes first; each is `none` where there is no such page.",
    keys: &[
        KeySpec::new(
            "limit",
            Shape::Any,
            "How many records at most, as a number or its text.",
        ),
        KeySpec::new(
            "after",
            Shape::Any,
            "The id of the record after which the page begins.",
        ),
        KeySpec::new(
            "before",
            Shape::Any,
            "The id of the record before which the page ends.",
        ),
        KeySpec::new(
            "else",
            Shape::Map(&REPLY),
            "The answer when no record of the list has that id, or `limit` is no number from 1. By default that of \
             `errors.invalid`. It reads `violations`.",
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
            PARAMETERS,
            "Headers and a JSON Schema for each. One is required unless it has `optional: true`.",
        ),
        KeySpec::new(
            "query",
            PARAMETERS,
            "Keys of the query and a JSON Schema for each, by whose `type` its text is read. One is required unless it has \
             `optional: true`.",
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

pub static RATE_LIMIT: Table = Table {
    name: "rate limit",
    doc: "How many requests are answered in a while. A window begins with the first request that is counted in it.",
    keys: &[
        SOURCE,
        KeySpec::new(
            "when",
            Shape::Expression,
            "Requests are counted only while this holds, such as a setting.",
        ),
        KeySpec::new(
            "key",
            Shape::Any,
            "Requests for which this is the same are counted together; those for which it is `omit` are not counted. \
             Without it, all are counted together.",
        ),
        KeySpec::new("limit", Shape::Integer, "How many are answered.").required(),
        KeySpec::new("window", Shape::Duration, "In how long a time.").required(),
        KeySpec::new(
            "else",
            Shape::Map(&REPLY),
            "The answer to those that are too many. It reads `retry_after`, the whole seconds until the window is over.",
        )
        .required(),
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers of every answer that follows. They read `remaining` and `retry_after`.",
        ),
    ],
};

pub static SCHEME: Table = Table {
    name: "idempotency scheme",
    doc: "How a request that is sent again is known, and what it is answered with: what it was answered with the first time.",
    keys: &[
        SOURCE,
        KeySpec::new(
            "key",
            Shape::Any,
            "The key of a request; one for which it is `omit` has none.",
        )
        .required(),
        KeySpec::new(
            "scope",
            Shape::Any,
            "Keys are apart for each value of it, such as the credential.",
        ),
        KeySpec::new(
            "window",
            Shape::Duration,
            "How long a key is known. By default for ever.",
        ),
        KeySpec::new(
            "compare",
            Shape::Any,
            "What must be the same for a request to be the same one. By default the method, the path with its query, and \
             the body.",
        ),
        KeySpec::new(
            "changed",
            Shape::OneOf(&[Shape::Map(&REPLY), Shape::Literal(&["original"])]),
            "The answer to another request with a known key; `original` is the first answer once more.",
        )
        .required(),
        KeySpec::new(
            "remember",
            Shape::Expression,
            "Which answers are remembered: reads `status` and what is bound. By default all that are given after this stage.",
        ),
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers that an answer gets when it is given again.",
        ),
    ],
};
