//! What is asked of a request before it is answered: credentials, form, rules; and in which order.

use serde_json::json;

use super::Sandbox;
use crate::pack::emulator::testing::pack;

const AUTH: &str = "
let:
  closed: ${{ settings.mode == 'closed' }}
errors:
  headers: { x-error: '${{ error.code }}', content-type: application/problem+json }
  json: { code: '${{ error.code }}', status: '${{ status }}', why: '${{ error.why | default(omit) }}' }
  malformed: { status: 400, error: { code: malformed } }
  invalid: { status: 422, error: { code: invalid, why: '${{ violations }}' } }
  not_found: { status: 404, error: { code: nothing } }
auth:
  when: not closed
  headers: { x-key: '${{ secrets.key }}', x-tenant: [red, blue] }
  missing: { status: 401, error: { code: missing } }
  else: { status: 403, error: { code: wrong } }
before:
  - rules:
      - when: request.path == '/blocked'
        respond: { status: 418, error: { code: teapot } }
collections:
  hits:
    id: only
    fields: { count: 0 }
routes:
  - route: GET /open
    auth: false
    respond: { text: '${{ request.method }} ${{ request.headers[''x-word''] | default(''?'') }}' }
  - route: GET /locked
    respond: { json: { ok: true } }
  - route: GET /blocked
    respond: { json: { ok: true } }
  - route: POST /form-first/{id}
    auth: false
    request:
      headers: { X-Word: { maxLength: 3 } }
      json: { type: object, required: [n], properties: { n: { type: integer } } }
    let:
      hit: { find: hits, id: '${{ path.id }}' }
    respond: { json: 1 }
  - route: POST /record-first/{id}
    auth: false
    let:
      hit: { find: hits, id: '${{ path.id }}' }
    request:
      json: { type: object, required: [n] }
      else: { status: 409, error: { code: own, why: '${{ violations[0].field }}' } }
    respond: { json: 1 }
  - route: GET /count
    auth: false
    let:
      hit: { find: hits, id: only, else: null }
    rules:
      - when: hit is none
        effects:
          - insert: hits
            as: hit
        respond: { status: 201, json: '${{ hit.count }}' }
      - when: hit.count >= 2
        respond: { status: 429, headers: { retry-after: 5 }, error: { code: enough } }
    effects:
      - update: hit
        set: { count: '${{ hit.count + 1 }}' }
    respond: { json: '${{ hit.count }}' }
  - route: GET /broken
    auth: false
    respond: { json: '${{ request.json.nothing }}' }
";

const KEYS: [(&str, &str); 2] = [("x-key", "emulated-shop-key"), ("x-tenant", "blue")];

#[test]
fn credentials_are_missing_wrong_or_right() {
    let mut shop = Sandbox::new(AUTH);
    let mut code = |headers: &[(&str, &str)]| {
        let (status, body) = shop.send("GET /locked", headers, "");
        (status, body["code"].as_str().unwrap_or("none").to_owned())
    };
    assert_eq!(code(&[]), (401, "missing".to_owned()));
    assert_eq!(code(&KEYS[..1]), (401, "missing".to_owned()));
    assert_eq!(
        code(&[KEYS[0], ("x-tenant", "green")]),
        (403, "wrong".to_owned())
    );
    assert_eq!(
        code(&[("x-key", "guess"), KEYS[1]]),
        (403, "wrong".to_owned())
    );
    assert_eq!(code(&[("x-key", ""), KEYS[1]]), (403, "wrong".to_owned()));
    assert_eq!(code(&KEYS), (200, "none".to_owned()));
}

#[test]
fn credentials_are_asked_for_where_the_file_says_so() {
    let mut shop = Sandbox::new(AUTH);
    let answer = shop.raw("GET /open", &[("X-Word", "hi")], "");
    assert_eq!(answer.body, b"GET hi");
    let closed = json!({ "mode": "closed" });
    let mut shop = Sandbox::with(&pack(AUTH), 7, "case", &closed);
    assert_eq!(shop.ask("GET /locked").0, 200);
}

#[test]
fn errors_have_the_form_that_the_file_gives_them() {
    let mut shop = Sandbox::new(AUTH);
    let answer = shop.raw("GET /locked", &[], "");
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body, json!({ "code": "missing", "status": 401 }));
    let headers = [
        ("x-error".to_owned(), "missing".to_owned()),
        (
            "content-type".to_owned(),
            "application/problem+json".to_owned(),
        ),
    ];
    assert_eq!(answer.headers, headers);
}

