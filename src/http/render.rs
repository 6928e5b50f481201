//! A body as a person reads it.

use super::indent::indented;
use super::response::media_type;
use crate::diagnostic::escaped;
use crate::value::{Extent, kept, whole_escapes};
use bytes::Bytes;
use std::borrow::Cow;

/// How much of a body is shown, and what is taken out of it before anything is cut.
#[derive(Clone, Copy)]
pub struct Rendering<'a> {
    /// The most bytes of each body.
    pub limit: usize,
    /// Takes out what must not be seen; it gets whole texts, or starts that go on beyond what is shown, before they are cut
    /// and quoted.
    pub redact: &'a dyn Fn(&str, Extent) -> String,
}

/// A body, or as much of it as has to be kept to show its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBody {
    start: Bytes,
    extent: Extent,
    /// Bytes of the whole body.
    length: usize,
}

impl KeptBody {
    /// Keeps what it takes to show `limit` bytes. What is cut is copied, so that the rest can be freed.
    #[must_use]
    pub fn new(body: &Bytes, limit: usize) -> Self {
        let (end, extent) = kept(body.len(), limit);
        Self {
            start: match extent {
                Extent::Whole => body.clone(),
                Extent::Start => Bytes::copy_from_slice(&body[..end]),
            },
            extent,
            length: body.len(),
        }
    }

    /// The body, if all of it was kept.
    #[must_use]
    pub fn whole(&self) -> Option<&[u8]> {
        (self.extent == Extent::Whole).then_some(&*self.start)
    }

    /// What was kept.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.start.clone()
    }

    /// To be read: JSON indented, other text as it is, anything else as `<1,234 bytes of image/png>`; cut at the limit.
    #[must_use]
    pub fn render(&self, headers: &[(String, String)], rendering: &Rendering<'_>) -> String {
        let content_type = content_type(headers);
        let Some(text) = self.readable(content_type) else {
            let kind = content_type.map_or("data", media_type);
            let unit = if self.length == 1 { "byte" } else { "bytes" };
            return format!("<{} {unit} of {}>", grouped(self.length), escaped(kind));
        };
        let json = is_json(&text, self.extent);
        let clean = (rendering.redact)(&text, self.extent).replace("\r\n", "\n");
        let (start, more) = cut(&clean, rendering.limit);
        let shown = if json { indented(start) } else { start.into() };
        let shown = escaped(shown.trim_end());
        match more + (self.length - self.start.len()) {
            0 => shown.into_owned(),
            more => format!("{shown}\n… {} more bytes", grouped(more)),
        }
    }

    /// The body as text, if it is text by its type or by its bytes.
    fn readable(&self, content_type: Option<&str>) -> Option<Cow<'_, str>> {
        let charset = content_type.map_or(encoding_rs::UTF_8, super::response::encoding);
        let mut bytes = &*self.start;
        if charset == encoding_rs::UTF_8 {
            if bytes.contains(&0) {
                return None;
            }
            if let (Extent::Start, Err(error)) = (self.extent, std::str::from_utf8(bytes))
                && error.error_len().is_none()
            {
                // Only the cut makes it malformed.
                bytes = &bytes[..error.valid_up_to()];
            }
        }
        let (text, _, malformed) = charset.decode(bytes);
        (!malformed || content_type.is_some_and(is_textual)).then_some(text)
    }
}

fn content_type(headers: &[(String, String)]) -> Option<&str> {
    headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| value.as_str())
}

fn is_textual(content_type: &str) -> bool {
    let kind = media_type(content_type).to_ascii_lowercase();
    kind.starts_with("text/")
        || ["json", "xml", "javascript", "x-www-form-urlencoded"]
            .iter()
            .any(|end| kind.ends_with(end))
}

/// Whether a text is JSON, or the start of some.
fn is_json(text: &str, extent: Extent) -> bool {
    text.trim_start().starts_with(['{', '['])
        && match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => true,
            Err(error) => extent == Extent::Start && error.is_eof(),
        }
}

