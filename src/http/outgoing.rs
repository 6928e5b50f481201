//! A request on its way to one hop.

use super::client::Context;
use super::error::TransportError;
use super::{Method, Url};
use ::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
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
    pub(super) fn build(&self, context: &Context<'_>) -> Result<reqwest::Request, TransportError> {
        let mut built = reqwest::Request::new(
            self.method.clone().into_owned(),
            self.url.clone().into_owned(),
        );
        let mut headers =
            HeaderMap::with_capacity(self.headers.len() + context.transport_headers.len());
        for (name, value) in self.headers.iter() {
            append(&mut headers, name, value)?;
        }
        if context.egress.is_emulator(&self.url) {
            for (name, value) in context.transport_headers {
                append(&mut headers, name, value)?;
            }
        }
        *built.headers_mut() = headers;
        *built.body_mut() = self.body.clone().map(Into::into);
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
