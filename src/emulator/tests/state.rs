//! Records: made, found, changed, removed; and the randomness that their ids come from.

use serde_json::{Value, json};

use super::Sandbox;
use crate::pack::emulator::testing::pack;

const SHOP: &str = "
errors:
  json: { code: '${{ error.code }}' }
  not_found: { status: 404, error: { code: nothing } }
collections:
  orders:
    id: o_${{ random_string(8) }}
    fields:
      state: fresh
      owner: nobody
      link: /o/${{ id }}
      made: ${{ now() }}
      note: ${{ omit }}
routes:
  - route: POST /orders
    effects:
      - insert: orders
        as: order
        set:
          id: ${{ request.json.id | default(omit) }}
          owner: ${{ request.json.owner | default(omit) }}
          note: ${{ request.json.note | default(omit) }}
    respond: { status: 201, json: '${{ order }}' }
  - route: GET /orders
    let:
      found: { all: orders, where: { owner: '${{ request.query.owner | default(omit) }}', state: '${{ request.query.state | default(omit) }}' } }
    respond: { json: { count: '${{ found | length }}', of: '${{ collections.orders | length }}', ids: '${{ found }}' } }
  - route: GET /orders/{id}
    let:
      order: { find: orders, id: '${{ path.id }}' }
    respond: { json: '${{ order }}' }
  - route: GET /first-of/{owner}
    let:
      order: { find: orders, where: { owner: '${{ path.owner }}' }, else: { status: 410 } }
    respond: { json: '${{ order.id }}' }
  - route: GET /maybe/{id}
    let:
      order: { find: orders, id: '${{ path.id }}', else: null }
    respond: { json: { known: '${{ order is not none }}' } }
  - route: PATCH /orders/{id}
    let:
      order: { find: orders, id: '${{ path.id }}' }
      same: { find: orders, id: '${{ path.id }}' }
      before: ${{ order.state }}
    effects:
      - update: order
        set: { state: '${{ request.json.state }}', note: '${{ request.json.note | default(omit) }}' }
    respond: { json: { before: '${{ before }}', after: '${{ order.state }}', too: '${{ same.state }}' } }
  - route: POST /close-all
    effects:
      - update: orders
        where: { owner: '${{ request.json.owner }}' }
        set: { state: closed }
    respond: { status: 204 }
  - route: DELETE /orders/{id}
    let:
      order: { find: orders, id: '${{ path.id }}' }
    effects:
      - delete: order
    respond: { json: '${{ order }}' }
  - route: DELETE /orders
    effects:
      - delete: orders
        where: { owner: '${{ request.query.owner }}' }
    respond: { status: 204 }
";

fn id(order: &Value) -> &str {
    order["id"].as_str().unwrap()
}

#[test]
fn a_fresh_record_has_its_collections_fields_and_what_insert_sets() {
    let mut shop = Sandbox::new(SHOP);
    let (status, order) = shop.post("/orders", &json!({ "owner": "ann" }));
    assert_eq!(status, 201);
    let keys: Vec<_> = order.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "state", "owner", "link", "made"]);
    assert_eq!(order["owner"], "ann");
    assert_eq!(order["link"], format!("/o/{}", id(&order)));
    assert_eq!(order["made"], "2026-01-01T00:00:00.000Z");
    let read = shop.ask(&format!("GET /orders/{}", id(&order)));
    assert_eq!(read, (200, order));
}

#[test]
fn records_are_found_by_id_and_by_fields_oldest_first() {
    let mut shop = Sandbox::new(SHOP);
    for (id, owner) in [("1", "ann"), ("2", "bob"), ("3", "ann")] {
        shop.post("/orders", &json!({ "id": id, "owner": owner }));
    }
    assert_eq!(shop.ask("GET /first-of/ann"), (200, json!("1")));
    assert_eq!(shop.ask("GET /first-of/eve").0, 410);
    assert_eq!(
        shop.ask("GET /orders/9"),
        (404, json!({ "code": "nothing" }))
    );
    assert_eq!(shop.ask("GET /maybe/9").1["known"], false);
    assert_eq!(shop.ask("GET /maybe/2").1["known"], true);
    let (_, all) = shop.ask("GET /orders");
    assert_eq!((&all["count"], &all["of"]), (&json!(3), &json!(3)));
    let (_, anns) = shop.ask("GET /orders?owner=ann&state=fresh");
    let ids: Vec<_> = anns["ids"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids, ["1", "3"]);
}

