//! Events: who is told, with which bytes, when, and how often.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::object;
use crate::clock::Clock;
use crate::emulator::Emulators;
use crate::pack::emulator::testing::{load, signed_pack};
use crate::pack::{Instance, InstanceSpec, Pack, Sandboxes};
use crate::receiver::{Delivered, Destinations, Mailbox, Options, Receiver};
use crate::signature::VerifyingKey;

const SHOP: &str = "
collections:
  endpoints:
    id: ${{ 'ep' ~ (collections.endpoints | length) }}
    fields: { url: '', secret: s0, only: '' }
  orders:
    id: ${{ uuid() }}
    fields: { state: fresh }
  attempts:
    id: ${{ uuid() }}
    fields: { event: '', number: 0, status: null, delivered: false, last: false }
  told:
    id: ${{ event.id }}
    fields: { name: '' }
routes:
  - route: POST /endpoints
    effects:
      - insert: endpoints
        as: endpoint
        set: { url: '${{ request.json.url }}', only: '${{ request.json.only | default(omit) }}' }
    respond: { json: '${{ endpoint }}' }
  - route: POST /endpoints/{id}/rotate
    let: { endpoint: { find: endpoints, id: '${{ path.id }}' } }
    effects:
      - update: endpoint
        set: { secret: '${{ request.json.secret }}' }
    respond: { json: '${{ endpoint }}' }
  - route: POST /orders
    effects:
      - insert: orders
        as: order
      - emit: order.created
        with: { note: a note }
      - after: 1h
        do:
          - emit: order.expired
    respond: { json: '${{ order }}' }
  - route: POST /replay/{id}
    effects:
      - redeliver: ${{ path.id }}
        headers: { x-replay: 'true' }
    respond: { status: 202 }
  - route: GET /attempts
    respond: { json: '${{ collections.attempts }}' }
  - route: GET /told
    respond: { json: '${{ collections.told }}' }
events:
  order.created:
    data: { order: '${{ order.id }}', note: '${{ note }}' }
    headers: { x-created: '${{ attempt.number }}' }
  order.expired:
    data: { order: '${{ order.id }}' }
webhooks:
  id: ${{ 'evt' ~ (collections.told | length) }}
  json: { id: '${{ event.id }}', type: '${{ event.name }}', at: '${{ now() }}', data: '${{ event.data }}' }
  headers: { x-event: '${{ event.name }}' }
  subscribers: endpoints
  when: subscriber.only in ['', event.name]
  key: ${{ subscriber.secret }}
  retry: [1m, 48h]
  emitted:
    - insert: told
      set: { name: '${{ event.name }}' }
  attempted:
    - insert: attempts
      set:
        event: ${{ event.id }}
        number: ${{ attempt.number }}
        status: ${{ attempt.status }}
        delivered: ${{ attempt.delivered }}
        last: ${{ attempt.last }}
";

struct Shop {
    receiver: Receiver,
    mailbox: Mailbox,
    emulators: Emulators,
    instance: Instance,
    client: reqwest::Client,
    clock: Clock,
    pack: Arc<Pack>,
}

impl Shop {
    fn open(emulator: &str) -> Self {
        let receiver = Receiver::new(Options::default());
        let clock = Clock::virtual_from_start();
        let mailbox = receiver.claim("token", &clock).unwrap();
        let emulators = Emulators::new(Destinations::Receiver(receiver.clone()));
        let pack = signed_pack(emulator);
        let instance = emulators
            .open(InstanceSpec {
                pack: &pack,
                clock: clock.clone(),
                seed: 7,
                stream: &["case"],
                settings: object(json!({})),
            })
            .unwrap();
        Self {
            receiver,
            mailbox,
            emulators,
            instance,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            clock,
            pack,
        }
    }

    async fn ask(&self, request: &str, body: Value) -> (u16, Value) {
        let (method, path) = request.split_once(' ').unwrap();
        let url = format!("{}{path}", self.instance.base_url);
        let response = self
            .client
            .request(method.parse().unwrap(), url)
            .header(self.instance.header.0, &self.instance.header.1)
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert!(status != 500 || path.ends_with("evt9"), "{text}");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn subscribe(&self, body: Value) {
        let mut body = object(body);
        let url = self.receiver.url("token");
        body.entry("url").or_insert(json!(url));
        let (status, _) = self.ask("POST /endpoints", Value::Object(body)).await;
        assert_eq!(status, 200);
    }

    /// What came so far: the type, and when by the clock.
    fn came(&self) -> Vec<(String, String)> {
        let told = |event: &Arc<Delivered>| {
            let body = body(event);
            let kind = body["type"].as_str().unwrap().to_owned();
            (kind, event.at.to_string())
        };
        self.mailbox.events(0).iter().map(told).collect()
    }

    fn signature(&self, event: &Delivered, secret: &str) -> &'static str {
        let declaration = &self.pack.signature.as_ref().unwrap().declaration;
        let key = VerifyingKey::parse(declaration.scheme, secret).unwrap();
        let verdict = declaration.verify(&[key], event.at, &event.headers, &event.body);
        verdict.word()
    }
}

