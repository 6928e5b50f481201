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
        return format!("<{} of {}>", bytes(body.len()), escaped(kind));
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
    format!(
        "{}\n… {} more",
        text[..end].trim_end(),
        bytes(text.len() - end)
    )
}

/// `1 byte`, `12,345 bytes`.
fn bytes(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + if count == 1 { " byte" } else { " bytes" }
}