#[test]
fn a_name_shows_its_record_as_it_is_now_and_a_value_stays() {
    let mut shop = Sandbox::new(SHOP);
    shop.post("/orders", &json!({ "id": "1", "note": "n" }));
    let (_, patched) = shop.send("PATCH /orders/1", &[], r#"{"state": "paid"}"#);
    assert_eq!(
        patched,
        json!({ "before": "fresh", "after": "paid", "too": "paid" })
    );
    // `omit` left the note as it was; `null` is a value like others.
    assert_eq!(shop.ask("GET /orders/1").1["note"], "n");
    shop.send("PATCH /orders/1", &[], r#"{"state": "paid", "note": null}"#);
    assert_eq!(shop.ask("GET /orders/1").1["note"], Value::Null);
}

#[test]
fn many_records_change_or_go_at_once() {
    let mut shop = Sandbox::new(SHOP);
    for (id, owner) in [("1", "ann"), ("2", "bob"), ("3", "ann")] {
        shop.post("/orders", &json!({ "id": id, "owner": owner }));
    }
    assert_eq!(shop.post("/close-all", &json!({ "owner": "ann" })).0, 204);
    let states = |shop: &mut Sandbox| {
        let (_, all) = shop.ask("GET /orders");
        let orders = all["ids"].as_array().unwrap().clone();
        let state = |order: &Value| order["state"].as_str().unwrap().to_owned();
        orders.iter().map(state).collect::<Vec<_>>()
    };
    assert_eq!(states(&mut shop), ["closed", "fresh", "closed"]);
    shop.ask("DELETE /orders?owner=ann");
    assert_eq!(states(&mut shop), ["fresh"]);
}

#[test]
fn a_removed_record_can_still_be_answered_with() {
    let mut shop = Sandbox::new(SHOP);
    let (_, order) = shop.post("/orders", &json!({ "id": "1" }));
    assert_eq!(shop.ask("DELETE /orders/1"), (200, order));
    assert_eq!(shop.ask("DELETE /orders/1").0, 404);
}

#[test]
fn an_id_that_is_taken_is_a_problem_of_the_file() {
    let mut shop = Sandbox::new(SHOP);
    shop.post("/orders", &json!({ "id": "1" }));
    let (status, body) = shop.post("/orders", &json!({ "id": "1" }));
    assert_eq!(status, 500);
    assert_eq!(body["message"], "`orders` has a record `1` already");
    assert!(
        body["at"]
            .as_str()
            .unwrap()
            .starts_with("shop/emulator.yaml:")
    );
}

#[test]
fn ids_in_paths_are_decoded() {
    let mut shop = Sandbox::new(SHOP);
    shop.post("/orders", &json!({ "id": "a/b ü%" }));
    assert_eq!(shop.ask("GET /orders/a%2Fb%20%C3%BC%25").0, 200);
    assert_eq!(shop.ask("GET /orders/a/b").0, 501);
    // Odd escapes are taken as they stand.
    assert_eq!(shop.ask("GET /orders/%zz%F").0, 404);
}

#[test]
fn the_same_seed_and_case_give_the_same_bytes() {
    let shop = pack(SHOP);
    let bytes = |seed, stream| {
        let mut sandbox = Sandbox::with(&shop, seed, stream, &json!({}));
        let first = sandbox.raw("POST /orders", &[], "{}").body;
        [first, sandbox.raw("POST /orders", &[], "{}").body]
    };
    let [first, second] = bytes(7, "case");
    assert_ne!(first, second);
    assert_eq!(bytes(7, "case"), [first.clone(), second]);
    assert_ne!(bytes(8, "case")[0], first);
    assert_ne!(bytes(7, "other")[0], first);
}
