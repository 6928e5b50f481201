//! The webhook receiver under abuse, by the binary: no real webhook is lost, and it takes no more than its limits say.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;
use support::Said;
use support::server::{Received, Server, json, reply};
use support::store::{
    ask, authority_and_path, deliver, free_port, signed_post, start_receiving, with_provider,
};

/// What strangers post to no scenario's URL, and how many of them at once.
const JUNK: usize = 10_000;
const JUNK_SENDERS: usize = 8;
/// What is sent to the scenario's own URL with a wrong signature.
const FORGED: usize = 500;
/// What the provider sends.
const REAL: usize = 100;
/// Bodies of 100 MB: so many with a length, and so many in chunks.
const HUGE_SENDERS: usize = 3;
const HUGE: usize = 100 << 20;
/// Connections on which a head or a body comes byte by byte.
const SLOW: usize = 100;
/// Connections at once that the receiver takes, as `docs/webhooks.md` says.
const CONNECTIONS: usize = 256;
/// What a run has open besides: its own standard streams, its listener, what wakes its threads, a connection to the
/// provider.
const OTHER_FILES: usize = 40;
/// The most memory that the whole run may ever have had, in MB: that of a run that is not abused is about 30.
const MEMORY: u64 = 64;

const SCENARIO: &str = "packs: [store]
scenarios:
  abused:
    steps:
      - uses: store/register_webhook
      - http: GET /ready
        expect: { status: 204 }
      - receive: store
        where: { $.type: order.paid }
        within: 1h
      - receive: store
        where: { $.type: order.opened }
        unique: $.id
        count: 100
        within: 10ms
      - receive: store
        where: { $.type: order.forged }
        count: 500
        within: 10ms
        expect: { signature: invalid }
      - http: GET /over
        expect: { status: 204 }
";

