//! A request as plain data, and the exchange it becomes.

use super::{CookieJar, Egress, Method, Response, Share, TransportError, Url};
use bytes::Bytes;
use std::time::Duration;

/// Room for the headers of most requests, those that are added among them.
const HEADERS: usize = 8;

/// A request as its step states it. Sending it completes its headers, so that a report shows what was really sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    /// In the order they are sent; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// Lower-case names of headers that are not added by default (`headers: {user-agent: null}`).
    pub without: Vec<String>,
    pub body: Option<Bytes>,
    /// For the whole exchange: connecting, redirects and the response's body included.
    pub timeout: Duration,
    /// How many redirects are followed; the response after them is the result, whatever it says.
    pub follow_redirects: u32,
}

impl Request {
    /// A request without headers and body, ten seconds of time, and no redirects followed.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::with_capacity(HEADERS),
            without: Vec::new(),
            body: None,
            timeout: Duration::from_secs(10),
            follow_redirects: 0,
        }
    }

    /// Adds a header, also where one of this name is there already.
    pub fn header(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.headers.push((name.into(), value.into()));
    }

    /// Whether a header of this name is set, in whatever case.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(have, _)| have.eq_ignore_ascii_case(name))
    }

    /// Sets a header unless there is one of this name, or the request is to go without it.
    pub fn default_header(&mut self, name: &str, value: impl Into<String>) {
        if !self.has_header(name) && !self.without.iter().any(|without| without == name) {
            self.header(name, value);
        }
    }

    /// Adds what every request carries and what the jar holds for its URL.
    pub(super) fn complete(&mut self, cookies: &CookieJar, egress: &Egress) {
        const USER_AGENT: &str = concat!("probity/", env!("CARGO_PKG_VERSION"));
        self.default_header("user-agent", USER_AGENT);
        self.default_header("accept", "*/*");
        self.default_header("accept-encoding", super::decode::ACCEPTED);
        if !self.has_header("cookie")
            && let Some(cookie) = cookies.header(&self.url, egress)
        {
            self.default_header("cookie", cookie);
        }
        // RFC 9110, 8.6: said for methods that give content a meaning, or some servers answer 411.
        let has_meaning = matches!(self.method, Method::POST | Method::PUT | Method::PATCH);
        if self.body.is_none() && has_meaning && !self.has_header("transfer-encoding") {
            self.default_header("content-length", "0");
        }
    }
}

/// What was sent and what came back.
#[derive(Debug)]
pub struct Exchange {
    /// With the headers that were really sent, cookies included; those of the program's own transport are not shown.
    pub request: Request,
    pub response: Result<Response, TransportError>,
    /// From the first attempt to connect until the response was there, or failed.
    pub duration: Duration,
    /// Whether anything was sent; nothing is where the request itself is refused.
    pub sent: bool,
    /// What the response's body takes of the budget for bodies. Whoever holds it across a request of its own may wait for
    /// itself.
    pub share: Share,
}
