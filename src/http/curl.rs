//! A request as a `curl` command that sends the same.

use super::{KeptBody, Method, Request};
use crate::diagnostic::is_escaped;
use std::fmt::Write;

/// The command, one option a line, quoted for a POSIX shell; `$'…'`, which bash, zsh and ksh read, where there are
/// characters that act on a terminal or are not seen, line breaks among them. A body that is not text, or too large to be kept, is a file to be put there.
#[must_use]
pub fn curl(request: &Request, body: Option<&KeptBody>, redact: &dyn Fn(&str) -> String) -> String {
    let quote = |text: &str| shell_quote(&redact(text));
    let mut words = vec!["curl".to_owned()];
    words.extend(method(request).map(|method| format!("-X {}", quote(method.as_str()))));
    if request.method == Method::HEAD {
        words.push("--head".to_owned());
    }
    if request.follow_redirects > 0 {
        words.push(format!("-L --max-redirs {}", request.follow_redirects));
    }
    if request.url.as_str().contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    words.push(quote(request.url.as_str()));
    words.extend(
        request
            .headers
            .iter()
            .filter_map(|(name, value)| header(name, value, &quote)),
    );
    if let Some(body) = body {
        if !request.has_header("content-type") {
            // Without this, curl would call it a form.
            words.push("-H 'content-type:'".to_owned());
        }
        words.push(match body.whole().map(std::str::from_utf8) {
            Some(Ok(text)) if !text.contains('\0') => format!("--data-raw {}", quote(text)),
            _ => "--data-binary @body".to_owned(),
        });
    }
    words.join(" \\\n  ")
}

/// The method, unless curl takes it by itself.
fn method(request: &Request) -> Option<&Method> {
    let implied = match request.body {
        Some(_) => Method::POST,
        None if request.method == Method::HEAD => Method::HEAD,
        None => Method::GET,
    };
    (request.method != implied).then_some(&request.method)
}

fn header(name: &str, value: &str, quote: &impl Fn(&str) -> String) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    match (lower.as_str(), value) {
        // What every request of ours carries says nothing here.
        ("user-agent", value) if value.starts_with("probity/") => None,
        ("accept", "*/*") => None,
        ("accept-encoding", super::decode::ACCEPTED) => Some("--compressed".to_owned()),
        // Curl takes `name:` as the wish not to send it.
        (_, "") => Some(format!("-H {}", quote(&format!("{name};")))),
        _ => Some(format!("-H {}", quote(&format!("{name}: {value}")))),
    }
}

/// One word of a shell command.
fn shell_quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if !text.contains(is_escaped) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut quoted = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\'' => quoted.push_str("\\'"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_escaped(c) => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Url;

    fn masked(text: &str) -> String {
        text.replace("hunter'2", "***")
    }

    fn command(request: &Request) -> String {
        let body = request.body.as_ref().map(|body| KeptBody::new(body, 10));
        curl(request, body.as_ref(), &masked)
    }

    fn request(method: Method, url: &str) -> Request {
        Request::new(method, Url::parse(url).unwrap())
    }

    #[test]
    fn a_request_becomes_a_command() {
        let mut post = request(Method::POST, "https://h/a?b=c&d='e'");
        post.header("content-type", "application/json");
        post.header("x-key", "hunter'2");
        post.header("x-empty", "");
        post.header("user-agent", "probity/0.1.0");
        post.header("accept", "*/*");
        post.header("accept-encoding", crate::http::decode::ACCEPTED);
        post.body = Some("{\"name\": \"it's\"}".into());
        let want = "curl \\\n  'https://h/a?b=c&d=%27e%27' \\\n  -H 'content-type: application/json' \\\n  \
            -H 'x-key: ***' \\\n  -H 'x-empty;' \\\n  --compressed \\\n  --data-raw '{\"name\": \"it'\\''s\"}'";
        assert_eq!(command(&post), want);
    }

    #[test]
    fn each_method_is_said_where_curl_would_take_another() {
        for (method, body, options) in [
            (Method::GET, None, ""),
            (Method::GET, Some("x"), "-X GET "),
            (Method::POST, None, "-X POST "),
            (Method::PATCH, Some("x"), "-X PATCH "),
            (Method::HEAD, None, "--head "),
        ] {
            let mut request = request(method, "https://h/");
            request.body = body.map(Into::into);
            let command = command(&request).replace("\\\n  ", "");
            assert!(
                command.starts_with(&format!("curl {options}https://h/")),
                "{command}"
            );
        }
    }

    #[test]
    fn odd_bodies_and_urls_are_sent_as_they_are() {
        let mut odd = request(Method::PUT, "http://[::1]/{a}");
        odd.follow_redirects = 2;
        odd.body = Some("a\t'\\\r\n\u{1b}\u{202e}".into());
        let want = "curl \\\n  -X PUT \\\n  -L --max-redirs 2 \\\n  --globoff \\\n  'http://[::1]/%7Ba%7D' \\\n  \
            -H 'content-type:' \\\n  --data-raw $'a\\t\\'\\\\\\r\\n\\u001b\\u202e'";
        assert_eq!(command(&odd), want);
        odd.body = Some(b"\xff".as_slice().into());
        assert!(command(&odd).ends_with("--data-binary @body"));
        odd.body = Some("x".repeat(20_000).into());
        assert!(command(&odd).ends_with("--data-binary @body"));
    }
}
