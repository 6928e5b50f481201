//! An exchange as a person reads it: request line, headers and body, then the same of the response.

use super::response::media_type;
use super::{Exchange, Request, Response};
use crate::diagnostic::escaped;
use crate::value::{Value, format_duration};
use std::borrow::Cow;
use std::fmt::Write;

/// How much of an exchange is shown, and what is taken out of it before anything is cut.
#[derive(Clone, Copy)]
pub struct Rendering<'a> {
    /// The most bytes of each body.
    pub limit: usize,
    /// Takes out what must not be seen; it gets whole texts, before cutting and quoting.
    pub redact: &'a dyn Fn(&str) -> String,
}

/// The whole exchange. No control characters are in it but line ends and tabs.
#[must_use]
pub fn render_exchange(exchange: &Exchange, rendering: &Rendering<'_>) -> String {
    let mut text = render_request(&exchange.request, rendering);
    text.push('\n');
    match &exchange.response {
        Ok(response) => text.push_str(&render_response(response, rendering)),
        Err(error) => {
            let message = (rendering.redact)(&error.message);
            let _ = writeln!(
                text,
                "no response ({}): {}",
                error.kind.word(),
                escaped(&message)
            );
        }
    }
    text
}

fn render_request(request: &Request, rendering: &Rendering<'_>) -> String {
    let head = head(
        &format!("{} {}", request.method, request.url),
        &request.headers,
    );
    let body = request.body.as_deref().unwrap_or_default();
    message(&head, &request.headers, body, rendering)
}

fn render_response(response: &Response, rendering: &Rendering<'_>) -> String {
    let mut first = String::new();
    for hop in &response.redirects {
        let _ = writeln!(first, "{} redirects to {}", hop.status, hop.to);
    }
    let _ = write!(first, "{} {}", response.status, response.reason);
    let _ = write!(first, " in {}", format_duration(response.duration));
    let head = head(&first, &response.headers);
    message(&head, &response.headers, &response.body, rendering)
}

fn head(first: &str, headers: &[(String, String)]) -> String {
    let mut head = format!("{first}\n");
    for (name, value) in headers {
        let _ = writeln!(head, "{name}: {value}");
    }
    head
}

fn message(
    head: &str,
    headers: &[(String, String)],
    body: &[u8],
    rendering: &Rendering<'_>,
) -> String {
    let mut text = escaped(&(rendering.redact)(head)).into_owned();
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&render_body(headers, body, rendering));
        text.push('\n');
    }
    text
}

/// A body to be read: JSON indented, other text as it is, anything else as `<1,234 bytes of image/png>`; cut at the
/// limit.
#[must_use]
pub fn render_body(headers: &[(String, String)], body: &[u8], rendering: &Rendering<'_>) -> String {
    let content_type = content_type(headers);
    let Some(text) = readable(content_type, body) else {
        let kind = content_type.map_or("data", media_type);
        let unit = if body.len() == 1 { "byte" } else { "bytes" };
        return format!("<{} {unit} of {}>", grouped(body.len()), escaped(kind));
    };
    let redacted = (rendering.redact)(&indented(&text)).replace("\r\n", "\n");
    cut(&escaped(&redacted), rendering.limit)
}

fn content_type(headers: &[(String, String)]) -> Option<&str> {
    headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| value.as_str())
}

/// The body as text, if it is text by its type or by its bytes.
fn readable<'a>(content_type: Option<&str>, body: &'a [u8]) -> Option<Cow<'a, str>> {
    let charset = content_type.map_or(encoding_rs::UTF_8, super::response::encoding);
    if charset == encoding_rs::UTF_8 && body.contains(&0) {
        return None;
    }
    let (text, _, malformed) = charset.decode(body);
    (!malformed || content_type.is_some_and(is_textual)).then_some(text)
}

fn is_textual(content_type: &str) -> bool {
    let kind = media_type(content_type).to_ascii_lowercase();
    kind.starts_with("text/")
        || ["json", "xml", "javascript", "x-www-form-urlencoded"]
            .iter()
            .any(|end| kind.ends_with(end))
}

/// JSON with one member a line. Text that is not JSON, or that is too large to be worth it, stays as it is.
fn indented(text: &str) -> Cow<'_, str> {
    const WORTH_IT: usize = 1 << 20;
    if text.len() > WORTH_IT || !text.trim_start().starts_with(['{', '[']) {
        return Cow::Borrowed(text);
    }
    serde_json::from_str::<Value>(text)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Cuts at the limit, on a character, and says how much more there is.
fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.trim_end().to_owned();
    }
    let end = text.floor_char_boundary(limit);
    let more = grouped(text.len() - end);
    format!("{}\n… {more} more bytes", text[..end].trim_end())
}

/// `12,345`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::super::{ErrorKind, Hop, Method, Phase, ResponseParts, TransportError, Url};
    use super::*;
    use std::time::Duration;

    fn masked(text: &str) -> String {
        text.replace("hunter2", "***")
    }

    const RENDERING: Rendering<'_> = Rendering {
        limit: 60,
        redact: &masked,
    };

    fn headers(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn request() -> Request {
        let mut request =
            Request::new(Method::POST, Url::parse("https://h/a?key=hunter2").unwrap());
        request.headers = headers(&[
            ("content-type", "application/json"),
            ("x-key", "hunter2\u{1b}[0m"),
        ]);
        request.body = Some("{\"a\":1.10,\"b\":\"hunter2\"}".into());
        request
    }

    #[test]
    fn an_exchange_reads_from_top_to_bottom() {
        let url = |text| Url::parse(text).unwrap();
        let response = Response::from(ResponseParts {
            status: 404,
            reason: "Not Found".to_owned(),
            headers: headers(&[("content-type", "text/plain"), ("x-a", "1")]),
            body: "no such\r\nthing \u{7}".into(),
            wire_bytes: 17,
            duration: Duration::from_millis(120),
            url: url("https://h/b"),
            redirects: vec![Hop {
                status: 307,
                from: url("https://h/a"),
                to: url("https://h/b?hunter2"),
            }],
        });
        let exchange = Exchange {
            request: request(),
            response: Ok(response),
        };
        let want = "POST https://h/a?key=***\n\
            content-type: application/json\n\
            x-key: ***\\u{1b}[0m\n\
            \n\
            {\n  \"a\": 1.10,\n  \"b\": \"***\"\n}\n\
            \n\
            307 redirects to https://h/b?***\n\
            404 Not Found in 120ms\n\
            content-type: text/plain\n\
            x-a: 1\n\
            \n\
            no such\nthing \\u{7}\n";
        assert_eq!(render_exchange(&exchange, &RENDERING), want);
    }

    #[test]
    fn a_failure_stands_where_the_response_would() {
        let error = TransportError::new(
            ErrorKind::Timeout,
            Phase::Waiting,
            "it took hunter2 too long",
        );
        let mut request = request();
        request.body = None;
        request.headers.clear();
        let exchange = Exchange {
            request,
            response: Err(error),
        };
        let want = "POST https://h/a?key=***\n\nno response (timeout): it took *** too long\n";
        assert_eq!(render_exchange(&exchange, &RENDERING), want);
    }

    #[test]
    fn bodies_are_shown_as_what_they_are() {
        let long = format!("{}hunter2{}", "é".repeat(28), "x".repeat(12_345));
        let cut_within = format!("{}\n… 12,345 more bytes", "é".repeat(28) + "***x");
        let deep = "[".repeat(100_000);
        for (content_type, body, shown) in [
            (
                "image/png",
                b"\x89PNG\0".as_slice(),
                "<5 bytes of image/png>",
            ),
            (
                "application/octet-stream",
                b"\xff",
                "<1 byte of application/octet-stream>",
            ),
            ("application/octet-stream", b"plain", "plain"),
            ("text/plain", b"a\0b", "<3 bytes of text/plain>"),
            ("text/plain", b"\xff!", "\u{fffd}!"),
            ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
            ("application/problem+json", b"[1.0]", "[\n  1.0\n]"),
            ("application/json", b"{broken", "{broken"),
            ("text/html", b"<p>\x1b[31mred", "<p>\\u{1b}[31mred"),
            (
                "text/plain",
                long.as_bytes(),
                &cut_within.replace("12,345", "12,344"),
            ),
            ("text/plain", &deep.as_bytes()[..60], &deep[..60]),
        ] {
            let shown_now = render_body(
                &headers(&[("Content-Type", content_type)]),
                body,
                &RENDERING,
            );
            assert_eq!(shown_now, shown, "{content_type}");
        }
        assert_eq!(render_body(&[], b"\0", &RENDERING), "<1 byte of data>");
        assert!(render_body(&[], deep.as_bytes(), &RENDERING).ends_with("… 99,940 more bytes"));
    }
}
