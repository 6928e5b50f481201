//! Opening connections: TCP, a proxy in between where one is named, TLS for `https`.
//!
//! It also notes where a request is: a time limit that is over while connecting has another cause, and another remedy,
//! than one that is over while the server thinks.

use super::error::Phase;
use super::tls::Tls;
use ::http::uri::Scheme;
use ::http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_service::Service;

tokio::task_local! {
    static CONNECTING: Connecting;
}

/// Whether the request of this task is opening a connection. One that is reused never is.
#[derive(Clone, Debug, Default)]
pub(super) struct Connecting(Arc<AtomicBool>);

impl Connecting {
    /// Runs the sending of a request, watching its connector.
    pub(super) async fn watch<F: Future>(&self, sending: F) -> F::Output {
        CONNECTING.scope(self.clone(), sending).await
    }

    pub(super) fn phase(&self) -> Phase {
        if self.0.load(Ordering::Relaxed) {
            Phase::Connecting
        } else {
            Phase::Waiting
        }
    }

    fn set(&self, connecting: bool) {
        self.0.store(connecting, Ordering::Relaxed);
    }
}

/// Opens the pool's connections.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    tcp: HttpConnector,
    tls: Arc<Tls>,
    proxies: Arc<Matcher>,
}

type Failure = Box<dyn Error + Send + Sync>;

impl Connector {
    pub(super) fn new(tls: Arc<Tls>, proxies: Arc<Matcher>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls, proxies }
    }

    async fn open(mut self, to: Uri) -> Result<Stream, Failure> {
        let secure = to.scheme() == Some(&Scheme::HTTPS);
        let proxy = self.proxies.intercept(&to);
        let tcp = match &proxy {
            None => self.tcp.call(to.clone()).await?,
            Some(proxy) => through(proxy, self.tcp, &to, secure)
                .await
                .map_err(ThroughProxy)?,
        };
        let tcp = tcp.into_inner();
        if secure {
            secured(&self.tls, &to, tcp).await
        } else {
            Ok(Stream {
                io: Box::new(tcp),
                asks_proxy: proxy.is_some(),
                speaks_http2: false,
            })
        }
    }
}

/// A connection to a proxy, for `https` one that it tunnels to where it leads.
async fn through(
    proxy: &Intercept,
    mut tcp: HttpConnector,
    to: &Uri,
    secure: bool,
) -> Result<TokioIo<TcpStream>, Failure> {
    if !secure {
        return Ok(tcp.call(proxy.uri().clone()).await?);
    }
    let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp);
    if let Some(credentials) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(credentials.clone());
    }
    Ok(tunnel.call(to.clone()).await?)
}

/// Says that it was the proxy that failed, not the origin.
#[derive(Debug, thiserror::Error)]
#[error("the proxy fails")]
pub(super) struct ThroughProxy(#[source] Failure);

/// What a proxy wants to see with a request that does not go through a tunnel.
pub(super) fn proxy_authorization(proxies: &Matcher, to: &Uri) -> Option<HeaderValue> {
    if to.scheme() == Some(&Scheme::HTTP) {
        proxies.intercept(to)?.basic_auth().cloned()
    } else {
        None
    }
}

async fn secured(tls: &Tls, to: &Uri, tcp: TcpStream) -> Result<Stream, Failure> {
    let host = to.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host)?.to_owned();
    let stream = TlsConnector::from(tls.config().await?)
        .connect(name, tcp)
        .await?;
    let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok(Stream {
        io: Box::new(stream),
        asks_proxy: false,
        speaks_http2,
    })
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let opening = self.clone().open(to);
        // The pool may go on opening a connection in a task of its own, so the request is told through a handle.
        let request = CONNECTING.try_with(Clone::clone).unwrap_or_default();
        request.set(true);
        Box::pin(async move {
            let stream = opening.await?;
            request.set(false);
            Ok(TokioIo::new(stream))
        })
    }
}

/// An open connection, with or without TLS.
pub(super) struct Stream {
    io: Box<dyn Duplex>,
    /// Requests name the whole URL, for a proxy to forward.
    asks_proxy: bool,
    speaks_http2: bool,
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.asks_proxy);
        if self.speaks_http2 {
            connected.negotiated_h2()
        } else {
            connected
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
