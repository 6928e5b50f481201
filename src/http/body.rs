//! The bodies of requests and their content types.

use super::url::percent_encode;
use crate::value::Value;
use bytes::Bytes;

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";
pub const TEXT: &str = "text/plain";
pub const BINARY: &str = "application/octet-stream";

/// A JSON body: compact, members in their order, numbers with their source text.
#[must_use]
pub fn json(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

/// A form body (`application/x-www-form-urlencoded`). A space is `%20`, which every decoder reads.
#[must_use]
pub fn form(fields: &[(String, String)]) -> Bytes {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        percent_encode(name, &mut body);
        body.push('=');
        percent_encode(value, &mut body);
    }
    Bytes::from(body)
}

/// One part of a `multipart/form-data` body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// Given for a file.
    pub filename: Option<String>,
    pub content_type: Option<String>,
    pub content: Bytes,
}

impl Part {
    /// A field without a file name and type.
    #[must_use]
    pub fn field(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            filename: None,
            content_type: None,
            content: Bytes::from(value.into()),
        }
    }
}

/// A `multipart/form-data` body and its content type. The boundary is the caller's, so that one seed sends the same
/// bytes; where a part happens to contain it, it is lengthened until none does.
#[must_use]
pub fn multipart(parts: &[Part], boundary: &str) -> (String, Bytes) {
    let boundary = unused_boundary(parts, boundary);
    let size: usize = parts.iter().map(|part| part.content.len() + 256).sum();
    let mut body = Vec::with_capacity(size + boundary.len() + 8);
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\n{}\r\n", part_head(part)).as_bytes());
        body.extend_from_slice(&part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (
        format!("multipart/form-data; boundary={boundary}"),
        Bytes::from(body),
    )
}

fn unused_boundary(parts: &[Part], wanted: &str) -> String {
    let mut boundary = wanted.to_owned();
    let contains = |boundary: &str| {
        let bytes = boundary.as_bytes();
        parts.iter().any(|part| {
            part.content
                .windows(bytes.len())
                .any(|window| window == bytes)
        })
    };
    while boundary.is_empty() || contains(&boundary) {
        boundary.push('x');
    }
    boundary
}

fn part_head(part: &Part) -> String {
    let mut head = format!(
        "content-disposition: form-data; name=\"{}\"",
        quoted(&part.name)
    );
    if let Some(filename) = &part.filename {
        head.push_str("; filename=\"");
        head.push_str(&quoted(filename));
        head.push('"');
    }
    head.push_str("\r\n");
    if let Some(content_type) = &part.content_type {
        head.push_str("content-type: ");
        head.extend(content_type.chars().filter(|c| !matches!(c, '\r' | '\n')));
        head.push_str("\r\n");
    }
    head
}

/// A name as the HTML standard's multipart encoding writes it: quotes and line ends percent-encoded, all else as is.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let value: Value =
            serde_json::from_str(r#"{"b": 100.10, "a": [1234567890123456.78]}"#).unwrap();
        assert_eq!(json(&value), r#"{"b":100.10,"a":[1234567890123456.78]}"#);
    }

    #[test]
    fn a_form_is_percent_encoded() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = [field("a b", "c&d=é+"), field("a b", ""), field("x", "1")];
        assert_eq!(form(&fields), "a%20b=c%26d%3D%C3%A9%2B&a%20b=&x=1");
        assert_eq!(form(&[]), "");
    }

    #[test]
    fn multipart_is_the_same_bytes_for_the_same_boundary() {
        let parts = [
            Part::field("kind", "id"),
            Part {
                name: "do\"c\r\n".to_owned(),
                filename: Some("ä.png".to_owned()),
                content_type: Some("image/png".to_owned()),
                content: Bytes::from_static(b"\x89PNG\r\n"),
            },
        ];
        let (content_type, body) = multipart(&parts, "b0undary");
        assert_eq!(content_type, "multipart/form-data; boundary=b0undary");
        let want = "--b0undary\r\n\
            content-disposition: form-data; name=\"kind\"\r\n\r\nid\r\n\
            --b0undary\r\n\
            content-disposition: form-data; name=\"do%22c%0D%0A\"; filename=\"ä.png\"\r\n\
            content-type: image/png\r\n\r\n";
        let mut want = want.as_bytes().to_vec();
        want.extend_from_slice(b"\x89PNG\r\n\r\n--b0undary--\r\n");
        assert_eq!(body, want);
    }

    #[test]
    fn a_boundary_that_a_part_contains_is_lengthened() {
        let (content_type, _) = multipart(&[Part::field("a", "--bb--")], "b");
        assert_eq!(content_type, "multipart/form-data; boundary=bx");
        let (content_type, body) = multipart(&[], "");
        assert_eq!(content_type, "multipart/form-data; boundary=x");
        assert_eq!(body, "--x--\r\n");
    }
}
