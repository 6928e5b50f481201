//! Made-up runs: every event and every outcome, with the bytes that break reports elsewhere.

use std::sync::Arc;
use std::time::Duration;

use probity::diagnostic::Diagnostic;
use probity::event::{
    Attempt, Case, CaseFinished, CaseId, CaseProblem, CaseStarted, Count, Coverage, Event,
    ExchangeRecord, Interrupted, InvalidFile, Missing, Notice, Offset, OperationCoverage, Outcome,
    PackCoverage, PackUsed, RunStarted, StepFinished, StepName, StepRecord, StepStarted, Summary,
    UnusedRoutes,
};
use probity::source::{Place, Source, Span};

pub(crate) const CUSTOMERS: &str = "scenarios/conduit-v1/customers.scenario.yaml";
const ODD: &str = "scenarios/odd.scenario.yaml";

const CUSTOMERS_TEXT: &str = "\
name: Customers
scenarios:
  activate:
    steps:
      - http: POST /customers
        json: { country: XX }
        expect: { status: 201 }
      - check: [1 == 2, 2 == 3]
";

/// Text that breaks XML, terminals, YAML and workflow commands.
pub(crate) const NASTY: &str =
    "\u{0}\u{1b}[31m<b>&\"'`]]>\r\n::error::x%0A\u{fffe}\u{85}\u{202e}\u{1F600}\u{7f}é";

pub(crate) fn at(millis: u64) -> Offset {
    Offset(Duration::from_millis(millis))
}

pub(crate) fn run(cases: usize) -> RunStarted {
    let pack = |name: &str, environment: &str, origin: &str| PackUsed {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        environment: environment.to_owned(),
        emulator: environment == "emulator",
        origin: origin.to_owned(),
    };
    RunStarted {
        schema: 1,
        probity: "0.1.0",
        run: "4f2a".to_owned(),
        seed: 7341,
        started: "2026-11-23T09:05:58.5Z".to_owned(),
        hostname: "box".to_owned(),
        packs: vec![
            pack("conduit-v1", "emulator", "scenarios/conduit-v1"),
            pack("dakota", "sandbox", "built in"),
        ],
        cases,
        files: 2,
        jobs: 32,
        shard: None,
        rerun_options: vec!["--env".to_owned(), "dakota=sandbox".to_owned()],
        left_out: vec!["scenarios/added".to_owned()],
    }
}

pub(crate) fn case(index: usize, file: &str, scenario: &str, row: Option<&str>) -> Arc<Case> {
    Arc::new(Case {
        id: CaseId {
            file: file.to_owned(),
            scenario: scenario.to_owned(),
            row: row.map(str::to_owned),
        },
        title: Some("A customer".to_owned()),
        suite: "Customers".to_owned(),
        line: 3 + index,
        tags: vec!["smoke".to_owned()],
        index,
    })
}

pub(crate) fn started(case: &Arc<Case>, at_millis: u64) -> Event {
    Event::CaseStarted(CaseStarted {
        case: Arc::clone(case),
        attempt: 1,
        at: at(at_millis),
    })
}

pub(crate) fn finished(case: &Arc<Case>, outcome: Outcome, at_millis: u64) -> CaseFinished {
    CaseFinished {
        case: Arc::clone(case),
        attempt: 1,
        at: at(at_millis),
        outcome,
        flaky: false,
        duration: at(12),
        requests: 2,
        reason: None,
        problems: Vec::new(),
        cleanup_problems: Vec::new(),
        warnings: Vec::new(),
        unmatched: Vec::new(),
        journal: Vec::new(),
        steps: Vec::new(),
        earlier: Vec::new(),
    }
}

pub(crate) fn step_name(path: &str, title: &str, number: usize) -> StepName {
    StepName {
        path: path.to_owned(),
        title: title.to_owned(),
        number,
        of: 2,
    }
}

pub(crate) fn step_started(case: &Arc<Case>, at_millis: u64, step: StepName) -> Event {
    Event::StepStarted(StepStarted {
        case: Arc::clone(case),
        attempt: 1,
        at: at(at_millis),
        step,
    })
}

