//! Words, names and numbers that several reports say alike.

use std::fmt::Write as _;

use crate::diagnostic::{self, Diagnostic, Style, escaped_line};
use crate::event::{CaseId, Offset, Outcome, RunStarted, Summary, UnusedRoutes};
use crate::value::{counted, format_measured};

/// The word at the start of a case's line.
///
/// | outcome | flaky | word |
/// |---|---|---|
/// | passed | | PASS |
/// | passed | x | FLAKY |
/// | failed | any | FAIL |
/// | errored | any | ERROR |
/// | invalid | any | INVALID |
/// | skipped | any | SKIP |
/// | not run | any | NOT RUN |
pub(super) fn word(outcome: Outcome, flaky: bool) -> &'static str {
    match (outcome, flaky) {
        (Outcome::Passed, false) => "PASS",
        (Outcome::Passed, true) => "FLAKY",
        (Outcome::Failed, _) => "FAIL",
        (Outcome::Errored, _) => "ERROR",
        (Outcome::Invalid, _) => "INVALID",
        (Outcome::Skipped, _) => "SKIP",
        (Outcome::NotRun, _) => "NOT RUN",
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

/// A length of time for a person: `3 ms`, `1.25 s`.
pub(super) fn took(duration: Offset) -> String {
    format_measured(duration.0)
}

/// `dir/file::id [row]`: without the folder that all scenarios are in, and without the file's ending.
pub(super) fn short_name(id: &CaseId) -> String {
    let file = id.short_file();
    let file = file.strip_prefix("scenarios/").unwrap_or(file);
    escaped_line(&format!("{file}::{}", id.name())).into_owned()
}

/// `118 scenarios: 116 passed (1 flaky), 1 failed, 1 errored · 514 requests`
pub(super) fn totals(summary: &Summary) -> String {
    let mut passed = format!("{} passed", summary.passed);
    if summary.flaky > 0 {
        let _ = write!(passed, " ({} flaky)", summary.flaky);
    }
    let mut parts = vec![passed];
    for (number, what) in [
        (summary.failed, "failed"),
        (summary.errored, "errored"),
        (summary.invalid, "invalid"),
        (summary.skipped, "skipped"),
        (summary.not_run, "not run"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let mut text = format!(
        "{}: {}",
        counted(summary.cases, "scenario"),
        parts.join(", ")
    );
    if summary.invalid_files > 0 {
        let _ = write!(
            text,
            " · {}",
            counted(summary.invalid_files, "invalid file")
        );
    }
    let _ = write!(text, " · {}", counted(summary.requests, "request"));
    if summary.interrupted {
        text.push_str(" · interrupted");
    }
    text
}

/// Where to look: the problem's place if it is in the case's own file, else the case itself.
pub(super) fn location<P: AsRef<Diagnostic>>(
    file: &str,
    line: usize,
    problems: &[P],
) -> (String, usize) {
    let place = problems.iter().find_map(|problem| {
        let problem = problem.as_ref();
        let also = problem.also.iter().map(|(place, _)| place);
        let mut places = problem.place.iter().chain(also);
        let own = places.find(|place| place.source.name == file)?;
        Some(own.start().line)
    });
    (escaped_line(file).into_owned(), place.unwrap_or(line))
}

/// What is wrong in a line; and where, if that is in another file than the case's own, such as an action's.
pub(super) fn headline(file: &str, problem: &Diagnostic) -> String {
    let message = escaped_line(&problem.message);
    match &problem.place {
        Some(place) if place.source.name != file => {
            let (name, line) = (escaped_line(&place.source.name), place.start().line);
            format!("{message}, at {name}:{line}")
        }
        _ => message.into_owned(),
    }
}

/// The [`headline`] of the first problem, and how many follow.
pub(super) fn headlines<P: AsRef<Diagnostic>>(file: &str, problems: &[P]) -> String {
    match problems {
        [] => String::new(),
        [one] => headline(file, one.as_ref()),
        [first, rest @ ..] => {
            let first = headline(file, first.as_ref());
            format!("{first} (and {} more)", rest.len())
        }
    }
}

/// The start of the run and an offset as a time of day, to the second.
pub(super) fn timestamp(started: &str, offset: Offset) -> String {
    let shifted = || {
        let start: jiff::Timestamp = started.parse().ok()?;
        let offset = jiff::SignedDuration::try_from(offset.0).ok()?;
        start.checked_add(offset).ok()
    };
    match shifted() {
        Some(time) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => started.to_owned(),
    }
}

/// The environment that all packs are on, or each pack's: `shop=sandbox, bank=emulator`.
pub(super) fn environment(run: &RunStarted) -> String {
    let mut environments = run.packs.iter().map(|pack| &*pack.environment);
    let first = environments.next().unwrap_or_default();
    if environments.all(|other| other == first) {
        return first.to_owned();
    }
    let each = run
        .packs
        .iter()
        .map(|pack| format!("{}={}", pack.name, pack.environment));
    each.collect::<Vec<_>>().join(", ")
}

/// Diagnostics as a person reads them, without colours.
pub(super) fn rendered(problems: &[Diagnostic]) -> String {
    problems
        .iter()
        .map(|problem| diagnostic::render(problem, Style::default()))
        .collect()
}

/// Unused routes that a line names.
const ROUTES: usize = 6;

/// `  shop: 2 of 14 routes of the emulator were not used: GET /orders, GET /orders/{id}`
pub(super) fn unused_routes(unused: &UnusedRoutes) -> String {
    let (count, of) = (unused.routes.len(), unused.of);
    let mut named = unused.routes.clone();
    named.truncate(ROUTES);
    let more = count - named.len();
    let named = named.join(", ");
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    escaped_line(&format!(
        "  {}: {count} of {of} routes of the emulator were not used: {named}{rest}",
        unused.pack
    ))
    .into_owned()
        + "\n"
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

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

    #[test]
    fn totals_name_what_there_is() {
        let summary = Summary {
            cases: 1,
            passed: 1,
            requests: 1,
            ..Summary::default()
        };
        assert_eq!(totals(&summary), "1 scenario: 1 passed · 1 request");
        let summary = Summary {
            cases: 118,
            passed: 110,
            flaky: 1,
            failed: 1,
            errored: 2,
            invalid: 3,
            skipped: 1,
            not_run: 1,
            invalid_files: 2,
            requests: 514,
            interrupted: true,
            ..Summary::default()
        };
        assert_eq!(
            totals(&summary),
            "118 scenarios: 110 passed (1 flaky), 1 failed, 2 errored, 3 invalid, 1 skipped, 1 not run · 2 invalid \
             files · 514 requests · interrupted"
        );
    }
}
