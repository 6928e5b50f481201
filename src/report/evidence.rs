//! What a person is shown of requests and responses, and the log of a case's steps.

use std::fmt::Write as _;

use serde::de::IgnoredAny;

use super::words::{took, verb};
use crate::diagnostic::{escaped, escaped_line};
use crate::event::{ExchangeRecord, Outcome, StepRecord};
use crate::value::whole_escapes;

/// Lines of a body in a log.
const LONG_BODY: usize = 200;
/// Columns of a line of a body.
const LONG_LINE: usize = 200;
/// A body this short stays in one line.
const ONE_LINE: usize = 100;

/// How much of an exchange a step log shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Lines and bodies.
    Bodies,
    /// Headers and the curl command as well.
    Everything,
}

pub(super) fn request(exchange: &ExchangeRecord) -> String {
    let line = format!("{} {}", exchange.method, exchange.url);
    escaped_line(&line).into_owned()
}

fn status(exchange: &ExchangeRecord) -> Option<String> {
    let code = exchange.status?;
    Some(match exchange.reason.as_str() {
        "" => code.to_string(),
        reason => format!("{code} {}", escaped_line(reason)),
    })
}

/// The request and what came of it, without times, so that equal answers read alike.
pub(super) fn answer(exchange: &ExchangeRecord) -> String {
    if exchange.webhook {
        let status = status(exchange).unwrap_or_default();
        return format!(
            "webhook: {}, answered {status} by the receiver",
            request(exchange)
        );
    }
    let outcome = match (status(exchange), &exchange.error) {
        (Some(status), None) => format!("answered {status}"),
        (Some(status), Some(error)) => {
            format!("answered {status}, then failed: {}", escaped_line(error))
        }
        (None, Some(error)) => format!("failed: {}", escaped_line(error)),
        (None, None) => "got no answer".to_owned(),
    };
    format!("{} {outcome}", request(exchange))
}

/// The same, with the time that it took; a webhook takes none of ours.
pub(super) fn answer_in_time(exchange: &ExchangeRecord) -> String {
    let answer = answer(exchange);
    if exchange.webhook {
        return answer;
    }
    format!("{answer} in {}", took(exchange.duration))
}

pub(super) fn response(exchange: &ExchangeRecord) -> String {
    let mut line = status(exchange).unwrap_or_default();
    let content_type = exchange
        .response_headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some((_, value)) = content_type {
        let _ = write!(line, ", {}", escaped_line(value));
    }
    let _ = write!(line, ", in {}", took(exchange.duration));
    if let Some(error) = &exchange.error {
        let _ = write!(line, ", then failed: {}", escaped_line(error));
    }
    line
}

/// Every step, its outcome, and its requests and responses.
pub(super) fn step_log(steps: &[StepRecord], detail: Detail) -> String {
    let mut text = String::new();
    for record in steps {
        log_step(&mut text, record, detail);
    }
    text
}

fn log_step(text: &mut String, record: &StepRecord, detail: Detail) {
    let step = &record.step;
    let _ = write!(
        text,
        "{} {}: {}",
        step.path,
        escaped_line(&step.title),
        verb(record.outcome)
    );
    if record.outcome != Outcome::Skipped {
        let _ = write!(text, " in {}", took(record.duration));
    }
    if let Some(note) = &record.note {
        let _ = write!(text, ", {}", escaped_line(note));
    }
    text.push('\n');
    for problem in &record.problems {
        let _ = writeln!(text, "    ! {}", escaped_line(&problem.message));
    }
    for same in record.exchanges.chunk_by(alike) {
        log_exchange(text, &same[0], detail);
        if same.len() > 1 {
            let _ = writeln!(text, "    {} times", same.len());
        }
    }
}

/// Whether two exchanges read alike: a poll sends the same request until the answer changes.
pub(super) fn alike(a: &ExchangeRecord, b: &ExchangeRecord) -> bool {
    answer(a) == answer(b) && a.request_body == b.request_body && a.response_body == b.response_body
}