/// A place in the customers file: the first occurrence of `text` in it.
fn place(text: &str) -> Place {
    let source = Source::new(CUSTOMERS, CUSTOMERS, CUSTOMERS_TEXT);
    let start = source.text.find(text).unwrap();
    Place::new(&source, Span::new(start, start + text.len()))
}

fn wrong_status() -> Diagnostic {
    Diagnostic::error("status", "expected 201, got 422 (Unprocessable Entity)")
        .at(place("201"))
        .label("POST /customers answered 422 in 3 ms")
}

fn exchange() -> ExchangeRecord {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    ExchangeRecord {
        webhook: false,
        method: "POST".to_owned(),
        url: "{conduit-v1}/customers".to_owned(),
        request_headers: vec![
            header("content-type", "application/json"),
            header("authorization", "Bearer ***"),
        ],
        request_body: Some("{\"country\":\"XX\"}".to_owned()),
        status: Some(422),
        reason: "Unprocessable Entity".to_owned(),
        response_headers: vec![header("content-type", "application/json")],
        response_body: Some("{\"code\":\"invalid_country\",\"field\":\"country\"}".to_owned()),
        error: None,
        duration: at(3),
        curl: "curl \\\n  https://api.example.com/customers \\\n  -H 'authorization: Bearer ***'"
            .to_owned(),
    }
}

fn record(step: StepName, outcome: Outcome) -> StepRecord {
    StepRecord {
        step,
        outcome,
        duration: at(4),
        checks: 1,
        problems: Vec::new(),
        note: None,
        exchanges: Vec::new(),
    }
}

fn problems_of(steps: &[StepRecord]) -> Vec<CaseProblem> {
    steps.iter().flat_map(StepRecord::case_problems).collect()
}

/// A status that is not the expected one: the usual failure.
pub(crate) fn failed(case: &Arc<Case>, at_millis: u64) -> CaseFinished {
    let mut skipped = record(
        step_name("steps[0]", "Only on Mondays", 1),
        Outcome::Skipped,
    );
    skipped.note = Some("`if` is false".to_owned());
    let mut step = record(step_name("steps[1]", "POST /customers", 2), Outcome::Failed);
    step.problems = vec![
        wrong_status(),
        Diagnostic::error("header", "header `x-id` is missing")
            .at(place("expect"))
            .also(place("POST /customers"), "of this request"),
    ];
    step.exchanges = vec![exchange()];
    let steps = vec![skipped, step];
    CaseFinished {
        duration: at(871),
        problems: problems_of(&steps),
        unmatched: vec!["GET /v9/customers".to_owned()],
        journal: vec!["POST /customers: rule `create`, 422".to_owned()],
        steps,
        ..finished(case, Outcome::Failed, at_millis)
    }
}

/// An action that polls, whose last answer is an error; and a cleanup that fails too.
fn errored(case: &Arc<Case>, at_millis: u64) -> CaseFinished {
    let ready = |status: u16, reason: &str| ExchangeRecord {
        method: "GET".to_owned(),
        url: "{conduit-v1}/customers/cus_1".to_owned(),
        request_body: None,
        status: Some(status),
        reason: reason.to_owned(),
        response_body: Some(format!("[\n{}\n]", ["  \"100.10\""; 30].join(",\n"))),
        ..exchange()
    };
    let mut inner = record(
        step_name("steps[0].uses[0]", "GET /customers/cus_1", 1),
        Outcome::Passed,
    );
    let webhook = ExchangeRecord {
        webhook: true,
        url: "webhooks.invalid/token".to_owned(),
        status: Some(200),
        reason: String::new(),
        response_headers: Vec::new(),
        response_body: None,
        curl: String::new(),
        ..exchange()
    };
    inner.exchanges = vec![
        webhook,
        ready(200, "OK"),
        ready(200, "OK"),
        ready(200, "OK"),
        ready(503, ""),
        ExchangeRecord {
            duration: at(1250),
            ..ready(200, "OK")
        },
    ];
    let mut outer = record(
        step_name("steps[0]", "Poll until active", 1),
        Outcome::Errored,
    );
    outer.problems = vec![
        Diagnostic::error("undefined", "`customer_idd` is not defined")
            .at(place("2 == 3"))
            .help("did you mean `customer_id`?"),
    ];
    let mut cleanup = record(
        step_name("cleanup[0]", "DELETE /customers/cus_1", 1),
        Outcome::Errored,
    );
    cleanup.problems = vec![Diagnostic::error("connection", "the connection is refused")];
    cleanup.exchanges = vec![ExchangeRecord {
        method: "DELETE".to_owned(),
        url: "{conduit-v1}/customers/cus_1".to_owned(),
        status: None,
        error: Some("connection refused".to_owned()),
        response_headers: Vec::new(),
        response_body: None,
        ..exchange()
    }];
    let cleanup_problems = cleanup.case_problems().collect();
    let problem = outer.case_problems().map(|problem| CaseProblem {
        exchange_of: Some(inner.step.path.clone()),
        ..problem
    });
    CaseFinished {
        problems: problem.collect(),
        cleanup_problems,
        steps: vec![inner, outer, cleanup],
        ..finished(case, Outcome::Errored, at_millis)
    }
}

