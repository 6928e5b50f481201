//! Reading an OpenAPI document: its operations, and what each documents of its responses.

use std::sync::Arc;

use super::response::{ContentSpec, HeaderSpec, ResponseSpec};
use super::schemas::{SchemaAt, Schemas};
use super::template::PathTemplate;
use super::{Contract, OperationSpec, Parameter, upgrade};
use crate::diagnostic::Diagnostic;
use crate::document::plain_value;
use crate::source::{Place, Source, Span, parse};
use crate::value::Value;

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
/// References that lead from one to the next, at most.
const MAX_REFERENCES: usize = 32;

pub(super) fn load(source: &Arc<Source>) -> (Option<Contract>, Vec<Diagnostic>) {
    let (node, problems) = parse(source);
    let mut problems: Vec<Diagnostic> = problems
        .into_iter()
        .map(|problem| Diagnostic::from_problem(source, problem))
        .collect();
    let Some(node) = node else {
        return (None, problems);
    };
    let mut document = plain_value(&node);
    let mut reader = Reader {
        source,
        problems: Vec::new(),
    };
    if !reader.version(&mut document) {
        problems.append(&mut reader.problems);
        return (None, problems);
    }
    let mut operations = reader.operations(&document);
    operations.sort_by_key(|operation| operation.template.rank());
    problems.append(&mut reader.problems);
    let contract = Contract {
        operations,
        base_paths: base_paths(&document),
        schemas: Schemas::new(document),
    };
    (Some(contract), problems)
}

/// The paths of the servers' URLs.
fn base_paths(document: &Value) -> Vec<String> {
    let servers = document.get("servers").and_then(Value::as_array);
    let mut paths: Vec<String> = servers
        .into_iter()
        .flatten()
        .filter_map(|server| server.get("url")?.as_str())
        .map(|url| {
            let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
            let path = after_scheme.find('/').map_or("", |at| &after_scheme[at..]);
            path.trim_end_matches('/').to_owned()
        })
        .filter(|path| !path.is_empty())
        .collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.len()));
    paths.dedup();
    paths
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    problems: Vec<Diagnostic>,
}

/// A value and the JSON Pointer at which it stands.
#[derive(Clone)]
struct At<'d> {
    value: &'d Value,
    pointer: String,
}

