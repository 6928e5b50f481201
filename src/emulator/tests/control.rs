//! The endpoints under `/_emulator/`, and the default instance that they steer.

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::object;
use crate::clock::Clock;
use crate::emulator::control::DefaultInstance;
use crate::emulator::live::Courier;
use crate::emulator::request::Incoming;
use crate::emulator::{Blueprint, serve};
use crate::pack::InstanceSpec;
use crate::pack::emulator::testing::pack;
use crate::receiver::Destinations;

const SHOP: &str = "
let:
  word: the shop is ${{ settings.mode }}
collections:
  orders:
    id: ${{ uuid() }}
    fields: { state: fresh }
routes:
  - route: GET /word
    respond: { json: '${{ word }}' }
  - route: POST /orders
    effects:
      - insert: orders
        as: order
      - after: 1h
        name: expiry
        do:
          - update: order
            set: { state: expired }
    respond: { status: 201, json: '${{ order }}' }
";

fn default_instance(clock: Clock) -> DefaultInstance {
    let pack = pack(SHOP);
    let spec = InstanceSpec {
        pack: &pack,
        clock: clock.clone(),
        seed: 7,
        stream: &[],
        settings: object(json!({})),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let courier = Arc::new(Courier::new(Destinations::Loopback));
    DefaultInstance::new(
        Blueprint::of(&spec, &crate::emulator::Shared::of(&pack)).unwrap(),
        clock,
        &courier,
        runtime.handle(),
    )
    .unwrap()
}

fn ask(instance: &DefaultInstance, request: &str, body: &Value) -> (u16, Value) {
    let (method, path) = request.split_once(' ').unwrap();
    let answer = instance.answer(Incoming::new(
        method.parse().unwrap(),
        path.parse().unwrap(),
        http::HeaderMap::new(),
        body.to_string().into(),
    ));
    let answer = answer.now_or_never().unwrap();
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    (answer.status, body)
}

#[test]
fn the_clock_is_told_and_moved() {
    let instance = default_instance(Clock::virtual_from_start());
    let told = ask(&instance, "GET /_emulator/clock", &json!(null));
    let start = json!({ "now": "2026-01-01T00:00:00Z", "virtual": true });
    assert_eq!(told, (200, start));
    let advanced = ask(
        &instance,
        "POST /_emulator/clock",
        &json!({ "advance": "90m" }),
    );
    assert_eq!(advanced.1["now"], "2026-01-01T01:30:00Z");
    for wrong in [
        json!({}),
        json!({ "advance": 5 }),
        json!({ "advance": "5" }),
        json!([]),
    ] {
        assert_eq!(
            ask(&instance, "POST /_emulator/clock", &wrong).0,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn a_real_clock_is_not_moved() {
    let instance = default_instance(Clock::real(|| crate::clock::VIRTUAL_START));
    let (status, body) = ask(
        &instance,
        "POST /_emulator/clock",
        &json!({ "advance": "1h" }),
    );
    assert_eq!(status, 400);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("--clock virtual")
    );
}

#[test]
fn the_state_shows_records_and_what_is_to_come() {
    let instance = default_instance(Clock::virtual_from_start());
    let (_, order) = ask(&instance, "POST /orders", &json!({}));
    let (_, state) = ask(&instance, "GET /_emulator/state", &json!(null));
    let timers = json!([{ "due": "2026-01-01T01:00:00Z", "name": "expiry" }]);
    assert_eq!(
        state,
        json!({ "collections": { "orders": [order] }, "timers": timers })
    );
    ask(
        &instance,
        "POST /_emulator/clock",
        &json!({ "advance": "1h" }),
    );
    let (_, state) = ask(&instance, "GET /_emulator/state", &json!(null));
    assert_eq!(state["collections"]["orders"][0]["state"], "expired");
    assert_eq!(state["timers"], json!([]));
}

#[test]
fn requests_are_told_with_what_answered_them() {
    let instance = default_instance(Clock::virtual_from_start());
    ask(&instance, "GET /word?x=1", &json!(null));
    ask(&instance, "GET /wrod", &json!(null));
    let (_, told) = ask(&instance, "GET /_emulator/requests", &json!(null));
    let requests = told["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["target"], "/word?x=1");
    assert_eq!(requests[0]["status"], 200);
    assert!(
        requests[0]["answered_by"]
            .as_str()
            .unwrap()
            .starts_with("the route")
    );
    assert_eq!(requests[1]["status"], 501);
}

#[test]
fn a_reset_makes_the_same_instance_anew() {
    let instance = default_instance(Clock::virtual_from_start());
    let (_, first) = ask(&instance, "POST /orders", &json!({}));
    ask(&instance, "POST /_emulator/reset", &json!(null));
    let (_, state) = ask(&instance, "GET /_emulator/state", &json!(null));
    assert_eq!(state["collections"]["orders"], json!([]));
    assert_eq!(ask(&instance, "POST /orders", &json!({})).1, first);
}

#[test]
fn settings_change_what_follows_from_them_and_leave_the_state() {
    let instance = default_instance(Clock::virtual_from_start());
    ask(&instance, "POST /orders", &json!({}));
    assert_eq!(
        ask(&instance, "GET /word", &json!(null)).1,
        "the shop is open"
    );
    let set = ask(
        &instance,
        "PUT /_emulator/settings",
        &json!({ "mode": "closed" }),
    );
    assert_eq!(set, (200, json!({ "mode": "closed", "delay": "5s" })));
    assert_eq!(
        ask(&instance, "GET /word", &json!(null)).1,
        "the shop is closed"
    );
    let (_, state) = ask(&instance, "GET /_emulator/state", &json!(null));
    assert_eq!(state["collections"]["orders"].as_array().unwrap().len(), 1);
    let wrong = [
        (
            json!({ "mode": "ajar" }),
            "the setting `mode` can't be \"ajar\": expected `open` or `closed`",
        ),
        (
            json!({ "delay": "soon" }),
            "the setting `delay` can't be \"soon\": expected a duration such as `5s`",
        ),
        (
            json!({ "mods": "open" }),
            "there is no setting `mods`; did you mean `mode`?",
        ),
        (json!([]), "send a body like {\"name\": value}"),
    ];
    for (body, message) in wrong {
        let (status, answer) = ask(&instance, "PUT /_emulator/settings", &body);
        assert_eq!((status, &answer["message"]), (400, &json!(message)));
    }
    assert_eq!(
        ask(&instance, "GET /_emulator/settings", &json!(null)).1["mode"],
        "closed"
    );
}

#[test]
fn an_endpoint_that_does_not_exist_names_those_that_do() {
    let instance = default_instance(Clock::virtual_from_start());
    let (status, body) = ask(&instance, "GET /_emulator/stat", &json!(null));
    assert_eq!(status, 404);
    assert!(body["message"].as_str().unwrap().contains("GET state"));
}

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let pack = pack(SHOP);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let spec = InstanceSpec {
            pack: &pack,
            clock: Clock::virtual_from_start(),
            seed: 7,
            stream: &[],
            settings: object(json!({})),
        };
        serve(listener, spec, async { drop(stopped.await) }).await
    });
    let ask = |path: &'static str| async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    assert!(ask("/word").await.ends_with("\"the shop is open\""));
    assert!(ask("/_emulator/state").await.contains("\"orders\""));
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
