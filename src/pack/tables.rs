//! The tables of the keys that packs and their actions may have.

use crate::document::{KeySpec, Shape, Table};
use crate::step::tables::STEP;

/// `probity.lock`, which the program writes.
pub static LOCK: Table = Table {
    name: "lock file",
    doc: "The packs that were added to a project.",
    keys: &[
        KeySpec::new(
            "version",
            Shape::Literal(&["1"]),
            "The version of the form: 1.",
        ),
        KeySpec::new(
            "packs",
            Shape::MapOf(&Shape::Map(&LOCKED_PACK)),
            "Each pack by its name.",
        )
        .required(),
    ],
};

pub static LOCKED_PACK: Table = Table {
    name: "locked pack",
    doc: "A pack that was added.",
    keys: &[
        KeySpec::new("version", Shape::Plain, "The pack's version.").required(),
        KeySpec::new(
            "source",
            Shape::Plain,
            "The folder or URL that it came from.",
        )
        .required(),
        KeySpec::new("path", Shape::Plain, "Where it lies in its source."),
        KeySpec::new("rev", Shape::Plain, "The commit that it was at."),
        KeySpec::new(
            "files",
            Shape::MapOf(&Shape::Plain),
            "The SHA-256 of each file.",
        )
        .required(),
    ],
};

pub static PACK: Table = Table {
    name: "pack",
    doc: "A provider pack: how one provider's API is addressed. The folder that this file is in is the pack.",
    keys: &[
        KeySpec::new(
            "pack",
            Shape::HyphenatedName,
            "The pack's name, which is its folder's too.",
        )
        .required(),
        KeySpec::new(
            "version",
            Shape::Any,
            "The pack's own version, such as `1.0.0`.",
        ),
        KeySpec::new(
            "requires",
            Shape::Plain,
            "The versions of the program that the pack works with, such as `>=0.3`.",
        ),
        KeySpec::new("title", Shape::Plain, "The provider's name for people."),
        KeySpec::new("description", Shape::Plain, "What the pack is about."),
        KeySpec::new(
            "docs",
            Shape::Plain,
            "Where the provider's documentation is.",
        ),
        KeySpec::new(
            "environments",
            Shape::MapOf(&Shape::Map(&ENVIRONMENT)),
            "Where the provider can be addressed. Without it, there is `emulator` alone.",
        ),
        KeySpec::new(
            "hosts",
            Shape::List(&Shape::Plain),
            "Origins that may be addressed besides the base URL's, such as `https://files.example.com`.",
        ),
        KeySpec::new(
            "refuse",
            Shape::List(&Shape::Plain),
            "Hosts that are never addressed, in any environment: production.",
        ),
        KeySpec::new(
            "secrets",
            Shape::MapOf(&Shape::Map(&SECRET)),
            "The secrets that the pack reads from the environment, as `secrets.<name>`.",
        ),
        KeySpec::new(
            "request",
            Shape::Map(&REQUEST),
            "What every request of the pack starts from.",
        ),
        KeySpec::new(
            "webhooks",
            Shape::Map(&WEBHOOKS),
            "How the provider's webhooks are signed.",
        ),
        KeySpec::new(
            "openapi",
            Shape::Plain,
            "The pack's contract: an OpenAPI 3.1 document in its folder.",
        ),
        KeySpec::new(
            "settings",
            Shape::MapOf(&Shape::Map(&SETTING)),
            "Knobs of the pack's emulator.",
        ),
    ],
};

pub static ENVIRONMENT: Table = Table {
    name: "environment",
    doc: "Where the provider is addressed: at a base URL, or on the pack's emulator.",
    keys: &[
        KeySpec::new(
            "base_url",
            Shape::Plain,
            "The URL that paths are joined to, such as `https://api.sandbox.example.com`.",
        ),
        KeySpec::new("emulator", Shape::Flag, "`true`: the pack's own emulator."),
    ],
};

pub static SECRET: Table = Table {
    name: "secret",
    doc: "A value that comes from the environment and never shows in any output.",
    keys: &[
        KeySpec::new(
            "env",
            Shape::Plain,
            "The environment variable that holds it.",
        )
        .required(),
        KeySpec::new(
            "emulator",
            Shape::Plain,
            "Its value on the emulator: a test value, not a secret.",
        ),
    ],
};

