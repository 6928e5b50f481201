//! What is known before a run of the requests that `http` steps make, and the operation of the contract that each is of.

use std::cell::OnceCell;

use super::context::{Context, Visited};
use crate::check::{
    BreachKind, Contract, Location, Operation, OperationSpec, Parameter, Partial, QueryPart,
    RequestBreach,
};
use crate::diagnostic::Diagnostic;
use crate::document::places;
use crate::expr::{Kind as TemplateKind, Piece, Template};
use crate::pack::Pack;
use crate::source::Place;
use crate::step::{Body, Http, Kind};
use crate::value::{PathStep, Value};

/// What stands in a sample path for the value of an expression.
pub(super) const ANYTHING: char = '\u{1}';

/// A request that is to keep the contract of its pack.
pub(super) struct Sketch<'a> {
    pub visited: Visited<'a>,
    pub http: &'a Http,
    pub pack: &'a Pack,
    pub contract: &'a Contract,
    /// The path and query, with something in place of each expression.
    pub sample: String,
    /// `None` where there is none, or where expressions decide which.
    pub spec: Option<&'a OperationSpec>,
    breaches: OnceCell<Vec<RequestBreach>>,
}

/// A parameter as a step gives it.
pub(super) struct Given<'a> {
    pub name: &'a str,
    /// As it is sent, unless an expression decides.
    pub text: Option<String>,
    pub template: Option<&'a Template>,
    /// Which item of a list it is.
    index: Option<usize>,
}

/// Every request of a contract's pack, but those that mean to break it.
pub(super) fn all<'a>(context: &Context<'a>) -> Vec<Sketch<'a>> {
    let steps = context.steps.iter();
    steps
        .filter_map(|visited| Sketch::of(*visited, context.pack_of(visited.step)?))
        .collect()
}

/// The path with something in place of each expression; `None` where expressions may be more than a segment.
fn sample(target: &Template) -> Option<String> {
    match &target.kind {
        TemplateKind::Literal(Value::String(text)) => text.starts_with('/').then(|| text.clone()),
        TemplateKind::Text(pieces) => {
            let mut path = String::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => path.push_str(text),
                    Piece::Expr(expr) if expr.text().contains("raw") => return None,
                    Piece::Expr(_) => path.push(ANYTHING),
                }
            }
            path.starts_with('/').then_some(path)
        }
        _ => None,
    }
}

impl<'a> Sketch<'a> {
    /// The request of an `http` step, if it is to keep a contract.
    pub fn of(visited: Visited<'a>, pack: &'a Pack) -> Option<Self> {
        let Kind::Http(http) = &visited.step.kind else {
            return None;
        };
        let contract = pack.contract.as_deref()?;
        let sample = sample(&http.target).filter(|_| http.validate)?;
        let call = Operation {
            method: http.method.as_str(),
            path: &sample,
        };
        Some(Self {
            visited,
            http,
            pack,
            contract,
            spec: contract.operation(call),
            sample,
            breaches: OnceCell::new(),
        })
    }

    /// What the contract has against an input's value where the request sends it on as it is.
    pub fn breach_of_input(&self, name: &str, value: &Value) -> Option<RequestBreach> {
        let spec = self.spec?;
        let expression = format!("inputs.{name}");
        let groups = [
            (Location::Header, &self.http.headers),
            (Location::Query, &self.http.query),
        ];
        let text = text_of(value);
        for (location, entries) in groups {
            let mut sent = entries.iter().filter(|(_, one)| is(one, &expression));
            let found = sent.find_map(|(name, _)| {
                let (parameter, part) = self.parameter(location, name)?;
                let contract = self.contract;
                contract.parameter_breach(parameter, &part, text.as_deref()?)
            });
            if found.is_some() {
                return found;
            }
        }
        let Some(Body::Json(template)) = self.http.body.as_deref() else {
            return None;
        };
        let (media_type, body) = self.body()?;
        let places = places_of(template, &expression);
        let filled = places
            .iter()
            .fold(body, |body, path| body.with(path, value.clone()));
        let breaches = self.contract.body_breaches(spec, &media_type, &filled);
        let is_own = |breach: &RequestBreach| {
            let value = matches!(breach.kind, BreachKind::Value { .. });
            value && places.iter().any(|path| breach.path.starts_with(path))
        };
        breaches.into_iter().find(is_own)
    }