#[test]
fn rules_of_the_file_come_after_credentials_and_before_the_route() {
    let mut shop = Sandbox::new(AUTH);
    assert_eq!(shop.ask("GET /blocked").0, 401);
    assert_eq!(shop.send("GET /blocked", &KEYS, "").0, 418);
    assert!(
        shop.answered_by()
            .starts_with("a rule (shop/emulator.yaml:")
    );
}

#[test]
fn what_stands_first_is_asked_first() {
    let mut shop = Sandbox::new(AUTH);
    assert_eq!(shop.send("POST /form-first/x", &[], "{}").0, 422);
    assert_eq!(
        shop.send("POST /form-first/x", &[("x-word", "a")], r#"{"n": 1}"#)
            .0,
        404
    );
    assert_eq!(shop.send("POST /record-first/x", &[], "{}").0, 404);
    shop.ask("GET /count");
    let (status, body) = shop.send("POST /record-first/only", &[], "{}");
    assert_eq!((status, &body["why"]), (409, &json!("n")));
}

#[test]
fn all_that_a_request_breaks_is_told() {
    let mut shop = Sandbox::new(AUTH);
    let (_, body) = shop.send("POST /form-first/x", &[], r#"{"n": "one"}"#);
    let fields: Vec<_> = body["why"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["X-Word", "n"]);
}

#[test]
fn a_body_that_is_not_json_is_malformed() {
    let mut shop = Sandbox::new(AUTH);
    let deep = "[".repeat(100_000);
    for body in ["", "{", "nope", "{\"n\": 01}", "\u{feff}{}", deep.as_str()] {
        let (status, answer) = shop.send("POST /form-first/x", &[], body);
        assert_eq!(
            (status, &answer["code"]),
            (400, &json!("malformed")),
            "{body:.20}"
        );
    }
    assert!(shop.answered_by().starts_with("the body not being JSON"));
}

#[test]
fn rules_have_effects_of_their_own() {
    let mut shop = Sandbox::new(AUTH);
    let statuses: Vec<u16> = (0..5).map(|_| shop.ask("GET /count").0).collect();
    assert_eq!(statuses, [201, 200, 200, 429, 429]);
    let answer = shop.raw("GET /count", &[], "");
    assert!(
        answer
            .headers
            .contains(&("retry-after".to_owned(), "5".to_owned()))
    );
}

#[test]
fn what_a_file_gets_wrong_is_answered_with_500_and_its_place() {
    let mut shop = Sandbox::new(AUTH);
    let (status, body) = shop.ask("GET /broken");
    assert_eq!(status, 500);
    assert_eq!(body["error"], "emulator_problem");
    assert!(
        body["at"]
            .as_str()
            .unwrap()
            .starts_with("shop/emulator.yaml:"),
        "{body}"
    );
    let unmatched = shop.instance.report().unmatched;
    assert_eq!(unmatched.len(), 1, "{unmatched:?}");
}

#[test]
fn a_request_that_no_route_answers_is_told_how_it_missed() {
    let mut shop = Sandbox::new(AUTH);
    for (request, nearest, why) in [
        ("PUT /locked", "GET /locked", "the method is GET, not PUT"),
        (
            "GET /lokced",
            "GET /locked",
            "the path has `lokced` where the route has `locked`",
        ),
        ("GET /locked/", "GET /locked", "the path is longer"),
        (
            "POST /form-first",
            "POST /form-first/{id}",
            "the path is shorter",
        ),
        (
            "POST /form-first/",
            "POST /form-first/{id}",
            "`{id}` is empty",
        ),
        (
            "GET /form-first/1",
            "POST /form-first/{id}",
            "the method is POST, not GET",
        ),
        ("HEAD /open", "GET /open", "the method is GET, not HEAD"),
    ] {
        let (status, body) = shop.ask(request);
        assert_eq!(status, 501, "{request}");
        assert_eq!(body["nearest"], nearest, "{request}");
        assert_eq!(body["why"], why, "{request}");
    }
    let unmatched = shop.instance.report().unmatched;
    assert_eq!(
        unmatched[0],
        "PUT /locked: no route; the nearest is `GET /locked`: the method is GET, not PUT"
    );
}

#[test]
fn the_journal_says_what_answered() {
    let mut shop = Sandbox::new(AUTH);
    shop.ask("GET /locked?a=1");
    shop.ask("GET /open");
    let places = shop.instance.report().journal;
    let at = |text: &str| AUTH.lines().position(|line| line.contains(text)).unwrap() + 1;
    assert_eq!(
        places,
        [
            format!(
                "GET /locked?a=1 → 401 by auth (shop/emulator.yaml:{})",
                at("missing: {")
            ),
            format!(
                "GET /open → 200 by the route (shop/emulator.yaml:{})",
                at("route: GET /open")
            ),
        ]
    );
}
