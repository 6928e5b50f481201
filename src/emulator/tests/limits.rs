//! What keeps a request from being answered: rate limits, unique keys, its form; and answers that do not arrive.

use std::time::Duration;

use serde_json::json;

use super::Sandbox;
use crate::pack::emulator::testing::pack;

const LIMITED: &str = "
headers:
  x-request: ${{ request.id }}
errors:
  json: { code: '${{ error.code }}', request: '${{ request.id }}', more: '${{ error.more | default(omit) }}' }
  invalid: { status: 400, error: { code: invalid, more: '${{ violations }}' } }
before:
  - rate_limit:
      when: settings.mode == 'closed'
      key: ${{ request.headers['x-key'] | default(omit) }}
      limit: 2
      window: 10s
      else: { status: 429, headers: { retry-after: '${{ retry_after }}' }, error: { code: slow } }
      headers: { x-remaining: '${{ remaining }}' }
collections:
  users:
    id: ${{ collections.users | length }}
    fields: { name: '${{ omit }}', home: '${{ omit }}', state: fresh }
    unique:
      - fields: [name, home]
        else: { status: 409, error: { code: taken, more: '${{ taken.id }}' } }
routes:
  - route: GET /ping
    respond: { text: pong }
  - route: POST /users
    effects:
      - insert: users
        as: user
        set: { name: '${{ request.json.name | default(omit) }}', home: '${{ request.json.home | default(omit) }}' }
    respond: { status: 201, json: '${{ user }}' }
  - route: POST /users/{id}
    let:
      user: { find: users, id: '${{ path.id }}', else: { status: 404 } }
    effects:
      - update: user
        set: { name: '${{ request.json.name | default(omit) }}', state: '${{ request.json.state | default(omit) }}' }
    respond: { json: '${{ user }}' }
  - route: POST /later
    effects:
      - after: 1s
        do:
          - insert: users
            set: { name: '${{ request.json.name }}', home: '${{ request.json.home }}' }
    respond: { status: 202 }
  - route: GET /search
    request:
      headers:
        X-Key: { format: uuid }
        X-Tries: { type: integer, optional: true }
      query:
        n: { type: integer, minimum: 1, optional: true }
        exact: { type: boolean, optional: true }
        tag: { type: array, maxItems: 2, optional: true }
        q:
    respond: { json: [] }
  - route: GET /slow
    respond: { delay: 30s, text: at last }
";

fn user(name: &str, home: &str) -> serde_json::Value {
    json!({ "name": name, "home": home })
}

#[test]
fn requests_that_are_too_many_are_told_when_to_come_again() {
    let closed = json!({ "mode": "closed" });
    let mut shop = Sandbox::with(&pack(LIMITED), 7, "case", &closed);
    let key = [("x-key", "a")];
    let mut ping = |wait: u64| {
        shop.wait(wait);
        let answer = shop.raw("GET /ping", &key, "");
        let header = |name: &str| {
            let mut headers = answer.headers.iter();
            headers
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.clone())
        };
        (answer.status, header("x-remaining"), header("retry-after"))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(ping(0), (200, text("1"), None));
    assert_eq!(ping(4), (200, text("0"), None));
    assert_eq!(ping(0), (429, text("0"), text("6")));
    assert_eq!(ping(5), (429, text("0"), text("1")));
    assert_eq!(ping(1), (200, text("1"), None));
    assert_eq!(shop.send("GET /ping", &[("x-key", "b")], "").0, 200);
    let without: Vec<u16> = (0..4).map(|_| shop.ask("GET /ping").0).collect();
    assert_eq!(without, [200; 4]);
}

#[test]
fn a_limit_is_off_unless_it_holds() {
    let mut shop = Sandbox::new(LIMITED);
    for _ in 0..4 {
        let answer = shop.raw("GET /ping", &[("x-key", "a")], "");
        assert_eq!((answer.status, answer.headers.len()), (200, 2));
    }
}

