//! The tables of `events` and `webhooks`.

use super::{EFFECT, HEADERS, SOURCE};
use crate::document::{KeySpec, Shape, Table};

pub static EVENT: Table = Table {
    name: "event",
    doc: "What subscribers are told.",
    keys: &[
        SOURCE,
        KeySpec::new(
            "data",
            Shape::Any,
            "What it says, for `webhooks` to give it its form: it reads this as `event.data`. Reads the names that are bound \
             where it is emitted, and `event.id` and `event.name`.",
        ),
        KeySpec::new("headers", HEADERS, "Headers besides those of all webhooks."),
    ],
};

pub static WEBHOOKS: Table = Table {
    name: "`webhooks`",
    doc: "Who is told of events, and how they are delivered. They are signed as the pack's manifest says.",
    keys: &[
        SOURCE,
        KeySpec::new("id", Shape::Text, "The id of an event; by default a UUID."),
        KeySpec::new(
            "json",
            Shape::Any,
            "The body of every event, by default its data. Reads `event`: its `id`, `name` and `data`. Every attempt sends \
             the same bytes.",
        ),
        KeySpec::new(
            "headers",
            HEADERS,
            "Headers of every attempt. Reads `event`, `subscriber` and `attempt.number`.",
        ),
        KeySpec::new(
            "subscribers",
            Shape::Text,
            "The collection whose records are told, as `subscriber`.",
        ),
        KeySpec::new(
            "url",
            Shape::Text,
            "Where a subscriber is told; by default `${{ subscriber.url }}`.",
        ),
        KeySpec::new(
            "when",
            Shape::Expression,
            "Which events a subscriber is told of; by default all.",
        ),
        KeySpec::new(
            "key",
            Shape::OneOf(&[Shape::Text, Shape::List(&Shape::Text)]),
            "What signs: by default the pack's own `secret`. A list signs with each, as during a rotation. For `ed25519` the \
             private key, in hex or base64.",
        ),
        KeySpec::new(
            "timestamp",
            Shape::Text,
            "The time of signing that is told, where that is to differ from the true one, as in a webhook that is too old. \
             Written as its header writes it; reads `timestamp`, the true one.",
        ),
        KeySpec::new(
            "signed",
            Shape::Text,
            "What is signed, where that is to differ from what the pack declares, as in a forged webhook. Reads `timestamp` and \
             `text`, the body.",
        ),
        KeySpec::new(
            "delay",
            Shape::Duration,
            "From the event to the first attempt; by default none. One that is random delivers out of order.",
        ),
        KeySpec::new(
            "copies",
            Shape::Integer,
            "How often each event is delivered; by default once.",
        ),
        KeySpec::new(
            "retry",
            Shape::List(&Shape::Duration),
            "The waits before further attempts, one for each, when one was not answered 2xx; by default there are none.",
        ),
        KeySpec::new(
            "emitted",
            Shape::List(&Shape::Map(&EFFECT)),
            "What changes with each event, subscriber or not. Reads `event`, with its `body`.",
        ),
        KeySpec::new(
            "attempted",
            Shape::List(&Shape::Map(&EFFECT)),
            "What changes with each attempt. Reads `event`, `subscriber`, and of `attempt` its `number`, `status` (`none` \
             without an answer), whether it was `delivered`, and whether it was the `last`.",
        ),
    ],
};
