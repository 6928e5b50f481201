//! Reading an OpenAPI document: its operations, and what each documents of its responses.

use std::sync::Arc;

use super::query::Style;
use super::request::{BodySpec, Location, Parameter};
use super::response::{ContentSpec, HeaderSpec, ResponseSpec, StatusSpec};
use super::schemas::{Interned, SchemaAt, Schemas, Way};
use super::template::PathTemplate;
use super::{Contract, MAX_REFERENCES, OperationSpec, upgrade};
use crate::diagnostic::Diagnostic;
use crate::document::plain_value;
use crate::source::{Node, Place, Source, Span, Yaml, parse};
use crate::value::Value;

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
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
        node: &node,
        problems: Vec::new(),
        schemas: Interned::default(),
    };
    if !reader.version(&mut document) {
        problems.append(&mut reader.problems);
        return (None, problems);
    }
    let schemas = Schemas::new(document);
    let mut operations = reader.operations(&schemas);
    operations.sort_by_key(|operation| operation.template.rank());
    let contract = Contract {
        operations,
        base_paths: base_paths(schemas.document()),
        credentials: reader.credentials(&schemas),
        source: Arc::clone(source),
        schemas,
    };
    problems.append(&mut reader.problems);
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
    node: &'a Node,
    problems: Vec<Diagnostic>,
    schemas: Interned,
}

/// A value and the JSON Pointer at which it stands.
#[derive(Clone)]
struct At<'d> {
    value: &'d Value,
    pointer: String,
}

/// The document, read for what is sent one way.
#[derive(Clone, Copy)]
struct Root<'d> {
    schemas: &'d Schemas,
    way: Way,
}

impl<'d> Root<'d> {
    fn at(self) -> At<'d> {
        At {
            value: self.schemas.document(),
            pointer: String::new(),
        }
    }
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

    /// The elements of the list under a key.
    fn items(&self, key: &str) -> Vec<At<'d>> {
        let Some(list) = self.get(key) else {
            return Vec::new();
        };
        let items = list.value.as_array().into_iter().flatten().enumerate();
        items
            .map(|(index, value)| At {
                value,
                pointer: format!("{}/{index}", list.pointer),
            })
            .collect()
    }

    fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }
}