pub static REQUEST: Table = Table {
    name: "`request`",
    doc: "What every request of the pack starts from.",
    keys: &[
        KeySpec::new(
            "headers",
            Shape::MapOf(&Shape::Any),
            "Headers of every request; a step's own go before them.",
        ),
        KeySpec::new(
            "timeout",
            Shape::Duration,
            "How long an answer may take; by default `30s`.",
        ),
        KeySpec::new(
            "rate_limit",
            Shape::Plain,
            "At most so many requests in so long, such as `60/1m`; on real environments only.",
        ),
        KeySpec::new(
            "max_in_flight",
            Shape::Count,
            "The most requests at once; on real environments only.",
        ),
    ],
};

pub static WEBHOOKS: Table = Table {
    name: "`webhooks`",
    doc: "The provider's webhooks.",
    keys: &[KeySpec::new(
        "signature",
        Shape::Map(&SIGNATURE),
        "How they are signed.",
    )],
};

pub static SIGNATURE: Table = Table {
    name: "`signature`",
    doc: "How the provider signs its webhooks. The emulator signs by it, and the runner verifies by it.",
    keys: &[
        KeySpec::new(
            "scheme",
            Shape::Literal(&["ed25519", "hmac_sha256"]),
            "`ed25519` or `hmac_sha256`.",
        )
        .required(),
        KeySpec::new(
            "header",
            Shape::Plain,
            "The header that holds the signature.",
        )
        .required(),
        KeySpec::new(
            "value",
            Shape::Text,
            "How that header is written, such as `t=${{ timestamp }},v1=${{ signature }}` or `sha256=${{ signature }}`; by \
             default the signature alone. Items stand between commas; there may be several signatures, of which one has \
             to match.",
        ),
        KeySpec::new(
            "timestamp_header",
            Shape::Plain,
            "The header that holds the time of signing, where it is not in `value`.",
        ),
        KeySpec::new(
            "timestamp",
            Shape::Literal(&["unix", "unix_ms"]),
            "What the time of signing counts: seconds (`unix`, the default) or milliseconds (`unix_ms`).",
        ),
        KeySpec::new(
            "signed",
            Shape::Text,
            "What is signed: text with `${{ text }}`, the raw body, and `${{ timestamp }}` in it.",
        )
        .required(),
        KeySpec::new(
            "encoding",
            Shape::Literal(&["base64", "hex"]),
            "How the signature is written: `base64` or `hex`.",
        )
        .required(),
        KeySpec::new(
            "tolerance",
            Shape::Duration,
            "How far the time of signing may be from that of the arrival.",
        ),
        KeySpec::new(
            "public_key",
            Shape::Text,
            "The provider's public key, for `ed25519`, in hex, base64 or PEM: a secret of the pack, or `captures.name`.",
        ),
        KeySpec::new(
            "secret",
            Shape::Text,
            "The shared secret, for `hmac_sha256`: a secret of the pack, or `captures.name`, which is what a step captured \
             under that name.",
        ),
    ],
};

pub static SETTING: Table = Table {
    name: "setting",
    doc: "A knob of the emulator: where the provider's documentation allows several readings, it names them.",
    keys: &[
        KeySpec::new(
            "default",
            Shape::Any,
            "Its value unless a scenario sets another.",
        )
        .required(),
        KeySpec::new(
            "in",
            Shape::List(&Shape::Any),
            "The values that it may have; without it, any of the default's type.",
        ),
        KeySpec::new("description", Shape::Plain, "What it is about."),
    ],
};

pub static ACTION: Table = Table {
    name: "action",
    doc: "A reusable step with typed inputs. It sees nothing of its caller but these.",
    keys: &[
        KeySpec::new(
            "version",
            Shape::Integer,
            "The version of the scenario language: 1.",
        ),
        KeySpec::new("description", Shape::Plain, "What the action does."),
        KeySpec::new(
            "inputs",
            Shape::MapOf(&Shape::JsonSchema),
            "The inputs and a JSON Schema for each. One is required unless it has `optional: true` or a `default`.",
        ),
        KeySpec::new(
            "steps",
            Shape::List(&Shape::Map(&STEP)),
            "What the action does.",
        )
        .required(),
        KeySpec::new(
            "outputs",
            Shape::MapOf(&Shape::Any),
            "Values that callers read as `steps.<id>.outputs`; evaluated when read.",
        ),
        KeySpec::new(
            "response",
            Shape::Name,
            "The `id` of the step whose response is the action's; by default the last `http` step's.",
        ),
    ],
};