fn body(event: &Delivered) -> Value {
    serde_json::from_slice(&event.body).unwrap()
}

fn header<'e>(event: &'e Delivered, name: &str) -> Option<&'e str> {
    let found = event.headers.iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn subscribers_are_told_at_once_and_when_a_timer_fires() {
    let shop = Shop::open(SHOP);
    shop.subscribe(json!({})).await;
    shop.subscribe(json!({ "only": "order.expired" })).await;
    let (_, order) = shop.ask("POST /orders", json!({})).await;
    shop.clock.sleep(Duration::from_hours(2)).await;
    let at = |time: &str| format!("2026-01-01T{time}Z");
    assert_eq!(
        shop.came(),
        [
            ("order.created".to_owned(), at("00:00:00")),
            ("order.expired".to_owned(), at("01:00:00")),
            ("order.expired".to_owned(), at("01:00:00")),
        ]
    );
    let events = shop.mailbox.events(0);
    let data = json!({ "order": order["id"], "note": "a note" });
    let created = json!({ "id": "evt0", "type": "order.created", "at": "2026-01-01T00:00:00.000Z", "data": data });
    assert_eq!(body(&events[0]), created);
    assert_eq!(header(&events[0], "x-event"), Some("order.created"));
    assert_eq!(header(&events[0], "x-created"), Some("1"));
    assert_eq!(header(&events[1], "x-created"), None);
    assert_eq!(shop.signature(&events[0], "s0"), "valid");
    assert_eq!(shop.signature(&events[0], "other"), "invalid");
    let (_, told) = shop.ask("GET /told", json!({})).await;
    let told_of = |id: &str, name: &str| json!({ "id": id, "name": name });
    assert_eq!(
        told,
        json!([
            told_of("evt0", "order.created"),
            told_of("evt1", "order.expired")
        ])
    );
}

#[tokio::test]
async fn what_is_refused_is_tried_again_on_the_virtual_clock_with_the_same_bytes() {
    let shop = Shop::open(SHOP);
    shop.subscribe(json!({ "only": "order.created" })).await;
    shop.mailbox.answer(500, 2);
    shop.ask("POST /orders", json!({})).await;
    // What was due is delivered before the next request is answered.
    let (_, attempts) = shop.ask("GET /attempts", json!({})).await;
    assert_eq!(attempts.as_array().unwrap().len(), 1);
    shop.ask("POST /endpoints/ep0/rotate", json!({ "secret": "s1" }))
        .await;
    shop.clock.sleep(Duration::from_hours(72)).await;
    let times: Vec<String> = shop.came().into_iter().map(|(_, at)| at).collect();
    assert_eq!(
        times,
        [
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:01:00Z",
            "2026-01-03T00:01:00Z"
        ]
    );
    let events = shop.mailbox.events(0);
    assert!(events.iter().all(|event| event.body == events[0].body));
    assert_eq!(header(&events[2], "x-created"), Some("3"));
    // Each attempt is signed anew, by the secret of its time.
    assert_eq!(shop.signature(&events[0], "s0"), "valid");
    assert_eq!(shop.signature(&events[2], "s1"), "valid");
    let (_, attempts) = shop.ask("GET /attempts", json!({})).await;
    let seen: Vec<Value> = attempts
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["number"], one["status"], one["delivered"], one["last"]]))
        .collect();
    assert_eq!(
        json!(seen),
        json!([
            [1, 500, false, false],
            [2, 500, false, false],
            [3, 200, true, true]
        ])
    );
}

#[tokio::test]
async fn the_schedule_has_an_end() {
    let shop = Shop::open(SHOP);
    shop.subscribe(json!({ "only": "order.created" })).await;
    shop.mailbox.answer(503, 9);
    shop.ask("POST /orders", json!({})).await;
    shop.clock.sleep(Duration::from_hours(1000)).await;
    assert_eq!(shop.came().len(), 3);
    let (_, attempts) = shop.ask("GET /attempts", json!({})).await;
    assert_eq!(attempts[2]["last"], true);
    assert_eq!(attempts[2]["delivered"], false);
}

#[tokio::test]
async fn a_past_event_is_delivered_again() {
    let shop = Shop::open(SHOP);
    shop.subscribe(json!({ "only": "order.created" })).await;
    shop.ask("POST /orders", json!({})).await;
    shop.clock.sleep(Duration::from_mins(10)).await;
    assert_eq!(shop.ask("POST /replay/evt0", json!({})).await.0, 202);
    assert_eq!(shop.ask("POST /replay/evt9", json!({})).await.0, 500);
    let events = shop.mailbox.events(0);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].body, events[1].body);
    assert_eq!(header(&events[0], "x-replay"), None);
    assert_eq!(header(&events[1], "x-replay"), Some("true"));
    assert_eq!(shop.signature(&events[1], "s0"), "valid");
}

