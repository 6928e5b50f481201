//! What the contract says of an operation's responses, and holding one to it.

use std::sync::Arc;

use super::schemas::{SchemaAt, Schemas};
use super::{Breach, Operation, OperationSpec};
use crate::check::show::Show;
use crate::http::Response;
use crate::value::{Redactor, Value, number_from_text};

/// A documented response.
#[derive(Debug)]
pub(super) struct ResponseSpec {
    pub status: StatusSpec,
    /// As written.
    pub status_text: String,
    pub headers: Vec<HeaderSpec>,
    pub content: Vec<ContentSpec>,
}

/// Which statuses a response is documented for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusSpec {
    Exact(u16),
    /// `4XX` is 4.
    Class(u16),
    Default,
}

impl StatusSpec {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let class = text.strip_suffix("XX").or(text.strip_suffix("xx"));
        match class {
            Some(class) => class.parse().ok().map(Self::Class),
            None if text == "default" => Some(Self::Default),
            None => text.parse().ok().map(Self::Exact),
        }
    }
}

/// A documented response header.
#[derive(Debug)]
pub(super) struct HeaderSpec {
    pub name: String,
    pub required: bool,
    pub schema: Option<Arc<SchemaAt>>,
}

/// A documented body.
#[derive(Debug)]
pub(super) struct ContentSpec {
    /// In lower case, without parameters; may be `text/*` or `*/*`.
    pub media_type: String,
    pub schema: Option<Arc<SchemaAt>>,
}

impl ResponseSpec {
    pub(super) fn schemas(&self) -> impl Iterator<Item = &SchemaAt> {
        let headers = self
            .headers
            .iter()
            .filter_map(|header| header.schema.as_deref());
        let content = self
            .content
            .iter()
            .filter_map(|content| content.schema.as_deref());
        headers.chain(content)
    }
}

impl OperationSpec {
    pub(super) fn breaches(
        &self,
        call: Operation<'_>,
        response: &Response,
        schemas: &Schemas,
        redactor: Option<&Redactor>,
    ) -> Vec<Breach> {
        let Some((_, spec)) = self.response_at(response.status) else {
            let known: Vec<&str> = self.statuses().collect();
            return vec![Breach::new(format!(
                "the status {} is not documented, only {}",
                response.status,
                known.join(", ")
            ))];
        };
        let mut trial = Trial {
            response,
            schemas,
            redactor,
            breaches: Vec::new(),
        };
        for header in &spec.headers {
            trial.header(header);
        }
        if call.method != "HEAD" {
            trial.body(spec);
        }
        trial.breaches
    }

    /// The media types that are documented for answers with a status, if this one is not among them.
    #[must_use]
    pub fn other_media_types(&self, status: u16, media_type: &str) -> Option<Vec<&str>> {
        let (_, response) = self.response_at(status)?;
        let known = response.content.iter();
        content_for(&response.content, media_type)
            .is_none()
            .then(|| known.map(|content| content.media_type.as_str()).collect())
    }

    /// The documented response for a status, and its place: the status itself, its class, or the default, in this order.
    pub(super) fn response_at(&self, status: u16) -> Option<(usize, &ResponseSpec)> {
        let find = |wanted: &dyn Fn(&StatusSpec) -> bool| {
            let mut specs = self.responses.iter().enumerate();
            specs.find(|(_, spec)| wanted(&spec.status))
        };
        find(&|spec| *spec == StatusSpec::Exact(status))
            .or_else(|| find(&|spec| *spec == StatusSpec::Class(status / 100)))
            .or_else(|| find(&|spec| *spec == StatusSpec::Default))
    }
}

/// A response that is held to the contract.
struct Trial<'a> {
    response: &'a Response,
    schemas: &'a Schemas,
    redactor: Option<&'a Redactor>,
    breaches: Vec<Breach>,
}

