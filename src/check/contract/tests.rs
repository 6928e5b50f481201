//! Responses held to a small contract.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::check::Operation;
use crate::http::{ResponseParts, Url};
use crate::value::{Secret, Value};

const CONTRACT: &str = "
openapi: 3.1.0
info: { title: Test, version: '1' }
servers:
  - url: https://api.example.com/v1
paths:
  /customers:
    get:
      parameters:
        - { name: page_size, in: query, schema: { enum: [10, 50] } }
        - $ref: '#/components/parameters/Tenant'
      responses:
        '200':
          description: All
          headers:
            x-rate:
              required: true
              schema: { type: integer, minimum: 0 }
          content:
            application/json:
              schema:
                type: array
                items:
                  $ref: '#/components/schemas/Customer'
        4XX:
          description: Error
          content:
            application/problem+json:
              schema: { type: object, required: [code] }
    post:
      responses:
        '201': { $ref: '#/components/responses/Made' }
  /customers/search:
    get:
      responses:
        '200': { description: Found }
  /customers/{id}:
    get:
      responses:
        '200':
          description: One
          content:
            application/json: { schema: { $ref: '#/components/schemas/Customer' } }
        '204': { description: Gone }
        default:
          description: Error
          content:
            text/*: { schema: { type: string, maxLength: 5 } }
    delete:
      responses:
        '200':
          description: Broken
          content:
            application/json: { schema: { $ref: '#/components/schemas/Nope' } }
components:
  parameters:
    Tenant: { name: X-Tenant, in: header, required: true, schema: { type: string } }
  responses:
    Made:
      description: Made
      content:
        application/json: { schema: { $ref: '#/components/schemas/Customer' } }
  schemas:
    Customer:
      type: object
      required: [id, status]
      additionalProperties: false
      properties:
        id: { type: string, format: uuid }
        status: { enum: [active, closed] }
        parent:
          anyOf:
            - { type: 'null' }
            - { $ref: '#/components/schemas/Customer' }
";

fn load(text: &str) -> (Option<Contract>, Vec<String>) {
    let source = Source::new("openapi.yaml", "openapi.yaml", text);
    let (contract, problems) = Contract::load(&source);
    let problems = problems.into_iter().map(Diagnostic::into_message);
    (contract, problems.collect())
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Response::from(ResponseParts {
        status,
        reason: String::new(),
        headers: headers.iter().map(owned).collect(),
        body: body.to_owned().into(),
        wire_bytes: 0,
        duration: Duration::ZERO,
        url: Url::parse("http://localhost/").unwrap(),
        redirects: Vec::new(),
    })
}

const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
const ID: &str = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

fn breaches(call: &str, response: &Response) -> Vec<String> {
    let (contract, problems) = load(CONTRACT);
    assert_eq!(problems, Vec::<String>::new());
    let (method, path) = call.split_once(' ').unwrap();
    contract
        .unwrap()
        .breaches(Operation { method, path }, response, None)
        .into_iter()
        .map(|breach| breach.message)
        .collect()
}

#[test]
fn a_response_as_documented_keeps_the_contract() {
    let body = format!(r#"[{{"id": "{ID}", "status": "active", "parent": null}}]"#);
    for path in ["/customers", "/v1/customers", "/customers?page_size=10"] {
        let response = response(200, &[JSON, ("X-Rate", "5")], &body);
        assert_eq!(
            breaches(&format!("GET {path}"), &response),
            [""; 0],
            "{path}"
        );
    }
    let error = ("content-type", "application/problem+json");
    let response = response(404, &[error], r#"{"code": "x"}"#);
    assert_eq!(breaches("GET /customers", &response), [""; 0]);
}

#[test]
fn each_breach_says_where_it_is() {
    let body = r#"[{"id": "1", "status": "new", "name": "x", "parent": {"id": 5, "status": "closed"}}, {"id": null}, 5]"#;
    let response = response(200, &[JSON, ("x-rate", "-1")], body);
    assert_eq!(
        breaches("GET /customers", &response),
        [
            "header `x-rate`: expected at least 0, got -1",
            "`$[0].id`: expected a string of the format uuid, got \"1\"",
            "`$[0].status`: expected one of \"active\", \"closed\", got \"new\"",
            "`$[0].parent` is none of the 2 alternatives",
            "`$[0].parent.id`: expected a string, got 5",
            "`$[0].name` is not allowed",
            "`$[1].status` is missing, and is required",
            "`$[1].id`: expected a string, got null",
            "`$[2]`: expected an object, got 5",
        ]
    );
}

#[test]
fn what_is_not_documented_is_a_breach() {
    let text = ("content-type", "text/plain");
    for (call, response, expected) in [
        (
            "GET /customers",
            response(500, &[], ""),
            "the status 500 is not documented, only 200, 4XX",
        ),
        (
            "GET /customers/search",
            response(200, &[text], "x"),
            "a body is not documented for 200",
        ),
        (
            "POST /customers",
            response(201, &[JSON], ""),
            "the body is empty, and `application/json` is documented",
        ),
        (
            "POST /customers",
            response(201, &[], "{}"),
            "the response has no content-type, and application/json is documented",
        ),
        (
            "POST /customers",
            response(201, &[text], "{}"),
            "the content-type `text/plain` is not documented, only application/json",
        ),
        (
            "POST /customers",
            response(201, &[JSON], "<p>"),
            "the body is XML, not JSON",
        ),
        (
            "GET /customers/1",
            response(503, &[text], "too long"),
            "`text`: expected a string of at most 5 characters, got \"too long\"",
        ),
        (
            "PATCH /customers",
            response(200, &[], ""),
            "`PATCH` is not documented for this path, which has GET, POST",
        ),
        (
            "GET /nope",
            response(200, &[], ""),
            "the path `/nope` is not documented",
        ),
    ] {
        assert_eq!(breaches(call, &response), [expected], "{call}");
    }
}

#[test]
fn an_unknown_path_may_be_answered_with_not_found() {
    assert_eq!(breaches("GET /nope", &response(404, &[], "")), [""; 0]);
    assert_eq!(breaches("PUT /customers", &response(405, &[], "")), [""; 0]);
}

#[test]
fn a_missing_header_is_a_breach_only_if_it_is_required() {
    let found = breaches("GET /customers", &response(200, &[JSON], "[]"));
    assert_eq!(found, ["the header `x-rate` is missing, and is required"]);
}

#[test]
fn a_broken_schema_is_a_breach_and_no_panic() {
    let found = breaches("DELETE /customers/1", &response(200, &[JSON], "{}"));
    assert_eq!(found.len(), 1);
    let reason = "a reference leads to `/components/schemas/Nope`, where there is nothing";
    assert!(
        found[0].starts_with("the contract's schema is broken at `/paths/~1customers~1{id}/delete")
            && found[0].ends_with(reason),
        "{found:?}"
    );
    let (contract, _) = load(CONTRACT);
    let problems = contract.unwrap().schema_problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].message,
        format!("this schema is broken: {reason}")
    );
}

#[test]
fn operations_tell_what_they_document() {
    let (contract, _) = load(CONTRACT);
    let contract = contract.unwrap();
    let find = |method, path| contract.operation(Operation { method, path });
    assert_eq!(
        find("GET", "/customers/search").unwrap().path,
        "/customers/search"
    );
    assert_eq!(find("GET", "/customers/7").unwrap().path, "/customers/{id}");
    assert!(find("PUT", "/customers/7").is_none());
    let list = find("GET", "/customers").unwrap();
    assert_eq!(list.statuses().collect::<Vec<_>>(), ["200", "4XX"]);
    assert!(list.parameter(Location::Query, "page_size").is_some());
    assert!(
        list.parameter(Location::Header, "x-tenant")
            .unwrap()
            .required
    );
    assert_eq!(contract.operations().len(), 5);
}

#[test]
fn documents_that_cannot_be_read_say_why() {
    for (text, expected) in [
        (
            "openapi: 2.0.0",
            "OpenAPI 2.0.0 is not supported, only 3.1 (and 3.0)",
        ),
        (
            "swagger: '2.0'",
            "this is not an OpenAPI document: it has no `openapi: 3.1.0`",
        ),
        (
            "openapi: 3.1.0\npaths: { /a: { $ref: '#/x' } }",
            "`#/x` at `/paths/~1a` leads nowhere in this document",
        ),
        (
            "openapi: 3.1.0\npaths: { /a: { $ref: '#/paths/~1a' } }",
            "the reference at `/paths/~1a` leads in a circle",
        ),
        (
            "openapi: 3.1.0\npaths: { '/a/{b': { get: { responses: { '200': {} } } } }",
            "the braces in `/a/{b` don't match",
        ),
        (
            "openapi: 3.1.0\npaths: { /a: { get: {} } }",
            "`/paths/~1a/get` documents no responses",
        ),
    ] {
        assert_eq!(load(text).1, [expected]);
    }
}

#[test]
fn documents_of_3_0_are_read_in_the_terms_of_3_1() {
    let (contract, problems) = load(
        "
openapi: 3.0.3
paths:
  /a:
    get:
      responses:
        '200':
          content:
            application/json:
              schema: { type: object, properties: { b: { type: string, nullable: true } } }
",
    );
    assert_eq!(problems, [""; 0]);
    let contract = contract.unwrap();
    let call = Operation {
        method: "GET",
        path: "/a",
    };
    assert!(
        contract
            .breaches(call, &response(200, &[JSON], r#"{"b": null}"#), None)
            .is_empty()
    );
    assert!(
        !contract
            .breaches(call, &response(200, &[JSON], r#"{"b": 5}"#), None)
            .is_empty()
    );
}

#[test]
fn what_is_written_only_is_missing_from_no_response() {
    for version in ["3.0.3", "3.1.0"] {
        let (contract, problems) = load(&format!(
            "
openapi: {version}
paths:
  /users:
    post:
      requestBody:
        content:
          application/json: {{ schema: {{ $ref: '#/components/schemas/User' }} }}
      responses:
        '200':
          content:
            application/json: {{ schema: {{ $ref: '#/components/schemas/User' }} }}
components:
  schemas:
    User:
      type: object
      required: [id, name, password]
      properties:
        id: {{ type: string, readOnly: true }}
        name: {{ type: string }}
        password: {{ type: string, writeOnly: true }}
"
        ));
        assert_eq!(problems, [""; 0]);
        let contract = contract.unwrap();
        let call = Operation {
            method: "POST",
            path: "/users",
        };
        let said = |body: &str| {
            let breaches = contract.breaches(call, &response(200, &[JSON], body), None);
            let messages = breaches.into_iter().map(|breach| breach.message);
            messages.collect::<Vec<_>>()
        };
        assert_eq!(said(r#"{"id": "u_1", "name": "Ada"}"#), [""; 0]);
        assert_eq!(
            said(r#"{"name": "Ada", "password": "x"}"#),
            ["`$.id` is missing, and is required"]
        );
        let spec = contract.operation(call).unwrap();
        let missing = |body: Value| {
            let body = Partial::known(body);
            let breaches = contract.body_breaches(spec, "application/json", &body);
            breaches
                .into_iter()
                .map(|breach| breach.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(missing(json!({ "name": "Ada", "password": "x" })), []);
        assert_eq!(
            missing(json!({ "id": "u_1", "name": "Ada" })),
            [BreachKind::Missing("password".to_owned())]
        );
    }
}

#[test]
fn quoted_values_hold_no_secrets() {
    let mut redactor = Redactor::default();
    redactor.add(&Secret::new("hunter2hunter2"));
    let (contract, _) = load(CONTRACT);
    let body = format!(r#"{{"id": "{ID}", "status": "hunter2hunter2"}}"#);
    let found = contract.unwrap().breaches(
        Operation {
            method: "GET",
            path: "/customers/1",
        },
        &response(200, &[JSON], &body),
        Some(&redactor),
    );
    assert_eq!(
        found[0].message,
        "`$.status`: expected one of \"active\", \"closed\", got \"***\""
    );
}