fn nasty(case: &Arc<Case>, at_millis: u64) -> CaseFinished {
    let mut step = record(step_name("steps[0]", NASTY, 1), Outcome::Failed);
    step.problems = vec![Diagnostic::error(
        "text",
        format!("expected `x`, got `{NASTY}`"),
    )];
    step.exchanges = vec![ExchangeRecord {
        request_body: Some(NASTY.to_owned()),
        response_body: Some(NASTY.to_owned()),
        reason: NASTY.to_owned(),
        curl: NASTY.to_owned(),
        ..exchange()
    }];
    let steps = vec![step];
    CaseFinished {
        problems: problems_of(&steps),
        steps,
        unmatched: vec![NASTY.to_owned()],
        ..finished(case, Outcome::Failed, at_millis)
    }
}

fn attempt(outcome: Outcome, problem: Diagnostic) -> Attempt {
    Attempt {
        attempt: 1,
        outcome,
        duration: at(203),
        problems: vec![problem.into()],
    }
}

fn refused() -> Diagnostic {
    Diagnostic::error("connection", "the connection is refused")
}

fn done(finished: CaseFinished) -> Event {
    Event::CaseFinished(Box::new(finished))
}

/// A run in which everything happens once.
pub(crate) fn everything() -> Vec<Event> {
    let mut events = opening();
    events.extend(customers());
    events.extend(odd());
    events
}

fn opening() -> Vec<Event> {
    vec![
        Event::Run(Box::new(run(10))),
        Event::InvalidFile(Box::new(InvalidFile {
            file: "scenarios/broken.scenario.yaml".to_owned(),
            problems: vec![
                Diagnostic::error("unknown-key", "unknown key `stepz`")
                    .help("did you mean `steps`?"),
                Diagnostic::error("missing-key", "`scenarios` is missing"),
            ],
        })),
        Event::Notice(Box::new(Notice {
            problem: Diagnostic::warning("short-secret", "secret `pin` has less than 8 bytes")
                .help("it is redacted only where it stands as it is"),
        })),
    ]
}

/// Cases that run, at the same time.
fn customers() -> Vec<Event> {
    let case = |index, id, row| case(index, CUSTOMERS, id, row);
    let (approve, activate, poll) = (
        case(0, "approve", None),
        case(1, "activate", None),
        case(2, "poll", None),
    );
    let (flaky, stubborn) = (
        case(3, "flaky", Some("country=US, n=#2")),
        case(4, "stubborn", None),
    );
    let mut passing = record(step_name("steps[0]", "POST /customers", 1), Outcome::Passed);
    passing.exchanges = vec![exchange()];
    vec![
        started(&approve, 1),
        step_started(&approve, 2, step_name("steps[0]", "POST /customers", 1)),
        Event::StepFinished(Box::new(StepFinished {
            case: Arc::clone(&approve),
            attempt: 1,
            at: at(10),
            record: passing.clone(),
        })),
        started(&activate, 2),
        started(&poll, 2),
        started(&flaky, 55),
        done(CaseFinished {
            steps: vec![passing],
            journal: vec!["POST /customers: rule `create`, 201".to_owned()],
            warnings: vec![CaseProblem {
                exchange_of: None,
                step: Some("steps[0]".to_owned()),
                problem: broken_contract(),
            }],
            ..finished(&approve, Outcome::Passed, 13)
        }),
        Event::Retrying(Box::new(CaseFinished {
            duration: at(203),
            problems: vec![refused().into()],
            ..finished(&flaky, Outcome::Errored, 260)
        })),
        done(failed(&activate, 900)),
        done(errored(&poll, 950)),
        done(CaseFinished {
            attempt: 3,
            flaky: true,
            earlier: vec![
                attempt(Outcome::Errored, refused()),
                attempt(Outcome::Failed, wrong_status()),
            ],
            ..finished(&flaky, Outcome::Passed, 960)
        }),
        done(CaseFinished {
            attempt: 3,
            earlier: vec![
                attempt(Outcome::Failed, wrong_status()),
                attempt(Outcome::Errored, refused()),
            ],
            ..failed(&stubborn, 970)
        }),
    ]
}