impl<'d> At<'d> {
    fn get(&self, key: &str) -> Option<At<'d>> {
        Some(At {
            value: self.value.get(key)?,
            pointer: format!("{}/{}", self.pointer, escape(key)),
        })
    }

    /// The entries of an object.
    fn entries(&self) -> impl Iterator<Item = (&'d str, At<'d>)> + use<'d> {
        let pointer = self.pointer.clone();
        let object = self.value.as_object();
        object.into_iter().flatten().map(move |(key, value)| {
            let pointer = format!("{pointer}/{}", escape(key));
            (key.as_str(), At { value, pointer })
        })
    }

    fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl Reader<'_> {
    fn problem(&mut self, message: impl Into<String>) {
        let place = Place::new(self.source, Span::new(0, 0));
        self.problems
            .push(Diagnostic::error("bad-contract", message).at(place));
    }

    /// Whether the document is of a version that is understood; one of 3.0 is rewritten.
    fn version(&mut self, document: &mut Value) -> bool {
        let version = document.get("openapi").and_then(Value::as_str);
        match version {
            Some(version) if version.starts_with("3.1.") => true,
            Some(version) if version.starts_with("3.0.") => {
                upgrade::upgrade(document);
                true
            }
            Some(version) => {
                let message = format!("OpenAPI {version} is not supported, only 3.1 (and 3.0)");
                self.problem(message);
                false
            }
            None => {
                self.problem("this is not an OpenAPI document: it has no `openapi: 3.1.0`");
                false
            }
        }
    }

    fn operations(&mut self, document: &Value) -> Vec<OperationSpec> {
        let root = At {
            value: document,
            pointer: String::new(),
        };
        let mut operations = Vec::new();
        for (path, item) in root.get("paths").iter().flat_map(At::entries) {
            let Some(item) = self.resolve(&root, item) else {
                continue;
            };
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                // Read for each operation, since a template is as small as its text.
                match PathTemplate::parse(path) {
                    Ok(template) => operations.push(OperationSpec {
                        method: method.to_ascii_uppercase(),
                        path: path.to_owned(),
                        headers: self.parameters(&root, &[&item, &operation], "header"),
                        query: self.parameters(&root, &[&item, &operation], "query"),
                        template,
                        responses: self.responses(&root, &operation),
                    }),
                    Err(problem) => self.problem(problem),
                }
            }
        }
        operations
    }

    /// The parameters of a kind; the operation's own replace those of its path.
    fn parameters(&mut self, root: &At<'_>, owners: &[&At<'_>], kind: &str) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for owner in owners {
            let list = owner.get("parameters");
            let items = list.iter().flat_map(|list| {
                let items = list.value.as_array().into_iter().flatten();
                items.enumerate().map(|(index, value)| At {
                    value,
                    pointer: format!("{}/{index}", list.pointer),
                })
            });
            for item in items {
                let Some(item) = self.resolve(root, item) else {
                    continue;
                };
                let (Some(name), true) = (item.text("name"), item.text("in") == Some(kind)) else {
                    continue;
                };
                let schema = item.get("schema").and_then(|at| self.resolve(root, at));
                parameters.retain(|known| known.name != name);
                parameters.push(Parameter {
                    name: name.to_owned(),
                    required: is_true(item.value, "required"),
                    allowed: schema.map(|at| allowed(at.value)).unwrap_or_default(),
                });
            }
        }
        parameters
    }

    fn responses(&mut self, root: &At<'_>, operation: &At<'_>) -> Vec<ResponseSpec> {
        let mut specs = Vec::new();
        for (status, response) in operation.get("responses").iter().flat_map(At::entries) {
            if status.starts_with("x-") {
                continue;
            }
            let Some(response) = self.resolve(root, response) else {
                continue;
            };
            let mut headers = Vec::new();
            for (name, header) in response.get("headers").iter().flat_map(At::entries) {
                if let Some(header) = self.resolve(root, header) {
                    headers.push(HeaderSpec {
                        name: name.to_ascii_lowercase(),
                        required: is_true(header.value, "required"),
                        schema: header.get("schema").map(|at| SchemaAt::new(at.pointer)),
                    });
                }
            }
            let content = response.get("content");
            let content = content.iter().flat_map(At::entries).map(|(name, media)| {
                let bare = name.split(';').next().unwrap_or(name).trim();
                ContentSpec {
                    media_type: bare.to_ascii_lowercase(),
                    schema: media.get("schema").map(|at| SchemaAt::new(at.pointer)),
                }
            });
            specs.push(ResponseSpec {
                status: status.to_owned(),
                headers,
                content: content.collect(),
            });
        }
        if specs.is_empty() {
            self.problem(format!("`{}` documents no responses", operation.pointer));
        }
        specs
    }

    /// Follows `$ref` within the document.
    fn resolve<'d>(&mut self, root: &At<'d>, mut at: At<'d>) -> Option<At<'d>> {
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = at.text("$ref") else {
                return Some(at);
            };
            let pointer = reference.strip_prefix('#');
            let Some((pointer, value)) =
                pointer.and_then(|pointer| Some((pointer, root.value.pointer(pointer)?)))
            else {
                self.problem(format!(
                    "`{reference}` at `{}` leads nowhere in this document",
                    at.pointer
                ));
                return None;
            };
            at = At {
                value,
                pointer: pointer.to_owned(),
            };
        }
        self.problem(format!(
            "the reference at `{}` leads in a circle",
            at.pointer
        ));
        None
    }
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

/// The values that a schema enumerates.
fn allowed(schema: &Value) -> Vec<Value> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, Some(value)) => vec![value.clone()],
        _ => Vec::new(),
    }
}