fn log_exchange(text: &mut String, exchange: &ExchangeRecord, detail: Detail) {
    let _ = writeln!(text, "    {}", answer_in_time(exchange));
    let sides = [
        ('>', &exchange.request_headers, &exchange.request_body),
        ('<', &exchange.response_headers, &exchange.response_body),
    ];
    for (mark, headers, body) in sides {
        if detail == Detail::Everything {
            for (name, value) in headers {
                let _ = writeln!(text, "    {mark} {name}: {}", escaped_line(value));
            }
        }
        for line in body.iter().flat_map(|body| body_lines(body, LONG_BODY)) {
            let _ = writeln!(text, "    {mark} {line}");
        }
    }
    if detail == Detail::Everything && !exchange.curl.is_empty() {
        // To be pasted as it is. A word that holds a line break is quoted in one line, so that no line starts with what a
        // server sent, such as a workflow command.
        for line in exchange.curl.lines() {
            let _ = writeln!(text, "    {}", escaped_line(line));
        }
    }
}

/// A body as far as a log shows it.
pub(super) fn whole_body(text: &str) -> String {
    body_lines(text, LONG_BODY).join("\n")
}

/// A body as at most `limit` lines. It comes with JSON indented, which is put into one line where it is short.
pub(super) fn body_lines(text: &str, limit: usize) -> Vec<String> {
    let text = escaped(text.trim_end());
    if let Some(line) = in_one_line(&text) {
        return vec![line];
    }
    let total = text.lines().count();
    // A cut that hides one line helps nobody.
    let shown = if total <= limit.saturating_add(1) {
        total
    } else {
        limit
    };
    let mut lines: Vec<_> = text.lines().take(shown).map(cut).collect();
    if total > shown {
        lines.push(format!("… {} more lines", total - shown));
    }
    lines
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LONG_LINE) {
        Some((at, _)) => format!("{}…", whole_escapes(&line[..at])),
        None => line.to_owned(),
    }
}

/// JSON without the space between its parts, if that makes it short.
fn in_one_line(text: &str) -> Option<String> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut line = String::new();
    let (mut in_string, mut after_backslash) = (false, false);
    for c in text.chars() {
        if !in_string && c.is_ascii_whitespace() {
            continue;
        }
        if c == '\n' || line.len() >= ONE_LINE {
            return None;
        }
        line.push(c);
        if c == '"' && !after_backslash {
            in_string = !in_string;
        }
        after_backslash = in_string && c == '\\' && !after_backslash;
    }
    // What only begins like JSON stays as it came.
    let is_json = serde_json::from_str::<IgnoredAny>(&line).is_ok();
    is_json.then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_json_is_put_into_one_line() {
        let long = format!("[\n  \"{}\"\n]", "x".repeat(ONE_LINE));
        for (text, expected) in [
            (
                "{\n  \"a\": 1.10,\n  \"b  \\\" ,c\": [\n    {}\n  ]\n}",
                Some(r#"{"a":1.10,"b  \" ,c":[{}]}"#),
            ),
            (r#"{"a":"\\","b":[ ]}"#, Some(r#"{"a":"\\","b":[]}"#)),
            (&long, None),
            ("{\"cut\n", None),
            ("{\"a\": 1, oops", None),
            ("<html>", None),
        ] {
            assert_eq!(in_one_line(text).as_deref(), expected);
        }
    }

    #[test]
    fn bodies_are_cut_to_what_a_person_reads() {
        assert_eq!(body_lines("{\"a\":1}\n", 20), ["{\"a\":1}"]);
        let lines = body_lines(&"x\n".repeat(102), 20);
        assert_eq!(lines.len(), 21);
        assert_eq!(lines[20], "… 82 more lines");
        assert_eq!(body_lines(&"é".repeat(500), 20)[0].chars().count(), 201);
        let one_more = "x\n".repeat(21);
        assert_eq!(body_lines(&one_more, 20).len(), 21);
    }
}
