//! What requests share and what they do not: connections, cookies, the transport's own headers, the byte budget.

use crate::http::testing::{Reply, Server, World, answer, ok};
use crate::http::{Client, ClientOptions, CookieJar, Egress, Method, Request};

fn sets(cookies: &[&str]) -> Reply {
    let lines: Vec<String> = cookies
        .iter()
        .map(|cookie| format!("set-cookie: {cookie}"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Reply::Send(answer("200 OK", &lines, b""))
}

fn cookie_line(request: &str) -> Option<&str> {
    request
        .lines()
        .find_map(|line| line.strip_prefix("cookie: "))
}

#[tokio::test]
async fn cookies_come_back_and_show_in_the_exchange() {
    let server = Server::start([
        sets(&[
            "b=2",
            "a=1; Path=/",
            "deep=3; Path=/x/y",
            "else=4; Path=/z",
            "gone=5; Max-Age=0",
        ]),
        sets(&["a=; Path=/; Max-Age=0"]),
        ok(b""),
    ])
    .await;
    let world = World::of(&[&server]);
    assert!(world.get(server.url("/")).await.response.is_ok());
    let second = world.get(server.url("/x/y/z")).await;
    assert!(
        second
            .request
            .headers
            .contains(&("cookie".to_owned(), "deep=3; a=1; b=2".to_owned()))
    );
    assert!(world.get(server.url("/")).await.response.is_ok());
    let requests = server.requests();
    let lines: Vec<Option<&str>> = requests
        .iter()
        .map(|request| cookie_line(request))
        .collect();
    assert_eq!(lines, [None, Some("deep=3; a=1; b=2"), Some("b=2")]);
    let value = |name| {
        world
            .cookies
            .value(&server.url("/x/y"), &world.egress, name)
    };
    assert_eq!(value("deep").as_deref(), Some("3"));
    assert_eq!(value("else"), None);
}

#[tokio::test]
async fn a_stated_cookie_header_is_what_is_sent() {
    let server = Server::start([sets(&["a=1"])]).await;
    let world = World::of(&[&server]);
    assert!(world.get(server.url("/")).await.response.is_ok());
    let mut stated = Request::new(Method::GET, server.url("/"));
    stated.header("Cookie", "mine=1");
    assert!(world.send(stated).await.response.is_ok());
    let mut without = Request::new(Method::GET, server.url("/"));
    without.without = vec![
        "cookie".to_owned(),
        "user-agent".to_owned(),
        "accept-encoding".to_owned(),
    ];
    assert!(world.send(without).await.response.is_ok());
    let requests = server.requests();
    assert_eq!(cookie_line(&requests[1]), Some("mine=1"));
    assert_eq!(cookie_line(&requests[2]), None);
    assert!(!requests[2].contains("user-agent") && !requests[2].contains("accept-encoding"));
}

#[tokio::test]
async fn jars_do_not_see_each_other() {
    let server = Server::start([sets(&["a=1"])]).await;
    let mut world = World::of(&[&server]);
    assert!(world.get(server.url("/")).await.response.is_ok());
    world.cookies = CookieJar::new();
    assert!(world.get(server.url("/")).await.response.is_ok());
    assert_eq!(cookie_line(&server.requests()[1]), None);
    assert_eq!(server.connections(), 1, "though they share the connection");
}

#[tokio::test]
async fn cookies_of_one_emulator_do_not_reach_another() {
    let one = Server::start([sets(&["a=1"])]).await;
    let two = Server::start([ok(b"")]).await;
    let mut world = World::of(&[]);
    for server in [&one, &two] {
        world.egress.allow_emulator(server.origin());
    }
    for server in [&one, &two, &one] {
        assert!(world.get(server.url("/")).await.response.is_ok());
    }
    assert_eq!(cookie_line(&two.requests()[0]), None);
    assert_eq!(cookie_line(&one.requests()[1]), Some("a=1"));
}

#[tokio::test]
async fn cookies_follow_redirects_by_where_they_lead() {
    let there = Server::start([ok(b"")]).await;
    let location = format!(
        "location: {}",
        there.url("/x").as_str().replace("127.0.0.1", "localhost")
    );
    let here = Server::start([Reply::Send(answer(
        "302 Found",
        &[&location, "set-cookie: a=1"],
        b"",
    ))])
    .await;
    let mut world = World::of(&[&here]);
    let origin = format!("http://localhost:{}", there.address.port());
    world
        .egress
        .allow(crate::http::Origin::parse(&origin).unwrap());
    let mut request = Request::new(Method::GET, here.url("/"));
    request.follow_redirects = 1;
    for _ in 0..2 {
        assert!(world.send(request.clone()).await.response.is_ok());
    }
    assert_eq!(cookie_line(&here.requests()[1]), Some("a=1"));
    assert_eq!(cookie_line(&there.requests()[1]), None);
}

#[tokio::test]
async fn transport_headers_go_to_emulators_alone_and_are_not_shown() {
    let emulator = Server::start([ok(b"")]).await;
    let location = format!("location: {}", emulator.url("/x"));
    let other = Server::start([Reply::Send(answer("302 Found", &[&location], b""))]).await;
    let mut world = World::of(&[&other]);
    world.egress.allow_emulator(emulator.origin());
    world.transport_headers = vec![("x-instance".to_owned(), "7".to_owned())];
    let mut request = Request::new(Method::GET, other.url("/"));
    request.follow_redirects = 1;
    let exchange = world.send(request).await;
    assert!(exchange.response.is_ok());
    assert!(!exchange.request.has_header("x-instance"));
    assert!(!other.requests()[0].contains("x-instance"));
    assert!(emulator.requests()[0].contains("x-instance: 7\r\n"));
}

#[tokio::test]
async fn the_egress_guard_comes_first() {
    let server = Server::start([ok(b"")]).await;
    let mut world = World::of(&[]);
    let error = world.get(server.url("/")).await.response.unwrap_err();
    assert_eq!(
        error.message,
        format!("the origin `{}` is not allowed", server.origin())
    );
    world.egress.allow(server.origin());
    world.egress.refuse("production.example").unwrap();
    let mut request = Request::new(Method::GET, server.url("/"));
    request.header("Host", "Production.Example");
    let error = world.send(request).await.response.unwrap_err();
    assert_eq!(
        error.message,
        "the `host` header names `Production.Example`, which is refused by its pack"
    );
    world.egress.refuse("127.0.0.1").unwrap();
    let error = world.get(server.url("/")).await.response.unwrap_err();
    assert_eq!(
        error.message,
        "the host `127.0.0.1` is refused by its pack and is never addressed"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn many_at_once_share_connections_and_a_small_budget() {
    let body = vec![b'x'; 200_000];
    let mut chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for part in body.chunks(50_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        chunked.extend_from_slice(part);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    for reply in [ok(&body), Reply::Send(chunked)] {
        let server = Server::start([reply]).await;
        let mut world = World::of(&[&server]);
        let options = ClientOptions {
            bodies_in_flight: 300_000,
            ..ClientOptions::default()
        };
        world.client = Client::new(options).unwrap();
        for _ in 0..4 {
            // Each lets go of its share of the budget.
            let sent = (0..32).map(|_| async { world.get(server.url("/")).await.response });
            for response in futures_util::future::join_all(sent).await {
                assert_eq!(response.unwrap().body, body);
            }
        }
        assert!(
            server.connections() <= 32,
            "{} connections",
            server.connections()
        );
    }
}

#[test]
fn an_empty_guard_lets_nothing_pass() {
    let url = crate::http::Base::new("https://h").join("/").unwrap();
    let refusal = Egress::new().check(&url).unwrap_err();
    assert_eq!(refusal.help, "no origin is allowed here");
}
