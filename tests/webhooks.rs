//! Webhooks by the binary: many scenarios at once, real sandboxes that send them, interrupts, and emulators by hand.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use regex::Regex;
use serde_json::Value;
use support::server::{Received, Server, json, reply};
use support::store::{deliver, free_port, start_receiving, with_provider, with_store};
use support::{Folder, Said};

/// So many scenarios, each of which waits for webhooks of its own and for nobody else's.
fn crowd(count: usize) -> String {
    let mut numbers = String::new();
    for number in 0..count {
        let _ = write!(numbers, "{number}, ");
    }
    format!(
        "packs: [store]
scenarios:
  crowd:
    matrix: {{ n: [{numbers}] }}
    steps:
      - uses: store/register_webhook
      - http: POST /orders
        json: {{ note: 'order ${{{{ case.n }}}}' }}
      - receive: store
        where: {{ $.type: order.opened }}
        expect: {{ $.data.note: 'order ${{{{ case.n }}}}' }}
      - receive: store
        where: {{ $.type: order.expired }}
        within: 2h
      - receive: store
        count: 0
        within: 48h
"
    )
}

#[test]
fn a_thousand_scenarios_see_their_own_webhooks_alone() {
    let folder = with_store();
    folder.write("crowd.scenario.yaml", &crowd(1000));
    let said = folder.run(&["run", "crowd.scenario.yaml", "-q"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("1000 passed"), "{}", said.stderr);
}

/// A report without what differs from run to run: times.
fn timeless(report: &str) -> String {
    let times = Regex::new(
        r#" (time|timestamp|hostname)="[^"]*"|<property name="run"[^>]*>|date: .* GMT| in [0-9.]+ m?s\b"#,
    );
    times
        .expect("a pattern")
        .replace_all(report, "")
        .into_owned()
}

#[test]
fn one_at_a_time_or_all_at_once_the_reports_are_the_same() {
    let folder = with_store();
    folder.write("crowd.scenario.yaml", &crowd(40));
    let wrong = "tests/cases/receive/wrong.scenario.yaml";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(wrong));
    folder.write("wrong.scenario.yaml", &text.expect("readable"));
    let reports = ["1", "7", "64"].map(|jobs| {
        let report = format!("junit=out-{jobs}.xml");
        let said = folder.run(&["run", ".", "-q", "-j", jobs, "--report", &report]);
        assert_eq!(said.code, 1, "{}", said.stderr);
        timeless(&folder.read(&format!("out-{jobs}.xml")))
    });
    assert_eq!(reports[0], reports[1]);
    assert_eq!(reports[0], reports[2]);
}