    /// `POST /customers/{id}`
    pub fn call(&self) -> String {
        let path = self.spec.map_or(&self.sample, |spec| &spec.path);
        format!("{} {path}", self.http.method)
    }

    /// The parameter that something which is sent is of, and what of it that gives.
    pub fn parameter(&self, location: Location, name: &str) -> Option<(&'a Parameter, QueryPart)> {
        let spec = self.spec?;
        match location {
            Location::Query => self.contract.query_parameter(spec, name),
            Location::Path | Location::Header | Location::Cookie => {
                let parameter = spec.parameter(location, name)?;
                Some((parameter, QueryPart::Whole))
            }
        }
    }

    /// The query's parameters, those in the path too.
    pub fn query(&self) -> Vec<Given<'_>> {
        let written = self.sample.split_once('?').map_or("", |(_, query)| query);
        let pairs = written.split('&').filter(|pair| !pair.is_empty());
        let mut given: Vec<Given<'_>> = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| Given {
                name,
                text: (!value.contains(ANYTHING))
                    .then(|| crate::http::decode_segment(&value.replace('+', " "))),
                template: None,
                index: None,
            })
            .collect();
        given.extend(self.http.query.iter().flat_map(Given::each_of));
        given
    }

    /// The headers that the step itself states.
    pub fn headers(&self) -> impl Iterator<Item = Given<'a>> + use<'a> {
        self.http.headers.iter().map(Given::of)
    }

    /// What stands in the path for the operation's parameters.
    pub fn path(&self) -> Vec<Given<'_>> {
        let values = self
            .spec
            .map(|spec| self.contract.path_values(spec, &self.sample));
        let values = values.unwrap_or_default().into_iter();
        values
            .map(|(name, text)| Given {
                name,
                text: (!text.contains(ANYTHING)).then(|| crate::http::decode_segment(text)),
                template: None,
                index: None,
            })
            .collect()
    }

    /// The body as far as it is known, and its media type.
    pub fn body(&self) -> Option<(String, Partial)> {
        // The content type may be among the headers that an expression gives.
        if self.http.headers.given().is_some() {
            return None;
        }
        let (media_type, body) = match self.http.body.as_deref()? {
            Body::Json(template) => ("application/json", Partial::of(template)),
            Body::Form(fields) if fields.given().is_some() => {
                ("application/x-www-form-urlencoded", Partial::unknown())
            }
            Body::Multipart(parts) if parts.given().is_some() => {
                ("multipart/form-data", Partial::unknown())
            }
            Body::Form(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), Some(value)));
                (
                    "application/x-www-form-urlencoded",
                    Partial::of_entries(fields),
                )
            }
            Body::Multipart(parts) => {
                let parts = parts.iter().map(|(name, value)| {
                    let text = Some(value).filter(|value| !has_files(value));
                    (name.as_str(), text)
                });
                ("multipart/form-data", Partial::of_entries(parts))
            }
            Body::Text(template) => ("text/plain", Partial::of(template)),
            Body::File(_) => ("application/octet-stream", Partial::unknown()),
        };
        let stated = self
            .headers()
            .find(|given| given.name.eq_ignore_ascii_case("content-type"));
        let media_type = match stated {
            Some(given) => {
                let text = given.text?;
                let bare = text.split(';').next().unwrap_or_default();
                bare.trim().to_ascii_lowercase()
            }
            None => media_type.to_owned(),
        };
        Some((media_type, body))
    }

    /// Everything that the contract has against what is known of the body.
    pub fn body_breaches(&self) -> &[RequestBreach] {
        self.breaches
            .get_or_init(|| match (self.spec, self.body()) {
                (Some(spec), Some((media_type, body))) => {
                    self.contract.body_breaches(spec, &media_type, &body)
                }
                _ => Vec::new(),
            })
    }

    /// Where a value of the body stands.
    pub fn value_place(&self, path: &[PathStep]) -> Place {
        match self.split(path) {
            (Some(place), path) => places::inside(place, path),
            (None, _) => self.http.target.place.clone(),
        }
    }

    /// Where a key of an object in the body stands.
    pub fn key_place(&self, path: &[PathStep], key: &str) -> Place {
        match (self.split(path), path) {
            ((Some(place), path), _) => places::key_inside(place, path, key),
            ((None, _), []) => {
                let place = self.body_place(Some(key));
                places::key_of(place.unwrap_or(&self.http.target.place))
            }
            ((None, _), _) => self.http.target.place.clone(),
        }
    }

    /// The template that a path leads through, and the path within it.
    fn split<'p>(&self, path: &'p [PathStep]) -> (Option<&'a Place>, &'p [PathStep]) {
        if let Some(whole) = self.body_place(None) {
            return (Some(whole), path);
        }
        match path {
            [PathStep::Name(field), rest @ ..] => (self.body_place(Some(field)), rest),
            _ => (None, path),
        }
    }

    /// Where the body's fields stand: the value of `json`, else the field's own.
    pub fn body_place(&self, field: Option<&str>) -> Option<&'a Place> {
        match self.http.body.as_deref()? {
            Body::Json(template) | Body::Text(template) | Body::File(template) => {
                Some(&template.place)
            }
            Body::Form(fields) | Body::Multipart(fields) => {
                let named = fields.iter().find(|(name, _)| Some(name.as_str()) == field);
                named.map(|(_, template)| &template.place)
            }
        }
    }

    /// Whether something besides the step itself sends a header of this name.
    pub fn is_sent_by_others(&self, context: &Context<'_>, name: &str) -> bool {
        let same = |(own, _): &(String, Template)| own.eq_ignore_ascii_case(name);
        self.pack.request.headers.iter().any(same)
            || (self.http.auth.is_some() && name.eq_ignore_ascii_case("authorization"))
            || set_headers(context).any(same)
    }
}

