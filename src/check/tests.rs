//! Runs the cases in `tests/checks/*.yaml`: a new case is new data.
//!
//! Each case is a map: `expect`, the response (`status`, `headers`, and `json` or `text`) or the `error` that the request
//! failed with, `vars`, `secrets`, `passed_branches`, and the `verdict` as text. A case without one passes without a word.

use std::fmt::Write;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::check::{
    Contract, Evidence, Expect, Operation, Verdict, implied_contract, implied_status,
};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Decoder, plain_value};
use crate::expr::testing::Variables;
use crate::http::{ErrorKind, Phase, Response, ResponseParts, TransportError, Url};
use crate::source::{Folder, Node, Place, Source, Span, Yaml, parse};
use crate::value::{Redactor, Secret, parse_duration};

mod properties;

const KEYS: &[&str] = &[
    "expect",
    "status",
    "reason",
    "headers",
    "json",
    "text",
    "duration",
    "error",
    "vars",
    "secrets",
    "passed_branches",
    "verdict",
];

fn folder() -> PathBuf {
    FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks")
}

#[test]
fn cases_have_the_verdicts_they_state() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = String::new();
    for file in files {
        run_file(&file, &mut wrong);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Every operator has its cases.
#[test]
fn each_operator_has_cases() {
    for spec in super::OPERATORS {
        let file = folder().join(format!("{}.yaml", spec.name));
        assert!(file.exists(), "{} is missing", file.display());
    }
}

/// What the docs and `probity list operators` show is right.
#[test]
fn each_example_decodes() {
    for spec in super::OPERATORS {
        let source = Source::new("example", "example", spec.example);
        let (node, problems) = parse(&source);
        assert!(problems.is_empty(), "{}: {problems:?}", spec.name);
        let mut decoder = Decoder::new(&source, Folder::Embedded(&[]), "");
        let expect = Expect::decode(&node.unwrap(), &mut decoder);
        assert!(
            decoder.problems.is_empty(),
            "{}: {:?}",
            spec.name,
            decoder.problems
        );
        assert!(expect.advice().is_empty(), "{}", spec.name);
        assert!(!spec.doc.is_empty());
    }
}

#[test]
fn a_request_that_states_no_status_must_answer_2xx() {
    let place = Place::new(&Source::new("x", "x", "http: GET /"), Span::new(0, 4));
    let implied = |status| {
        let response = bare_response(status, "Teapot");
        let evidence = Evidence {
            response: Some(&response),
            ..Evidence::default()
        };
        implied_status(evidence, &place)
    };
    assert!(matches!(implied(200), Verdict::Passed));
    assert!(matches!(implied(299), Verdict::Passed));
    assert!(matches!(implied(302), Verdict::Failed(_)));
    let Verdict::Failed(problem) = implied(418) else {
        panic!("418 is not 2xx");
    };
    assert_eq!(problem.message, "expected 2xx, got 418 (Teapot)");
    assert!(matches!(
        implied_status(Evidence::default(), &place),
        Verdict::Errored(_)
    ));
}

#[test]
fn a_contract_is_implied_where_there_is_one() {
    let text = "openapi: 3.1.0\npaths: { /a: { get: { responses: { '200': {} } } } }";
    let (contract, _) = Contract::load(&Source::new("o", "o", text));
    let contract = contract.unwrap();
    let place = Place::new(&Source::new("x", "x", "http: GET /a"), Span::new(0, 4));
    let response = bare_response(201, "");
    let without = Evidence {
        response: Some(&response),
        ..Evidence::default()
    };
    assert!(matches!(implied_contract(without, &place), Verdict::Passed));
    let call = Operation {
        method: "GET",
        path: "/a",
    };
    let with = Evidence {
        contract: Some((&contract, call)),
        ..without
    };
    let Verdict::Failed(problem) = implied_contract(with, &place) else {
        panic!("201 is not documented");
    };
    assert_eq!(
        problem.message,
        "GET /a breaks the contract: the status 201 is not documented, only 200"
    );
}

fn run_file(file: &FilePath, wrong: &mut String) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let source = Source::new(name, file, text);
    let (node, problems) = parse(&source);
    assert!(problems.is_empty(), "{name}: {problems:?}");
    let node = node.unwrap();
    let cases = node.as_list().expect("a file of cases is a list");
    for case in cases {
        for entry in case.as_map().expect("a case is a map") {
            assert!(
                KEYS.contains(&entry.key.text.as_str()),
                "{}",
                entry.key.text
            );
        }
        let expected = case.get("verdict").and_then(Node::as_str).unwrap_or("");
        let found = Case {
            node: case,
            source: &source,
        }
        .verdict();
        if expected.trim_end() != found.trim_end() {
            let line = source.position(case.span.start as usize).line;
            let _ = write!(wrong, "--- {name}:{line}\n{found}");
        }
    }
}

