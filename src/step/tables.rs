//! The tables of the keys that steps may have.

use crate::document::{KeySpec, Shape, Table};

/// Any step: the keys of all kinds. [`super::kinds`] says which go with which.
pub static STEP: Table = Table {
    name: "step",
    doc: "One step: exactly one of the kinds `http`, `uses`, `receive`, `wait`, `set`, `check`, `steps` and `parallel`, and what goes with it.",
    keys: &[
        KeySpec::new(
            "http",
            Shape::Text,
            "A request, as the provider's documentation writes it: `POST /customers`. The path is joined to the pack's base URL; a value of an expression in it is percent-encoded as one segment. An absolute URL is sent only if its origin is allowed.",
        ),
        KeySpec::new(
            "uses",
            Shape::Plain,
            "An action to run: `pack/action`, or `./name` for one of this file's own.",
        ),
        KeySpec::new("receive", Shape::Plain, "Waits for a webhook of this pack."),
        KeySpec::new(
            "wait",
            Shape::Duration,
            "Lets time pass: at once on an emulator's virtual clock, really on a real sandbox.",
        ),
        KeySpec::new(
            "set",
            Shape::Map(&SET),
            "Sets variables, or headers that later requests of the pack send.",
        ),
        KeySpec::new(
            "check",
            Shape::OneOf(&[Shape::Expression, Shape::List(&Shape::Expression)]),
            "Boolean expressions that must all hold. Nothing is sent.",
        ),
        KeySpec::new(
            "steps",
            Shape::List(&Shape::Map(&STEP)),
            "A group of steps, one after the other.",
        ),
        KeySpec::new(
            "parallel",
            Shape::List(&Shape::Map(&STEP)),
            "Steps that run at once. `expect: {passed: n}` says how many must pass; by default all.",
        ),
        KeySpec::new(
            "id",
            Shape::Name,
            "A name by which later steps read this one: `steps.<id>.json`. Unique where it stands.",
        ),
        KeySpec::new("name", Shape::Text, "What reports call the step."),
        KeySpec::new(
            "if",
            Shape::Expression,
            "The step is skipped unless this holds.",
        ),
        KeySpec::new(
            "for_each",
            Shape::OneOf(&[Shape::List(&Shape::Any), Shape::Expression]),
            "Repeats the step with each element of a list as `item`, and its number from 0 as `index`.",
        ),
        KeySpec::new(
            "repeat",
            Shape::Map(&REPEAT),
            "Repeats a group of steps while a condition holds.",
        ),
        KeySpec::new(
            "query",
            Shape::MapOf(&Shape::Any),
            "Parameters of the query. A list repeats its key; `omit` leaves one out.",
        ),
        KeySpec::new(
            "headers",
            Shape::MapOf(&Shape::Any),
            "Headers to send. `null` keeps one from being sent that otherwise would be. On `uses` they go over what the action's own steps send.",
        ),
        KeySpec::new("json", Shape::Any, "The body, as JSON."),
        KeySpec::new(
            "form",
            Shape::MapOf(&Shape::Any),
            "The body, as the fields of a URL-encoded form.",
        ),
        KeySpec::new(
            "multipart",
            Shape::MapOf(&Shape::Any),
            "The body, as the parts of a multipart form: a field's value, or `{file, filename, type}` for a file. A list repeats a part.",
        ),
        KeySpec::new(
            "text",
            Shape::Text,
            "The body, as text; `text/plain` unless `headers` says otherwise.",
        ),
        KeySpec::new(
            "file",
            Shape::Text,
            "The body, from a file beside this one; `application/octet-stream` unless `headers` says otherwise.",
        ),
        KeySpec::new("auth", Shape::Map(&AUTH), "Credentials of this request."),
        KeySpec::new(
            "follow_redirects",
            Shape::Integer,
            "How many redirects to follow; by default none.",
        ),
        KeySpec::new(
            "validate",
            Shape::Flag,
            "`false` for a request that means to break the pack's contract, or inputs that mean to break the action's schema.",
        ),
        KeySpec::new(
            "with",
            Shape::MapOf(&Shape::Any),
            "The action's inputs, by name.",
        ),
        KeySpec::new(
            "where",
            Shape::Expect,
            "Which webhook to wait for: checks that it must pass.",
        ),
        KeySpec::new(
            "count",
            Shape::OneOf(&[Shape::Integer, Shape::Matcher]),
            "How many webhooks must have come when `within` has passed; 0 for none.",
        ),
        KeySpec::new(
            "within",
            Shape::Duration,
            "How long to wait for the webhook; by default `5s`.",
        ),
        KeySpec::new(
            "unique",
            Shape::JsonPath,
            "What tells webhooks apart, such as `$.id`: of several with the same value, the first counts.",
        ),
        KeySpec::new(
            "respond",
            Shape::Map(&RESPOND),
            "How deliveries are answered at first, to see them repeated: those since the `receive` before, or the start.",
        ),
        KeySpec::new(
            "expect",
            Shape::Expect,
            "Checks of the response, every one of which is evaluated. Without `status` the answer must be 2xx.",
        ),
        KeySpec::new(
            "capture",
            Shape::MapOf(&Shape::OneOf(&[Shape::JsonPath, Shape::Map(&CAPTURE)])),
            "Variables taken from the response: a name and a JSONPath, or where else the value comes from.",
        ),
        KeySpec::new(
            "poll",
            Shape::Map(&POLL),
            "Repeats the request, rendered afresh, until a condition holds.",
        ),
        KeySpec::new(
            "retry",
            Shape::Map(&RETRY),
            "Sends the same bytes again after a transient fault.",
        ),
        KeySpec::new(
            "replay",
            Shape::Map(&REPLAY),
            "Sends the request more than once, to see that it is done once: the same bytes again, at once, or under the same key with another body.",
        ),
        KeySpec::new(
            "cleanup",
            Shape::OneOf(&[Shape::Map(&STEP), Shape::List(&Shape::Map(&STEP))]),
            "A step or a list of steps that undo this one. They run when the scenario ends, last in first out, whatever happened.",
        ),
        KeySpec::new(
            "timeout",
            Shape::Duration,
            "How long the step may take in real time.",
        ),
        KeySpec::new(
            "soft",
            Shape::Boolean,
            "`true` records a failed check and goes on; the scenario ends as failed.",
        ),
        KeySpec::new(
            "pack",
            Shape::Plain,
            "The pack that is addressed, where it is not the file's default one.",
        ),
    ],
};

