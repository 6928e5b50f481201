//! Why a case did not pass: its problems, with the response beside each and how to see it again.

use std::fmt::Write as _;

use super::evidence::{answer, body_lines, request, response};
use super::rerun;
use crate::diagnostic::{Diagnostic, escaped_line};
use crate::event::{CaseFinished, CaseProblem, ExchangeRecord, Outcome, RunStarted, StepRecord};

/// Lines of a body beside a problem.
const SHORT_BODY: usize = 20;

/// All that went wrong, cleanups last.
pub(super) fn everything(finished: &CaseFinished, run: Option<&RunStarted>) -> Vec<Diagnostic> {
    let mut shown = with_responses(&finished.problems, &finished.steps);
    let cleanups = cleanups(finished).into_iter();
    shown.extend(cleanups.map(|problem| problem.note("while cleaning up")));
    close(&mut shown, finished, run);
    shown
}

/// What the case itself is blamed for: a scenario that passed and could not clean up, for what went wrong there.
pub(super) fn verdict(finished: &CaseFinished, run: Option<&RunStarted>) -> Vec<Diagnostic> {
    let mut shown = with_responses(blamed(finished), &finished.steps);
    close(&mut shown, finished, run);
    shown
}

/// The problems of [`verdict`] as they came.
pub(super) fn blamed(finished: &CaseFinished) -> &[CaseProblem] {
    if finished.problems.is_empty() {
        &finished.cleanup_problems
    } else {
        &finished.problems
    }
}

/// What went wrong in cleanups and teardown.
pub(super) fn cleanups(finished: &CaseFinished) -> Vec<Diagnostic> {
    with_responses(&finished.cleanup_problems, &finished.steps)
}

/// What is said without being held against the case.
pub(super) fn warnings(finished: &CaseFinished) -> Vec<Diagnostic> {
    with_responses(&finished.warnings, &finished.steps)
}

/// Below the last problem: what the emulator knew nothing of, and how to run the case again.
fn close(shown: &mut [Diagnostic], finished: &CaseFinished, run: Option<&RunStarted>) {
    let Some(last) = shown.last_mut() else {
        return;
    };
    // A `receive` has told of webhooks that failed, in a list.
    let is_told = |notes: &[String], text: &str| {
        let mut lines = notes.iter().flat_map(|note| note.lines());
        lines.any(|line| line.split_once(". ").is_some_and(|(_, item)| item == text))
    };
    for line in finished.unmatched.iter().map(|line| escaped_line(line)) {
        if !is_told(&last.notes, &line) {
            last.evidence.push(format!("in the emulator: {line}"));
        }
    }
    // What is wrong as written is found without running it.
    let rerun = run.filter(|_| finished.outcome != Outcome::Invalid);
    last.evidence
        .extend(rerun.map(|run| rerun::note(&finished.case.id, run)));
}

/// Problems, each with the response that it is about; of several problems with one response only the last shows it.
fn with_responses(problems: &[CaseProblem], steps: &[StepRecord]) -> Vec<Diagnostic> {
    let mut shown = Vec::with_capacity(problems.len());
    for (index, problem) in problems.iter().enumerate() {
        let mut diagnostic = problem.problem.clone();
        let step = problem.exchange_step();
        let next = problems.get(index + 1).map(CaseProblem::exchange_step);
        if let Some(path) = step.filter(|_| next != Some(step)) {
            let exchanges = exchanges_of(path, steps);
            diagnostic.evidence.extend(response_notes(exchanges));
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
    if last.webhook {
        notes.push(answer(last));
        notes.push(body_note(last));
        return notes;
    }
    notes.push(format!("request: {}", request(last)));
    if last.status.is_some() {
        notes.push(format!("response: {}", response(last)));
        notes.push(body_note(last));
    }
    notes
}

/// The exchanges of the step with this path; of one that ran more than once, those of the last time.
fn exchanges_of<'a>(path: &str, steps: &'a [StepRecord]) -> &'a [ExchangeRecord] {
    let mut backwards = steps.iter().rev();
    let step = backwards.find(|record| record.step.path == path && !record.exchanges.is_empty());
    step.map_or(&[], |record| &record.exchanges)
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

fn body_note(exchange: &ExchangeRecord) -> String {
    let body = if exchange.webhook {
        &exchange.request_body
    } else {
        &exchange.response_body
    };
    match body.as_deref() {
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