/// The headers that any step of the documents at hand sets for others.
fn set_headers<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a (String, Template)> {
    let actions = context
        .packs
        .packs
        .iter()
        .flat_map(|(_, pack)| pack.actions.values());
    let steps = actions.flat_map(|action| &action.steps);
    let steps = steps.chain(context.steps.iter().map(|visited| visited.step));
    steps.flat_map(|step| match &step.kind {
        Kind::Set(set) => &set.headers[..],
        Kind::Uses(_)
        | Kind::Http(_)
        | Kind::Receive(_)
        | Kind::Wait(_)
        | Kind::Check(_)
        | Kind::Group(_)
        | Kind::Parallel(_) => &[],
    })
}

impl<'a> Given<'a> {
    fn of(entry: &'a (String, Template)) -> Self {
        let (name, template) = entry;
        Self {
            name,
            text: text(template),
            template: Some(template),
            index: None,
        }
    }

    /// A key of the query: a list repeats it.
    fn each_of(entry: &'a (String, Template)) -> Vec<Self> {
        let (name, template) = entry;
        let texts: Vec<Option<String>> = match &template.kind {
            TemplateKind::List(items) => items.iter().map(text).collect(),
            TemplateKind::Literal(Value::Array(items)) => items.iter().map(text_of).collect(),
            _ => return vec![Self::of(entry)],
        };
        let given = texts.into_iter().enumerate().map(|(index, text)| Self {
            name,
            text,
            template: Some(template),
            index: Some(index),
        });
        given.collect()
    }

    /// Where its name stands: as a key, or within the request's path.
    pub fn name_place(&self, http: &Http) -> Place {
        match self.template {
            Some(template) => places::key_of(&template.place),
            None => places::word_in(&http.target.place, self.name),
        }
    }

