//! A response as plain data: cheap to clone, its text and JSON made when first asked for.

use super::Url;
use crate::value::{Path, Value, from_json, from_json_bytes};
use bytes::Bytes;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The status that sent the request on.
    pub status: u16,
    /// Where it came from.
    pub from: Url,
    /// Where it led.
    pub to: Url,
}

/// What a response consists of.
#[derive(Clone, Debug)]
pub struct ResponseParts {
    pub status: u16,
    /// The reason phrase as sent, or the usual one where the protocol has none (HTTP/2).
    pub reason: String,
    /// Names in lower case; order and duplicates as sent, `content-encoding` too.
    pub headers: Vec<(String, String)>,
    /// Decoded.
    pub body: Bytes,
    /// Bytes of the body before decoding.
    pub wire_bytes: u64,
    /// From the first attempt to connect until the last byte of the body, redirects included.
    pub duration: Duration,
    /// The URL that answered.
    pub url: Url,
    pub redirects: Vec<Hop>,
}

/// A response. Clones share the body, and the text and JSON once made.
#[derive(Clone, Debug)]
pub struct Response(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: ResponseParts,
    text: OnceLock<Arc<str>>,
    read: Mutex<Read>,
}

/// What was read of the body.
#[derive(Debug, Default)]
struct Read {
    json: Option<Result<Arc<Value>, JsonError>>,
    /// What a few paths lead to in it.
    found: Vec<(Path, Arc<Value>)>,
}

impl From<ResponseParts> for Response {
    fn from(parts: ResponseParts) -> Self {
        Self(Arc::new(Inner {
            parts,
            text: OnceLock::new(),
            read: Mutex::default(),
        }))
    }
}

impl Deref for Response {
    type Target = ResponseParts;

    fn deref(&self) -> &ResponseParts {
        &self.0.parts
    }
}

/// Why a body has no JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// Such as `the body is empty` or `the body is HTML, not JSON`.
    pub message: String,
    /// The same in a few words.
    pub label: &'static str,
    /// What is known besides; may be empty.
    pub help: String,
}

impl Response {
    /// The body as text, by the charset of its `content-type` (UTF-8 without one); what cannot be decoded becomes
    /// U+FFFD.
    #[must_use]
    pub fn text(&self) -> Arc<str> {
        Arc::clone(self.0.text.get_or_init(|| {
            let (text, _, _) = self.encoding().decode(&self.body);
            Arc::from(text)
        }))
    }

    /// The body as JSON, numbers with their source text.
    pub fn json(&self) -> Result<Arc<Value>, JsonError> {
        self.read()
            .json
            .get_or_insert_with(|| self.parse_json())
            .clone()
    }

    /// Whether its JSON takes so much memory that few of that kind should be kept.
    #[must_use]
    pub fn is_large(&self) -> bool {
        const LARGE: usize = 256 << 10;
        self.body.len() > LARGE
    }

    /// Lets go of the JSON of a large body, which takes some ten times the memory of the body itself. It is made again when
    /// it is asked for again.
    pub fn release_large(&self) {
        if self.is_large() {
            *self.read() = Read::default();
        }
    }

    /// Finds what singular paths lead to, for [`found`](Self::found) to tell, and reads the body whole only if one of them
    /// needs that.
    pub fn look_ahead(&self, paths: &[Path]) {
        match self.skim(paths) {
            Some(found) => self.read().found = found,
            None => drop(self.json()),
        }
    }

    /// What one of the paths that were looked for ahead leads to.
    #[must_use]
    pub fn found(&self, path: &Path) -> Option<Arc<Value>> {
        let read = self.read();
        let found = read.found.iter().find(|(known, _)| known == path);
        found.map(|(_, value)| Arc::clone(value))
    }

