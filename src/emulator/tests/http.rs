//! Over real HTTP: instances that share a listener and nothing else.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::emulator::{Emulators, INSTANCE_HEADER};
use crate::pack::emulator::testing::pack;
use crate::pack::{Instance, InstanceSpec, Pack, Sandboxes};
use crate::receiver::Destinations;

const COUNTER: &str = "
collections:
  hits: { id: '${{ uuid() }}' }
routes:
  - route: POST /hits
    effects:
      - insert: hits
    respond:
      headers: { x-count: '${{ collections.hits | length }}', x-odd: \"a\\nb\" }
      json: { count: '${{ collections.hits | length }}' }
";

fn open(emulators: &Emulators, pack: &Arc<Pack>) -> Instance {
    let spec = InstanceSpec {
        pack,
        clock: Clock::virtual_from_start(),
        seed: 7,
        stream: &["case"],
        settings: serde_json::Map::new(),
    };
    emulators.open(spec).unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn hit(client: &reqwest::Client, instance: &Instance) -> reqwest::Response {
    client
        .post(format!("{}/hits", instance.base_url))
        .header(instance.header.0, &instance.header.1)
        .send()
        .await
        .unwrap()
}

async fn count(client: &reqwest::Client, instance: &Instance) -> Value {
    let text = hit(client, instance).await.text().await.unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["count"].clone()
}

#[tokio::test]
async fn instances_share_a_listener_and_nothing_else() {
    let (emulators, pack, client) = (
        Emulators::new(Destinations::Loopback),
        pack(COUNTER),
        client(),
    );
    let (one, other) = (open(&emulators, &pack), open(&emulators, &pack));
    assert_eq!(one.base_url, other.base_url);
    assert_eq!(count(&client, &one).await, json!(1));
    assert_eq!(count(&client, &one).await, json!(2));
    assert_eq!(count(&client, &other).await, json!(1));
    assert_eq!(emulators.close(&one).journal.len(), 2);
    assert_eq!(emulators.close(&one).journal.len(), 0);
    assert_eq!(hit(&client, &one).await.status(), 501);
    assert_eq!(count(&client, &other).await, json!(2));
}

#[tokio::test]
async fn a_thousand_instances_at_once() {
    let (emulators, pack, client) = (
        Emulators::new(Destinations::Loopback),
        pack(COUNTER),
        client(),
    );
    let instances: Vec<_> = (0..1000).map(|_| open(&emulators, &pack)).collect();
    for chunk in instances.chunks(50) {
        let hits = chunk.iter().map(|instance| count(&client, instance));
        for count in futures_util::future::join_all(hits).await {
            assert_eq!(count, json!(1));
        }
    }
    for instance in &instances {
        assert_eq!(emulators.close(instance).journal.len(), 1);
    }
}

#[tokio::test]
async fn a_request_without_an_instance_is_refused() {
    let (emulators, pack, client) = (
        Emulators::new(Destinations::Loopback),
        pack(COUNTER),
        client(),
    );
    let instance = open(&emulators, &pack);
    let url = format!("{}/hits", instance.base_url);
    let status = client.post(&url).send().await.unwrap().status();
    assert_eq!(status, 501);
    for id in ["", "x", "0", "-1", "99999999999999999999999"] {
        let request = client.post(&url).header(INSTANCE_HEADER, id);
        assert_eq!(request.send().await.unwrap().status(), 501, "{id}");
    }
    assert_eq!(count(&client, &instance).await, json!(1));
}

#[tokio::test]
async fn the_control_endpoints_are_not_for_scenarios() {
    let (emulators, pack, client) = (
        Emulators::new(Destinations::Loopback),
        pack(COUNTER),
        client(),
    );
    let instance = open(&emulators, &pack);
    let request = client
        .get(format!("{}/_emulator/state", instance.base_url))
        .header(instance.header.0, &instance.header.1);
    assert_eq!(request.send().await.unwrap().status(), 501);
}

#[tokio::test]
async fn headers_can_be_sent_whatever_they_hold() {
    let (emulators, pack, client) = (
        Emulators::new(Destinations::Loopback),
        pack(COUNTER),
        client(),
    );
    let instance = open(&emulators, &pack);
    let response = hit(&client, &instance).await;
    assert_eq!(response.headers()["x-count"], "1");
    assert_eq!(response.headers()["x-odd"], "ab");
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let (emulators, pack, client) = (
        Emulators::new(Destinations::Loopback),
        pack(COUNTER),
        client(),
    );
    let instance = open(&emulators, &pack);
    let request = client
        .post(format!("{}/hits", instance.base_url))
        .header(instance.header.0, &instance.header.1)
        .body(vec![b' '; 9 * 1024 * 1024]);
    // The answer, or the connection's end where the client has not done sending.
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(count(&client, &instance).await, json!(1));
}

#[tokio::test]
async fn a_pack_without_an_emulator_can_not_be_opened() {
    let mut without = Arc::try_unwrap(pack(COUNTER)).unwrap();
    without.emulator = None;
    let spec = InstanceSpec {
        pack: &Arc::new(without),
        clock: Clock::virtual_from_start(),
        seed: 7,
        stream: &[],
        settings: serde_json::Map::new(),
    };
    let refused = Emulators::new(Destinations::Loopback)
        .open(spec)
        .unwrap_err();
    assert_eq!(refused, "the pack `shop` has no emulator");
}