/// A name as a step of a JSON Pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl Reader<'_> {
    fn problem(&mut self, pointer: &str, message: impl Into<String>) {
        let place = Place::new(self.source, span_at(self.node, pointer));
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
                self.problem("/openapi", message);
                false
            }
            None => {
                self.problem(
                    "",
                    "this is not an OpenAPI document: it has no `openapi: 3.1.0`",
                );
                false
            }
        }
    }

    fn operations(&mut self, schemas: &Schemas) -> Vec<OperationSpec> {
        let requests = Root {
            schemas,
            way: Way::Request,
        };
        let responses = Root {
            schemas,
            way: Way::Response,
        };
        let mut operations = Vec::new();
        for (path, item) in requests.at().get("paths").iter().flat_map(At::entries) {
            let Some(item) = self.resolve(requests, item) else {
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
                        parameters: self.parameters(requests, &[&item, &operation]),
                        body: self.body(requests, &operation),
                        template,
                        responses: self.responses(responses, &operation),
                    }),
                    Err(problem) => self.problem(&operation.pointer, problem),
                }
            }
        }
        operations
    }

    /// All parameters; the operation's own replace those of its path.
    fn parameters(&mut self, root: Root<'_>, owners: &[&At<'_>]) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for item in owners.iter().flat_map(|owner| owner.items("parameters")) {
            let Some(item) = self.resolve(root, item) else {
                continue;
            };
            let location = item.text("in").and_then(Location::parse);
            let (Some(name), Some(location)) = (item.text("name"), location) else {
                continue;
            };
            let parameter = Parameter {
                name: name.to_owned(),
                location,
                required: is_true(item.value, "required"),
                style: Style::of(
                    location,
                    item.text("style"),
                    item.value.get("explode").and_then(Value::as_bool),
                ),
                schema: self.schema(root, &item),
            };
            parameters.retain(|known| !known.is(location, name));
            parameters.push(parameter);
        }
        parameters
    }

    fn body(&mut self, root: Root<'_>, operation: &At<'_>) -> Option<BodySpec> {
        let body = self.resolve(root, operation.get("requestBody")?)?;
        Some(BodySpec {
            required: is_true(body.value, "required"),
            content: self.content(root, &body),
        })
    }

    /// The headers and query parameters in which credentials are sent.
    fn credentials(&mut self, schemas: &Schemas) -> Vec<(Location, String)> {
        let root = Root {
            schemas,
            way: Way::Request,
        };
        let components = root.at().get("components");
        let security = components.and_then(|at| at.get("securitySchemes"));
        let declared = security.iter().flat_map(At::entries);
        declared
            .filter_map(|(_, scheme)| {
                let scheme = self.resolve(root, scheme)?;
                let location = Location::parse(scheme.text("in")?)?;
                Some((location, scheme.text("name")?.to_owned()))
            })
            .collect()
    }

    /// The media types of a request's or response's body.
    fn content(&mut self, root: Root<'_>, owner: &At<'_>) -> Vec<ContentSpec> {
        let content = owner.get("content");
        let content = content.iter().flat_map(At::entries);
        content
            .map(|(name, media)| {
                let bare = name.split(';').next().unwrap_or(name).trim();
                ContentSpec {
                    media_type: bare.to_ascii_lowercase(),
                    schema: self.schema(root, &media),
                }
            })
            .collect()
    }

    fn schema(&mut self, root: Root<'_>, owner: &At<'_>) -> Option<Arc<SchemaAt>> {
        let schema = owner.get("schema")?;
        Some(self.schemas.at(root.schemas, root.way, schema.pointer))
    }

    fn responses(&mut self, root: Root<'_>, operation: &At<'_>) -> Vec<ResponseSpec> {
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
                        schema: self.schema(root, &header),
                    });
                }
            }
            let Some(parsed) = StatusSpec::parse(status) else {
                self.problem(
                    &response.pointer,
                    format!(
                        "`{status}` at `{}` is no status: write `200`, `4XX` or `default`",
                        response.pointer
                    ),
                );
                continue;
            };
            specs.push(ResponseSpec {
                status: parsed,
                status_text: status.to_owned(),
                headers,
                content: self.content(root, &response),
            });
        }
        if specs.is_empty() {
            let message = format!("`{}` documents no responses", operation.pointer);
            self.problem(&operation.pointer, message);
        }
        specs
    }

    /// Follows `$ref` within the document.
    fn resolve<'d>(&mut self, root: Root<'d>, mut at: At<'d>) -> Option<At<'d>> {
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = at.text("$ref") else {
                return Some(at);
            };
            let pointer = reference.strip_prefix('#');
            let Some((pointer, value)) = pointer
                .and_then(|pointer| Some((pointer, root.schemas.document().pointer(pointer)?)))
            else {
                let from = &at.pointer;
                let message = format!("`{reference}` at `{from}` leads nowhere in this document");
                self.problem(from, message);
                return None;
            };
            at = At {
                value,
                pointer: pointer.to_owned(),
            };
        }
        let message = format!("the reference at `{}` leads in a circle", at.pointer);
        self.problem(&at.pointer, message);
        None
    }
}

/// Where the key of what a JSON Pointer names stands, or of the nearest thing around it.
pub(in crate::check) fn span_at(root: &Node, pointer: &str) -> Span {
    let (mut node, mut span) = (root, Span::new(0, 0));
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        let next = match &node.value {
            Yaml::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key.text == name);
                entry.map(|entry| (&entry.value, entry.key.span))
            }
            Yaml::List(items) => {
                let item = name.parse().ok().and_then(|index: usize| items.get(index));
                item.map(|item| (item, item.span))
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => None,
        };
        let Some(next) = next else { break };
        (node, span) = next;
    }
    span
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}