    fn skim(&self, paths: &[Path]) -> Option<Vec<(Path, Arc<Value>)>> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let utf8 = self.encoding() == encoding_rs::UTF_8;
        let find = |path: &Path| Some((path.clone(), Arc::new(path.skim(text)?)));
        utf8.then(|| paths.iter().map(find).collect())?
    }

    fn read(&self) -> MutexGuard<'_, Read> {
        self.0.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All values of a header joined with `, `, as RFC 9110 reads them. `name` may have any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let mut values = self.header_values(name);
        let first = values.next()?;
        Some(values.fold(first.to_owned(), |joined, value| joined + ", " + value))
    }

    /// Each value of a header, in order. `name` may have any case.
    pub fn header_values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(have, _)| have.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case: `application/json`.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        let value = self.header_values("content-type").next()?;
        Some(media_type(value).to_ascii_lowercase())
    }

    /// Names and values of the cookies that this response sets, in order.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header_values("set-cookie").filter_map(|line| {
            let pair = line.split(';').next()?;
            let (name, value) = pair.split_once('=')?;
            Some((name.trim(), value.trim()))
        })
    }

    fn encoding(&self) -> &'static encoding_rs::Encoding {
        self.header_values("content-type")
            .next()
            .map_or(encoding_rs::UTF_8, encoding)
    }

    fn parse_json(&self) -> Result<Arc<Value>, JsonError> {
        let parsed = if self.encoding() == encoding_rs::UTF_8 {
            // Some servers send a byte order mark, which RFC 8259 lets a reader ignore.
            let body = self.body.strip_prefix(b"\xef\xbb\xbf");
            from_json_bytes(body.unwrap_or(&self.body))
        } else {
            from_json(&self.text())
        };
        parsed
            .map(Arc::new)
            .map_err(|error| self.json_error(&error))
    }

    fn json_error(&self, error: &serde_json::Error) -> JsonError {
        let stated = self.content_type();
        let help = match &stated {
            Some(stated) => format!("the response's content-type is `{stated}`"),
            None => "the response has no content-type".to_owned(),
        };
        let start = self.body.trim_ascii_start();
        let mut label = "the body is not JSON";
        let message = if start.is_empty() {
            "the body is empty, not JSON".to_owned()
        } else if super::decode::is_undecoded(&self.0.parts) {
            "the body is compressed in a way that is not supported, so it is not read as JSON"
                .to_owned()
        } else if start.starts_with(b"<") {
            let html = stated.as_deref() == Some("text/html") || looks_like_html(start);
            format!(
                "the body is {}, not JSON",
                if html { "HTML" } else { "XML" }
            )
        } else if error.to_string().starts_with("recursion limit") {
            label = "the body nests too deeply";
            "the body is JSON that nests too deeply: more than 127 levels".to_owned()
        } else {
            format!("the body is not JSON: {error}")
        };
        JsonError {
            message,
            label,
            help,
        }
    }
}

fn looks_like_html(start: &[u8]) -> bool {
    let head = &start[..start.len().min(14)];
    let head = head.to_ascii_lowercase();
    head.starts_with(b"<!doctype html") || head.starts_with(b"<html")
}

/// A `content-type` without its parameters.
pub(super) fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or(value).trim()
}

/// The encoding that the `charset` of a `content-type` names, else UTF-8.
pub(super) fn encoding(content_type: &str) -> &'static encoding_rs::Encoding {
    charset(content_type)
        .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
        .unwrap_or(encoding_rs::UTF_8)
}

