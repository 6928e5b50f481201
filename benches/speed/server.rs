//! The server that is asked: it answers from what the request says, and remembers nothing.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// How long a request for `/slow` takes.
const SLOW: Duration = Duration::from_millis(100);
/// Bytes of the body of `/large`, about.
const LARGE: usize = 1_000_000;

/// Serves until its standard input is closed; prints its address first.
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        io::stdout().flush()?;
        std::thread::spawn(|| {
            // The harness has gone when there is nothing more to read.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            std::process::exit(0);
        });
        let large: Arc<[u8]> = large().into();
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let large = Arc::clone(&large);
            // A client that hangs up is no concern of the server's.
            tokio::spawn(async move { drop(answer_all(stream, &large).await) });
        }
    })
}

/// Answers the requests of one connection, one after the other.
async fn answer_all(mut stream: TcpStream, large: &[u8]) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let head = loop {
            if let Some(at) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        buffer.drain(..head + length);
        let mut line = text.split(' ');
        let (method, path) = (line.next().unwrap_or(""), line.next().unwrap_or(""));
        if path == "/slow" {
            tokio::time::sleep(SLOW).await;
        }
        let (status, small) = customer(method, path);
        let body = if path == "/large" {
            large
        } else {
            small.as_bytes()
        };
        let mut answer = format!(
            "HTTP/1.1 {status} Fine\r\ncontent-type: application/json\r\nx-request-id: req_1\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend_from_slice(body);
        stream.write_all(&answer).await?;
    }
}

/// What a provider of today would say of a customer.
fn customer(method: &str, path: &str) -> (u16, String) {
    let (status, state) = match method {
        "post" => (201, "created"),
        "delete" => (200, "deleted"),
        _ => (200, "active"),
    };
    let id = path
        .strip_prefix("/customers/")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or("cus_2x7bqmvpzk");
    let body = format!(
        r#"{{"id":"{id}","status":"{state}","name":"Acme Ltd","country":"USA","createdAt":"2026-01-01T00:00:00Z","balance":{{"amount":100.10,"currency":"USD"}},"tags":["a","b","c"],"addresses":[{{"line1":"1 Main Street","city":"Springfield","postcode":"12345"}}]}}"#
    );
    (status, body)
}

/// A list of customers of about a megabyte.
fn large() -> Vec<u8> {
    let (_, one) = customer("get", "/customers/cus_2x7bqmvpzk");
    let all = vec![one.as_str(); LARGE / (one.len() + 1)].join(",");
    format!(r#"{{"items":[{all}]}}"#).into_bytes()
}