    /// Where its value stands.
    pub fn value_place(&self, http: &Http) -> Place {
        match (self.template, &self.text) {
            (Some(template), _) => match self.index {
                Some(index) => places::inside(&template.place, &[PathStep::Index(index)]),
                None => template.place.clone(),
            },
            (None, Some(text)) => places::word_in(&http.target.place, text),
            (None, None) => http.target.place.clone(),
        }
    }

    /// Whether it is another item of a list.
    pub fn repeats(&self) -> bool {
        self.index.is_some_and(|index| index > 0)
    }

    /// Whether it says that a header is not to be sent.
    pub fn is_removed(&self) -> bool {
        let value = self.template.and_then(Template::as_literal);
        value == Some(&Value::Null)
    }
}

/// Whether any part of a multipart body's entry is a file.
fn has_files(template: &Template) -> bool {
    match &template.kind {
        TemplateKind::Map(_) | TemplateKind::Literal(Value::Object(_)) => true,
        TemplateKind::List(items) => items.iter().any(has_files),
        TemplateKind::Literal(Value::Array(items)) => items.iter().any(Value::is_object),
        TemplateKind::Literal(_) | TemplateKind::Expr(_) | TemplateKind::Text(_) => false,
    }
}

/// Whether a template is one expression and nothing else.
fn is(template: &Template, expression: &str) -> bool {
    matches!(&template.kind, TemplateKind::Expr(expr) if expr.text().trim() == expression)
}

/// The places in a template at which an expression stands alone.
fn places_of(template: &Template, expression: &str) -> Vec<Vec<PathStep>> {
    let below = |step: PathStep, inner: &Template| {
        let paths = places_of(inner, expression).into_iter();
        let longer = paths.map(move |path| [vec![step.clone()], path].concat());
        longer.collect::<Vec<_>>()
    };
    match &template.kind {
        TemplateKind::Expr(_) if is(template, expression) => vec![Vec::new()],
        TemplateKind::List(items) => {
            let items = items.iter().enumerate();
            items
                .flat_map(|(index, item)| below(PathStep::Index(index), item))
                .collect()
        }
        TemplateKind::Map(entries) => {
            let entries = entries.iter();
            entries
                .flat_map(|(key, value)| below(PathStep::Name(key.to_string()), value))
                .collect()
        }
        TemplateKind::Expr(_) | TemplateKind::Text(_) | TemplateKind::Literal(_) => Vec::new(),
    }
}

/// A literal as it is sent.
fn text(template: &Template) -> Option<String> {
    text_of(template.as_literal()?)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Request headers that mean the same in every API: those of HTTP itself (RFC 9110 and its kin), of proxies and of
/// tracing.
const STANDARD_HEADERS: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "authorization",
    "b3",
    "baggage",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "max-forwards",
    "origin",
    "pragma",
    "prefer",
    "priority",
    "proxy-authorization",
    "range",
    "referer",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-client-ip",
    "x-cloud-trace-context",
    "x-correlation-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
    "x-request-id",
    "x-trace-id",
];

/// What the names of such headers begin with where there are several of a kind.
const STANDARD_PREFIXES: &[&str] = &["x-b3-"];

/// Whether a header of this name needs no word in a contract.
pub(super) fn is_usual_header(name: &str, pack: &Pack, contract: &Contract) -> bool {
    let lower = name.to_ascii_lowercase();
    let headers = &pack.request.headers;
    let begins = |prefix: &&str| lower.starts_with(*prefix);
    STANDARD_HEADERS.contains(&lower.as_str())
        || STANDARD_PREFIXES.iter().any(begins)
        || headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
        || contract.is_credential(Location::Header, name)
}

/// What to do about a request that the contract does not allow.
pub(super) fn advise(problem: Diagnostic) -> Diagnostic {
    problem.help("where that is the point of the test, add `validate: false` to the step")
}

/// The problem with the names that would be right: the near one, or all.
pub(super) fn suggest(problem: Diagnostic, word: &str, known: &[&str]) -> Diagnostic {
    match crate::diagnostic::did_you_mean(word, known.iter().copied()) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None if known.is_empty() => problem.help("it has none"),
        None => problem.help(format!("it has: {}", known.join(", "))),
    }
}
