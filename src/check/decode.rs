//! Reading `expect` maps, and `where`, `until` and `fail_on`, which are expect maps too.

use super::domain::Domain;
use super::matchers::{PARTIAL, SCHEMA};
use super::{Check, Expect, Matcher, Subject};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Decoder, KeySpec, Shape, Table};
use crate::source::{Entry, Key, Node, Place, Yaml, entry_help};
use crate::value::Path;

/// The keys of an `expect` map besides JSONPaths.
pub static EXPECT: Table = Table {
    name: "expect map",
    doc: "What is expected of a response: every entry is a check, and all are evaluated and reported. A key that \
          starts with `$` is a JSONPath (RFC 9535) into the body.",
    keys: &[
        KeySpec::new(
            "status",
            Shape::OneOf(&[Shape::Integer, Shape::Text, Shape::Matcher]),
            "The status: a number, a class such as `2xx`, or operators. A request that states none must answer 2xx.",
        ),
        KeySpec::new(
            "headers",
            Shape::MapOf(&Shape::Matcher),
            "Response headers by name, in any case. Several of one name are joined with `, `.",
        ),
        KeySpec::new(
            "cookies",
            Shape::MapOf(&Shape::Matcher),
            "Cookies that the response sets, by name.",
        ),
        KeySpec::new("text", Shape::Matcher, "The body as text."),
        KeySpec::new(
            "json",
            Shape::Any,
            "The whole body as plain data, by a deep partial match: objects may have more keys, lists match in order and \
             length.",
        ),
        KeySpec::new(
            "schema",
            Shape::OneOf(&[Shape::Text, Shape::JsonSchema]),
            "A JSON Schema that the whole body is to keep: inline, or the path of a file.",
        ),
        KeySpec::new(
            "contract",
            Shape::Boolean,
            "Whether the response is to keep the pack's contract. True where the pack has one.",
        ),
        KeySpec::new(
            "duration",
            Shape::Matcher,
            "How long the exchange took, such as `{ lt: 500ms }`.",
        ),
        KeySpec::new(
            "signature",
            Shape::Literal(&["valid", "invalid", "missing"]),
            "Of a `receive` step: whether the webhook's signature is valid, as it is to be by default.",
        ),
        KeySpec::new(
            "passed",
            Shape::OneOf(&[Shape::Integer, Shape::Matcher]),
            "Of a `parallel` step: how many of its steps are to pass. All by default.",
        ),
        KeySpec::new(
            "error",
            Shape::Literal(&["timeout", "connection", "tls"]),
            "The way in which the request is to fail.",
        ),
    ],
};

/// Words that others use for what a key here means.
const OTHER_WORDS: &[(&str, &str)] = &[
    (
        "body",
        "the body is checked by paths such as `$.id`, as a whole under `json` (partial), or as `text`",
    ),
    ("code", "did you mean `status`?"),
    ("status_code", "did you mean `status`?"),
    ("statusCode", "did you mean `status`?"),
    ("time", "did you mean `duration`?"),
    ("latency", "did you mean `duration`?"),
    ("response_time", "did you mean `duration`?"),
    (
        "jsonpath",
        "a JSONPath is a key of its own, such as `$.id: 5`",
    ),
    ("path", "a JSONPath is a key of its own, such as `$.id: 5`"),
];

/// Checks that are written as something else than a map.
fn no_map(node: &Node, place: Place) -> Diagnostic {
    let message = format!("expected a map of checks, found {}", node.kind());
    let problem = Diagnostic::error("wrong-type", message)
        .at(place)
        .label("expected a map");
    match &node.value {
        Yaml::Number(number) if number.len() == 3 => {
            problem.help(format!("write `status: {number}`"))
        }
        Yaml::String(text) if entry_help(&text.value).is_some() => {
            problem.help(entry_help(&text.value).unwrap_or_default())
        }
        _ => problem.help("each check is an entry of its own, such as `$.status: active`"),
    }
}

impl Expect {
    /// Decodes an `expect` map, or a `where`, `until` or `fail_on`, which are expect maps too.
    pub fn decode(node: &Node, decoder: &mut Decoder) -> Self {
        let mut expect = Self {
            place: decoder.place(node),
            checks: Vec::new(),
        };
        match &node.value {
            Yaml::Map(entries) => {
                for entry in entries {
                    expect.entry(entry, decoder);
                }
            }
            Yaml::Null => {}
            _ => decoder.problem(no_map(node, decoder.place(node))),
        }
        expect.refuse_checks_beside_error(decoder);
        expect.checks.shrink_to_fit();
        expect
    }