/// The `charset` parameter of a `content-type`.
fn charset(value: &str) -> Option<&str> {
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(content_type: Option<&str>, body: &[u8]) -> Response {
        let header = |value: &str| ("content-type".to_owned(), value.to_owned());
        Response::from(ResponseParts {
            status: 200,
            reason: "OK".to_owned(),
            headers: content_type.map(header).into_iter().collect(),
            body: Bytes::copy_from_slice(body),
            wire_bytes: body.len() as u64,
            duration: Duration::ZERO,
            url: Url::parse("http://h/").unwrap(),
            redirects: Vec::new(),
        })
    }

    #[test]
    fn the_json_of_a_large_body_is_let_go_and_made_again() {
        let small = response(None, b"[1]");
        let first = small.json().unwrap();
        small.release_large();
        assert!(Arc::ptr_eq(&first, &small.json().unwrap()));
        let body = format!("[1{}]", " ".repeat(300_000));
        let large = response(None, body.as_bytes());
        let first = large.json().unwrap();
        assert!(Arc::ptr_eq(&first, &large.json().unwrap()));
        large.release_large();
        let again = large.json().unwrap();
        assert!(!Arc::ptr_eq(&first, &again));
        assert_eq!(first, again);
    }

    #[test]
    fn text_is_decoded_by_its_charset() {
        for (content_type, body, text) in [
            (None, "é".as_bytes(), "é"),
            (Some("text/plain"), b"\xef\xbb\xbf\xc3\xa9", "é"),
            (Some("text/plain; charset=ISO-8859-1"), b"\xe9", "é"),
            (
                Some("text/plain; a=b; Charset=\"utf-16le\""),
                b"\xe9\0",
                "é",
            ),
            (Some("text/plain; charset=unheard-of"), b"\xc3\xa9", "é"),
            (Some("text/plain"), b"\xe9!", "\u{fffd}!"),
            (Some("text/plain"), b"", ""),
        ] {
            assert_eq!(
                &*response(content_type, body).text(),
                text,
                "{content_type:?}"
            );
        }
    }

    #[test]
    fn json_is_read_with_its_numbers_as_sent() {
        for (content_type, body) in [
            (None, b"{\"a\": 100.10}".as_slice()),
            (Some("application/json"), b"\xef\xbb\xbf{\"a\": 100.10}"),
            (
                Some("application/json; charset=utf-16le"),
                b"{\0\"\0a\0\"\0:\x001\x000\x000\0.\x001\x000\0}\0",
            ),
        ] {
            let response = response(content_type, body);
            let json = response.json().unwrap();
            assert_eq!(json.to_string(), "{\"a\":100.10}");
            assert!(
                Arc::ptr_eq(&json, &response.clone().json().unwrap()),
                "parsed once"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_called_what_it_is() {
        let html = Some("text/html; charset=utf-8");
        for (content_type, body, message) in [
            (None, b"".as_slice(), "the body is empty, not JSON"),
            (None, b" \r\n", "the body is empty, not JSON"),
            (html, b"<!DOCTYPE html><html>", "the body is HTML, not JSON"),
            (html, b"<p>", "the body is HTML, not JSON"),
            (None, b"\n<HTML lang=en>", "the body is HTML, not JSON"),
            (
                None,
                b"<?xml version='1.0'?><a/>",
                "the body is XML, not JSON",
            ),
            (
                None,
                b"{\"a\": tru}",
                "the body is not JSON: expected ident at line 1 column 10",
            ),
            (
                None,
                b"{}{}",
                "the body is not JSON: trailing characters at line 1 column 3",
            ),
            (
                None,
                b"\"\xe9\"",
                "the body is not JSON: invalid unicode code point at line 1 column 2",
            ),
            (
                None,
                b"[NaN]",
                "the body is not JSON: expected value at line 1 column 2",
            ),
        ] {
            let error = response(content_type, body).json().unwrap_err();
            assert_eq!(error.message, message);
        }
        let help = |content_type| response(content_type, b"x").json().unwrap_err().help;
        assert_eq!(help(html), "the response's content-type is `text/html`");
        assert_eq!(help(None), "the response has no content-type");
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_crash() {
        for byte in [b"[".as_slice(), b"{\"a\":"] {
            let error = response(None, &byte.repeat(10_000_000 / byte.len()))
                .json()
                .unwrap_err();
            assert_eq!(
                error.message,
                "the body is JSON that nests too deeply: more than 127 levels"
            );
            assert_eq!(error.label, "the body nests too deeply");
        }
    }

    #[test]
    fn a_content_type_has_no_parameters_and_no_case() {
        let response = response(Some("Application/JSON ; charset=utf-8"), b"");
        assert_eq!(response.content_type().as_deref(), Some("application/json"));
    }
}