#[test]
fn no_two_records_have_the_same_unique_key() {
    let mut shop = Sandbox::new(LIMITED);
    let mut status = |path: &str, body| shop.post(path, &body).0;
    assert_eq!(status("/users", user("ada", "kent")), 201);
    assert_eq!(status("/users", user("ada", "kent")), 409);
    assert_eq!(status("/users", user("ada", "rome")), 201);
    assert_eq!(status("/users", user("bea", "rome")), 201);
    assert_eq!(status("/users/2", json!({ "name": "ada" })), 409);
    assert_eq!(status("/users/1", json!({ "name": "ada" })), 200);
    assert_eq!(status("/users/2", json!({ "state": "old" })), 200);
    // One that is missing is like no other.
    assert_eq!(status("/users", json!({ "name": "ada" })), 201);
    assert_eq!(
        status("/users", json!({ "name": "ada", "home": null })),
        201
    );
    let (_, body) = shop.post("/users", &user("ada", "rome"));
    assert_eq!((&body["code"], &body["more"]), (&json!("taken"), &json!(1)));
    assert!(
        shop.answered_by()
            .starts_with("a unique key of `users` (shop/emulator.yaml:")
    );
}

#[test]
fn a_unique_key_that_a_timer_meets_is_a_problem_of_the_file() {
    let mut shop = Sandbox::new(LIMITED);
    shop.post("/users", &user("ada", "kent"));
    shop.post("/later", &user("ada", "kent"));
    shop.wait(1);
    let (status, body) = shop.ask("GET /ping");
    assert_eq!(status, 500);
    assert!(
        body["message"].as_str().unwrap().contains("unique key"),
        "{body}"
    );
    assert_eq!(shop.ask("GET /ping").0, 200);
}

#[test]
fn headers_and_query_are_held_to_their_schemas() {
    let mut shop = Sandbox::new(LIMITED);
    let mut broken = |target: &str, headers: &[(&str, &str)]| {
        let (_, body) = shop.send(target, headers, "");
        let told = body["more"].as_array().cloned().unwrap_or_default();
        let text = |one: &serde_json::Value, part: &str| one[part].as_str().unwrap().to_owned();
        told.iter()
            .map(|one| {
                format!(
                    "{} {} {}",
                    text(one, "in"),
                    text(one, "field"),
                    text(one, "rule")
                )
            })
            .collect::<Vec<_>>()
    };
    let key = ("X-KEY", "62ead88d-63ff-464a-b5ae-bffa3bb0fbe0");
    assert_eq!(broken("GET /search?q=", &[key]), [""; 0]);
    assert_eq!(
        broken(
            "GET /search?q=1&n=3&exact=true&tag=a&tag=b",
            &[key, ("x-tries", "2")]
        ),
        [""; 0]
    );
    assert_eq!(
        broken("GET /search", &[]),
        ["header X-Key required", "query q required"]
    );
    assert_eq!(
        broken(
            "GET /search?q=1&n=0&exact=1&tag=a&tag=b&tag=c",
            &[("x-key", "1"), ("x-tries", "1.5")]
        ),
        [
            "header X-Key format",
            "header X-Tries type",
            "query n minimum",
            "query exact type",
            "query tag maxItems"
        ]
    );
    assert_eq!(broken("GET /search?q=1&n=three", &[key]), ["query n type"]);
}

#[test]
fn a_request_has_one_id() {
    let mut shop = Sandbox::new(LIMITED);
    let ids: Vec<String> = (0..2)
        .map(|_| {
            let answer = shop.raw("GET /search", &[], "");
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let (_, header) = answer
                .headers
                .iter()
                .find(|(name, _)| name == "x-request")
                .unwrap();
            assert_eq!(body["request"], **header);
            header.clone()
        })
        .collect();
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_slow_answer_says_how_long_it_takes() {
    let mut shop = Sandbox::new(LIMITED);
    let answer = shop.raw("GET /slow", &[], "");
    let (_, delay) = answer.delivery.delay.unwrap();
    assert_eq!(delay, Duration::from_secs(30));
}