impl Trial<'_> {
    fn breach(&mut self, message: impl Into<String>) {
        self.breaches.push(Breach::new(message));
    }

    fn header(&mut self, spec: &HeaderSpec) {
        let Some(text) = self.response.header(&spec.name) else {
            if spec.required {
                self.breach(format!(
                    "the header `{}` is missing, and is required",
                    spec.name
                ));
            }
            return;
        };
        if let Some(schema) = &spec.schema {
            // A header is text. It keeps a schema of numbers if it is written as one.
            let readings = readings(&text);
            self.hold(&readings, schema, &spec.name, "header ");
        }
    }

    fn body(&mut self, spec: &ResponseSpec) {
        let response = self.response;
        if response.body.is_empty() {
            if let Some(content) = spec.content.first() {
                self.breach(format!(
                    "the body is empty, and `{}` is documented",
                    content.media_type
                ));
            }
            return;
        }
        if spec.content.is_empty() {
            self.breach(format!("a body is not documented for {}", spec.status_text));
            return;
        }
        let known: Vec<&str> = spec
            .content
            .iter()
            .map(|content| content.media_type.as_str())
            .collect();
        let known = known.join(", ");
        let Some(media_type) = response.content_type() else {
            self.breach(format!(
                "the response has no content-type, and {known} is documented"
            ));
            return;
        };
        match content_for(&spec.content, &media_type) {
            None => {
                let media_type = self.show("").text(&media_type);
                self.breach(format!(
                    "the content-type `{media_type}` is not documented, only {known}"
                ));
            }
            Some(ContentSpec {
                schema: Some(schema),
                ..
            }) => self.content(schema, &media_type),
            Some(_) => {}
        }
    }

    fn show<'s>(&'s self, base: &'s str) -> Show<'s> {
        Show {
            redactor: self.redactor,
            base,
        }
    }

    fn content(&mut self, schema: &SchemaAt, media_type: &str) {
        if is_json(media_type) {
            match self.response.json() {
                Ok(body) => self.hold(std::slice::from_ref(&*body), schema, "$", ""),
                Err(error) => self.breach(error.message),
            }
        } else if media_type.starts_with("text/") {
            let text = Value::from(&*self.response.text());
            self.hold(&[text], schema, "text", "");
        }
    }

    /// Holds a value to a schema; one of its readings has to keep it.
    fn hold(&mut self, readings: &[Value], schema: &SchemaAt, base: &str, title: &str) {
        let show = self.show(base);
        match self.schemas.get(schema) {
            Err(problem) => self.breach(problem),
            Ok(schema) if readings.iter().any(|value| schema.allows(value)) => {}
            Ok(schema) => {
                // Of a number that is too small, not that the text is no number.
                let meant = readings.iter().find(|value| schema.allows_type_of(value));
                let found = meant
                    .or(readings.first())
                    .map(|value| schema.breaches(value, show));
                self.breaches.extend(
                    found
                        .iter()
                        .flatten()
                        .map(|breach| Breach::new(format!("{title}{breach}"))),
                );
            }
        }
    }
}

/// What a header's text may stand for, itself first.
pub(super) fn readings(text: &str) -> Vec<Value> {
    let list = text
        .split(',')
        .map(|item| Value::from(item.trim()))
        .collect();
    let mut readings = vec![Value::from(text), Value::Array(list)];
    readings.extend(number_from_text(text).map(Value::Number));
    readings.extend(text.parse().ok().map(Value::Bool));
    readings
}

/// The documented body for a media type: the type itself, its range, or any, in this order.
pub(super) fn content_for<'a>(
    content: &'a [ContentSpec],
    media_type: &str,
) -> Option<&'a ContentSpec> {
    let range = media_type
        .split_once('/')
        .map_or_else(String::new, |(kind, _)| format!("{kind}/*"));
    [media_type, range.as_str(), "*/*"]
        .iter()
        .find_map(|wanted| content.iter().find(|spec| spec.media_type == *wanted))
}

pub(super) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
