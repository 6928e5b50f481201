//! The client: a pool of connections for the scenarios of a thread, and the path of a request from the egress guard to the
//! decoded response.

use super::answer::Answer;
use super::budget::{Budget, Share};
use super::classify::{At, classify};
use super::connect::{Connecting, Connector, proxy_authorization};
use super::decode::{self, Failure};
use super::error::{ErrorKind, Phase, TransportError};
use super::outgoing::Outgoing;
use super::redirect;
use super::time_limit::TimeLimit;
use super::tls::Tls;
use super::{CookieJar, Egress, Exchange, Hop, Origin, Request, Response, ResponseParts, Url};
use crate::value::Redactor;
use ::http::header::PROXY_AUTHORIZATION;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a client may use, and how much of it.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The most bytes that a response body may have, on the wire and decoded.
    pub body_limit: usize,
    /// The bytes of bodies that are read at the same time; a request beyond them waits, and the waiting does not count
    /// as its time.
    pub bodies_in_flight: usize,
    pub proxies: Proxies,
    /// Certificates (DER) of authorities that are trusted besides the system's.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            body_limit: 16 << 20,
            bodies_in_flight: 3 << 20,
            proxies: Proxies::default(),
            extra_roots: Vec::new(),
        }
    }
}

/// Proxies, as `http_proxy`, `https_proxy` and `no_proxy` name them. Loopback hosts never go through one.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    pub http: Option<String>,
    pub https: Option<String>,
    /// Hosts that are addressed directly, separated by commas.
    pub none_for: String,
}

impl Proxies {
    fn matcher(&self) -> Result<Matcher, TransportError> {
        let of_kind = |proxy: &Option<String>| match proxy.as_deref() {
            None | Some("") => Ok(String::new()),
            Some(proxy) => proxy_url(proxy),
        };
        Ok(Matcher::builder()
            .http(of_kind(&self.http)?)
            .https(of_kind(&self.https)?)
            .no(format!("localhost,127.0.0.0/8,::1,{}", self.none_for))
            .build())
    }
}

/// A proxy's URL; one without a scheme is http.
fn proxy_url(proxy: &str) -> Result<String, TransportError> {
    let full = if proxy.contains("://") {
        proxy.to_owned()
    } else {
        format!("http://{proxy}")
    };
    match Url::parse(&full) {
        Ok(url) if url.scheme() == "http" && url.has_host() => Ok(full),
        _ => Err(TransportError::refused(
            "the proxy cannot be used: it is not an `http` URL",
            "name it as `http://host:port`; `https` requests are tunnelled through it too",
        )),
    }
}

/// What a scenario lends to its requests.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub cookies: &'a CookieJar,
    pub egress: &'a Egress,
    /// What must not follow a redirect to another origin, besides the credential headers.
    pub secrets: &'a Redactor,
    /// Lower-case names of headers that carry credentials; `authorization`, `cookie` and `proxy-authorization` always
    /// do.
    pub credential_headers: &'a [String],
    /// Headers of the program's own transport: sent to emulators alone, shown nowhere.
    pub transport_headers: &'a [(String, String)],
}

impl Context<'_> {
    pub(super) fn is_secret(&self, text: &str) -> bool {
        matches!(self.secrets.redact(text), Cow::Owned(_))
    }

    pub(super) fn is_credential(&self, name: &str, value: &str) -> bool {
        let named = self
            .credential_headers
            .iter()
            .any(|have| have.eq_ignore_ascii_case(name));
        named || self.is_secret(value)
    }
}

type Pool = hyper_util::client::legacy::Client<Connector, Full<Bytes>>;

/// The client that all scenarios of a thread share.
#[derive(Debug)]
pub struct Client {
    pool: Pool,
    tls: Arc<Tls>,
    proxies: Arc<Matcher>,
    body_limit: usize,
    budget: Budget,
}

impl Client {
    /// A client. It costs little: TLS is set up when the first `https` URL is met.
    pub fn new(options: ClientOptions) -> Result<Self, TransportError> {
        let tls = Arc::new(Tls::new(options.extra_roots));
        let proxies = Arc::new(options.proxies.matcher()?);
        Ok(Self {
            pool: pool(&tls, &proxies),
            tls,
            proxies,
            body_limit: options.body_limit,
            budget: Budget::new(options.bodies_in_flight),
        })
    }