/// A provider that sends a webhook, twice, for each order, signed by this secret.
fn provider(secret: &'static str) -> Server {
    let url = Mutex::new(String::new());
    Server::new(move |request: &Received| {
        let body: Value = serde_json::from_str(&request.body()).unwrap_or_default();
        match request.line().as_str() {
            "POST /endpoints" => {
                let given = body["url"].as_str().unwrap_or_default();
                given.clone_into(&mut url.lock().expect("no test panics in it"));
                json(r#"{"id":"ep_1","secret":"whsec_of_the_provider"}"#)
            }
            "POST /orders" => {
                let url = url.lock().expect("no test panics in it").clone();
                for _ in 0..2 {
                    deliver(&url, secret, r#"{"id":"evt_1","type":"order.opened"}"#);
                }
                // Somebody else knows the address, and no token.
                let stray = url.rsplit_once('/').map_or("", |(base, _)| base);
                deliver(&format!("{}x", &stray[..stray.len() - 6]), "other", "{}");
                json(r#"{"id":"ord_1"}"#)
            }
            _ => reply(204, &[], ""),
        }
    })
}

fn run_with_receiver(folder: &Folder, more: &[&str]) -> Said {
    let address = format!("127.0.0.1:{}", free_port());
    let url = format!("http://{address}/tunnel");
    let mut args = vec!["--webhook-listen", &address, "--webhook-url", &url];
    args.extend(more);
    folder.run_local(&args)
}

const REAL: &str = "packs: [store]
scenarios:
  opened:
    steps:
      - uses: store/register_webhook
      - http: POST /orders
      - receive: store
        where: { $.type: order.opened }
        unique: $.id
        capture: { event: $.id }
      - receive: store
        unique: $.id
        count: 0
        within: 10ms
  without:
    steps:
      - http: GET /health
        expect: { status: 204 }
";

#[test]
fn a_real_sandbox_needs_a_way_in() {
    let server = provider("whsec_of_the_provider");
    let folder = with_provider(&server, REAL);
    let said = folder.run_local(&["-j", "1"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let reason =
        "it needs webhooks of `store`, which can't come from outside without `--webhook-url`";
    assert!(said.stderr.contains(reason), "{}", said.stderr);
    assert_eq!(server.lines(), ["GET /health"]);
    for (args, message) in [
        (
            ["--webhook-url", "https://tunnel.example"],
            "`--webhook-url` says where webhooks come from, and not where they arrive",
        ),
        (
            ["--webhook-listen", "here"],
            "`--webhook-listen here` is not an address",
        ),
        (
            ["--webhook-url", "tunnel.example"],
            "`--webhook-url tunnel.example` is not a URL",
        ),
    ] {
        let said = folder.run_local(&args);
        assert_eq!(said.code, 2, "{}", said.stderr);
        assert!(said.stderr.contains(message), "{}", said.stderr);
    }
}

#[test]
fn webhooks_of_a_real_sandbox_are_verified_and_strays_are_told() {
    let server = provider("whsec_of_the_provider");
    let folder = with_provider(&server, REAL);
    let said = run_with_receiver(&folder, &["-k", "opened"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("1 passed"), "{}", said.stderr);
    assert!(
        said.stderr
            .contains("warning[stray-webhook]: the webhook receiver refused 1 request"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr.contains("it is for no scenario of this run"),
        "{}",
        said.stderr
    );
    let registered = server.received()[0].body();
    assert!(registered.contains("/tunnel/"), "{registered}");
}

#[test]
fn a_secret_of_webhooks_may_come_from_the_environment() {
    let server = provider("whsec_of_the_environment");
    let folder = with_provider(&server, REAL);
    let manifest = folder.read("scenarios/store/pack.yaml").replace(
        "secret: ${{ captures.webhook_secret }}",
        "secret: ${{ secrets.webhooks }}\nsecrets: { webhooks: { env: STORE_WEBHOOKS } }",
    );
    folder.write("scenarios/store/pack.yaml", &manifest);
    let address = format!("127.0.0.1:{}", free_port());
    let url = format!("http://{address}");
    let args = "run case.scenario.yaml --env local -k opened --webhook-listen";
    let mut args: Vec<&str> = args.split(' ').collect();
    args.extend([&address, "--webhook-url", &url]);
    let run = |secret: &str| -> Said {
        let mut command = folder.probity(&args);
        let output = command.env("STORE_WEBHOOKS", secret).output();
        output.expect("it starts").into()
    };
    let said = run("whsec_of_the_environment");
    assert_eq!(said.code, 0, "{}", said.stderr);
    let said = run("whsec_of_another_account");
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("error[signature]"), "{}", said.stderr);
    assert!(!said.stderr.contains("whsec_of"), "{}", said.stderr);
}

#[test]
fn a_webhook_signed_by_somebody_else_fails() {
    let server = provider("whsec_of_somebody");
    let folder = with_provider(&server, REAL);
    let said = run_with_receiver(&folder, &["-k", "opened"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let problem = "error[signature]: the webhook's signature is invalid";
    assert!(said.stderr.contains(problem), "{}", said.stderr);
    assert!(
        !said.stderr.contains("whsec_of_the_provider"),
        "{}",
        said.stderr
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_waiting_cleans_up_and_reports() {
    const WAITING: &str = "packs: [store]
scenarios:
  waiting:
    matrix: { n: [1, 2, 3, 4, 5, 6, 7, 8] }
    steps:
      - uses: store/register_webhook
        cleanup: { http: DELETE /endpoints/ep_1 }
      - http: GET /ready
        expect: { status: 204 }
      - receive: store
        within: 1h
      - http: GET /never
";
    let server = provider("whsec_of_the_provider");
    let folder = with_provider(&server, WAITING);
    let address = format!("127.0.0.1:{}", free_port());
    let child = start_receiving(&folder, &address, &["--report", "junit=out.xml"]);
    let asked = |line: &str| server.lines().iter().filter(|have| *have == line).count();
    let start = std::time::Instant::now();
    while asked("GET /ready") < 8 {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "all are asked for in time"
        );
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("there is `kill`").success());
    let said: Said = child.wait_with_output().expect("it ends").into();
    assert_eq!(said.code, 130, "{}", said.stderr);
    assert_eq!(asked("DELETE /endpoints/ep_1"), 8, "{}", said.stderr);
    assert_eq!(asked("GET /never"), 0);
    let report = folder.read("out.xml");
    let report = roxmltree::Document::parse(&report).expect("well-formed");
    let cases = report
        .descendants()
        .filter(|node| node.has_tag_name("testcase"));
    assert_eq!(cases.count(), 8);
}

/// `METHOD /path` asked of an emulator; the answer's body.
fn ask(base_url: &str, request: &str, body: &str) -> Value {
    let authority = base_url.strip_prefix("http://").expect("an http URL");
    let mut stream = TcpStream::connect(authority).expect("it listens");
    let text = format!(
        "{request} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    serde_json::from_str(body).unwrap_or_default()
}

/// `probity emulate store` with a virtual clock.
struct Emulated {
    child: Child,
    base_url: String,
    _folder: Folder,
}

impl Emulated {
    fn start() -> Self {
        let folder = with_store();
        let args = "emulate store --listen 127.0.0.1:0 --clock virtual";
        let mut child = folder
            .probity(&args.split(' ').collect::<Vec<_>>())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let base_url = line.trim().split(' ').nth(1).expect("a URL").to_owned();
        Self {
            child,
            base_url,
            _folder: folder,
        }
    }

    fn ask(&self, request: &str, body: &str) -> Value {
        ask(&self.base_url, request, body)
    }

    fn subscribe(&self, url: &str) -> Value {
        let body = format!("{{\"url\": \"{url}\", \"secret\": \"own\"}}");
        self.ask("POST /_emulator/subscribe", &body)
    }

    /// Whoever moves the clock finds delivered what was due by then.
    fn advance(&self, by: &str) -> Value {
        let body = format!("{{\"advance\": \"{by}\"}}");
        self.ask("POST /_emulator/clock", &body)
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_emulator_by_hand_delivers_to_this_machine_alone() {
    let subscriber = Server::new(|request| {
        let first = request.body().contains("order.opened");
        reply(if first { 500 } else { 204 }, &[], "")
    });
    let emulated = Emulated::start();
    emulated.subscribe(&subscriber.url);
    let refused = emulated.subscribe("http://store.example/hooks");
    let message = "emulators deliver only to this machine: `localhost`, `127.0.0.1` or `[::1]`";
    assert_eq!(refused["message"], message);
    emulated.ask("POST /orders", "{}");
    // The first attempt, two more, and the timer's event.
    let clock = emulated.advance("2h");
    assert_eq!(clock["now"], "2026-01-01T02:00:00Z");
    let kinds: Vec<String> = subscriber
        .received()
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_str(&request.body()).expect("JSON");
            assert!(request.header("x-store-signature").is_some());
            body["type"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "order.opened",
            "order.opened",
            "order.expired",
            "order.opened"
        ]
    );
}

#[test]
fn a_slow_subscriber_holds_up_no_other() {
    let (tell, told) = mpsc::channel();
    let told = Mutex::new(told);
    // Answers only when the other has been told.
    let slow = Server::new(move |_| {
        let told = told.lock().expect("no test panics in it");
        let came = told.recv_timeout(Duration::from_secs(8)).is_ok();
        reply(if came { 204 } else { 500 }, &[], "")
    });
    let other = Server::new(move |_| {
        let _ = tell.send(());
        reply(204, &[], "")
    });
    let emulated = Emulated::start();
    for server in [&slow, &other] {
        emulated.subscribe(&server.url);
    }
    emulated.ask("POST /orders", "{}");
    emulated.advance("1s");
    let journal = emulated.ask("GET /_emulator/requests", "");
    let mut deliveries: Vec<&str> = journal["requests"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entry| entry["delivery"].as_str())
        .collect();
    let made = |server: &Server| {
        format!(
            "delivery of order.opened to {} → 204 (attempt 1)",
            server.url
        )
    };
    deliveries.sort_unstable();
    let mut expected = [made(&other), made(&slow)];
    expected.sort_unstable();
    assert_eq!(deliveries, expected);
}