pub static SET: Table = Table {
    name: "`set`",
    doc: "What a `set` step sets.",
    keys: &[
        KeySpec::new(
            "vars",
            Shape::MapOf(&Shape::Any),
            "Variables and their values. In an action they stay inside it.",
        ),
        KeySpec::new(
            "headers",
            Shape::MapOf(&Shape::Any),
            "Headers that the scenario's later requests of the pack send; `null` removes one.",
        ),
    ],
};

pub static REPEAT: Table = Table {
    name: "`repeat`",
    doc: "How often a group of steps is repeated.",
    keys: &[
        KeySpec::new(
            "while",
            Shape::Expression,
            "Another turn begins while this holds; it sees the captures of the turn before.",
        )
        .required(),
        KeySpec::new(
            "max",
            Shape::Integer,
            "The most turns there may be; needing more is a failure.",
        )
        .required(),
    ],
};

pub static AUTH: Table = Table {
    name: "`auth`",
    doc: "Credentials: exactly one of `basic` and `bearer`.",
    keys: &[
        KeySpec::new(
            "basic",
            Shape::Map(&BASIC),
            "A user name and a password, as HTTP Basic authentication.",
        ),
        KeySpec::new("bearer", Shape::Text, "A bearer token."),
    ],
};

pub static BASIC: Table = Table {
    name: "`basic`",
    doc: "A user name and a password.",
    keys: &[
        KeySpec::new("username", Shape::Text, "The user name.").required(),
        KeySpec::new("password", Shape::Text, "The password.").required(),
    ],
};

/// A part of a multipart form that is a file.
pub static PART: Table = Table {
    name: "file part",
    doc: "A part of a multipart form that is a file.",
    keys: &[
        KeySpec::new("file", Shape::Text, "The file's path, beside this file.").required(),
        KeySpec::new(
            "filename",
            Shape::Text,
            "The name that is sent; by default the file's own.",
        ),
        KeySpec::new(
            "type",
            Shape::Text,
            "The media type that is sent; by default `application/octet-stream`.",
        ),
    ],
};

