//! Everything a server can do wrong: one clear error each, and never a crash.

use crate::http::error::Phase;
use crate::http::testing::{Reply, Server, World, answer, ok};
use crate::http::{ErrorKind, Method, Request, TransportError, Url};
use futures_util::future::join_all;
use std::time::Duration;

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// What a request to a server that replies so comes to.
async fn failure(reply: Reply, timeout: Duration) -> TransportError {
    let server = Server::start([reply]).await;
    let world = World::limited(&[&server], 1 << 20);
    let mut request = Request::new(Method::GET, server.url("/"));
    request.timeout = timeout;
    let error = world.send(request).await.response.unwrap_err();
    let origin = server.origin().to_string();
    let named = error.message.replace(&origin, "ORIGIN");
    TransportError {
        message: named,
        ..error
    }
}

#[tokio::test]
async fn each_fault_has_its_kind_its_phase_and_its_message() {
    use ErrorKind::{BodyTooLarge, Connection, Decode, Protocol};
    use Phase::{Reading, Waiting};
    let close = |text: &str| Reply::SendAndClose(text.as_bytes().to_vec());
    let gzip = |body: &[u8]| Reply::Send(answer("200 OK", &["content-encoding: gzip"], body));
    for (reply, kind, phase, message) in [
        (
            close(""),
            Connection,
            Waiting,
            "`ORIGIN` closes the connection before it answers",
        ),
        (
            close("HTTP/1.1 200 OK\r\ncontent-type: te"),
            Connection,
            Waiting,
            "`ORIGIN` closes the connection before it answers",
        ),
        (
            close("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789"),
            Connection,
            Reading,
            "the response body from `ORIGIN` is incomplete: the connection ends after 10 of 100 bytes",
        ),
        (
            close(&format!("{CHUNKED}a\r\n01234")),
            Connection,
            Reading,
            "the response body from `ORIGIN` is incomplete: the connection ends after 5 bytes",
        ),
        (
            close(&format!("{CHUNKED}zz\r\n01234")),
            Protocol,
            Reading,
            "the response body from `ORIGIN` is not valid HTTP: Invalid chunk size line: missing size digit",
        ),
        (
            close("HTTP/1.1 2xx OK\r\n\r\n"),
            Protocol,
            Waiting,
            "`ORIGIN` does not answer in HTTP: the status line is not valid",
        ),
        (
            close("SSH-2.0-OpenSSH_9.6\r\n\r\n"),
            Protocol,
            Waiting,
            "`ORIGIN` does not answer in HTTP: invalid HTTP version parsed",
        ),
        (
            close("HTTP/1.1 200 OK\r\nbad header\r\n\r\n"),
            Protocol,
            Waiting,
            "`ORIGIN` does not answer in HTTP: invalid HTTP header parsed",
        ),
        (
            close(&format!(
                "HTTP/1.1 200 OK\r\nx: {}\r\n\r\n",
                "x".repeat(1 << 20)
            )),
            Protocol,
            Waiting,
            "`ORIGIN` does not answer in HTTP: message head is too large",
        ),
        (
            Reply::SendForever(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 10_000]),
            BodyTooLarge,
            Reading,
            "the response body from `ORIGIN` is larger than the limit of 1048576 bytes (sent)",
        ),
        (
            Reply::SendForever(CHUNKED.into(), b"5\r\n01234\r\n".repeat(1000)),
            BodyTooLarge,
            Reading,
            "the response body from `ORIGIN` is larger than the limit of 1048576 bytes (sent)",
        ),
        (
            close("HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n"),
            BodyTooLarge,
            Reading,
            "the response body from `ORIGIN` is larger than the limit of 1048576 bytes (announced)",
        ),
        (
            gzip(b"no gzip at all"),
            Decode,
            Reading,
            "the response body is not what its content-encoding `gzip` says: invalid gzip header",
        ),
    ] {
        let shown = format!("{reply:.60?}");
        let error = failure(reply, Duration::from_mins(1)).await;
        assert_eq!(
            (error.kind, error.phase, error.message.as_str()),
            (kind, phase, message),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_body_to_the_limit_is_read() {
    let server = Server::start([ok(&vec![b'x'; 1000])]).await;
    let response = World::limited(&[&server], 1000)
        .get(server.url("/"))
        .await
        .response;
    assert_eq!(response.unwrap().body.len(), 1000);
    let error = World::limited(&[&server], 999)
        .get(server.url("/"))
        .await
        .response
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::BodyTooLarge);
}

#[tokio::test]
async fn nobody_listening_is_a_refused_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = unreachable(url.clone()).await;
    assert_eq!(
        (error.kind, error.phase),
        (ErrorKind::Connection, Phase::Connecting)
    );
    let origin = url.as_str().trim_end_matches('/');
    assert_eq!(error.message, format!("`{origin}` refuses the connection"));
    assert_eq!(error.help, "check that the server is running, and its port");
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_named() {
    // No resolver asks the network for a label of more than 63 characters.
    let host = format!("{}.invalid", "a".repeat(64));
    let error = unreachable(Url::parse(&format!("http://{host}/")).unwrap()).await;
    assert_eq!(
        (error.kind, error.phase),
        (ErrorKind::Connection, Phase::Connecting)
    );
    assert!(
        error
            .message
            .starts_with(&format!("the host `{host}` cannot be resolved")),
        "{error}"
    );
}

async fn unreachable(url: Url) -> TransportError {
    let mut world = World::of(&[]);
    world.egress.allow(crate::http::Origin::of(&url).unwrap());
    world.get(url).await.response.unwrap_err()
}

#[tokio::test]
async fn a_time_limit_says_what_was_awaited() {
    let limit = Duration::from_millis(400);
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789".to_vec();
    let cases = [
        (
            Reply::SendAndHang(Vec::new()),
            Phase::Waiting,
            "waiting for the response",
        ),
        (
            Reply::SendAndHang(b"HTTP/1.1 200 OK\r\nx: ".to_vec()),
            Phase::Waiting,
            "waiting for the response",
        ),
        (
            Reply::SendAndHang(head),
            Phase::Reading,
            "reading the response body, 10 of 100 bytes so far",
        ),
    ];
    let sent = cases
        .iter()
        .map(|(reply, ..)| failure(reply.clone(), limit));
    for (error, (_, phase, doing)) in join_all(sent).await.into_iter().zip(&cases) {
        assert_eq!((error.kind, error.phase), (ErrorKind::Timeout, *phase));
        let message = format!("no complete response from `ORIGIN` within 400ms: still {doing}");
        assert_eq!(error.message, message);
        assert_eq!(error.help, "raise `timeout` if the server needs longer");
    }
}

/// A full backlog drops what wants to connect; how to fill one is the system's own affair.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_never_comes_about_is_told_from_a_slow_answer() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(stream) = tokio::time::timeout(
        Duration::from_millis(50),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        held.push(stream.unwrap());
    }
    let mut world = World::of(&[]);
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    world.egress.allow(crate::http::Origin::of(&url).unwrap());
    let mut request = Request::new(Method::GET, url);
    request.timeout = Duration::from_millis(50);
    let error = world.send(request).await.response.unwrap_err();
    assert_eq!(
        (error.kind, error.phase),
        (ErrorKind::Timeout, Phase::Connecting)
    );
    assert!(
        error.message.ends_with("within 50ms: still connecting"),
        "{error}"
    );
    assert_eq!(error.help, "check the host, the port and the network");
}

#[tokio::test]
async fn what_cannot_be_written_as_http_is_not_sent() {
    let server = Server::start([ok(b"")]).await;
    let world = World::of(&[&server]);
    for (name, value, message) in [
        ("bad name", "1", "`bad name` is not a header name"),
        ("", "1", "`` is not a header name"),
        ("x\r\ny", "1", "`x\\r\\ny` is not a header name"),
        (
            "x-a",
            "1\r\nx-b: 2",
            "the value of the header `x-a` has a line end or another control character",
        ),
    ] {
        let mut request = Request::new(Method::GET, server.url("/"));
        request.header(name, value);
        let error = world.send(request).await.response.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Refused, message)
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_longest_time_limit_is_no_overflow() {
    let server = Server::start([ok(b"")]).await;
    let mut request = Request::new(Method::GET, server.url("/"));
    request.timeout = Duration::MAX;
    assert!(World::of(&[&server]).send(request).await.response.is_ok());
}
