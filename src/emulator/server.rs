//! Listeners: HTTP in, the right instance asked, HTTP out.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::INSTANCE_HEADER;
use super::control;
use super::live::Live;
use super::request::{Answer, Incoming};

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The open instances of all packs, by number.
#[derive(Default)]
pub(super) struct Instances(Mutex<HashMap<u64, Arc<Live>>>);

impl Instances {
    pub(super) fn insert(&self, id: u64, instance: Arc<Live>) {
        self.lock().insert(id, instance);
    }

    pub(super) fn remove(&self, id: u64) -> Option<Arc<Live>> {
        self.lock().remove(&id)
    }

    pub(super) fn get(&self, id: u64) -> Option<Arc<Live>> {
        self.lock().get(&id).map(Arc::clone)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Live>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a listener serves.
pub(super) struct Server {
    pub(super) instances: Arc<Instances>,
    /// Answers requests that name no instance.
    pub(super) default: Option<control::DefaultInstance>,
}

/// An open listener; it closes when this is dropped.
pub(super) struct Listener {
    pub(super) base_url: String,
    pub(super) runtime: Handle,
    _stop: oneshot::Sender<Infallible>,
}

impl Listener {
    /// Listens on a free port of the loopback interface, in a thread of its own.
    pub(super) fn open(server: Server, name: &str) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<Infallible>();
        thread::Builder::new()
            .name(format!("emulator of {name}"))
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(listener) = TcpListener::from_std(listener) else {
                        return;
                    };
                    tokio::select! {
                        _ = stopped => {}
                        _ = serve(listener, server, std::future::pending()) => {}
                    }
                });
            })?;
        Ok(Self {
            base_url,
            runtime: handle,
            _stop: stop,
        })
    }
}

/// Serves until `shutdown`; requests at hand are answered first.
pub(super) async fn serve(
    listener: TcpListener,
    server: Server,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Answers are small and written at once: waiting for more to send along only costs time.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let app = Router::new().fallback(answer).with_state(Arc::new(server));
    axum::serve(listener, app)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn answer(Shared(server): Shared<Arc<Server>>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let id = head.headers.remove(INSTANCE_HEADER);
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        let mut answer = engine_error(413, "the body is too large or was cut off");
        // What is left of the body is not read, so that nothing else can follow on this connection.
        answer
            .headers
            .push(("connection".to_owned(), "close".to_owned()));
        return response(answer);
    };
    let incoming = Incoming::new(head.method, head.uri, head.headers, body);
    let answer = match id {
        Some(id) => ask(&server, &id, incoming).await,
        None => match &server.default {
            Some(default) => default.answer(incoming).await,
            None => engine_error(501, "the request does not say which instance it is for"),
        },
    };
    if let Some((clock, delay)) = &answer.delivery.delay {
        // Who asked is blocked on this answer, so that it is its branch that sleeps.
        clock.sleep(*delay).await;
    }
    response(answer)
}

async fn ask(server: &Server, id: &HeaderValue, incoming: Incoming) -> Answer {
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    match id.and_then(|id| server.instances.get(id)) {
        Some(instance) => instance.answer(incoming).await,
        None => engine_error(
            501,
            "there is no such instance; its scenario may have ended",
        ),
    }
}

pub(super) fn engine_error(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": "emulator", "message": message }))
}

fn response(answer: Answer) -> Response {
    let body = if answer.delivery.dropped {
        // A body that fails at once takes its connection with it before anything is sent.
        let lost = Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset));
        Body::from_stream(stream::iter([lost]))
    } else {
        Body::from(answer.body)
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        let name = name.parse::<http::HeaderName>();
        // A value that can't be sent as it is (a line break in it) is sent without what can't be.
        let value = HeaderValue::from_str(&value).or_else(|_| {
            let printable: String = value.chars().filter(|c| !c.is_control()).collect();
            HeaderValue::from_str(&printable)
        });
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
