//! The head of an answer, while its body is still to be read.

use super::Origin;
use super::error::{ErrorKind, Phase, TransportError};
use super::time_limit::TimeLimit;
use ::http::HeaderValue;
use ::http::response::Parts;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// Status and headers of an answer.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    fn of(parts: &Parts) -> Self {
        let sent_reason = parts.extensions.get::<hyper::ext::ReasonPhrase>();
        let reason = match sent_reason {
            Some(phrase) => String::from_utf8_lossy(phrase.as_bytes()).into_owned(),
            None => parts
                .status
                .canonical_reason()
                .unwrap_or_default()
                .to_owned(),
        };
        let headers = parts.headers.iter();
        Self {
            status: parts.status.as_u16(),
            reason,
            headers: headers
                .map(|(name, value)| (name.as_str().to_owned(), header_text(value)))
                .collect(),
        }
    }
}

/// A header value as text: UTF-8 if it is that, else Latin-1, as HTTP had it (RFC 9110, 5.5).
fn header_text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// An answer whose body has not been read yet.
pub(super) struct Answer {
    pub(super) origin: Origin,
    pub(super) head: Head,
    body: Incoming,
}

impl Answer {
    pub(super) fn new(origin: Origin, response: ::http::Response<Incoming>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            origin,
            head: Head::of(&parts),
            body,
        }
    }

    /// The size of the body, if it is known beforehand.
    pub(super) fn announced(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// The next piece of the body, `None` at its end.
    pub(super) async fn chunk(&mut self) -> hyper::Result<Option<Bytes>> {
        while let Some(frame) = self.body.frame().await {
            // What is not data are trailers.
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    pub(super) fn too_large(&self, limit: usize, what: &str) -> TransportError {
        TransportError::new(
            ErrorKind::BodyTooLarge,
            Phase::Reading,
            format!(
                "the response body from `{}` is larger than the limit of {limit} bytes ({what})",
                self.origin
            ),
        )
        .help("ask the server for less, for instance a page of a list")
    }

    /// Reads a short body to its end, so that the connection can be used again; a long one is not worth it.
    pub(super) async fn discard(mut self, time: &TimeLimit) {
        const SHORT: u64 = 64 << 10;
        if self.announced().is_some_and(|size| size <= SHORT) {
            while let Ok(Ok(Some(_))) = time.within(self.chunk()).await {}
        }
    }
}