    fn entry(&mut self, entry: &Entry, decoder: &mut Decoder) {
        let Entry { key, value } = entry;
        match key.text.as_str() {
            "status" => self.matcher(key, Subject::Status, value, decoder),
            "headers" => {
                for header in decoder.named(value) {
                    let name = header.key.text.to_ascii_lowercase().into();
                    self.matcher(&header.key, Subject::Header(name), &header.value, decoder);
                }
            }
            "cookies" => {
                for cookie in decoder.named(value) {
                    let subject = Subject::Cookie(cookie.key.text.as_str().into());
                    self.matcher(&cookie.key, subject, &cookie.value, decoder);
                }
            }
            "text" => self.matcher(key, Subject::Text, value, decoder),
            "json" => {
                let matcher = Matcher::decode_data(&PARTIAL, value, decoder, Domain::Json);
                self.add(key, Subject::Json, matcher, decoder);
            }
            "schema" => {
                let matcher = Matcher::decode_data(&SCHEMA, value, decoder, Domain::Json);
                self.add(key, Subject::Schema, matcher, decoder);
            }
            "contract" => self.matcher(key, Subject::Contract, value, decoder),
            "duration" => self.matcher(key, Subject::Duration, value, decoder),
            "passed" => self.matcher(key, Subject::Passed, value, decoder),
            "error" => self.matcher(key, Subject::Error, value, decoder),
            "signature" => self.matcher(key, Subject::Signature, value, decoder),
            path if path.starts_with('$') => self.path(key, value, decoder),
            _ => {
                let problem = unknown_check(key, decoder);
                decoder.problem(problem);
            }
        }
    }

    fn path(&mut self, key: &Key, value: &Node, decoder: &mut Decoder) {
        match Path::parse(&key.text) {
            Ok(path) => self.matcher(key, Subject::Path(path), value, decoder),
            Err(mut error) => match key.text.find("${{") {
                None => {
                    error.help = entry_help(&key.text).or(error.help);
                    decoder.bad_jsonpath_key(key, error);
                }
                Some(at) => {
                    let problem = Diagnostic::error("bad-jsonpath", "a key has no expressions in it")
                        .at(decoder.place_in_key(key, at))
                        .help(
                            "capture the list and look into it with an expression, as in `check: [ids[index] == id]`",
                        );
                    decoder.problem(problem);
                }
            },
        }
    }

    fn matcher(&mut self, key: &Key, subject: Subject, value: &Node, decoder: &mut Decoder) {
        let matcher = Matcher::decode(value, decoder, subject.domain());
        self.add(key, subject, matcher, decoder);
    }

    fn add(&mut self, key: &Key, subject: Subject, matcher: Matcher, decoder: &Decoder) {
        self.checks.push(Check {
            place: decoder.key_place(key),
            subject,
            matcher,
        });
    }

    /// Says of a check of the signature that it is of no use here.
    pub fn refuse_signature(&self, decoder: &mut Decoder) {
        for check in &self.checks {
            if matches!(check.subject, Subject::Signature) {
                let problem =
                    Diagnostic::error("unfit-check", "`signature` is for `receive` steps")
                        .at(check.place.clone());
                decoder.problem(problem);
            }
        }
    }

    /// Says of checks that are about an answer that a webhook is none.
    pub fn refuse_unfit_for_webhooks(&self, decoder: &mut Decoder) {
        for check in &self.checks {
            let name = match check.subject {
                Subject::Status
                | Subject::Cookie(_)
                | Subject::Contract
                | Subject::Duration
                | Subject::Error
                | Subject::Passed
                | Subject::Count => check.subject.code(),
                Subject::Header(_)
                | Subject::Text
                | Subject::Json
                | Subject::Schema
                | Subject::Signature
                | Subject::Path(_) => continue,
            };
            let problem = Diagnostic::error("unfit-check", format!("a webhook has no `{name}`"))
                .at(check.place.clone())
                .help(
                    "it has `headers`, a body (`$…`, `json`, `text`, `schema`) and a `signature`",
                );
            decoder.problem(problem);
        }
    }

    /// A request that is to fail has no response that anything else could be expected of.
    fn refuse_checks_beside_error(&self, decoder: &mut Decoder) {
        let mut checks = self.checks.iter();
        if !checks.any(|check| matches!(check.subject, Subject::Error)) {
            return;
        }
        for check in &self.checks {
            if !matches!(check.subject, Subject::Error) {
                let problem = Diagnostic::error(
                    "unfit-check",
                    "nothing is expected beside `error`: a request that failed has no response",
                )
                .at(check.place.clone());
                decoder.problem(problem);
            }
        }
    }
}

impl Check {
    /// Decodes the `count` of a `receive`.
    pub fn count(entry: &Entry, decoder: &mut Decoder) -> Self {
        Self {
            place: decoder.key_place(&entry.key),
            subject: Subject::Count,
            matcher: Matcher::decode(&entry.value, decoder, Subject::Count.domain()),
        }
    }
}

fn unknown_check(key: &Key, decoder: &Decoder) -> Diagnostic {
    let name = key.text.as_str();
    let problem = Diagnostic::error("unknown-key", format!("there is no check `{name}`"))
        .at(decoder.key_place(key))
        .label("unknown check");
    if let Some((_, help)) = OTHER_WORDS.iter().find(|(word, _)| *word == name) {
        return problem.help(*help);
    }
    let known = EXPECT.keys.iter().map(|key| key.name);
    if let Some(close) = did_you_mean(name, known.clone()) {
        return problem.help(format!("did you mean `{close}`?"));
    }
    let path = format!("$.{name}");
    if Path::parse(&path).is_ok() {
        return problem.help(format!("did you mean `{path}`, the member of the body?"));
    }
    problem.help(format!(
        "a check is one of {}, or a JSONPath that starts with `$`",
        known.collect::<Vec<_>>().join(", ")
    ))
}
