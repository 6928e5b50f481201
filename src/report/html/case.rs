//! A case's part of the page: its row, and what is behind it.

use std::fmt::Write as _;

use super::markup::Html;
use crate::diagnostic::escaped_line;
use crate::event::{
    Attempt, CaseFinished, ExchangeRecord, InvalidFile, Offset, Outcome, RunStarted, StepRecord,
};
use crate::report::evidence::{alike, answer_in_time, whole_body};
use crate::report::words::{headline, location, short_name, took, verb, word};
use crate::report::{rerun, why};
use crate::value::counted;

/// What is kept of a case until the page is written.
pub(super) struct Entry {
    /// Without the start of its first tag, since it is known at the end whether it is to be open.
    pub markup: Html,
    pub tag: Tag,
    /// Its line in the list of what did not pass.
    pub index_line: Option<Html>,
}

/// The tag that a case's markup begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// A row with nothing behind it.
    Row,
    Folded,
    /// Folded too, unless it is among the first.
    Unhappy,
}

/// What a row says.
struct Row<'a> {
    class: &'a str,
    word: &'a str,
    /// What a person calls it.
    name: &'a str,
    /// What the command line calls it, where that is something else.
    id: Option<&'a str>,
    why: Option<&'a str>,
    duration: Option<Offset>,
}

/// The class of an outcome.
///
/// | outcome | flaky | class |
/// |---|---|---|
/// | passed | | `passed` |
/// | passed | x | `passed flaky` |
/// | any other | any | its name |
fn class(outcome: Outcome, flaky: bool) -> &'static str {
    match outcome {
        Outcome::Passed if flaky => "passed flaky",
        Outcome::NotRun => "not-run",
        outcome => verb(outcome),
    }
}

pub(super) fn entry(finished: &CaseFinished, run: Option<&RunStarted>) -> Entry {
    let case = &finished.case;
    let (word, class) = (
        word(finished.outcome, finished.flaky),
        class(finished.outcome, finished.flaky),
    );
    let unhappy = matches!(
        finished.outcome,
        Outcome::Failed | Outcome::Errored | Outcome::Invalid
    );
    let started = !matches!(
        finished.outcome,
        Outcome::Skipped | Outcome::NotRun | Outcome::Invalid
    );
    let first = why::blamed(finished).first();
    let first = first.map(|first| headline(&case.id.file, &first.problem));
    let first = first.as_deref();
    let (name, anchor) = (case.id.name(), format!("case-{}", case.index));
    let row = Row {
        class,
        word,
        name: case.title.as_deref().unwrap_or(&name),
        id: case.title.is_some().then_some(&name),
        why: finished.reason.as_deref().or(first.filter(|_| unhappy)),
        duration: Some(finished.duration).filter(|_| started),
    };
    let mut body = Html::default();
    if unhappy || finished.flaky || !finished.warnings.is_empty() || !finished.steps.is_empty() {
        facts(&mut body, finished);
        problems(&mut body, finished);
        earlier(&mut body, &finished.earlier);
        steps(&mut body, &finished.steps);
        journal(&mut body, &finished.journal);
        // What is wrong as written is found without running it.
        if let Some(run) = run.filter(|_| unhappy && finished.outcome != Outcome::Invalid) {
            let command = rerun::command(&case.id, run);
            body.raw("<h3>Run it again</h3>\n");
            body.pre("", &command);
        }
    }
    let index_line =
        unhappy.then(|| index_line(&anchor, word, &short_name(&case.id), first.unwrap_or("")));
    Entry {
        markup: assemble(&row, &anchor, &body),
        tag: match (unhappy, body.text.is_empty()) {
            (true, _) => Tag::Unhappy,
            (false, false) => Tag::Folded,
            (false, true) => Tag::Row,
        },
        index_line,
    }
}

pub(super) fn invalid_file(file: &InvalidFile, number: usize) -> Entry {
    let anchor = format!("file-{number}");
    let first = file.problems.first();
    let first = first.map(|first| headline(&file.file, first));
    let first = first.as_deref();
    let row = Row {
        class: class(Outcome::Invalid, false),
        word: word(Outcome::Invalid, false),
        name: "invalid file",
        id: None,
        why: first,
        duration: None,
    };
    let mut body = Html::default();
    for problem in &file.problems {
        body.diagnostic(problem);
    }
    Entry {
        markup: assemble(&row, &anchor, &body),
        tag: Tag::Unhappy,
        index_line: Some(index_line(
            &anchor,
            row.word,
            &file.file,
            first.unwrap_or(""),
        )),
    }
}

fn index_line(anchor: &str, word: &str, name: &str, message: &str) -> Html {
    let mut html = Html::default();
    html.raw("<li>");
    html.element("span", "word", word);
    html.raw_format(format_args!(" <a href=\"#{anchor}\">"));
    html.line(name);
    html.raw("</a> ");
    html.element("span", "quiet", message);
    html.raw("</li>\n");
    html
}

fn assemble(row: &Row<'_>, anchor: &str, body: &Html) -> Html {
    let mut html = Html::default();
    let class = row.class;
    if body.text.is_empty() {
        html.raw_format(format_args!(" class=\"case {class}\"><div class=\"row\">"));
        cells(&mut html, row);
        html.raw("</div></div>\n");
    } else {
        html.raw_format(format_args!(
            " class=\"case {class}\"><summary class=\"row\">"
        ));
        cells(&mut html, row);
        // The name is within, so that a browser that goes there opens what it is in.
        html.raw_format(format_args!(
            "</summary>\n<div class=\"body\" id=\"{anchor}\">\n"
        ));
        html.raw(&body.text);
        html.raw("</div></details>\n");
    }
    html
}