/// A file of `/proc` of a process.
fn proc(pid: u32, name: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

/// The most memory that a process has had, in MB.
fn peak_memory(pid: u32) -> Option<u64> {
    let status = proc(pid, "status");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// The run, and where its webhooks go.
struct Abused {
    child: Child,
    /// The scenario's own URL.
    url: String,
    /// The receiver's address.
    authority: String,
    /// What the run's memory was at most, once it is over.
    memory: Arc<OnceLock<u64>>,
    _server: Server,
    _folder: support::Folder,
}

impl Abused {
    /// Starts the run, and waits until it waits for a webhook.
    fn start() -> Self {
        let (tell, ready) = mpsc::channel();
        let pid = Arc::new(OnceLock::new());
        let memory = Arc::new(OnceLock::new());
        let server = provider(tell, &pid, &memory);
        let folder = with_provider(&server, SCENARIO);
        let address = format!("127.0.0.1:{}", free_port());
        let child = start_receiving(&folder, &address, &[]);
        pid.set(child.id()).expect("it is set once");
        let url: String = ready
            .recv_timeout(Duration::from_secs(30))
            .expect("the run asks whether all is ready");
        let authority = authority_and_path(&url).0.to_owned();
        Self {
            child,
            url,
            authority,
            memory,
            _server: server,
            _folder: folder,
        }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.authority).expect("the receiver listens")
    }

    /// Posts what is for nobody, over connections that are kept for as long as the receiver keeps them.
    fn junk(&self, count: usize) {
        let body = "x".repeat(900);
        let mut kept = None;
        for number in 0..count {
            let request = format!(
                "POST /hooks/{number} HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{body}"
            );
            let again = |kept: &mut Option<TcpStream>| {
                let stream = kept.get_or_insert_with(|| self.connect());
                ask(stream, &request)
            };
            let status = again(&mut kept).or_else(|| {
                kept = None;
                again(&mut kept)
            });
            assert_eq!(status.as_deref(), Some("404"));
        }
    }

    /// Sends a body that is far too large until it is cut off; how much of it was sent.
    fn huge(&self, chunked: bool) -> usize {
        let (_, path) = authority_and_path(&self.url);
        let length = if chunked {
            "transfer-encoding: chunked".to_owned()
        } else {
            format!("content-length: {HUGE}")
        };
        let head = format!("POST /{path} HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n");
        let piece = "x".repeat(64 << 10);
        let chunk = if chunked {
            format!("10000\r\n{piece}\r\n")
        } else {
            piece.clone()
        };
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).expect("a head is taken");
        let mut sent = 0;
        while sent < HUGE && stream.write_all(chunk.as_bytes()).is_ok() {
            sent += piece.len();
        }
        sent
    }

    /// Sends what a stranger has signed who knows the scenario's URL.
    fn forged(&self) {
        let mut stream = self.connect();
        for number in 0..FORGED {
            let body = format!("{{\"id\":\"forged_{number}\",\"type\":\"order.forged\"}}");
            let request = signed_post(&self.url, "whsec_of_a_stranger", &body);
            assert_eq!(ask(&mut stream, &request).as_deref(), Some("200"));
        }
    }

    /// What the provider sends; each webhook is accepted at once.
    fn real(&self, kind: &str, count: usize) {
        for number in 0..count {
            let body = format!("{{\"id\":\"evt_{number}\",\"type\":\"{kind}\"}}");
            assert_eq!(deliver(&self.url, "whsec_of_the_provider", &body), "200");
        }
    }

    /// Sends heads and bodies byte by byte until it is said that all else is done.
    fn drip(&self, done: &AtomicBool) {
        let (_, path) = authority_and_path(&self.url);
        let head = format!("POST /{path} HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n");
        let mut streams: Vec<TcpStream> = (0..SLOW).map(|_| self.connect()).collect();
        for (number, stream) in streams.iter_mut().enumerate() {
            let begun = if number % 2 == 0 {
                &head
            } else {
                "POST / HTTP/1.1\r\nx-slow: "
            };
            let _ = stream.write_all(begun.as_bytes());
        }
        while !done.load(Ordering::Relaxed) {
            for stream in &mut streams {
                // One that was given up takes nothing any more.
                let _ = stream.write_all(b"x");
            }
            thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Opens more connections than the receiver takes, on which nothing is said; they last as long as what is returned.
    fn crowd(&self) -> Vec<TcpStream> {
        let crowd = (0..CONNECTIONS + 64).map(|_| self.connect()).collect();
        for _ in 0..1000 {
            if open_files(self.child.id()) >= CONNECTIONS {
                break;
            }
            thread::park_timeout(Duration::from_millis(5));
        }
        crowd
    }

    fn end(self) -> (Said, Option<u64>) {
        let said = self.child.wait_with_output().expect("it ends").into();
        (said, self.memory.get().copied())
    }
}

/// A provider that keeps the URL that is registered, tells the test when the run is ready, and looks at the run's memory
/// when it is over.
fn provider(
    tell: mpsc::Sender<String>,
    pid: &Arc<OnceLock<u32>>,
    memory: &Arc<OnceLock<u64>>,
) -> Server {
    let url = Mutex::new(String::new());
    let (pid, memory) = (Arc::clone(pid), Arc::clone(memory));
    Server::new(move |request: &Received| match request.line().as_str() {
        "POST /endpoints" => {
            let body: Value = serde_json::from_str(&request.body()).unwrap_or_default();
            let given = body["url"].as_str().unwrap_or_default();
            given.clone_into(&mut url.lock().expect("no test panics in it"));
            json(r#"{"id":"ep_1","secret":"whsec_of_the_provider"}"#)
        }
        "GET /ready" => {
            let _ = tell.send(url.lock().expect("no test panics in it").clone());
            reply(204, &[], "")
        }
        _ => {
            if let Some(peak) = pid.get().and_then(|pid| peak_memory(*pid)) {
                let _ = memory.set(peak);
            }
            reply(204, &[], "")
        }
    })
}

#[test]
fn abuse_loses_no_webhook_and_takes_no_more_than_the_limits_say() {
    let run = Abused::start();
    let done = AtomicBool::new(false);
    let cut_off: Vec<usize> = thread::scope(|scope| {
        let dripping = scope.spawn(|| run.drip(&done));
        let huge: Vec<_> = (0..2 * HUGE_SENDERS)
            .map(|number| {
                let run = &run;
                scope.spawn(move || run.huge(number % 2 == 0))
            })
            .collect();
        let mut others = vec![scope.spawn(|| run.forged())];
        others.extend((0..JUNK_SENDERS).map(|_| scope.spawn(|| run.junk(JUNK / JUNK_SENDERS))));
        others.push(scope.spawn(|| run.real("order.opened", REAL)));
        let cut_off = huge
            .into_iter()
            .map(|sender| sender.join().expect("no panic"));
        let cut_off = cut_off.collect();
        for other in others {
            other.join().expect("no panic");
        }
        done.store(true, Ordering::Relaxed);
        dripping.join().expect("no panic");
        cut_off
    });
    for sent in cut_off {
        assert!(sent < HUGE, "a body of 100 MB is cut off before its end");
    }
    let crowd = run.crowd();
    let open = open_files(run.child.id());
    assert!(
        (CONNECTIONS..CONNECTIONS + OTHER_FILES).contains(&open),
        "{open} files are open"
    );
    // It waits for a place until those who say nothing are given up.
    run.real("order.paid", 1);
    drop(crowd);
    let (said, memory) = run.end();
    assert_eq!(said.code, 0, "{}", said.stderr);
    let refused = Regex::new("the webhook receiver refused ([0-9]+) requests").expect("a pattern");
    let refused: usize = refused
        .captures(&said.stderr)
        .and_then(|found| found[1].parse().ok())
        .expect("the report tells of them");
    // Where the test itself takes long, slow bodies are given up too.
    let others = 2 * HUGE_SENDERS;
    assert!(
        (JUNK + others..=JUNK + others + SLOW / 2).contains(&refused),
        "{}",
        said.stderr
    );
    let memory = memory.expect("the run says when it is over");
    assert!(memory < MEMORY, "{memory} MB");
}
