//! What the contract says of an operation's requests, and holding what is known of one to it.

use std::sync::Arc;

use super::outline::Outline;
use super::partial::{Partial, RequestBreach};
use super::query::{QueryPart, Style};
use super::response::{ContentSpec, content_for, is_json};
use super::schemas::SchemaAt;
use super::{Contract, OperationSpec};
use crate::value::Value;

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub location: Location,
    pub required: bool,
    pub(super) style: Style,
    pub(super) schema: Option<Arc<SchemaAt>>,
}

/// The documented body of an operation's requests.
#[derive(Debug)]
pub struct BodySpec {
    pub required: bool,
    pub(super) content: Vec<ContentSpec>,
}

impl Location {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "path" => Some(Self::Path),
            "query" => Some(Self::Query),
            "header" => Some(Self::Header),
            "cookie" => Some(Self::Cookie),
            _ => None,
        }
    }

    /// As messages call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Path => "path parameter",
            Self::Query => "query parameter",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    /// Whether two names mean the same.
    fn same(self, one: &str, other: &str) -> bool {
        match self {
            Self::Header => one.eq_ignore_ascii_case(other),
            Self::Path | Self::Query | Self::Cookie => one == other,
        }
    }
}

impl Parameter {
    #[must_use]
    pub fn is(&self, location: Location, name: &str) -> bool {
        self.location == location && location.same(&self.name, name)
    }
}

impl BodySpec {
    /// The media types it may have, in lower case.
    pub fn media_types(&self) -> impl Iterator<Item = &str> {
        self.content
            .iter()
            .map(|content| content.media_type.as_str())
    }

    /// Whether a body of this media type is documented.
    #[must_use]
    pub fn allows(&self, media_type: &str) -> bool {
        content_for(&self.content, media_type).is_some()
    }

    pub(super) fn schema(&self, media_type: &str) -> Option<&Arc<SchemaAt>> {
        content_for(&self.content, media_type)?.schema.as_ref()
    }
}

impl OperationSpec {
    #[must_use]
    pub fn parameter(&self, location: Location, name: &str) -> Option<&Parameter> {
        let mut parameters = self.parameters.iter();
        parameters.find(|parameter| parameter.is(location, name))
    }

    pub fn parameters_in(&self, location: Location) -> impl Iterator<Item = &Parameter> {
        let parameters = self.parameters.iter();
        parameters.filter(move |parameter| parameter.location == location)
    }

    pub(super) fn request_schemas(&self) -> impl Iterator<Item = &SchemaAt> {
        let parameters = self.parameters.iter();
        let content = self.body.iter().flat_map(|body| &body.content);
        parameters
            .filter_map(|parameter| parameter.schema.as_deref())
            .chain(content.filter_map(|content| content.schema.as_deref()))
    }
}

impl Contract {
    /// Whether credentials are sent in a header or query parameter of this name.
    #[must_use]
    pub fn is_credential(&self, location: Location, name: &str) -> bool {
        let mut credentials = self.credentials.iter();
        credentials.any(|(at, known)| *at == location && location.same(known, name))
    }

    /// The names of the parameters that an operation knows, those of credentials among them.
    pub fn parameter_names<'c>(
        &'c self,
        spec: &'c OperationSpec,
        location: Location,
    ) -> impl Iterator<Item = &'c str> {
        let credentials = self.credentials.iter();
        let own = spec.parameters_in(location);
        own.map(|parameter| parameter.name.as_str()).chain(
            credentials
                .filter(move |(at, _)| *at == location)
                .map(|(_, name)| name.as_str()),
        )
    }

    /// What stands in a path for each of the operation's path parameters.
    #[must_use]
    pub fn path_values<'c, 'p>(
        &self,
        spec: &'c OperationSpec,
        path: &'p str,
    ) -> Vec<(&'c str, &'p str)> {
        let mut paths = self.below_servers(path);
        paths
            .find(|path| spec.template.matches(path))
            .map(|path| spec.template.values(path))
            .unwrap_or_default()
    }

    /// What the contract has against what is known of a body. A body that it does not know at all has no breaches here.
    #[must_use]
    pub fn body_breaches(
        &self,
        spec: &OperationSpec,
        media_type: &str,
        body: &Partial,
    ) -> Vec<RequestBreach> {
        let schema = spec.body.as_ref().and_then(|spec| spec.schema(media_type));
        let Some(at) = schema else { return Vec::new() };
        match self.schemas.get(at) {
            Ok(schema) if is_form(media_type) => {
                self.breaches_of(at, &body.clone().read_as_texts(schema))
            }
            _ => self.breaches_of(at, body),
        }
    }

    /// What the contract has against what is known of a JSON answer with a documented status.
    #[must_use]
    pub fn answer_breaches(
        &self,
        spec: &OperationSpec,
        status: u16,
        body: &Partial,
    ) -> Vec<RequestBreach> {
        let content = spec
            .response_at(status)
            .map(|(_, response)| &response.content);
        let content = content.and_then(|content| content_for(content, "application/json"));
        let schema = content.and_then(|content| content.schema.as_ref());
        schema.map_or_else(Vec::new, |at| self.breaches_of(at, body))
    }

    fn breaches_of(&self, at: &SchemaAt, body: &Partial) -> Vec<RequestBreach> {
        let Ok(schema) = self.schemas.get(at) else {
            return Vec::new();
        };
        let mut breaches = body.breaches(schema);
        if breaches.iter().any(RequestBreach::is_of_unknown_key) {
            let outline = Outline::of(&self.schemas, at);
            for breach in breaches.iter_mut().filter(|one| one.is_of_unknown_key()) {
                breach.known = outline.names(&breach.path);
            }
        }
        breaches
    }

    /// Whether a request as it was sent keeps the contract as far as its parameters and its body's schema go.
    pub(super) fn keeps(&self, spec: &OperationSpec, sent: &super::coverage::Sent<'_>) -> bool {
        let parameters = spec.parameters.iter().all(|parameter| {
            let values = sent.values(self, spec, parameter);
            let missing = parameter.required && values.is_empty();
            let keeps = |(part, text): &(QueryPart, String)| {
                self.parameter_breach(parameter, part, text).is_none()
            };
            !missing && values.iter().all(keeps)
        });
        parameters && self.keeps_body(spec, sent)
    }

    fn keeps_body(&self, spec: &OperationSpec, sent: &super::coverage::Sent<'_>) -> bool {
        let Some(body) = &spec.body else {
            return sent.body.is_none();
        };
        let (Some(media_type), Some(_)) = (&sent.media_type, sent.body) else {
            return !body.required;
        };
        let Some(content) = content_for(&body.content, media_type) else {
            return false;
        };
        match &content.schema {
            Some(at) if is_json(media_type) => match (self.schemas.get(at), sent.json()) {
                (Ok(schema), Some(value)) => schema.allows(&value),
                _ => false,
            },
            _ => true,
        }
    }
}

/// Whether a body of this media type has fields, which are sent as text.
fn is_form(media_type: &str) -> bool {
    media_type == "application/x-www-form-urlencoded" || media_type.starts_with("multipart/")
}

/// Whether a schema's word for a value is the value's text: what a person may have misspelt.
pub(super) fn words(options: &[Value]) -> Vec<String> {
    let words = options.iter().filter_map(Value::as_str);
    words.map(str::to_owned).collect()
}
