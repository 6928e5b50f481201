//! Which of a contract's statuses and enumerated values came up in exchanges that kept it.
//!
//! What counts is in `docs/packs.md`: a status, or a value in a response, once a response was held to the contract and
//! kept it; a value in a request, once a request that keeps the contract carried it and the answer was neither 401 nor
//! 404, for then nobody looked at it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::outline::{Listed, Outline};
use super::query::QueryPart;
use super::request::{Location, Parameter};
use super::response::{ContentSpec, content_for, is_json, readings};
use super::schemas::{Interned, SchemaAt};
use super::{Contract, Operation, OperationSpec};
use crate::event::{Count, Missing, OperationCoverage, PackCoverage};
use crate::http::{Request, Response, decode_segment};
use crate::value::{Value, from_json_bytes};

/// Remembers what of a contract came up.
#[derive(Debug)]
pub struct Recorder {
    contract: Arc<Contract>,
    operations: Vec<OperationMap>,
    listed: Vec<Listed>,
    /// For each that is listed.
    seen: Vec<bool>,
}

/// Where an operation's values are.
#[derive(Debug)]
struct OperationMap {
    request: Part,
    responses: Vec<(Part, bool)>,
}

/// The outlines of a request's parameters, or of a response's headers, and of its bodies.
#[derive(Debug, Default)]
struct Part {
    fields: Vec<Option<Outline>>,
    bodies: Vec<Option<Outline>>,
    /// Its places in the list of values.
    listed: Range<usize>,
}

/// A request as it was sent, for who holds it to its operation.
pub(super) struct Sent<'r> {
    path: &'r str,
    request: &'r Request,
    pub media_type: Option<String>,
    pub body: Option<&'r [u8]>,
}

impl<'r> Sent<'r> {
    fn new(path: &'r str, request: &'r Request) -> Self {
        let body = request.body.as_deref().filter(|body| !body.is_empty());
        let mut headers = request.headers.iter();
        let content_type = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let bare = content_type.and_then(|(_, value)| value.split(';').next());
        Self {
            path,
            request,
            media_type: bare.map(|bare| bare.trim().to_ascii_lowercase()),
            body,
        }
    }

    /// The values that a parameter was sent with, and what of it each gives.
    pub(super) fn values(
        &self,
        contract: &Contract,
        spec: &OperationSpec,
        parameter: &Parameter,
    ) -> Vec<(QueryPart, String)> {
        let name = parameter.name.as_str();
        let values: Vec<String> = match parameter.location {
            Location::Path => contract
                .path_values(spec, self.path)
                .into_iter()
                .filter(|(known, _)| *known == name)
                .map(|(_, text)| decode_segment(text))
                .collect(),
            Location::Query => {
                let pairs = self.request.url.query_pairs();
                let own = pairs.filter_map(|(key, value)| {
                    let (owner, part) = contract.query_parameter(spec, &key)?;
                    std::ptr::eq(owner, parameter).then(|| (part, value.into_owned()))
                });
                return own.collect();
            }
            Location::Header => {
                let headers = self.request.headers.iter();
                let own = headers.filter(|(known, _)| known.eq_ignore_ascii_case(name));
                own.map(|(_, value)| value.clone()).collect()
            }
            Location::Cookie => Vec::new(),
        };
        values
            .into_iter()
            .map(|text| (QueryPart::Whole, text))
            .collect()
    }

    pub(super) fn json(&self) -> Option<Value> {
        from_json_bytes(self.body?).ok()
    }
}

impl Recorder {
    /// A recorder that knows everything that a contract documents.
    #[must_use]
    pub fn new(contract: Arc<Contract>) -> Self {
        let mut mapper = Mapper {
            contract: &contract,
            interned: Interned::default(),
            listed: Vec::new(),
        };
        let operations = contract.operations.iter();
        let operations = operations.map(|spec| mapper.operation(spec)).collect();
        let listed = mapper.listed;
        Self {
            operations,
            seen: vec![false; listed.len()],
            listed,
            contract,
        }
    }

    /// Takes in an exchange whose response was held to the contract and kept it.
    pub fn record(&mut self, call: Operation<'_>, request: Option<&Request>, response: &Response) {
        let contract = Arc::clone(&self.contract);
        let Some(spec) = contract.operation(call) else {
            return;
        };
        let operations = &contract.operations;
        let index = operations.iter().position(|own| std::ptr::eq(own, spec));
        let Some(map) = index.and_then(|index| self.operations.get_mut(index)) else {
            return;
        };
        let mut marker = Marker {
            contract: &contract,
            seen: &mut self.seen,
        };
        if let Some((index, answer)) = spec.response_at(response.status) {
            let (part, seen) = &mut map.responses[index];
            *seen = true;
            for (header, outline) in answer.headers.iter().zip(&part.fields) {
                if let Some(text) = response.header(&header.name) {
                    marker.text(outline.as_ref(), &text);
                }
            }
            let body = response.json().ok();
            let media_type = response.content_type();
            if let (Some(body), Some(media_type)) = (body, media_type) {
                marker.body(&answer.content, part, &media_type, &body);
            }
        }
        let sent = request.map(|request| Sent::new(call.path, request));
        if let Some(sent) = sent.filter(|_| !matches!(response.status, 401 | 404))
            && contract.keeps(spec, &sent)
        {
            marker.request(spec, &map.request, &sent);
        }
    }