pub static CAPTURE: Table = Table {
    name: "capture",
    doc: "Where a variable's value comes from: exactly one source.",
    keys: &[
        KeySpec::new(
            "jsonpath",
            Shape::JsonPath,
            "The value at this JSONPath of the body.",
        ),
        KeySpec::new("header", Shape::Plain, "The value of this header."),
        KeySpec::new("cookie", Shape::Plain, "The value of this cookie."),
        KeySpec::new(
            "regex",
            Shape::Plain,
            "The first group of this regular expression, searched in the body's text.",
        ),
        KeySpec::new("status", Shape::Flag, "`true`: the status, as a number."),
        KeySpec::new("text", Shape::Flag, "`true`: the whole body, as text."),
        KeySpec::new(
            "duration",
            Shape::Flag,
            "`true`: how long the answer took, in milliseconds.",
        ),
        KeySpec::new(
            "expr",
            Shape::Expression,
            "The value of an expression, which may read the response.",
        ),
        KeySpec::new(
            "default",
            Shape::Any,
            "The value where the source has none; without it, that is a failure.",
        ),
        KeySpec::new(
            "secret",
            Shape::Flag,
            "`true` takes the value out of every output from then on.",
        ),
    ],
};

pub static POLL: Table = Table {
    name: "`poll`",
    doc: "Repeats a request until a condition holds.",
    keys: &[
        KeySpec::new(
            "until",
            Shape::Expect,
            "Ends the poll once all of these checks hold. A path that is missing means: not yet.",
        )
        .required(),
        KeySpec::new(
            "fail_on",
            Shape::OneOf(&[Shape::Expect, Shape::List(&Shape::Expect)]),
            "Ends the poll as failed once all of these checks hold; of a list, once any of its maps does.",
        ),
        KeySpec::new(
            "every",
            Shape::Duration,
            "The pause between two requests; by default `1s`.",
        ),
        KeySpec::new(
            "backoff",
            Shape::Number,
            "What each pause is multiplied by; by default 1.",
        ),
        KeySpec::new(
            "max_every",
            Shape::Duration,
            "The longest that `backoff` makes a pause.",
        ),
        KeySpec::new(
            "timeout",
            Shape::Duration,
            "When to give up; by default after `30s`.",
        ),
    ],
};

pub static REPLAY: Table = Table {
    name: "`replay`",
    doc: "Sends a request more than once. Of several keys, `concurrent` comes first, then `same`, then `changed`.",
    keys: &[
        KeySpec::new(
            "concurrent",
            Shape::Integer,
            "How many times at once, with the same bytes, instead of once. `expect: {passed: n}` says for how many the rest of `expect` must hold; by default for all.",
        ),
        KeySpec::new(
            "same",
            Shape::Integer,
            "How many times the same bytes are sent again. Each time status and body must be those of the step's own response.",
        ),
        KeySpec::new(
            "changed",
            Shape::Map(&CHANGED),
            "Sends the request again with the same headers, so with the same key, and a changed body.",
        ),
    ],
};

pub static CHANGED: Table = Table {
    name: "changed request",
    doc: "The step's request with a changed body, and what is expected of it.",
    keys: &[
        KeySpec::new(
            "json",
            Shape::Any,
            "What is changed in the body, as a JSON Merge Patch (RFC 7396): fields that get another value; `null` removes one.",
        )
        .required(),
        KeySpec::new("expect", Shape::Expect, "Checks of the answer.").required(),
    ],
};

pub static RETRY: Table = Table {
    name: "`retry`",
    doc: "Sends the same bytes again after a transient fault.",
    keys: &[
        KeySpec::new(
            "for",
            Shape::List(&Shape::Any),
            "What counts as transient: `transport`, statuses such as 429, and classes such as `5xx`. By default `[transport, 429, 5xx]`.",
        ),
        KeySpec::new(
            "attempts",
            Shape::Integer,
            "How many times to send at most, the first included; by default 3.",
        ),
        KeySpec::new(
            "every",
            Shape::Duration,
            "The pause before the second attempt; by default `500ms`. `Retry-After` is obeyed.",
        ),
        KeySpec::new(
            "backoff",
            Shape::Number,
            "What each pause is multiplied by; by default 2.",
        ),
    ],
};

pub static RESPOND: Table = Table {
    name: "`respond`",
    doc: "How deliveries are answered at first, in place of 200.",
    keys: &[
        KeySpec::new("status", Shape::Integer, "The status, such as 500.").required(),
        KeySpec::new(
            "times",
            Shape::Integer,
            "How many deliveries are answered so; by default one.",
        ),
    ],
};