fn cells(html: &mut Html, row: &Row<'_>) {
    html.element("span", "word", row.word);
    html.raw("<span class=\"name\">");
    html.line(row.name);
    if let Some(id) = row.id {
        html.raw(" ");
        html.element("span", "id", id);
    }
    html.raw("</span>");
    if let Some(duration) = row.duration {
        html.element("span", "time", &took(duration));
    }
    if let Some(why) = row.why {
        html.element("span", "why", why);
    }
}

fn facts(html: &mut Html, finished: &CaseFinished) {
    let case = &finished.case;
    let (file, line) = location(&case.id.file, case.line, why::blamed(finished));
    let mut text = format!("{file}:{line} · {}", counted(finished.requests, "request"));
    if finished.attempt > 1 {
        let _ = write!(text, " · attempt {}", finished.attempt);
    }
    if !case.tags.is_empty() {
        let _ = write!(text, " · tags: {}", case.tags.join(", "));
    }
    html.element("p", "facts", &text);
    html.raw("\n");
}

/// What went wrong; the responses stand with the steps.
fn problems(html: &mut Html, finished: &CaseFinished) {
    for problem in &finished.problems {
        html.diagnostic(&problem.problem);
    }
    for problem in &finished.cleanup_problems {
        html.diagnostic(&problem.problem.clone().note("while cleaning up"));
    }
    for warning in &finished.warnings {
        html.diagnostic(&warning.problem);
    }
    for request in &finished.unmatched {
        html.element("p", "facts", &format!("in the emulator: {request}"));
        html.raw("\n");
    }
}

fn earlier(html: &mut Html, attempts: &[Attempt]) {
    for attempt in attempts {
        html.raw("<details><summary>");
        html.line(&format!(
            "Attempt {} {} in {}",
            attempt.attempt,
            verb(attempt.outcome),
            took(attempt.duration)
        ));
        html.raw("</summary>\n");
        for problem in &attempt.problems {
            html.diagnostic(&problem.problem);
        }
        html.raw("</details>\n");
    }
}

fn steps(html: &mut Html, steps: &[StepRecord]) {
    if steps.is_empty() {
        return;
    }
    html.raw("<h3>Steps</h3>\n<ol class=\"steps\">\n");
    for record in steps {
        step(html, record);
    }
    html.raw("</ol>\n");
}

fn step(html: &mut Html, record: &StepRecord) {
    let name = &record.step;
    html.raw_format(format_args!(
        "<li class=\"step {}\">",
        class(record.outcome, false)
    ));
    html.element("span", "word", verb(record.outcome));
    html.raw(" ");
    html.line(&name.title);
    html.raw(" ");
    html.element("span", "id", &name.path);
    if record.outcome != Outcome::Skipped {
        html.raw(" ");
        html.element("span", "quiet", &format!("in {}", took(record.duration)));
    }
    if let Some(note) = &record.note {
        html.raw(" ");
        html.element("span", "quiet", note);
    }
    html.raw("<div class=\"inner\">\n");
    for problem in &record.problems {
        html.element("div", "problem", &problem.message);
    }
    let happy = matches!(record.outcome, Outcome::Passed | Outcome::Skipped);
    let groups: Vec<_> = record.exchanges.chunk_by(alike).collect();
    for (index, group) in groups.iter().enumerate() {
        let last = index + 1 == groups.len();
        exchange(html, &group[0], group.len(), !happy && last);
    }
    html.raw("</div></li>\n");
}

/// A request and its answer, which came so many times in a row.
fn exchange(html: &mut Html, exchange: &ExchangeRecord, times: usize, open: bool) {
    html.raw_format(format_args!(
        "<details class=\"exchange\"{}><summary>",
        if open { " open" } else { "" }
    ));
    let mut line = answer_in_time(exchange);
    if times > 1 {
        let _ = write!(line, " ({times} times)");
    }
    html.element("code", "", &line);
    html.raw("</summary>\n");
    side(
        html,
        "Request",
        &exchange.request_headers,
        exchange.request_body.as_deref(),
    );
    if exchange.status.is_some() {
        side(
            html,
            "Response",
            &exchange.response_headers,
            exchange.response_body.as_deref(),
        );
    }
    if !exchange.curl.is_empty() {
        html.element("div", "side", "As a command");
        html.pre("", &exchange.curl);
    }
    html.raw("</details>\n");
}

fn side(html: &mut Html, name: &str, headers: &[(String, String)], body: Option<&str>) {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", escaped_line(value)))
        .collect();
    let mut text = headers.join("\n");
    if let Some(body) = body.filter(|body| !body.is_empty()) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&whole_body(body));
    }
    if text.is_empty() {
        return;
    }
    html.element("div", "side", name);
    html.pre("", &text);
}

fn journal(html: &mut Html, journal: &[String]) {
    if journal.is_empty() {
        return;
    }
    html.raw("<h3>The emulator's journal</h3>\n");
    html.pre("", &journal.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;

    #[test]
    fn every_class_has_a_style() {
        let style = super::super::page::STYLE;
        for outcome in [
            Outcome::Passed,
            Outcome::Failed,
            Outcome::Errored,
            Outcome::Invalid,
            Outcome::Skipped,
            Outcome::NotRun,
        ] {
            let class = class(outcome, false);
            assert!(style.contains(&format!(".{class} > .row .word")), "{class}");
        }
        let (_, flaky) = class(Outcome::Passed, true).split_once(' ').unwrap();
        assert!(style.contains(&format!(".{flaky} > .row .word")));
    }

    #[test]
    fn problems_that_are_long_stay_whole() {
        let mut html = Html::default();
        html.diagnostic(&Diagnostic::error("x", "y".repeat(1000)));
        assert!(html.text.contains(&"y".repeat(1000)));
    }
}