    /// A client for another thread: its connections are its own, all else is shared. A connection lives on the thread
    /// that made it, and to use it from another would cost more than to make one.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            pool: pool(&self.tls, &self.proxies),
            tls: Arc::clone(&self.tls),
            proxies: Arc::clone(&self.proxies),
            body_limit: self.body_limit,
            budget: self.budget.clone(),
        }
    }

    /// Sends a request and reads the whole response, following as many redirects as the request allows. Each hop
    /// passes the egress guard before a byte is sent, and the cookies of each response go into the jar.
    pub async fn send(&self, mut request: Request, context: &Context<'_>) -> Exchange {
        let cookies_from_jar = !request.has_header("cookie");
        request.complete(context.cookies, context.egress);
        let outgoing = Outgoing {
            method: Cow::Borrowed(&request.method),
            url: Cow::Borrowed(&request.url),
            headers: Cow::Borrowed(&request.headers),
            body: request.body.clone(),
            cookies_from_jar,
        };
        let started = Instant::now();
        let mut sent = false;
        let response = self.follow(outgoing, &request, context, &mut sent).await;
        let (response, share) = match response {
            Ok((response, share)) => (Ok(response), share),
            Err(error) => (Err(error), Share::default()),
        };
        let duration = match &response {
            Ok(response) => response.duration,
            Err(_) => started.elapsed(),
        };
        Exchange {
            request,
            response,
            duration,
            sent,
            share,
        }
    }

    async fn follow<'a>(
        &self,
        mut outgoing: Outgoing<'a>,
        request: &'a Request,
        context: &Context<'_>,
        sent: &mut bool,
    ) -> Result<(Response, Share), TransportError> {
        let mut redirects: Vec<Hop> = Vec::new();
        let mut time = TimeLimit::start(request.timeout);
        loop {
            let answer = self
                .exchange(&outgoing, context, &mut time, &redirects)
                .await;
            let refused = |error: &TransportError| error.kind == ErrorKind::Refused;
            *sent |= !answer.as_ref().is_err_and(refused);
            let answer = answer?;
            let may_follow = redirects.len() < request.follow_redirects as usize;
            let target = if may_follow {
                redirect::target(answer.head.status, &answer.head.headers, &outgoing.url)?
            } else {
                None
            };
            let Some(to) = target else {
                return self.finish(answer, &outgoing, time, redirects).await;
            };
            let status = answer.head.status;
            answer.discard(&time).await;
            redirects.push(Hop {
                status,
                from: outgoing.url.clone().into_owned(),
                to: to.clone(),
            });
            outgoing = redirect::follow(outgoing, status, to, context)?;
        }
    }

    /// One request and the head of its answer.
    async fn exchange(
        &self,
        outgoing: &Outgoing<'_>,
        context: &Context<'_>,
        time: &mut TimeLimit,
        redirects: &[Hop],
    ) -> Result<Answer, TransportError> {
        let origin = allowed_origin(outgoing, context.egress, redirects)?;
        let mut request = outgoing.build(context)?;
        if origin.is_secure() {
            time.pause(self.prepare_tls()).await?;
        } else if let Some(credentials) = proxy_authorization(&self.proxies, request.uri()) {
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, credentials);
        }
        let connecting = Connecting::default();
        let sending = connecting.watch(self.pool.request(request));
        let sent = time.within(sending).await;
        let at = At {
            origin: &origin,
            phase: connecting.phase(),
            received: 0,
            announced: None,
        };
        let response = sent
            .map_err(|_| time.is_over(&at))?
            .map_err(|error| classify(&error, at))?;
        let answer = Answer::new(origin, response);
        let headers = answer.head.headers.iter();
        let cookies = headers.filter(|(name, _)| name == "set-cookie");
        context.cookies.store(
            &outgoing.url,
            context.egress,
            cookies.map(|(_, value)| value.as_str()),
        );
        Ok(answer)
    }

    /// Sets TLS up, which is not the server's time.
    async fn prepare_tls(&self) -> Result<(), TransportError> {
        self.tls.config().await.map(drop).map_err(|why| {
            TransportError::new(
                ErrorKind::Tls,
                Phase::Preparing,
                format!("TLS cannot be set up: {why}"),
            )
        })
    }

    /// Reads and decodes the body.
    async fn finish(
        &self,
        mut answer: Answer,
        outgoing: &Outgoing<'_>,
        mut time: TimeLimit,
        redirects: Vec<Hop>,
    ) -> Result<(Response, Share), TransportError> {
        let (wire, share) = self.read_body(&mut answer, &mut time).await?;
        let wire_bytes = wire.len() as u64;
        let limit = self.body_limit;
        let body =
            decode::decode(&answer.head.headers, wire, limit).map_err(|failure| match failure {
                Failure::TooLarge => answer.too_large(limit, "decoded"),
                Failure::Broken { coding, why } => TransportError::new(
                    ErrorKind::Decode,
                    Phase::Reading,
                    format!(
                        "the response body is not what its content-encoding `{coding}` says: {why}"
                    ),
                )
                .help("send `accept-encoding: identity` to see it as it is"),
            })?;
        let response = Response::from(ResponseParts {
            status: answer.head.status,
            reason: answer.head.reason,
            headers: answer.head.headers,
            body,
            wire_bytes,
            duration: time.spent(),
            url: outgoing.url.clone().into_owned(),
            redirects,
        });
        Ok((response, share))
    }

    async fn read_body(
        &self,
        answer: &mut Answer,
        time: &mut TimeLimit,
    ) -> Result<(Vec<u8>, Share), TransportError> {
        let limit = self.body_limit;
        let announced = answer.announced();
        let size = announced.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        if size.is_some_and(|size| size > limit) {
            return Err(answer.too_large(limit, "announced"));
        }
        let mut share = time.pause(self.budget.share(size)).await;
        let mut body = Vec::with_capacity(size.unwrap_or_default());
        loop {
            let read = time.within(answer.chunk()).await;
            let at = At {
                origin: &answer.origin,
                phase: Phase::Reading,
                received: body.len(),
                announced,
            };
            let chunk = read
                .map_err(|_| time.is_over(&at))?
                .map_err(|error| classify(&error, at))?;
            let Some(chunk) = chunk else {
                // One that has grown may have room for as much again.
                body.shrink_to_fit();
                return Ok((body, share));
            };
            let size = body.len() + chunk.len();
            if size > limit {
                return Err(answer.too_large(limit, "sent"));
            }
            time.pause(self.budget.grow(&mut share, size)).await;
            body.extend_from_slice(&chunk);
        }
    }
}

