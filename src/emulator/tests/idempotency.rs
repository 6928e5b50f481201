//! Requests that are sent again.

use serde_json::{Value, json};

use super::Sandbox;

const ORDERS: &str = "
errors:
  json: { code: '${{ error.code }}' }
before:
  - rules:
      - when: request.headers['x-fault'] is defined
        respond: { status: 503, error: { code: fault } }
  - idempotency: by_header
idempotency:
  by_header:
    key: ${{ request.headers['x-key'] | default(omit) }}
    scope: ${{ request.headers['x-tenant'] | default('') }}
    window: 300s
    changed: { status: 409, error: { code: key_reused } }
    remember: status < 500
    headers: { x-replayed: 'yes' }
  by_simulation:
    key: ${{ request.json.simulation | default(omit) }}
    compare: ${{ request.json.amount | default(none) }}
    changed: { status: 409, error: { code: simulation_reused } }
  by_first:
    key: ${{ request.path }}
    changed: original
collections:
  orders:
    id: ${{ collections.orders | length + 1 }}
routes:
  - route: POST /orders
    idempotency: by_simulation
    rules:
      - when: request.json.amount | default(1) == 500
        effects:
          - insert: orders
        respond: { status: 500, error: { code: broken } }
      - when: request.json.amount | default(1) == 400
        effects:
          - insert: orders
        respond: { status: 400, error: { code: bad } }
    effects:
      - insert: orders
        as: order
    respond: { status: 201, json: '${{ order.id }}' }
  - route: POST /once
    idempotency: by_first
    effects:
      - insert: orders
        as: order
    respond: { status: 201, json: '${{ order.id }}' }
  - route: GET /orders
    respond: { json: '${{ collections.orders | length }}' }
";

fn key(value: &'static str) -> [(&'static str, &'static str); 1] {
    [("x-key", value)]
}

fn post(shop: &mut Sandbox, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    shop.send("POST /orders", headers, body)
}

#[test]
fn a_request_that_is_sent_again_is_answered_as_the_first_time() {
    let mut shop = Sandbox::new(ORDERS);
    let first = shop.raw("POST /orders", &key("a"), r#"{"x": 1, "y": 2}"#);
    assert_eq!(first.body, b"1");
    let again = shop.raw("POST /orders", &key("a"), r#"{"y": 2, "x": 1.0}"#);
    assert_eq!((again.status, &again.body), (201, &first.body));
    let replayed = ("x-replayed".to_owned(), "yes".to_owned());
    assert!(again.headers.contains(&replayed) && !first.headers.contains(&replayed));
    let by = shop.answered_by();
    assert!(
        by.starts_with("the first answer, which `by_header` knows (shop/emulator.yaml:"),
        "{by}"
    );
    assert_eq!(shop.ask("GET /orders").1, json!(1));
}

#[test]
fn a_request_without_a_key_is_always_new() {
    let mut shop = Sandbox::new(ORDERS);
    assert_eq!(post(&mut shop, &[], "{}").1, json!(1));
    assert_eq!(post(&mut shop, &[], "{}").1, json!(2));
}

#[test]
fn another_request_with_the_key_is_told_so() {
    let mut shop = Sandbox::new(ORDERS);
    let reused = (409, json!({ "code": "key_reused" }));
    post(&mut shop, &key("a"), r#"{"x": 1}"#);
    assert_eq!(post(&mut shop, &key("a"), r#"{"x": 2}"#), reused);
    assert_eq!(
        shop.send("POST /orders?x=1", &key("a"), r#"{"x": 1}"#),
        reused
    );
    assert_eq!(shop.send("GET /orders", &key("a"), ""), reused);
    assert_eq!(post(&mut shop, &key("a"), "no JSON"), reused);
    assert_eq!(post(&mut shop, &key("a"), r#"{"x": 1}"#).1, json!(1));
}

#[test]
fn keys_are_apart_for_each_scope() {
    let mut shop = Sandbox::new(ORDERS);
    let tenant = |name: &'static str| [("x-key", "a"), ("x-tenant", name)];
    assert_eq!(post(&mut shop, &tenant("red"), "{}").1, json!(1));
    assert_eq!(post(&mut shop, &tenant("blue"), "{}").1, json!(2));
    assert_eq!(post(&mut shop, &tenant("red"), "{}").1, json!(1));
}

#[test]
fn a_key_is_forgotten_when_its_window_is_over() {
    let mut shop = Sandbox::new(ORDERS);
    post(&mut shop, &key("a"), "{}");
    shop.wait(299);
    assert_eq!(post(&mut shop, &key("a"), "{}").1, json!(1));
    shop.wait(1);
    assert_eq!(post(&mut shop, &key("a"), "{}").1, json!(2));
    shop.wait(299);
    assert_eq!(post(&mut shop, &key("a"), "{}").1, json!(2));
}

#[test]
fn what_is_not_to_be_remembered_is_done_afresh() {
    let mut shop = Sandbox::new(ORDERS);
    let fault = [("x-key", "a"), ("x-fault", "1")];
    assert_eq!(post(&mut shop, &fault, "{}").0, 503);
    assert_eq!(post(&mut shop, &key("a"), "{}"), (201, json!(1)));
    post(&mut shop, &key("b"), r#"{"amount": 500}"#);
    post(&mut shop, &key("b"), r#"{"amount": 500}"#);
    assert_eq!(shop.ask("GET /orders").1, json!(3));
    post(&mut shop, &key("c"), r#"{"amount": 400}"#);
    assert_eq!(post(&mut shop, &key("c"), r#"{"amount": 400}"#).0, 400);
    assert_eq!(shop.ask("GET /orders").1, json!(4));
}

#[test]
fn two_schemes_of_one_route_are_asked_in_order() {
    let mut shop = Sandbox::new(ORDERS);
    let body = r#"{"simulation": "s", "amount": 5, "note": 1}"#;
    let other_note = r#"{"simulation": "s", "amount": 5, "note": 2}"#;
    let other_amount = r#"{"simulation": "s", "amount": 6}"#;
    assert_eq!(post(&mut shop, &key("a"), body).1, json!(1));
    assert_eq!(post(&mut shop, &key("b"), other_note), (201, json!(1)));
    let conflict = json!({ "code": "simulation_reused" });
    assert_eq!(post(&mut shop, &key("c"), other_amount), (409, conflict));
    // What the second scheme answered is remembered under the fresh key of the first.
    assert_eq!(post(&mut shop, &key("b"), body).1["code"], "key_reused");
    assert_eq!(post(&mut shop, &key("c"), body).1["code"], "key_reused");
    shop.wait(300);
    assert_eq!(post(&mut shop, &key("a"), other_note).1, json!(1));
    assert_eq!(shop.ask("GET /orders").1, json!(1));
}

#[test]
fn another_request_may_be_answered_with_the_original() {
    let mut shop = Sandbox::new(ORDERS);
    assert_eq!(shop.send("POST /once", &[], "1").1, json!(1));
    assert_eq!(shop.send("POST /once", &[], "2").1, json!(1));
}
