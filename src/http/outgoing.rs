//! A request on its way to one hop.

use super::client::Context;
use super::error::TransportError;
use super::{Method, Url};
use ::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use bytes::Bytes;
use http_body_util::Full;
use std::borrow::Cow;

/// A request on its way: the one that was asked for, or the one that a redirect made of it.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) method: Cow<'a, Method>,
    pub(super) url: Cow<'a, Url>,
    pub(super) headers: Cow<'a, [(String, String)]>,
    pub(super) body: Option<Bytes>,
    /// Whether each hop sends what the jar holds for it; not if the request states its own `cookie`.
    pub(super) cookies_from_jar: bool,
}

impl Outgoing<'_> {
    pub(super) fn build(
        &self,
        context: &Context<'_>,
    ) -> Result<::http::Request<Full<Bytes>>, TransportError> {
        let uri: Uri = self.url.as_str().parse().map_err(|error| {
            TransportError::refused(
                format!("the URL cannot be sent: {error}"),
                "percent-encode its path and query",
            )
        })?;
        let mut built = ::http::Request::new(Full::new(self.body.clone().unwrap_or_default()));
        *built.method_mut() = self.method.clone().into_owned();
        *built.uri_mut() = uri;
        let headers = built.headers_mut();
        headers.reserve(self.headers.len() + context.transport_headers.len() + 1);
        for (name, value) in self.headers.iter() {
            append(headers, name, value)?;
        }
        if context.egress.is_emulator(&self.url) {
            for (name, value) in context.transport_headers {
                append(headers, name, value)?;
            }
        }
        Ok(built)
    }
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), TransportError> {
    let parsed_name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        TransportError::refused(
            format!("`{}` is not a header name", name.escape_debug()),
            "header names have no spaces, colons or control characters",
        )
    })?;
    let value = HeaderValue::from_str(value)
        .or_else(|_| HeaderValue::from_bytes(value.as_bytes()))
        .map_err(|_| {
            TransportError::refused(
                format!(
                    "the value of the header `{name}` has a line end or another control character"
                ),
                "header values are one line of text",
            )
        })?;
    headers.append(parsed_name, value);
    Ok(())
}
