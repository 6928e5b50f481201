//! Requests that go through a proxy, and those that must not.

use crate::http::testing::{Reply, Server, World, answer, ok};
use crate::http::{Client, ClientOptions, ErrorKind, Origin, Proxies, Url};

/// A world in which `name.example` is reached through this proxy alone.
fn behind(proxy: &str) -> World {
    let mut world = World::of(&[]);
    for origin in ["http://name.example", "https://name.example"] {
        world.egress.allow(Origin::parse(origin).unwrap());
    }
    let proxies = Proxies {
        http: Some(proxy.to_owned()),
        https: Some(proxy.to_owned()),
        none_for: String::new(),
    };
    let options = ClientOptions {
        proxies,
        ..ClientOptions::default()
    };
    world.client = Client::new(options).unwrap();
    world
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[tokio::test]
async fn plain_requests_name_the_whole_url() {
    let proxy = Server::start([ok(b"{}")]).await;
    let world = behind(&format!("user:pass@{}", proxy.address));
    let exchange = world.get(url("http://name.example/x?y")).await;
    assert_eq!(exchange.response.unwrap().status, 200);
    assert!(!exchange.request.has_header("proxy-authorization"));
    let request = &proxy.requests()[0];
    assert!(
        request.starts_with("GET http://name.example/x?y HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\nproxy-authorization: Basic dXNlcjpwYXNz\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nhost: name.example\r\n"), "{request}");
}

#[tokio::test]
async fn secure_requests_are_tunnelled() {
    let proxy = Server::start([Reply::SendAndClose(answer("403 Forbidden", &[], b""))]).await;
    let world = behind(&format!("http://user:pass@{}", proxy.address));
    let error = world
        .get(url("https://name.example/secret"))
        .await
        .response
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Connection);
    assert!(
        error
            .message
            .starts_with("no connection to `https://name.example` through the proxy: "),
        "{error}"
    );
    assert_eq!(error.help, "check the proxy settings");
    let request = &proxy.requests()[0];
    assert!(
        request.starts_with("CONNECT name.example:443 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(!request.contains("secret"), "{request}");
}

#[tokio::test]
async fn loopback_is_reached_directly() {
    let proxy = Server::start([ok(b"proxy")]).await;
    let server = Server::start([ok(b"server")]).await;
    let mut world = behind(&proxy.address.to_string());
    for host in ["127.0.0.1", "localhost"] {
        let url = url(&format!("http://{host}:{}/", server.address.port()));
        world.egress.allow(Origin::of(&url).unwrap());
        assert_eq!(&world.get(url).await.response.unwrap().body[..], b"server");
    }
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_at_once() {
    for proxy in ["socks5://h:1", "https://h", "http://", "not a url"] {
        let proxies = Proxies {
            http: Some(proxy.to_owned()),
            ..Proxies::default()
        };
        let options = ClientOptions {
            proxies,
            ..ClientOptions::default()
        };
        let error = Client::new(options).unwrap_err();
        assert_eq!(
            error.message, "the proxy cannot be used: it is not an `http` URL",
            "{proxy}"
        );
    }
}