/// Cuts at the limit, not within an escape, and tells how many bytes more there are.
fn cut(text: &str, limit: usize) -> (&str, usize) {
    if text.len() <= limit {
        return (text, 0);
    }
    let start = whole_escapes(&text[..text.floor_char_boundary(limit)]);
    (start, text.len() - start.len())
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
    use super::*;

    fn masked(text: &str, _: Extent) -> String {
        text.replace("hunter2", "***")
    }

    fn shown(content_type: &str, body: &[u8]) -> String {
        let headers = [("Content-Type".to_owned(), content_type.to_owned())];
        let rendering = Rendering {
            limit: 60,
            redact: &masked,
        };
        KeptBody::new(&Bytes::copy_from_slice(body), 60).render(&headers, &rendering)
    }

    #[test]
    fn bodies_are_shown_as_what_they_are() {
        let long = format!("{}hunter2{}", "é".repeat(28), "x".repeat(12_345));
        let cut_within = "é".repeat(28) + "***x\n… 12,344 more bytes";
        let deep = "[".repeat(100_000);
        let image = [b"\x89PNG\0".as_slice(), &b"x".repeat(100_000)].concat();
        let many = format!("[{}1]", "\"é\",".repeat(10_000));
        for (content_type, body, expected) in [
            (
                "image/png",
                b"\x89PNG\0".as_slice(),
                "<5 bytes of image/png>",
            ),
            ("image/png", &image, "<100,005 bytes of image/png>"),
            (
                "application/octet-stream",
                b"\xff",
                "<1 byte of application/octet-stream>",
            ),
            ("application/octet-stream", b"plain", "plain"),
            ("text/plain", b"a\0b", "<3 bytes of text/plain>"),
            ("text/plain", b"\xff!", "\u{fffd}!"),
            ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
            ("text/plain", b"a\r\nb \n", "a\nb"),
            ("application/problem+json", b"[1.0]", "[\n  1.0\n]"),
            (
                "application/json",
                br#"{"b":1e400,"d":1,"d":2}"#,
                "{\n  \"b\": 1e400,\n  \"d\": 1,\n  \"d\": 2\n}",
            ),
            ("application/json", b"{broken", "{broken"),
            ("text/html", b"<p>\x1b[31mred", "<p>\\u{1b}[31mred"),
            ("text/plain", long.as_bytes(), &cut_within),
            ("text/plain", &deep.as_bytes()[..60], &deep[..60]),
            (
                "application/json",
                deep.as_bytes(),
                &format!("{}\n… 99,940 more bytes", &deep[..60]),
            ),
            // No byte of what is kept is half a character.
            (
                "application/octet-stream",
                many.as_bytes(),
                &format!("[{}\n  \"é\"\n… 49,943 more bytes", "\n  \"é\",".repeat(11)),
            ),
        ] {
            assert_eq!(shown(content_type, body), expected, "{content_type}");
        }
        let rendering = Rendering {
            limit: 60,
            redact: &masked,
        };
        let data = KeptBody::new(&Bytes::from_static(b"\0"), 60);
        assert_eq!(data.render(&[], &rendering), "<1 byte of data>");
    }

    #[test]
    fn a_secret_across_the_edge_leaves_nothing() {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        const LIMIT: usize = 100;
        let secret = "MyPrivate\"Secret/V\\alue";
        let mut redactor = crate::value::Redactor::default();
        redactor.add(&crate::value::Secret::new(secret));
        let rendering = Rendering {
            limit: LIMIT,
            redact: &|text, extent| redactor.redact_part(text, extent).into_owned(),
        };
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let mut forms: Vec<String> = (0..3)
            .map(|before| STANDARD.encode(format!("{}{secret}", "~".repeat(before))))
            .collect();
        forms.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
        forms.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        forms.extend([secret.to_owned(), json(secret), json(&json(&json(secret)))]);
        for form in forms {
            for at in LIMIT - form.len() - 4..LIMIT + 4 {
                for after in [0, 10, 10_000] {
                    let body = format!("[{}{form}{}", "-".repeat(at), "=".repeat(after));
                    let shown = KeptBody::new(&body.into(), LIMIT).render(&[], &rendering);
                    let shown = shown.split("\n…").next().unwrap();
                    let left = shown.trim_start_matches(['[', '-']).trim_end_matches('=');
                    let left = left.replace(['*', '"', '\\'], "");
                    // Of base64, what holds bits of what stands beside the secret stays.
                    assert!(left.len() < 5, "{left} of {form} at {at}");
                }
            }
        }
    }

    #[test]
    fn no_cut_is_within_an_escape() {
        let body = format!("{}\\u000f{}", "x".repeat(57), "y".repeat(10_000));
        assert_eq!(
            shown("text/plain", body.as_bytes()),
            "x".repeat(57) + "\n… 10,006 more bytes"
        );
        let control = "\u{f}".repeat(70);
        assert_eq!(
            shown("text/plain", control.as_bytes()),
            "\\u{f}".repeat(60) + "\n… 10 more bytes"
        );
    }
}
