//! TLS: set up when it is first needed, and clear when it fails.

use crate::http::error::Phase;
use crate::http::testing::{Reply, Server, World, ok};
use crate::http::{Client, ClientOptions, ErrorKind, Method, Request, Url};

fn secure_url(server: &Server, host: &str) -> Url {
    Url::parse(&format!("https://{host}:{}/", server.address.port())).unwrap()
}

fn world(server: &Server, host: &str, roots: &[Vec<u8>]) -> World {
    let mut world = World::of(&[]);
    world
        .egress
        .allow(crate::http::Origin::of(&secure_url(server, host)).unwrap());
    let extra_roots = roots.to_vec();
    world.client = Client::new(ClientOptions {
        extra_roots,
        ..ClientOptions::default()
    })
    .unwrap();
    world
}

#[tokio::test]
async fn a_trusted_certificate_is_accepted() {
    let (server, root) = Server::start_secure([ok(b"{}")]).await;
    let world = world(&server, "localhost", &[root]);
    let response = world
        .get(secure_url(&server, "localhost"))
        .await
        .response
        .unwrap();
    assert_eq!(&response.body[..], b"{}");
}

#[tokio::test]
async fn each_tls_failure_says_what_is_wrong() {
    let (stranger, _) = Server::start_secure([ok(b"")]).await;
    let (misnamed, root) = Server::start_secure([ok(b"")]).await;
    let plain = Server::start_saying("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let closing = Server::start_saying("").await;
    for (server, host, roots, message) in [
        (
            &stranger,
            "localhost",
            vec![],
            "invalid peer certificate: UnknownIssuer",
        ),
        (
            &misnamed,
            "127.0.0.1",
            vec![root],
            "certificate not valid for name \"127.0.0.1\"",
        ),
        (&plain, "localhost", vec![], "received corrupt message"),
        (
            &closing,
            "localhost",
            vec![],
            "closes the connection during the TLS handshake",
        ),
    ] {
        let error = world(server, host, &roots)
            .get(secure_url(server, host))
            .await
            .response
            .unwrap_err();
        assert_eq!(
            (error.kind, error.phase),
            (ErrorKind::Tls, Phase::Connecting),
            "{error}"
        );
        assert!(error.message.contains(message), "{error}");
        assert!(!error.help.is_empty(), "{error}");
    }
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_a_protocol_error() {
    let (server, _) = Server::start_secure([Reply::Send(Vec::new())]).await;
    let world = World::of(&[&server]);
    let error = world.get(server.url("/")).await.response.unwrap_err();
    assert!(
        matches!(error.kind, ErrorKind::Protocol | ErrorKind::Connection),
        "{error}"
    );
}

#[tokio::test]
async fn http2_is_spoken_where_the_server_does_and_shares_a_connection() {
    let (server, root) = Server::start_http2().await;
    let world = world(&server, "localhost", &[root]);
    let url = secure_url(&server, "localhost");
    assert!(world.get(url.clone()).await.response.is_ok());
    let mut request = Request::new(Method::POST, url.clone());
    request.header("connection", "close");
    request.header("x-a", "1");
    let (one, two) = tokio::join!(world.get(url.clone()), world.send(request));
    for (exchange, method) in [(one, "GET"), (two, "POST")] {
        let response = exchange.response.unwrap();
        assert_eq!(
            (response.status, response.reason.as_str()),
            (404, "Not Found")
        );
        assert_eq!(&*response.text(), format!("{method} {url}"));
    }
    assert_eq!(server.connections(), 1);
}
