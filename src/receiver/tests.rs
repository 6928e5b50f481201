//! A receiver under use and under abuse.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use super::{Destinations, Limits, Mailbox, Options, Receiver, Strays};
use crate::clock::Clock;
use crate::value::Redactor;

fn open(limits: Limits) -> (Receiver, Mailbox, SocketAddr) {
    let receiver = Receiver::new(Options {
        limits,
        ..Options::default()
    });
    let clock = Clock::virtual_from_start();
    let mailbox = receiver.claim("token", &clock).unwrap();
    let address = receiver.listen().unwrap();
    (receiver, mailbox, address)
}

/// Sends these bytes and reads whatever is answered until the connection ends.
fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // A receiver that refuses to read on may reset the connection.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn a_webhook_comes_with_its_bytes() {
    let (receiver, mailbox, address) = open(Limits::default());
    let answer = exchange(
        address,
        &post(
            "/token/pack/more?a=b",
            "X-A: 1\r\nx-a: 2\r\n",
            "{\"a\": 1.0}",
        ),
    );
    assert_eq!(status(&answer), "200");
    let events = mailbox.events(0);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].body, "{\"a\": 1.0}");
    assert_eq!(events[0].rest, "pack/more");
    let sent: Vec<&str> = events[0]
        .headers
        .iter()
        .filter(|(name, _)| name == "x-a")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(sent, ["1", "2"]);
    assert_eq!(receiver.strays().count, 0);
}

fn told(strays: &Strays) -> Vec<String> {
    let redactor = Redactor::default();
    let first = strays.first.iter();
    first.map(|stray| stray.told(&redactor)).collect()
}

#[test]
fn what_is_nobodys_is_refused_and_told() {
    let (receiver, mailbox, address) = open(Limits::default());
    assert_eq!(status(&exchange(address, &post("/other", "", "x"))), "404");
    let get = b"GET /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(status(&exchange(address, get)), "405");
    let strays = receiver.strays();
    assert_eq!(strays.count, 2);
    assert_eq!(
        told(&strays),
        [
            "POST /other from 127.0.0.1: it is for no scenario of this run",
            "GET /token from 127.0.0.1: a webhook is a POST",
        ]
    );
    assert!(mailbox.events(0).is_empty());
    // What comes for a scenario that is over is no stray: its provider may stop trying.
    drop(mailbox);
    assert_eq!(status(&exchange(address, &post("/token", "", "x"))), "200");
    assert_eq!(receiver.strays().count, 2);
}

#[test]
fn each_token_has_its_own_mailbox_and_answers() {
    let (receiver, mailbox, address) = open(Limits::default());
    let other = receiver
        .claim("other", &Clock::virtual_from_start())
        .unwrap();
    other.answer(503, 2);
    let ask = |path: &str| status(&exchange(address, &post(path, "", path))).to_owned();
    assert_eq!(ask("/other"), "503");
    assert_eq!(ask("/token"), "200");
    assert_eq!(ask("/base/path/other"), "503");
    assert_eq!(ask("/other"), "200");
    let bodies = |mailbox: &Mailbox| -> Vec<String> {
        let events = mailbox.events(0);
        let text = events
            .iter()
            .map(|event| String::from_utf8_lossy(&event.body).into_owned());
        text.collect()
    };
    assert_eq!(bodies(&mailbox), ["/token"]);
    assert_eq!(bodies(&other), ["/other", "/base/path/other", "/other"]);
    assert_eq!(other.events(2).len(), 1);
}

#[test]
fn urls_lead_to_the_receiver_alone() {
    let (receiver, _mailbox, address) = open(Limits::default());
    let destinations = Destinations::Receiver(receiver.clone());
    let url = receiver.url("token");
    assert_eq!(url, "https://webhooks.invalid/token");
    let resolved = destinations.resolve(&format!("{url}/pack?a")).unwrap();
    assert_eq!(resolved.as_str(), format!("http://{address}/token/pack?a"));
    for other in [
        "https://webhooks.invalid.example/token",
        "https://webhooks.invalid",
        "http://webhooks.invalid/token",
        "https://example.com/token",
        "http://127.0.0.1:80/token",
        "",
    ] {
        assert!(destinations.resolve(other).is_err(), "{other}");
    }
    let here = Destinations::Loopback;
    for url in [
        "http://localhost:9000/a",
        "http://127.0.0.1/a",
        "https://[::1]:1/a",
        "http://app.localhost/",
    ] {
        assert_eq!(here.resolve(url).unwrap().as_str(), url);
    }
    for url in [
        "http://example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:10.0.0.1]/",
        "ftp://localhost/",
        "localhost",
    ] {
        assert!(here.resolve(url).is_err(), "{url}");
    }
}

#[test]
fn abuse_loses_no_webhook_and_stays_within_the_limits() {
    let limits = Limits {
        body: 1 << 10,
        mailbox: 64 << 10,
        connections: 8,
        head_time: Duration::from_millis(100),
        body_time: Duration::from_millis(100),
    };
    let (receiver, mailbox, address) = open(limits);
    let junk = || {
        for number in 0..200 {
            let answer = exchange(
                address,
                &post(&format!("/junk/{number}"), "", &"x".repeat(900)),
            );
            assert_eq!(status(&answer), "404");
        }
    };
    // More of them than there is room for; each is given up in time.
    let slow_head = || exchange(address, b"POST /token HTTP/1.1\r\nx-slow: ");
    let slow_body = || {
        let answer = exchange(
            address,
            b"POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nslow",
        );
        assert_eq!(status(&answer), "408");
    };
    let announced = || {
        let answer = exchange(
            address,
            b"POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 104857600\r\n\r\nx",
        );
        assert_eq!(status(&answer), "413");
    };
    let endless = || {
        let mut request =
            b"POST /token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..64 {
            request.extend_from_slice(format!("400\r\n{}\r\n", "x".repeat(1 << 10)).as_bytes());
        }
        exchange(address, &request)
    };
    let noise = || {
        exchange(
            address,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n",
        )
    };
    let real = |from: usize| {
        for number in from..from + 10 {
            let answer = exchange(
                address,
                &post("/token", "x-signature: junk\r\n", &number.to_string()),
            );
            assert_eq!(status(&answer), "200");
        }
    };
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(junk);
            scope.spawn(announced);
            scope.spawn(endless);
            scope.spawn(noise);
        }
        for _ in 0..16 {
            scope.spawn(slow_head);
            scope.spawn(slow_body);
        }
        for sender in 0..5 {
            scope.spawn(move || real(sender * 10));
        }
    });
    let mut came: Vec<usize> = mailbox
        .events(0)
        .iter()
        .map(|event| std::str::from_utf8(&event.body).unwrap().parse().unwrap())
        .collect();
    came.sort_unstable();
    assert_eq!(came, (0..50).collect::<Vec<_>>());
    let strays = receiver.strays();
    assert_eq!(strays.count, 5 * 200 + 5 + 5 + 16, "{strays:?}");
    assert_eq!(strays.first.len(), 5);
}

#[test]
fn a_full_mailbox_takes_no_more() {
    let limits = Limits {
        mailbox: 2000,
        ..Limits::default()
    };
    let (receiver, mailbox, address) = open(limits);
    let ask = || status(&exchange(address, &post("/token", "", &"x".repeat(900)))).to_owned();
    assert_eq!([ask(), ask(), ask()], ["200", "200", "507"]);
    assert_eq!(mailbox.events(0).len(), 2);
    assert_eq!(
        told(&receiver.strays()),
        ["POST /token from 127.0.0.1: its scenario's mailbox is full"]
    );
}