fn broken_contract() -> Diagnostic {
    Diagnostic::warning(
        "contract",
        "POST /customers breaks the contract: `$.id` is missing, and is required",
    )
    .at(place("201"))
    .label("answered 201")
}

fn coverage() -> Coverage {
    let count = |covered, total| Count { covered, total };
    let operation = |operation: &str, statuses, values, missing| OperationCoverage {
        operation: operation.to_owned(),
        statuses,
        values,
        missing,
    };
    let missing = vec![
        Missing::Status {
            status: "4XX".to_owned(),
        },
        Missing::Request {
            place: "$.flow".to_owned(),
            values: vec!["direct".into(), 7.into(), "".into()],
        },
        Missing::Response {
            status: "201".to_owned(),
            place: "$.status (Person)".to_owned(),
            values: vec!["active".into(), serde_json::Value::Null],
        },
    ];
    let packs = vec![
        PackCoverage {
            pack: "conduit-v1".to_owned(),
            all: count(4, 9),
            operations: vec![
                operation("GET /customers", count(1, 1), count(0, 0), Vec::new()),
                operation("POST /customers", count(1, 2), count(2, 6), missing),
            ],
        },
        PackCoverage {
            pack: "dakota".to_owned(),
            all: count(2, 2),
            operations: vec![operation("GET /a", count(1, 1), count(1, 1), Vec::new())],
        },
    ];
    Coverage {
        all: count(6, 11),
        packs,
    }
}

/// Cases that run in no usual way, and the end.
fn odd() -> Vec<Event> {
    let case = |index, id, row| case(index, ODD, id, row);
    let unsent = |index, id, outcome, millis| CaseFinished {
        duration: at(0),
        requests: 0,
        ..finished(&case(index, id, None), outcome, millis)
    };
    vec![
        done(CaseFinished {
            reason: Some("waits for 3h, more than --max-wait allows".to_owned()),
            ..unsent(5, "skip", Outcome::Skipped, 971)
        }),
        done(CaseFinished {
            problems: vec![Diagnostic::error("undefined", "`compny` is not defined").into()],
            ..unsent(6, "invalid", Outcome::Invalid, 972)
        }),
        done(nasty(&case(7, "nasty", Some(NASTY)), 980)),
        done(CaseFinished {
            cleanup_problems: vec![refused().into()],
            ..finished(&case(8, "dirty", None), Outcome::Errored, 990)
        }),
        Event::Interrupted(Interrupted {
            at: at(991),
            running: 1,
        }),
        done(CaseFinished {
            reason: Some("the run was interrupted".to_owned()),
            ..unsent(9, "never", Outcome::NotRun, 992)
        }),
        Event::Summary(Box::new(Summary {
            duration: at(995),
            cases: 10,
            passed: 2,
            flaky: 1,
            failed: 3,
            errored: 2,
            invalid: 1,
            skipped: 1,
            not_run: 1,
            invalid_files: 1,
            requests: 14,
            checks: 9,
            interrupted: true,
            coverage: Some(coverage()),
            unused_routes: vec![UnusedRoutes {
                pack: "conduit-v1".to_owned(),
                routes: vec!["GET /customers".to_owned(), "GET /gone/{id}".to_owned()],
                of: 9,
            }],
        })),
    ]
}
