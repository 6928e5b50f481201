//! A request and an answer as an instance sees them.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

use crate::clock::Clock;
use crate::value::{Map, Value, from_json_bytes};

/// A request, with what the transport added taken out.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The body as JSON; `None` where it is something else or empty.
    pub(super) json: Option<Arc<Value>>,
    /// `request.id`, made when it is first read.
    pub(super) id: OnceLock<Arc<Value>>,
}

impl Incoming {
    pub(super) fn new(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Self {
        let json = from_json_bytes(&body).ok().map(Arc::new);
        Self {
            method,
            uri,
            headers,
            body,
            json,
            id: OnceLock::new(),
        }
    }

    /// Path and query, as sent.
    pub(super) fn target(&self) -> String {
        self.uri
            .path_and_query()
            .map_or_else(|| self.uri.path().to_owned(), ToString::to_string)
    }

    pub(super) fn header(&self, name: &str) -> Option<Value> {
        let value = self.headers.get(name)?;
        Some(Value::String(
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        ))
    }

    pub(super) fn all_headers(&self) -> Map<String, Value> {
        let text = |value: &http::HeaderValue| {
            Value::String(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        self.headers
            .keys()
            .filter_map(|name| Some((name.to_string(), text(self.headers.get(name)?))))
            .collect()
    }

    /// The query's names and values, as they come.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        url::form_urlencoded::parse(self.uri.query().unwrap_or("").as_bytes())
    }

    /// The query's parameters; of one that is given twice, the first.
    pub(super) fn query(&self) -> Map<String, Value> {
        let mut parameters = Map::new();
        for (name, value) in self.pairs() {
            parameters
                .entry(name.into_owned())
                .or_insert_with(|| Value::String(value.into_owned()));
        }
        parameters
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An answer, ready to be sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delivery: Delivery,
}

/// How an answer reaches the one who asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Delivery {
    /// How long it takes, on the scenario's clock.
    pub(super) delay: Option<(Clock, Duration)>,
    /// It never does: the connection is closed instead.
    pub(super) dropped: bool,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            ..Self::default()
        }
    }
}
