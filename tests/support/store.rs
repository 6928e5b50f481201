//! The pack `store` of the cases: a provider of webhooks, as an emulator or as a server of a test.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use probity::signature::{Declaration, Encoding, Form, Item, Part, Scheme, SigningKey, Unit};

use super::Folder;
use super::server::Server;

/// A folder with the pack `store` of the cases.
pub fn with_store() -> Folder {
    let folder = Folder::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/_packs/store");
    for file in [
        "pack.yaml",
        "emulator.yaml",
        "actions/register_webhook.yaml",
        "actions/rotate_secret.yaml",
    ] {
        let text = fs::read_to_string(from.join(file)).expect("readable");
        folder.write(&format!("scenarios/store/{file}"), &text);
    }
    folder
}

/// Starts a run of the case that receives webhooks at this address, and may wait for hours.
pub fn start_receiving(folder: &Folder, address: &str, more: &[&str]) -> Child {
    let url = format!("http://{address}");
    let mut args = vec!["run", "case.scenario.yaml", "--env", "local"];
    args.extend(["--max-wait", "2h"]);
    args.extend(["--webhook-listen", address, "--webhook-url", &url]);
    args.extend(more);
    let mut command = folder.probity(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

/// How `store` signs.
fn store_signature() -> Declaration {
    Declaration {
        scheme: Scheme::HmacSha256,
        header: "X-Store-Signature".to_owned(),
        form: Form(vec![
            Item::Timestamp {
                prefix: "t=".to_owned(),
            },
            Item::Signature {
                prefix: "v1=".to_owned(),
            },
        ]),
        timestamp_header: None,
        unit: Unit::Seconds,
        signed: vec![Part::Timestamp, Part::Literal(".".to_owned()), Part::Text],
        encoding: Encoding::Hex,
        tolerance: Some(Duration::from_mins(5)),
    }
}

/// A POST of this body to a URL of the receiver, signed by this secret, over a connection that is kept.
pub fn signed_post(url: &str, secret: &str, body: &str) -> String {
    let (authority, path) = authority_and_path(url);
    let declaration = store_signature();
    let key = SigningKey::parse(declaration.scheme, secret).expect("a key");
    let length = body.len();
    let mut request =
        format!("POST /{path} HTTP/1.1\r\nhost: {authority}\r\ncontent-length: {length}\r\n");
    for (name, value) in declaration.sign(&[key], Timestamp::now(), body.as_bytes()) {
        let _ = write!(request, "{name}: {value}\r\n");
    }
    let _ = write!(request, "\r\n{body}");
    request
}

/// The authority of an http URL, and its path without the first slash.
pub fn authority_and_path(url: &str) -> (&str, &str) {
    url.strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .expect("a URL with a path")
}

/// Sends a request and reads the head of its answer: its status.
pub fn ask(stream: &mut TcpStream, request: &str) -> Option<String> {
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        answer.push(byte[0]);
    }
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).map(str::to_owned)
}

/// Posts a webhook as the provider would, signed by this secret; the status of the answer.
pub fn deliver(url: &str, secret: &str, body: &str) -> String {
    let (authority, _) = authority_and_path(url);
    let mut stream = TcpStream::connect(authority).expect("the receiver listens");
    ask(&mut stream, &signed_post(url, secret, body)).unwrap_or_default()
}

/// `store` with this server as its environment `local`.
pub fn with_provider(server: &Server, scenario: &str) -> Folder {
    let folder = with_store();
    let manifest = folder.read("scenarios/store/pack.yaml").replace(
        "sandbox: { base_url: https://store.invalid }",
        &format!("local: {{ base_url: '{}' }}", server.url),
    );
    folder.write("scenarios/store/pack.yaml", &manifest);
    folder.write("case.scenario.yaml", scenario);
    folder
}

/// A port of this machine that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
