//! Words that other tools use for what has another name here: an unknown key that is one of them is answered with ours.

/// Their word, our key, and how it is written. A word may stand several times: the first whose key the map knows wins.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "assert",
        "expect",
        "`expect` holds the checks of a response",
    ),
    ("assert", "check", "`check` holds boolean expressions"),
    (
        "asserts",
        "expect",
        "`expect` holds the checks of a response",
    ),
    (
        "assertions",
        "expect",
        "`expect` holds the checks of a response",
    ),
    (
        "expected",
        "expect",
        "`expect` holds the checks of a response",
    ),
    (
        "args",
        "with",
        "the inputs of an action are given under `with`",
    ),
    (
        "arguments",
        "with",
        "the inputs of an action are given under `with`",
    ),
    (
        "inputs",
        "with",
        "the inputs of an action are given under `with`",
    ),
    (
        "after",
        "teardown",
        "what is done after each scenario goes under `teardown`",
    ),
    (
        "after_each",
        "teardown",
        "what is done after each scenario goes under `teardown`",
    ),
    (
        "before",
        "setup",
        "what is done before each scenario goes under `setup`",
    ),
    (
        "before_each",
        "setup",
        "what is done before each scenario goes under `setup`",
    ),
    (
        "body",
        "error",
        "a reply's body is written under `json` or `text`, that of an error under `error`",
    ),
    (
        "body",
        "json",
        "a JSON body is written under `json`, others under `form`, `multipart`, `text` or `file`",
    ),
    (
        "captures",
        "capture",
        "values are taken from a response with `capture`",
    ),
    (
        "data",
        "json",
        "a JSON body is written under `json`, others under `form`, `multipart`, `text` or `file`",
    ),
    ("delay", "wait", "`wait: 2s` lets time pass"),
    ("env", "vars", "variables are declared under `vars`"),
    (
        "extract",
        "capture",
        "values are taken from a response with `capture`",
    ),
    (
        "foreach",
        "for_each",
        "`for_each` repeats a step with each item of a list",
    ),
    (
        "get",
        "http",
        "the method goes in front of the path: `http: GET /path`",
    ),
    (
        "interval",
        "every",
        "the pause between two requests goes under `every`",
    ),
    (
        "max_attempts",
        "attempts",
        "how often it is tried goes under `attempts`",
    ),
    (
        "max_attempts",
        "timeout",
        "a poll goes on until its `timeout` is over",
    ),
    (
        "loop",
        "for_each",
        "`for_each` repeats a step with each item of a list",
    ),
    (
        "method",
        "http",
        "the method goes in front of the path: `http: POST /path`",
    ),
    (
        "params",
        "query",
        "the parameters of the query go under `query`",
    ),
    (
        "post",
        "http",
        "the method goes in front of the path: `http: POST /path`",
    ),
    (
        "put",
        "http",
        "the method goes in front of the path: `http: PUT /path`",
    ),
    (
        "patch",
        "http",
        "the method goes in front of the path: `http: PATCH /path`",
    ),
    (
        "delete",
        "http",
        "the method goes in front of the path: `http: DELETE /path`",
    ),
    (
        "request",
        "http",
        "a request is `http: METHOD /path`, with `json`, `headers` and the like beside it",
    ),
    (
        "retries",
        "retry",
        "`retry` tries again after a transient fault, `poll` waits for a condition",
    ),
    (
        "save",
        "capture",
        "values are taken from a response with `capture`",
    ),
    ("if", "when", "a condition of an emulator goes under `when`"),
    ("sleep", "wait", "`wait: 2s` lets time pass"),
    ("title", "name", "what a person reads goes under `name`"),
    (
        "url",
        "http",
        "a request is `http: METHOD /path`, with `json`, `headers` and the like beside it",
    ),
    ("variables", "vars", "variables are declared under `vars`"),
    ("when", "if", "a condition goes under `if`"),
];

/// The key of ours whose value is written just as that of `word`.
pub(super) fn same<'a>(
    word: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
) -> Option<&'static str> {
    let (_, ours, _) = find(word, known)?;
    ["capture", "if", "json", "vars", "when", "with"]
        .contains(ours)
        .then_some(*ours)
}

/// What our language says for `word`, if it is a word of others for one of the `known` keys.
pub(super) fn ours<'a>(
    word: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
) -> Option<&'static str> {
    find(word, known).map(|(_, _, help)| *help)
}

fn find<'a>(
    word: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let word = word.to_ascii_lowercase();
    WORDS
        .iter()
        .find(|(theirs, ours, _)| *theirs == word && known.clone().any(|key| key == *ours))
}