    /// What came up so far, and what did not.
    #[must_use]
    pub fn report(&self, pack: &str) -> PackCoverage {
        let specs = self.contract.operations.iter();
        let mut operations: Vec<OperationCoverage> = specs
            .zip(&self.operations)
            .map(|(spec, map)| self.operation(spec, map))
            .collect();
        operations.sort_by(|one, other| {
            let key = |one: &OperationCoverage| {
                let (method, path) = one.operation.split_once(' ').unwrap_or_default();
                (path.to_owned(), method.to_owned())
            };
            key(one).cmp(&key(other))
        });
        let mut all = Count::default();
        for operation in &operations {
            all += operation.statuses;
            all += operation.values;
        }
        PackCoverage {
            pack: pack.to_owned(),
            all,
            operations,
        }
    }

    fn operation(&self, spec: &OperationSpec, map: &OperationMap) -> OperationCoverage {
        let mut coverage = OperationCoverage {
            operation: format!("{} {}", spec.method, spec.path),
            statuses: Count::default(),
            values: Count::default(),
            missing: Vec::new(),
        };
        for (status, (_, seen)) in spec.statuses().zip(&map.responses) {
            coverage.statuses.add(*seen);
            if !seen {
                let status = status.to_owned();
                coverage.missing.push(Missing::Status { status });
            }
        }
        let unseen = self.values(&map.request, &mut coverage.values);
        let requests = unseen.into_iter();
        coverage
            .missing
            .extend(requests.map(|(place, values)| Missing::Request { place, values }));
        for (status, (part, seen)) in spec.statuses().zip(&map.responses) {
            let unseen = self.values(part, &mut coverage.values);
            // Of a response that never came, that is enough said.
            if *seen {
                let responses = unseen.into_iter().map(|(place, values)| Missing::Response {
                    status: status.to_owned(),
                    place,
                    values,
                });
                coverage.missing.extend(responses);
            }
        }
        coverage
    }

    /// Counts the values of a part; those that did not come up, by their place.
    fn values(&self, part: &Part, count: &mut Count) -> BTreeMap<String, Vec<Value>> {
        let mut unseen: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for index in part.listed.clone() {
            count.add(self.seen[index]);
            if !self.seen[index] {
                let Listed { place, value } = &self.listed[index];
                unseen.entry(place.clone()).or_default().push(value.clone());
            }
        }
        unseen
    }
}

/// Marks what came up.
struct Marker<'a> {
    contract: &'a Contract,
    seen: &'a mut [bool],
}

impl Marker<'_> {
    fn request(&mut self, spec: &OperationSpec, part: &Part, sent: &Sent<'_>) {
        for (parameter, outline) in spec.parameters.iter().zip(&part.fields) {
            let Some(outline) = outline else { continue };
            for (part, text) in sent.values(self.contract, spec, parameter) {
                for value in self.contract.parameter_readings(parameter, &part, &text) {
                    outline.mark(&value, &self.contract.schemas, self.seen);
                }
            }
        }
        if let (Some(body), Some(media_type)) = (&spec.body, &sent.media_type)
            && let Some(value) = sent.json()
        {
            self.body(&body.content, part, media_type, &value);
        }
    }

    fn body(&mut self, content: &[ContentSpec], part: &Part, media_type: &str, value: &Value) {
        let spec = content_for(content, media_type).filter(|_| is_json(media_type));
        let index = spec.and_then(|spec| content.iter().position(|own| std::ptr::eq(own, spec)));
        if let Some(Some(outline)) = index.map(|index| &part.bodies[index]) {
            outline.mark(value, &self.contract.schemas, self.seen);
        }
    }

    fn text(&mut self, outline: Option<&Outline>, text: &str) {
        for value in outline.iter().flat_map(|_| readings(text)) {
            if let Some(outline) = outline {
                outline.mark(&value, &self.contract.schemas, self.seen);
            }
        }
    }
}

/// Finds all values of a contract.
struct Mapper<'a> {
    contract: &'a Contract,
    interned: Interned,
    listed: Vec<Listed>,
}

impl Mapper<'_> {
    fn operation(&mut self, spec: &OperationSpec) -> OperationMap {
        let parameters = spec.parameters.iter().map(|parameter| {
            let place = format!("{} {}", parameter.location.word(), parameter.name);
            (place, parameter.schema.as_ref())
        });
        let content = spec.body.as_ref().map_or(&[][..], |body| &body.content);
        OperationMap {
            request: self.part(parameters, content),
            responses: spec
                .responses
                .iter()
                .map(|response| {
                    let headers = response.headers.iter();
                    let headers = headers
                        .map(|header| (format!("header {}", header.name), header.schema.as_ref()));
                    (self.part(headers, &response.content), false)
                })
                .collect(),
        }
    }

    fn part<'s>(
        &mut self,
        fields: impl Iterator<Item = (String, Option<&'s Arc<SchemaAt>>)>,
        content: &[ContentSpec],
    ) -> Part {
        let first = self.listed.len();
        let fields = fields
            .map(|(place, schema)| self.outline(&place, schema))
            .collect();
        let bodies = content
            .iter()
            .map(|content| {
                let schema = content.schema.as_ref();
                self.outline("$", schema.filter(|_| is_json(&content.media_type)))
            })
            .collect();
        Part {
            fields,
            bodies,
            listed: first..self.listed.len(),
        }
    }

    /// The outline of a schema, if there is anything in it to come up.
    fn outline(&mut self, place: &str, schema: Option<&Arc<SchemaAt>>) -> Option<Outline> {
        let before = self.listed.len();
        let outline = Outline::with_values(
            &self.contract.schemas,
            &mut self.interned,
            (schema?, place),
            &mut self.listed,
        );
        (self.listed.len() > before).then_some(outline)
    }
}
