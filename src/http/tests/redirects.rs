//! Redirects: how many, with which method, and what of the request goes where.

use crate::http::testing::{Reply, Server, World, answer, ok};
use crate::http::{ErrorKind, Method, Request, Response};
use crate::value::Secret;

fn redirect(status: &str, location: &str) -> Reply {
    Reply::Send(answer(
        status,
        &[&format!("location: {location}")],
        b"moved",
    ))
}

fn first_line(request: &str) -> &str {
    request.lines().next().unwrap()
}

/// The lines of a request's head that begin so, whatever their value.
fn has(request: &str, name: &str) -> bool {
    request
        .lines()
        .any(|line| line.starts_with(&format!("{name}: ")))
}

fn post(server: &Server) -> Request {
    let mut request = Request::new(Method::POST, server.url("/start"));
    request.header("content-type", "application/json");
    request.header("x-other", "kept");
    request.body = Some("{\"a\":1}".into());
    request.follow_redirects = 3;
    request
}

#[tokio::test]
async fn a_redirect_is_the_response_unless_asked_to_follow() {
    let server = Server::start([redirect("302 Found", "/there")]).await;
    let exchange = World::of(&[&server]).get(server.url("/")).await;
    assert_eq!(exchange.response.unwrap().status, 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_last_hop_allowed_is_the_response() {
    let server = Server::start([redirect("302 Found", "next")]).await;
    let mut request = Request::new(Method::GET, server.url("/a/b?c#d"));
    request.follow_redirects = 2;
    let response = World::of(&[&server]).send(request).await.response.unwrap();
    assert_eq!((response.status, response.redirects.len()), (302, 2));
    assert_eq!(response.url, server.url("/a/next"));
    assert_eq!(response.redirects[0].to, server.url("/a/next"));
    assert_eq!(server.requests().len(), 3);
    assert_eq!(
        server.connections(),
        1,
        "a short redirect leaves the connection usable"
    );
}

#[tokio::test]
async fn each_status_keeps_or_changes_the_method() {
    for (status, method, body) in [
        ("301 Moved Permanently", "GET", false),
        ("302 Found", "GET", false),
        ("303 See Other", "GET", false),
        ("307 Temporary Redirect", "POST", true),
        ("308 Permanent Redirect", "POST", true),
    ] {
        let server = Server::start([redirect(status, "/there"), ok(b"done")]).await;
        let response = World::of(&[&server])
            .send(post(&server))
            .await
            .response
            .unwrap();
        assert_eq!(&response.body[..], b"done");
        let second = &server.requests()[1];
        assert_eq!(
            first_line(second),
            format!("{method} /there HTTP/1.1"),
            "{status}"
        );
        assert_eq!(second.ends_with("{\"a\":1}"), body, "{status}");
        assert_eq!(has(second, "content-type"), body, "{status}");
        assert_eq!(has(second, "content-length"), body, "{status}");
        assert!(has(second, "x-other"), "{status}");
    }
}

#[tokio::test]
async fn other_methods_stay_what_they_are() {
    for (status, method, then) in [
        ("301 Moved Permanently", Method::PUT, "PUT"),
        ("302 Found", Method::DELETE, "DELETE"),
        ("303 See Other", Method::PUT, "GET"),
        ("303 See Other", Method::HEAD, "HEAD"),
    ] {
        let server = Server::start([
            Reply::Send(
                format!("HTTP/1.1 {status}\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n")
                    .into(),
            ),
            ok(b""),
        ])
        .await;
        let mut request = Request::new(method, server.url("/"));
        request.follow_redirects = 1;
        assert!(World::of(&[&server]).send(request).await.response.is_ok());
        assert_eq!(
            first_line(&server.requests()[1]),
            format!("{then} /there HTTP/1.1"),
            "{status}"
        );
    }
}

#[tokio::test]
async fn what_is_no_redirect_is_the_response() {
    for status in ["300 Multiple Choices", "304 Not Modified", "305 Use Proxy"] {
        let head = format!("HTTP/1.1 {status}\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n");
        let server = Server::start([Reply::Send(head.into())]).await;
        let response = World::of(&[&server])
            .send(post(&server))
            .await
            .response
            .unwrap();
        assert!(status.starts_with(&response.status.to_string()));
    }
    let server = Server::start([Reply::Send(answer("302 Found", &[], b""))]).await;
    let response: Response = World::of(&[&server])
        .send(post(&server))
        .await
        .response
        .unwrap();
    assert_eq!(response.status, 302, "without a location");
}

#[tokio::test]
async fn credentials_stay_at_their_origin() {
    let there = Server::start([ok(b"")]).await;
    let here = Server::start([redirect("307 Temporary Redirect", there.url("/x").as_str())]).await;
    let mut world = World::of(&[&here, &there]);
    world.credential_headers = vec!["x-api-key".to_owned()];
    world.secrets.add(&Secret::new("hunter2-hunter2"));
    let mut request = post(&here);
    request.header("Authorization", "Bearer abc");
    request.header("Cookie", "session=abc");
    request.header("Proxy-Authorization", "Basic abc");
    request.header("X-Api-Key", "abc");
    request.header("x-token", "t hunter2-hunter2");
    request.header("Host", "name.example");
    assert!(world.send(request).await.response.is_ok());
    let names = [
        "authorization",
        "cookie",
        "proxy-authorization",
        "x-api-key",
        "x-token",
    ];
    let (first, second) = (&here.requests()[0], &there.requests()[0]);
    for name in names {
        assert!(has(first, name), "{name}");
        assert!(!has(second, name), "{name}");
    }
    assert!(first.contains("host: name.example\r\n"));
    assert!(!second.contains("name.example"));
    assert!(has(second, "x-other"));
    assert!(second.ends_with("{\"a\":1}"));
}

#[tokio::test]
async fn credentials_go_on_within_their_origin() {
    let server = Server::start([redirect("302 Found", "/there"), ok(b"")]).await;
    let mut request = Request::new(Method::GET, server.url("/"));
    request.header("authorization", "Bearer abc");
    request.follow_redirects = 1;
    assert!(World::of(&[&server]).send(request).await.response.is_ok());
    assert!(has(&server.requests()[1], "authorization"));
}

#[tokio::test]
async fn a_secret_in_the_body_is_not_sent_to_another_origin() {
    let there = Server::start([ok(b"")]).await;
    let here = Server::start([redirect("308 Permanent Redirect", there.url("/x").as_str())]).await;
    let mut world = World::of(&[&here, &there]);
    world.secrets.add(&Secret::new("hunter2-hunter2"));
    let mut request = post(&here);
    request.body = Some("{\"password\":\"hunter2-hunter2\"}".into());
    let error = world.send(request).await.response.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert_eq!(
        error.message,
        "the redirect would send a secret in the body to another origin"
    );
    assert_eq!(there.connections(), 0);
}

#[tokio::test]
async fn every_hop_passes_the_egress_guard() {
    let there = Server::start([ok(b"")]).await;
    let target = there.url("/x");
    let with_userinfo = target.as_str().replace("http://", "http://user:pass@");
    for (location, message) in [
        (
            target.as_str(),
            "the 302 redirect is not followed: the origin `ORIGIN` is not allowed",
        ),
        (
            &with_userinfo,
            "the 302 redirect is not followed: the URL carries a user name or password",
        ),
        (
            "ftp://files.example/",
            "the 302 redirect is not followed: `ftp:` URLs cannot be addressed",
        ),
        (
            "http://",
            "the `location` of the redirect is not a URL: empty host",
        ),
    ] {
        let here = Server::start([redirect("302 Found", location)]).await;
        let mut request = Request::new(Method::GET, here.url("/"));
        request.follow_redirects = 5;
        let error = World::of(&[&here])
            .send(request)
            .await
            .response
            .unwrap_err();
        let shown = error.message.replace(&there.origin().to_string(), "ORIGIN");
        assert_eq!(shown, message);
    }
    assert_eq!(there.connections(), 0);
}
