//! A raw server for tests: it answers each request with whatever bytes a test gives, and may then do what a server
//! should not.

use super::{
    Client, ClientOptions, Context, CookieJar, Egress, Exchange, Method, Origin, Request, Url,
};
use crate::value::Redactor;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Writes these bytes and keeps the connection.
    Send(Vec<u8>),
    /// Writes these bytes and closes the connection.
    SendAndClose(Vec<u8>),
    /// Writes these bytes and then nothing, with the connection open.
    SendAndHang(Vec<u8>),
    /// Writes the first bytes once, then the second ones for ever.
    SendForever(Vec<u8>, Vec<u8>),
}

/// A response with a body of known length.
pub(super) fn answer(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub(super) fn ok(body: &[u8]) -> Reply {
    Reply::Send(answer("200 OK", &[], body))
}

/// A server on a free port of the loopback address.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<String>,
    connections: usize,
}

impl Server {
    /// Answers the requests with these replies, in the order in which they come; the last one again and again.
    pub(super) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let (server, listener) = Self::bind().await;
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&replies), Arc::clone(&seen)));
            }
        });
        server
    }

    /// The same over TLS, and the certificate (DER) for `localhost` that a client has to trust.
    pub(super) async fn start_secure(replies: impl IntoIterator<Item = Reply>) -> (Self, Vec<u8>) {
        let (acceptor, root) = acceptor(&[]);
        let (server, listener) = Self::bind().await;
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(serve(stream, Arc::clone(&replies), Arc::clone(&seen)));
                }
            }
        });
        (server, root)
    }

    /// A server of HTTP/2 that answers every request with what it was asked, and the certificate to trust.
    pub(super) async fn start_http2() -> (Self, Vec<u8>) {
        let (acceptor, root) = acceptor(&[b"h2".to_vec()]);
        let (server, listener) = Self::bind().await;
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.lock().unwrap().connections += 1;
                let stream = acceptor.accept(stream).await.unwrap();
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(stream).await.unwrap();
                    while let Some(Ok((request, mut respond))) = connection.accept().await {
                        let asked = format!("{} {}", request.method(), request.uri());
                        let head = ::http::Response::builder().status(404).body(()).unwrap();
                        let mut body = respond.send_response(head, false).unwrap();
                        body.send_data(asked.into(), true).unwrap();
                    }
                });
            }
        });
        (server, root)
    }

    /// A server that says this on each connection, whatever it is asked, and closes it.
    pub(super) async fn start_saying(text: &'static str) -> Self {
        let (server, listener) = Self::bind().await;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // What was not read would make the closing a reset.
                let _ = stream.readable().await;
                let _ = stream.try_read(&mut [0; 4096]);
                let _ = stream.write_all(text.as_bytes()).await;
            }
        });
        server
    }

    async fn bind() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        (server, listener)
    }

    pub(super) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(super) fn origin(&self) -> Origin {
        Origin::of(&self.url("/")).unwrap()
    }

    /// The requests so far: head and body as text, header lines sorted as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

/// TLS for `localhost` with these protocols, and the certificate (DER) that a client has to trust.
fn acceptor(protocols: &[Vec<u8>]) -> (tokio_rustls::TlsAcceptor, Vec<u8>) {
    let names = ["localhost".to_owned()];
    let certified = rcgen::generate_simple_self_signed(names).unwrap();
    let root = certified.cert.der().to_vec();
    let key = certified.signing_key.serialize_der().try_into().unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.to_vec();
    (tokio_rustls::TlsAcceptor::from(Arc::new(config)), root)
}

/// Serves one connection, of TCP or TLS.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    seen: Arc<Mutex<Seen>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        seen.lock().unwrap().requests.push(request);
        let reply = {
            let mut replies = replies.lock().unwrap();
            if replies.len() > 1 {
                replies.pop_front()
            } else {
                replies.front().cloned()
            }
        };
        match reply {
            Some(Reply::Send(bytes)) if stream.write_all(&bytes).await.is_ok() => {}
            Some(Reply::SendAndClose(bytes)) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Some(Reply::SendAndHang(bytes)) => {
                let _ = stream.write_all(&bytes).await;
                return std::future::pending().await;
            }
            Some(Reply::SendForever(first, again)) => {
                let _ = stream.write_all(&first).await;
                while stream.write_all(&again).await.is_ok() {}
                return;
            }
            Some(Reply::Send(_)) | None => return,
        }
    }
}

async fn read_request(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut text = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        text.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(text + &String::from_utf8_lossy(&body))
}

/// A scenario's view of the world: a client, a jar and the origins it may address.
pub(super) struct World {
    pub(super) client: Client,
    pub(super) cookies: CookieJar,
    pub(super) egress: Egress,
    pub(super) secrets: Redactor,
    pub(super) credential_headers: Vec<String>,
    pub(super) transport_headers: Vec<(String, String)>,
}

impl World {
    pub(super) fn of(servers: &[&Server]) -> Self {
        let mut egress = Egress::new();
        for server in servers {
            egress.allow(server.origin());
        }
        Self {
            client: Client::new(ClientOptions::default()).unwrap(),
            cookies: CookieJar::new(),
            egress,
            secrets: Redactor::default(),
            credential_headers: Vec::new(),
            transport_headers: Vec::new(),
        }
    }

    pub(super) fn limited(servers: &[&Server], body_limit: usize) -> Self {
        let options = ClientOptions {
            body_limit,
            ..ClientOptions::default()
        };
        Self {
            client: Client::new(options).unwrap(),
            ..Self::of(servers)
        }
    }

    pub(super) async fn send(&self, request: Request) -> Exchange {
        let context = Context {
            cookies: &self.cookies,
            egress: &self.egress,
            secrets: &self.secrets,
            credential_headers: &self.credential_headers,
            transport_headers: &self.transport_headers,
        };
        self.client.send(request, &context).await
    }

    pub(super) async fn get(&self, url: Url) -> Exchange {
        self.send(Request::new(Method::GET, url)).await
    }
}