fn pool(tls: &Arc<Tls>, proxies: &Arc<Matcher>) -> Pool {
    /// Many servers close a connection after five idle seconds; one reused just then fails for no fault of theirs.
    const IDLE: Duration = Duration::from_secs(4);
    /// The most that a connection reads at once, and the largest head of a response. Each connection keeps a buffer that
    /// grows to this size: six times as much unless it is said.
    const BUFFER: usize = 64 << 10;
    hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .http1_max_buf_size(BUFFER)
        .build(Connector::new(Arc::clone(tls), Arc::clone(proxies)))
}

/// Asks the egress guard, and says at which hop it refused.
fn allowed_origin(
    outgoing: &Outgoing<'_>,
    egress: &Egress,
    redirects: &[Hop],
) -> Result<Origin, TransportError> {
    egress.check(&outgoing.url).map_err(|refusal| {
        let message = match redirects.last() {
            Some(hop) => format!(
                "the {} redirect is not followed: {}",
                hop.status, refusal.message
            ),
            None => refusal.message,
        };
        TransportError::refused(message, refusal.help)
    })?;
    let hosts = outgoing
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    for (_, host) in hosts {
        if egress.refuses_host_header(host) {
            return Err(TransportError::refused(
                format!("the `host` header names `{host}`, which is refused by its pack"),
                "leave the header out",
            ));
        }
    }
    Origin::of(&outgoing.url)
        .ok_or_else(|| TransportError::refused("the URL has no host", "write it in full"))
}
