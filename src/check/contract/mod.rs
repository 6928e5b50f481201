//! A pack's contract: an OpenAPI 3.1 document that responses are held to. (3.0 is read as far as its schemas can be
//! told in 3.1's terms.)

mod coverage;
mod load;
mod one_way;
mod outline;
mod partial;
mod query;
mod request;
mod response;
mod schemas;
mod template;
#[cfg(test)]
mod tests;
mod texts;
mod upgrade;

use std::fmt;
use std::sync::Arc;

use crate::check::keywords::misspelt;
use crate::diagnostic::Diagnostic;
use crate::http::Response;
use crate::source::{Place, Source, parse};
use crate::value::Redactor;

pub(super) use load::span_at;
use response::ResponseSpec;
use schemas::Schemas;
use template::PathTemplate;

pub use coverage::Recorder;
pub use partial::{BreachKind, Partial, RequestBreach};
pub use query::QueryPart;
pub use request::{BodySpec, Location, Parameter};

/// References that lead from one to the next, at most.
const MAX_REFERENCES: usize = 32;

/// A parsed contract, ready to check responses.
#[derive(Debug)]
pub struct Contract {
    /// The most specific paths first.
    operations: Vec<OperationSpec>,
    /// The paths of the servers' URLs, such as `/v1`, the longest first; none is empty.
    base_paths: Vec<String>,
    /// The headers and query parameters in which credentials are sent.
    credentials: Vec<(Location, String)>,
    source: Arc<Source>,
    schemas: Schemas,
}

/// A call as the contract sees it: the method, and the path without the base URL's.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
}

/// An operation that the contract documents.
#[derive(Debug)]
pub struct OperationSpec {
    /// Upper case.
    pub method: String,
    /// As it is written, such as `/customers/{id}`.
    pub path: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<BodySpec>,
    template: PathTemplate,
    responses: Vec<ResponseSpec>,
}

/// One way in which a response breaks the contract. Its `Display` is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub message: String,
}

impl Breach {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl OperationSpec {
    /// The statuses it documents, as written: `200`, `4XX`, `default`.
    pub fn statuses(&self) -> impl Iterator<Item = &str> {
        self.responses
            .iter()
            .map(|response| response.status_text.as_str())
    }
}

impl Contract {
    /// Reads an OpenAPI document, in YAML or JSON, and what is wrong with it.
    #[must_use]
    pub fn load(source: &Arc<Source>) -> (Option<Self>, Vec<Diagnostic>) {
        load::load(source)
    }

    /// All documented operations.
    #[must_use]
    pub fn operations(&self) -> &[OperationSpec] {
        &self.operations
    }

    /// The operation that a call is of: the one with the most specific path.
    #[must_use]
    pub fn operation(&self, call: Operation<'_>) -> Option<&OperationSpec> {
        self.below_servers(call.path).find_map(|path| {
            let mut specs = self.operations.iter();
            specs.find(|spec| spec.method == call.method && spec.template.matches(path))
        })
    }

    /// The methods that are documented for a path, sorted.
    #[must_use]
    pub fn methods(&self, path: &str) -> Vec<&str> {
        let specs = self
            .below_servers(path)
            .flat_map(|path| self.operations.iter().map(move |spec| (path, spec)));
        let mut methods: Vec<&str> = specs
            .filter(|(path, spec)| spec.template.matches(path))
            .map(|(_, spec)| spec.method.as_str())
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }

    /// A path without its query: as it is, and below each server's own path.
    fn below_servers<'s, 'p>(
        &'s self,
        path: &'p str,
    ) -> impl Iterator<Item = &'p str> + use<'s, 'p> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let below = self
            .base_paths
            .iter()
            .filter_map(move |base| path.strip_prefix(base.as_str()))
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let all = std::iter::once(path).chain(below);
        all.map(|path| if path.is_empty() { "/" } else { path })
    }

    /// All ways in which a response breaks the contract. Secrets are taken out of what is quoted.
    #[must_use]
    pub fn breaches(
        &self,
        call: Operation<'_>,
        response: &Response,
        redactor: Option<&Redactor>,
    ) -> Vec<Breach> {
        match self.operation(call) {
            Some(spec) => spec.breaches(call, response, &self.schemas, redactor),
            None => self.undocumented(call, response),
        }
    }

    /// Of a call that the contract does not know, it only says that there is no such thing.
    fn undocumented(&self, call: Operation<'_>, response: &Response) -> Vec<Breach> {
        if matches!(response.status, 404 | 405 | 501) {
            return Vec::new();
        }
        let methods = self.methods(call.path);
        let message = if methods.is_empty() {
            format!("the path `{}` is not documented", call.path)
        } else {
            let methods = methods.join(", ");
            format!(
                "`{}` is not documented for this path, which has {methods}",
                call.method
            )
        };
        vec![Breach::new(message)]
    }

    /// What is wrong with the schemas of the document, which are otherwise compiled only when they are needed, and what
    /// looks wrong.
    #[must_use]
    pub fn schema_problems(&self) -> Vec<Diagnostic> {
        let specs = self.operations.iter();
        let responses = specs.clone().flat_map(|spec| &spec.responses);
        let mut problems: Vec<(&str, &str)> = responses
            .flat_map(ResponseSpec::schemas)
            .chain(specs.flat_map(OperationSpec::request_schemas))
            .filter_map(|at| self.schemas.broken(at))
            .map(|broken| (broken.pointer.as_str(), broken.reason.as_str()))
            .collect();
        let misspelt = misspelt::in_document(self.schemas.document());
        if problems.is_empty() && misspelt.is_empty() {
            return Vec::new();
        }
        problems.sort_unstable();
        problems.dedup();
        let (root, _) = parse(&self.source);
        let place = |pointer: &str| {
            let span = root.as_ref().map(|root| span_at(root, pointer));
            Place::new(&self.source, span.unwrap_or_default())
        };
        let broken = problems.into_iter().map(|(pointer, reason)| {
            Diagnostic::error("bad-contract", format!("this schema is broken: {reason}"))
                .at(place(pointer))
        });
        let misspelt = misspelt.iter().map(|one| one.warning(place(&one.pointer)));
        broken.chain(misspelt).collect()
    }
}