#[tokio::test]
async fn copies_and_delays_deliver_twice_and_out_of_order() {
    let settings = "
  copies: 2
  delay: ${{ '3s' if event.name == 'order.created' else '1s' }}
  subscribers:";
    let shop = Shop::open(
        &SHOP
            .replace("\n  subscribers:", settings)
            .replace("after: 1h", "after: 1s"),
    );
    shop.subscribe(json!({})).await;
    shop.ask("POST /orders", json!({})).await;
    shop.clock.sleep(Duration::from_mins(1)).await;
    let kinds: Vec<String> = shop.came().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            "order.expired",
            "order.expired",
            "order.created",
            "order.created"
        ]
    );
}

#[tokio::test]
async fn nothing_goes_to_an_address_that_somebody_chose() {
    let shop = Shop::open(SHOP);
    for url in [
        "http://127.0.0.1:9/hook",
        "https://example.com/hook",
        "https://webhooks.invalid.example.com/token",
        "https://webhooks.invalid",
        "hook",
    ] {
        shop.subscribe(json!({ "url": url })).await;
    }
    shop.ask("POST /orders", json!({})).await;
    shop.ask("GET /attempts", json!({})).await;
    let report = shop.emulators.close(&shop.instance);
    assert_eq!(report.unmade.len(), 5, "{report:#?}");
    assert_eq!(
        report.unmade[0],
        "delivery of order.created to `http://127.0.0.1:9/hook` was not made: emulators deliver only to the run's own \
         receiver, `${{ webhooks.url }}`"
    );
    assert!(shop.came().is_empty());
}

#[tokio::test]
async fn anybody_subscribes_by_the_control_endpoint() {
    let shop = Shop::open(SHOP);
    let url = shop.receiver.url("token");
    let (status, told) = shop
        .ask("POST /_emulator/subscribe", json!({ "url": url }))
        .await;
    assert_eq!(
        (
            status,
            told["message"].as_str().unwrap().contains("`secret`")
        ),
        (400, true),
        "{told}"
    );
    let (status, told) = shop.ask("POST /_emulator/subscribe", json!({})).await;
    assert_eq!(
        (status, told["message"].as_str().unwrap().contains("url")),
        (400, true)
    );
    let body = json!({ "url": url, "secret": "own" });
    assert_eq!(shop.ask("POST /_emulator/subscribe", body).await.0, 201);
    shop.ask("POST /orders", json!({})).await;
    shop.ask("GET /attempts", json!({})).await;
    let events = shop.mailbox.events(0);
    assert_eq!(shop.signature(&events[0], "own"), "valid");
}

#[tokio::test]
async fn the_journal_tells_of_deliveries_in_their_place() {
    let shop = Shop::open(SHOP);
    shop.subscribe(json!({})).await;
    shop.mailbox.answer(500, 1);
    shop.ask("POST /orders", json!({})).await;
    shop.ask("GET /told", json!({})).await;
    let journal = shop.emulators.close(&shop.instance).journal;
    let shown: Vec<&str> = journal
        .iter()
        .map(|line| line.split(" by ").next().unwrap())
        .collect();
    assert_eq!(
        shown,
        [
            "POST /endpoints → 200",
            "POST /orders → 200",
            "delivery of order.created to https://webhooks.invalid/token → 500 (attempt 1)",
            "GET /told → 200",
        ]
    );
}

#[test]
fn lint_finds_what_is_wrong_with_events() {
    let (pack, problems) = load(
        "
collections:
  endpoints: { id: '${{ uuid() }}', fields: { url: '' } }
routes:
  - route: POST /orders
    effects:
      - emit: order.craeted
      - emit: order.${{ request.json.state }}
      - emit: invoice.${{ request.json.state }}
    respond: { status: 201 }
events:
  order.created: { data: { note: '${{ note }}' } }
  shop.closed: { data: {} }
webhooks:
  subscribers: endpoint
  url: ${{ subscribr.url }}
",
    );
    assert!(problems.is_empty(), "{problems:#?}");
    let found = crate::pack::emulator::lint(&pack.unwrap());
    let said: Vec<String> = found
        .iter()
        .filter(|problem| problem.code != "missing-source")
        .map(|problem| {
            format!(
                "{}: {} {}",
                problem.code,
                problem.message,
                problem.help.join("; ")
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "undefined-name: there is no event `order.craeted` did you mean `order.created`?; declare it under `events`",
            "undefined-name: no event has a name such as `invoice.…` declare it under `events`",
            "undefined-name: `note` is not defined here there are: event, settings, secrets, collections, request, path",
            "unused: nothing emits the event `shop.closed` ",
            "undefined-name: there is no collection `endpoint` did you mean `endpoints`?",
            "undefined-name: `subscribr` is not defined here did you mean `subscriber`?",
        ]
    );
}
