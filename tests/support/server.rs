//! A raw server on loopback: it keeps the bytes of every request, and answers with whatever bytes a test says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The bytes of one request.
#[derive(Clone, Debug)]
pub struct Received {
    pub bytes: Vec<u8>,
}

impl Received {
    /// As text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// `METHOD /path`.
    pub fn line(&self) -> String {
        let text = self.text();
        let mut words = text.split(' ');
        let mut word = || words.next().unwrap_or("").to_owned();
        format!("{} {}", word(), word())
    }

    pub fn path(&self) -> String {
        self.line().split(' ').nth(1).unwrap_or("").to_owned()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (head, _) = text.split_once("\r\n\r\n")?;
        head.lines().skip(1).find_map(|line| {
            let (have, value) = line.split_once(':')?;
            have.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }

    pub fn body(&self) -> String {
        let text = self.text();
        text.split_once("\r\n\r\n")
            .map_or(String::new(), |(_, body)| body.to_owned())
    }
}

/// What a test does with a request: it writes the answer itself, and the connection is closed if it returns `false`.
type Answer = dyn Fn(&Received, &mut TcpStream) -> bool + Send + Sync;

pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// A server that does this with every request.
    pub fn raw(answer: impl Fn(&Received, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&received));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Self { url, received }
    }

    /// A server whose answer to a request is these bytes; the connection stays open.
    pub fn new(answer: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::raw(move |request, stream| stream.write_all(&answer(request)).is_ok())
    }

    /// What was received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no test panics in it").clone()
    }

    /// `METHOD /path` of what was received so far.
    pub fn lines(&self) -> Vec<String> {
        self.received().iter().map(Received::line).collect()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, log: &Mutex<Vec<Received>>) {
    let _ = stream.set_nodelay(true);
    let mut pending = Vec::new();
    while let Some(request) = next(&mut stream, &mut pending) {
        let request = Received { bytes: request };
        log.lock()
            .expect("no test panics in it")
            .push(request.clone());
        if !answer(&request, &mut stream) {
            return;
        }
    }
}

/// The next request's bytes; `None` once the connection is closed.
fn next(stream: &mut TcpStream, pending: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(length) = complete(pending) {
            let rest = pending.split_off(length);
            return Some(std::mem::replace(pending, rest));
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => pending.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}

/// How long the request is that these bytes begin with, once all of it is there.
fn complete(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let request = Received {
        bytes: bytes[..head].to_vec(),
    };
    let body = request
        .header("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    (bytes.len() >= head + body).then_some(head + body)
}

/// An answer with its length.
pub fn reply(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        bytes.push_str(&format!("{name}: {value}\r\n"));
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// 200 with this JSON.
pub fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    reply(200, &[("content-type", "application/json")], body)
}