struct Case<'n> {
    node: &'n Node,
    source: &'n Arc<Source>,
}

impl Case<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.node.get(key)?.as_str()
    }

    fn number(&self, key: &str) -> Option<u64> {
        plain_value(self.node.get(key)?).as_u64()
    }

    fn verdict(&self) -> String {
        let mut out = String::new();
        let files = Folder::on_disk(&folder()).unwrap();
        let mut decoder = Decoder::new(self.source, files, "");
        let expect = Expect::decode(self.node.get("expect").unwrap(), &mut decoder);
        for problem in &decoder.problems {
            describe("problem", problem, &mut out);
        }
        if !decoder.problems.is_empty() {
            return out;
        }
        for warning in expect.advice() {
            assert_eq!(warning.severity, Severity::Warning);
            describe("warning", &warning, &mut out);
        }
        let vars = self.node.get("vars").map(plain_value);
        let scope = Variables::new(&vars.map_or_else(|| "{}".to_owned(), |vars| vars.to_string()));
        let mut redactor = Redactor::default();
        for secret in self
            .node
            .get("secrets")
            .and_then(Node::as_list)
            .unwrap_or_default()
        {
            redactor.add(&Secret::new(secret.as_str().unwrap()));
        }
        let error = self.error();
        let response = error.is_none().then(|| self.response());
        let evidence = Evidence {
            response: response.as_ref(),
            error: error.as_ref(),
            passed: self
                .number("passed_branches")
                .map(|count| usize::try_from(count).unwrap()),
            contract: None,
            redactor: Some(&redactor),
            ..Evidence::default()
        };
        let verdicts = expect.evaluate(evidence, &scope);
        let passed = verdicts
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Passed));
        if let Ok(holds) = expect.holds(evidence, &scope) {
            assert_eq!(holds, passed, "`holds` and `evaluate` disagree");
        }
        for verdict in &verdicts {
            match verdict {
                Verdict::Passed => {}
                Verdict::Failed(problem) => describe("failed", problem, &mut out),
                Verdict::Errored(problem) => describe("errored", problem, &mut out),
            }
        }
        out
    }

    fn error(&self) -> Option<TransportError> {
        let kind = match self.text("error")? {
            "timeout" => ErrorKind::Timeout,
            "connection" => ErrorKind::Connection,
            "tls" => ErrorKind::Tls,
            _ => ErrorKind::Protocol,
        };
        Some(TransportError {
            kind,
            phase: Phase::Waiting,
            message: "it went wrong".to_owned(),
            help: String::new(),
        })
    }

    fn response(&self) -> Response {
        let mut headers = Vec::new();
        if let Some(Node {
            value: Yaml::Map(entries),
            ..
        }) = self.node.get("headers")
        {
            for entry in entries {
                let values = entry
                    .value
                    .as_list()
                    .map_or(vec![&entry.value], |all| all.iter().collect());
                for value in values {
                    headers.push((entry.key.text.clone(), value.as_str().unwrap().to_owned()));
                }
            }
        }
        let body = match (self.node.get("json"), self.text("text")) {
            (Some(json), _) => plain_value(json).to_string(),
            (None, text) => text.unwrap_or_default().to_owned(),
        };
        let status = self
            .number("status")
            .map_or(200, |status| u16::try_from(status).unwrap());
        let reason = self.text("reason").unwrap_or_default();
        let duration = self
            .text("duration")
            .map_or(Duration::ZERO, |text| parse_duration(text).unwrap());
        response(status, reason, &headers, body, duration)
    }
}

/// A diagnostic as text: its message, what it points at, its label, notes and help.
fn describe(kind: &str, problem: &Diagnostic, out: &mut String) {
    let place = problem.place.as_ref().expect("a problem has a place");
    let target = &place.source.text[place.span.range()];
    let _ = writeln!(out, "{kind}[{}]: {}", problem.code, problem.message);
    let _ = writeln!(out, "  at {}", target.split('\n').next().unwrap());
    if !problem.label.is_empty() {
        let _ = writeln!(out, "  label: {}", problem.label);
    }
    for note in &problem.notes {
        let _ = writeln!(out, "  note: {}", note.replace('\n', "\n    "));
    }
    for help in &problem.help {
        let _ = writeln!(out, "  help: {help}");
    }
}

/// A response as given.
fn response(
    status: u16,
    reason: &str,
    headers: &[(String, String)],
    body: String,
    duration: Duration,
) -> Response {
    Response::from(ResponseParts {
        status,
        reason: reason.to_owned(),
        headers: headers.to_vec(),
        wire_bytes: body.len() as u64,
        body: body.into(),
        duration,
        url: Url::parse("http://localhost/").unwrap(),
        redirects: Vec::new(),
    })
}

/// A response without a body.
fn bare_response(status: u16, reason: &str) -> Response {
    response(status, reason, &[], String::new(), Duration::ZERO)
}
