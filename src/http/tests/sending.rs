//! What goes out and what comes back when all is well.

use crate::http::testing::{Reply, Server, World, answer, ok};
use crate::http::{Method, Request, body};

#[tokio::test]
async fn a_request_carries_its_headers_in_order_and_the_defaults() {
    let server = Server::start([ok(b"{}")]).await;
    let world = World::of(&[&server]);
    let mut request = Request::new(Method::POST, server.url("/customers?a=b%20c"));
    request.header("X-One", "1");
    request.header("x-two", "a");
    request.header("x-two", "b");
    request.header("content-type", body::JSON);
    request.body = Some("{\"name\":\"Äcme\"}".into());
    let exchange = world.send(request).await;
    assert_eq!(exchange.response.unwrap().status, 200);
    let expected = format!(
        "POST /customers?a=b%20c HTTP/1.1\r\nx-one: 1\r\nx-two: a\r\nx-two: b\r\ncontent-type: application/json\r\n\
         user-agent: probity/{}\r\naccept: */*\r\naccept-encoding: gzip, deflate, br, zstd\r\nhost: {}\r\n\
         content-length: 16\r\n\r\n{{\"name\":\"Äcme\"}}",
        env!("CARGO_PKG_VERSION"),
        server.address
    );
    assert_eq!(server.requests(), [expected]);
}

#[tokio::test]
async fn a_response_keeps_its_headers_as_sent() {
    let reply = Reply::Send(answer(
        "422 Try Harder",
        &[
            "X-A: 1",
            "set-cookie: a=1; Path=/",
            "x-b: \u{e9}",
            "x-a: 2",
            "Set-Cookie: b=2",
        ],
        b"{\"amount\": 100.10}",
    ));
    let server = Server::start([reply]).await;
    let response = World::of(&[&server])
        .get(server.url("/"))
        .await
        .response
        .unwrap();
    assert_eq!(
        (response.status, response.reason.as_str()),
        (422, "Try Harder")
    );
    assert_eq!(response.header("X-A").as_deref(), Some("1, 2"));
    assert_eq!(response.header_values("set-cookie").count(), 2);
    assert_eq!(
        response.cookies().collect::<Vec<_>>(),
        [("a", "1"), ("b", "2")]
    );
    assert_eq!(response.header("x-b").as_deref(), Some("é"));
    assert_eq!(response.header("x-c"), None);
    assert_eq!(response.json().unwrap()["amount"].to_string(), "100.10");
    assert_eq!(response.wire_bytes, 18);
}
