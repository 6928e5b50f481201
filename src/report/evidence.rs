//! What a person is shown of the requests and responses beside a problem.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, escaped_line};
use crate::event::{CaseProblem, ExchangeRecord, Offset, Outcome, StepRecord};

/// Lines of a body beside a problem.
const SHORT_BODY: usize = 20;
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

/// Problems, each with the response that it is about; of several problems of one step only the last shows it.
pub(super) fn problems(problems: &[CaseProblem], steps: &[StepRecord]) -> Vec<Diagnostic> {
    let mut shown = Vec::with_capacity(problems.len());
    for (index, problem) in problems.iter().enumerate() {
        let mut diagnostic = problem.problem.clone();
        let next = problems.get(index + 1);
        if let Some(step) = &problem.step
            && next.is_none_or(|next| next.step != problem.step)
        {
            diagnostic
                .notes
                .extend(response_notes(exchanges_of(step, steps)));
        }
        shown.push(diagnostic);
    }
    shown
}

fn response_notes(exchanges: &[ExchangeRecord]) -> Vec<String> {
    let mut notes = Vec::new();
    let Some((last, earlier)) = exchanges.split_last() else {
        return notes;
    };
    if !earlier.is_empty() {
        notes.push(earlier_attempts(earlier));
    }
    notes.push(format!("request: {}", request(last)));
    if last.status.is_some() {
        notes.push(format!("response: {}", response(last)));
        notes.push(body_note(last));
    }
    notes
}

/// The exchanges of a step, or, where it is an action or a group, those of its last step that has any.
fn exchanges_of<'a>(path: &str, steps: &'a [StepRecord]) -> &'a [ExchangeRecord] {
    let own = |record: &&StepRecord| record.step.path == path;
    let inner = |record: &&StepRecord| {
        let rest = record.step.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let any = |record: &&StepRecord| !record.exchanges.is_empty();
    let mut backwards = steps.iter().rev();
    backwards
        .find(|record| own(record) && any(record))
        .or_else(|| {
            steps
                .iter()
                .rev()
                .find(|record| inner(record) && any(record))
        })
        .map_or(&[], |record| &record.exchanges)
}

/// One line for each answer that differs from the one before.
fn earlier_attempts(exchanges: &[ExchangeRecord]) -> String {
    let mut text = String::from("before:");
    let lines: Vec<_> = exchanges.iter().map(answer).collect();
    for group in lines.chunk_by(|a, b| a == b) {
        let _ = write!(text, "\n{}", group[0]);
        if group.len() > 1 {
            let _ = write!(text, " ({} times)", group.len());
        }
    }
    text
}

fn request(exchange: &ExchangeRecord) -> String {
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
fn answer(exchange: &ExchangeRecord) -> String {
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

fn response(exchange: &ExchangeRecord) -> String {
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

fn body_note(exchange: &ExchangeRecord) -> String {
    match exchange.response_body.as_deref() {
        None | Some("") => "body: none".to_owned(),
        Some(text) => {
            let lines = body_lines(text, SHORT_BODY);
            match lines.as_slice() {
                [line] => format!("body: {line}"),
                lines => {
                    let marked = lines.iter().map(|line| format!("\n| {line}"));
                    format!("body:{}", marked.collect::<String>())
                }
            }
        }
    }
}

/// A length of time for a person: `3 ms`, `1.25 s`.
pub(super) fn took(duration: Offset) -> String {
    let millis = duration.0.as_millis();
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        format!("{:.2} s", duration.0.as_secs_f64())
    }
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
    for same in record.exchanges.chunk_by(same_exchange) {
        log_exchange(text, &same[0], detail);
        if same.len() > 1 {
            let _ = writeln!(text, "    {} times", same.len());
        }
    }
}

/// Whether two exchanges read alike: a poll sends the same request until the answer changes.
fn same_exchange(a: &ExchangeRecord, b: &ExchangeRecord) -> bool {
    answer(a) == answer(b) && a.request_body == b.request_body && a.response_body == b.response_body
}

fn log_exchange(text: &mut String, exchange: &ExchangeRecord, detail: Detail) {
    let _ = writeln!(
        text,
        "    {} in {}",
        answer(exchange),
        took(exchange.duration)
    );
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
        // Marked as a shell prompts for them: no line starts with what a server sent, such as a workflow command.
        for (index, line) in exchange.curl.lines().enumerate() {
            let mark = if index == 0 { '$' } else { '>' };
            let _ = writeln!(text, "    {mark} {}", escaped_line(line));
        }
    }
}

/// An outcome in running text.
pub(super) fn verb(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Errored => "errored",
        Outcome::Invalid => "invalid",
        Outcome::Skipped => "skipped",
        Outcome::NotRun => "not run",
    }
}

/// A body as at most `limit` lines, JSON indented unless it is short.
fn body_lines(text: &str, limit: usize) -> Vec<String> {
    let text = text.trim_end();
    let short = !text.contains('\n') && text.chars().count() <= ONE_LINE;
    let indented = if short { None } else { indented(text) };
    let text = indented.as_deref().unwrap_or(text);
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
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

/// JSON with a line for each member, even where its end is missing; numbers and strings stay as they came. `None` where
/// the text doesn't look like JSON.
fn indented(text: &str) -> Option<String> {
    let text = text.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => copy_string(&mut chars, &mut out),
            '{' | '[' => {
                out.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line_break(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line_break(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line_break(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

fn copy_string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.push('"');
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '"' => return,
            '\\' => out.extend(chars.next()),
            _ => {}
        }
    }
}

/// Deeper than anybody reads, lines are no longer moved to the right: hostile nesting stays small.
fn line_break(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(16)));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn json_is_indented_whole_or_cut_off() {
        for (text, expected) in [
            (
                r#"{"a":1.10,"b":[1,{"c":"x,\"{"}],"d":{}, "e" : [ ] }"#,
                "{\n  \"a\": 1.10,\n  \"b\": [\n    1,\n    {\n      \"c\": \"x,\\\"{\"\n    }\n  ],\n  \"d\": {},\n  \"e\": []\n}",
            ),
            (r#"[{"a":"cut of"#, "[\n  {\n    \"a\": \"cut of"),
            ("]]", ""),
            ("<html>", ""),
        ] {
            assert_eq!(indented(text).unwrap_or_default(), expected);
        }
        assert!(indented(&"[".repeat(100_000)).unwrap().len() < 4_000_000);
    }

    #[test]
    fn bodies_are_cut_to_what_a_person_reads() {
        assert_eq!(body_lines("{\"a\":1}\n", 20), ["{\"a\":1}"]);
        let long = format!("[{}]", vec!["100000"; 100].join(","));
        let lines = body_lines(&long, 20);
        assert_eq!(lines.len(), 21);
        assert_eq!(lines[20], "… 82 more lines");
        assert_eq!(body_lines(&"é".repeat(500), 20)[0].chars().count(), 201);
        let one_more = "x\n".repeat(21);
        assert_eq!(body_lines(&one_more, 20).len(), 21);
    }

    #[test]
    fn times_read_naturally() {
        for (millis, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1.00 s"),
            (61_500, "61.50 s"),
        ] {
            assert_eq!(took(Offset(Duration::from_millis(millis))), expected);
        }
    }
}
