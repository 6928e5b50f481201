//! A request as a `curl` command that sends the same.

use super::{Method, Rendering, Request};
use std::fmt::Write;

/// The command, one option a line, quoted for a POSIX shell; `$'…'`, which bash, zsh and ksh read, where there are
/// control characters. A body that is not text is a file to be put there.
#[must_use]
pub fn curl(request: &Request, rendering: &Rendering<'_>) -> String {
    let quote = |text: &str| shell_quote(&(rendering.redact)(text));
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
    if let Some(body) = &request.body {
        if !request.has_header("content-type") {
            // Without this, curl would call it a form.
            words.push("-H 'content-type:'".to_owned());
        }
        words.push(match std::str::from_utf8(body) {
            Ok(text) if !text.contains('\0') => format!("--data-raw {}", quote(text)),
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
    if !text.contains(|c: char| c.is_control() && c != '\n') {
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
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}
