//! A pack's contract: an OpenAPI 3.1 document that responses are held to. (3.0 is read as far as its schemas can be
//! told in 3.1's terms.)

mod load;
mod response;
mod schemas;
mod template;
#[cfg(test)]
mod tests;
mod upgrade;

use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::http::Response;
use crate::source::Source;
use crate::value::{Redactor, Value};

use response::ResponseSpec;
use schemas::Schemas;
use template::PathTemplate;

/// A parsed contract, ready to check responses.
#[derive(Debug)]
pub struct Contract {
    /// The most specific paths first.
    operations: Vec<OperationSpec>,
    /// The paths of the servers' URLs, such as `/v1`, the longest first; none is empty.
    base_paths: Vec<String>,
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
    /// The request headers that it knows.
    pub headers: Vec<Parameter>,
    pub query: Vec<Parameter>,
    template: PathTemplate,
    responses: Vec<ResponseSpec>,
}

/// A header or a query parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub required: bool,
    /// The values that it may have; empty is any.
    pub allowed: Vec<Value>,
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
            .map(|response| response.status.as_str())
    }
}

impl Contract {
    /// Reads an OpenAPI document, in YAML or JSON, and what is wrong with it.
    #[must_use]
    pub fn load(source: &std::sync::Arc<Source>) -> (Option<Self>, Vec<Diagnostic>) {
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
        self.on_path(call.path)
            .find(|spec| spec.method == call.method)
    }

    /// The operations on a path. A path may begin with that of a server's URL.
    fn on_path<'s, 'p>(
        &'s self,
        path: &'p str,
    ) -> impl Iterator<Item = &'s OperationSpec> + use<'s, 'p> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let below_server = self
            .base_paths
            .iter()
            .filter_map(move |base| path.strip_prefix(base.as_str()))
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        std::iter::once(path).chain(below_server).flat_map(|path| {
            let path = if path.is_empty() { "/" } else { path };
            self.operations
                .iter()
                .filter(move |spec| spec.template.matches(path))
        })
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
        let mut methods: Vec<&str> = self
            .on_path(call.path)
            .map(|spec| spec.method.as_str())
            .collect();
        methods.dedup();
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

    /// What is wrong with the schemas of the document, which are compiled only when a response needs them.
    #[must_use]
    pub fn schema_problems(&self) -> Vec<String> {
        self.operations
            .iter()
            .flat_map(|spec| &spec.responses)
            .flat_map(ResponseSpec::schemas)
            .filter_map(|schema| self.schemas.get(schema).err())
            .collect()
    }
}
