//! The listener: connections in, each within its limits; what is nobody's is refused unread.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::{Desk, Limits, Stray};

/// The largest head of a request, in bytes.
const HEAD_LIMIT: usize = 64 << 10;
/// How long to wait where no connection can be accepted.
const PAUSE: Duration = Duration::from_millis(20);

/// An open listener; it closes when this is dropped.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    pub(super) runtime: Handle,
    _stop: oneshot::Sender<Infallible>,
}

impl Listener {
    /// Listens in a thread of its own, so that no scenario that computes keeps a sender waiting.
    pub(super) fn open(address: SocketAddr, limits: Limits, desk: Arc<Desk>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<Infallible>();
        thread::Builder::new()
            .name("webhook receiver".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(listener) = TcpListener::from_std(listener) else {
                        return;
                    };
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, limits, desk) => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            runtime: handle,
            _stop: stop,
        })
    }
}

async fn accept(listener: TcpListener, limits: Limits, desk: Arc<Desk>) {
    let room = Arc::new(Semaphore::new(limits.connections));
    loop {
        // A connection is accepted once there is room for it; until then it waits in the system's queue.
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        // An error is that of one connection, or means that there are too many files open: others may end meanwhile.
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            serve(stream, peer, limits, &desk).await;
            drop(place);
        });
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, limits: Limits, desk: &Desk) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| async move {
        Ok::<_, Infallible>(receive(request, peer, limits, desk).await)
    });
    // How a connection ends that keeps to no protocol or to no time is its own affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

type Answer = Response<Full<Bytes>>;

async fn receive(
    request: Request<Incoming>,
    peer: SocketAddr,
    limits: Limits,
    desk: &Desk,
) -> Answer {
    let (head, body) = request.into_parts();
    let refused = |status: StatusCode, why: &'static str| {
        desk.stray(|| Stray {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            from: peer.ip(),
            why,
        });
        refuse(status)
    };
    let Some((mailbox, rest)) = desk.addressee(head.uri.path()) else {
        return refused(StatusCode::NOT_FOUND, "it is for no scenario of this run");
    };
    if head.method != Method::POST {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "a webhook is a POST");
    }
    if body.size_hint().lower() > limits.body as u64 {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "its body is too large");
    }
    let body = timeout(limits.body_time, read(body, limits.body)).await;
    let body = match body {
        Err(_) => return refused(StatusCode::REQUEST_TIMEOUT, "its body took too long"),
        Ok(None) => {
            return refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "its body is too large or was cut off",
            );
        }
        Ok(Some(body)) => body,
    };
    // The scenario is over: a provider that is told so stops trying.
    let Some(mailbox) = mailbox else {
        return answer(StatusCode::OK);
    };
    let headers = head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    match mailbox.put(rest, headers.collect(), body) {
        Some(status) => answer(StatusCode::from_u16(status).unwrap_or_default()),
        None => refused(
            StatusCode::INSUFFICIENT_STORAGE,
            "its scenario's mailbox is full",
        ),
    }
}

/// The whole of a body, in one piece: each piece of one that comes byte by byte would keep the buffer that it came in.
/// `None` if it is too large, or is cut off.
async fn read(mut body: Incoming, limit: usize) -> Option<Bytes> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        // Trailers say nothing to a scenario.
        if let Ok(data) = frame.ok()?.into_data() {
            if whole.len() + data.len() > limit {
                return None;
            }
            whole.extend_from_slice(&data);
        }
    }
    whole.shrink_to_fit();
    Some(whole.into())
}

fn answer(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// What is left of the body is not read, so that nothing else can follow on this connection.
fn refuse(status: StatusCode) -> Answer {
    let mut answer = answer(status);
    answer
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}
