//! The kinds of steps, and which keys go with which: what a kind has no use for is a problem, never ignored.

use super::tables::STEP;
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::source::Entry;

/// A kind of step, by its key.
#[derive(Debug)]
pub struct KindSpec {
    pub key: &'static str,
    /// The keys that go with it, besides [`COMMON`].
    pub keys: &'static [&'static str],
}

/// The keys that go with every kind.
pub const COMMON: [&str; 4] = ["id", "name", "if", "for_each"];

/// All kinds, in the order in which messages name them.
pub const KINDS: [KindSpec; 8] = [
    KindSpec {
        key: "http",
        keys: &[
            "query",
            "headers",
            "json",
            "form",
            "multipart",
            "text",
            "file",
            "auth",
            "follow_redirects",
            "validate",
            "expect",
            "capture",
            "poll",
            "retry",
            "replay",
            "cleanup",
            "timeout",
            "soft",
            "pack",
        ],
    },
    KindSpec {
        key: "uses",
        keys: &[
            "with", "headers", "validate", "expect", "capture", "poll", "retry", "replay",
            "cleanup", "timeout", "soft",
        ],
    },
    KindSpec {
        key: "receive",
        keys: &[
            "where", "count", "within", "unique", "respond", "expect", "capture", "soft",
        ],
    },
    KindSpec {
        key: "wait",
        keys: &[],
    },
    KindSpec {
        key: "set",
        keys: &["pack"],
    },
    KindSpec {
        key: "check",
        keys: &["soft"],
    },
    KindSpec {
        key: "steps",
        keys: &["repeat", "timeout", "soft"],
    },
    KindSpec {
        key: "parallel",
        keys: &["expect", "timeout", "soft"],
    },
];

/// The one kind of the step; a problem where there is none, or more than one.
pub(super) fn kind_of<'n>(
    fields: &Fields<'n>,
    place: crate::source::Place,
    decoder: &mut Decoder,
) -> Option<(&'static KindSpec, &'n Entry)> {
    let mut found = KINDS
        .iter()
        .filter_map(|kind| Some((kind, fields.entry(kind.key)?)))
        .collect::<Vec<_>>();
    if found.len() > 1 {
        // Only one that is spelt right is surely meant for a kind.
        let right = |(kind, entry): &(&KindSpec, &Entry)| entry.key.text == kind.key;
        if found.iter().any(right) {
            found.retain(right);
        }
    }
    if found.len() > 1 {
        found.sort_by_key(|(_, entry)| entry.key.span.start);
        let (first, rest) = found.split_first()?;
        let names = names(found.iter().map(|(kind, _)| kind.key), "and");
        let mut problem = Diagnostic::error(
            "several-kinds",
            format!("this step is of {} kinds: {names}", found.len()),
        )
        .at(decoder.key_place(&rest.first()?.1.key))
        .label("a second kind")
        .also(decoder.key_place(&first.1.key), "the first kind");
        problem = problem.help("a step does one thing: make each a step of its own");
        decoder.problem(problem);
        return None;
    }
    if let Some(found) = found.pop() {
        return Some(found);
    }
    // Where a key is unknown, its own problem says what was meant.
    if fields.all_known() {
        let kinds = names(KINDS.iter().map(|kind| kind.key), "or");
        let problem = Diagnostic::error("no-kind", "this step does not say what it does")
            .at(place)
            .label("no kind")
            .help(format!("a step has exactly one of {kinds}"));
        decoder.problem(problem);
    }
    None
}

/// Refuses keys that do not go with the step's kind.
pub(super) fn check_keys(kind: &KindSpec, entries: &[Entry], decoder: &mut Decoder) {
    for entry in entries {
        let key = entry.key.text.as_str();
        let known = STEP.keys.iter().any(|spec| spec.name == key);
        if !known || key == kind.key || COMMON.contains(&key) || kind.keys.contains(&key) {
            continue;
        }
        if KINDS.iter().any(|other| other.key == key) {
            continue;
        }
        let problem = Diagnostic::error(
            "key-conflict",
            format!("`{key}` does not go with `{}`", kind.key),
        )
        .at(decoder.key_place(&entry.key))
        .label(format!("of no use with `{}`", kind.key))
        .help(instead(kind.key, key));
        decoder.problem(problem);
    }
}

/// What to do about a key that does not go with a kind.
fn instead(kind: &str, key: &str) -> String {
    let owners = KINDS.iter().filter(|kind| kind.keys.contains(&key));
    match (kind, key) {
        ("wait", "poll" | "timeout") => {
            "to wait for a condition, put `poll` on the request whose answer shows it".to_owned()
        }
        ("uses", "json" | "form" | "multipart" | "text" | "file" | "query") => {
            "an action makes its own requests: give it inputs under `with`".to_owned()
        }
        ("uses", "pack") => {
            "the pack stands in front of the action: `uses: pack/action`".to_owned()
        }
        ("receive", "pack") => "the pack is the value of `receive`".to_owned(),
        ("receive", "timeout" | "poll") => "how long to wait goes under `within`".to_owned(),
        ("http", "with") => {
            "`with` holds the inputs of an action: use `json`, `form` or `query`".to_owned()
        }
        ("check" | "set" | "wait", "expect") => {
            "`expect` is about a response; conditions go into a `check` step".to_owned()
        }
        ("check" | "set" | "wait", "capture") => {
            "`capture` takes values from a response; `set: {vars: …}` sets any variable".to_owned()
        }
        (_, "repeat") => {
            "`repeat` goes with a group: put the step under `steps`, or use `for_each`".to_owned()
        }
        (_, "cleanup") => {
            "put `cleanup` on the `http` or `uses` step whose work is to be undone".to_owned()
        }
        _ => format!(
            "`{key}` goes with {}",
            names(owners.map(|kind| kind.key), "and")
        ),
    }
}

/// `a`, `b` and `c`, in backticks.
pub(super) fn names<'a>(words: impl Iterator<Item = &'a str>, conjunction: &str) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("{} {conjunction} {last}", rest.join(", "))
        }
        _ => words.concat(),
    }
}
