//! The page round the cases: what the run came to and how it was run, and the controls.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Suite;
use super::markup::Html;
use crate::event::{Offset, RunStarted, Summary};
use crate::report::words::{environment, timestamp, took};
use crate::value::counted;

pub(super) const STYLE: &str = include_str!("style.css");
/// The first lines of every page.
pub(in crate::report) const BEGINS: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"generator\" content=\"Probity\">\n";
const SCRIPT: &str = include_str!("script.js");

/// Up to where the lists begin.
pub(super) fn head(html: &mut Html, run: Option<&RunStarted>, summary: Option<&Summary>) {
    html.raw(BEGINS);
    // Nothing is loaded, and nothing but our own script and style counts.
    html.raw_format(format_args!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'\">\n",
        hash(STYLE),
        hash(SCRIPT)
    ));
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let (verdict, class) = verdict(summary);
    html.element("title", "", &format!("{verdict} · Probity"));
    html.raw_format(format_args!(
        "\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n"
    ));
    html.element("h1", class, &verdict);
    if let Some(summary) = summary {
        html.raw("\n");
        html.element("p", "lead", &lead(summary));
        bar(html, summary);
        counts(html, summary);
    }
    if let Some(run) = run {
        properties(html, run);
    }
    html.raw("</header>\n<main>\n");
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// What the run came to, in a sentence, and its class.
///
/// | what | verdict |
/// |---|---|
/// | no summary | the run ended before its end |
/// | something went wrong | how many did not pass |
/// | nothing passed | nothing was run |
/// | some not run or skipped | how many passed |
/// | else | all passed |
fn verdict(summary: Option<&Summary>) -> (String, &'static str) {
    let Some(summary) = summary else {
        return ("The run did not end".to_owned(), "unhappy");
    };
    let unhappy = summary.failed + summary.errored + summary.invalid;
    let invalid_files = counted(summary.invalid_files, "invalid file");
    match (unhappy, summary.invalid_files) {
        (0, 0) if summary.passed == 0 => ("Nothing was run".to_owned(), ""),
        (0, 0) if summary.passed == summary.cases => {
            let all = if summary.cases == 1 { "" } else { "All " };
            let all = format!("{all}{} passed", counted(summary.cases, "scenario"));
            (all, "passed")
        }
        (0, 0) => {
            let some = format!(
                "{} of {} passed",
                summary.passed,
                counted(summary.cases, "scenario")
            );
            (some, "passed")
        }
        (0, _) => (invalid_files, "unhappy"),
        (unhappy, invalid) => {
            let mut text = format!(
                "{unhappy} of {} did not pass",
                counted(summary.cases, "scenario")
            );
            if invalid > 0 {
                text = format!("{text}, {invalid_files}");
            }
            (text, "unhappy")
        }
    }
}

fn lead(summary: &Summary) -> String {
    let mut text = format!(
        "{} and {} in {}",
        counted(summary.requests, "request"),
        counted(summary.checks, "check"),
        took(summary.duration)
    );
    if summary.interrupted {
        text.push_str(" · interrupted");
    }
    text
}

/// The shares of the outcomes, drawn in per mille, since styles of single elements are not allowed here.
fn bar(html: &mut Html, summary: &Summary) {
    let shares = [
        ("passed", summary.passed),
        ("failed", summary.failed + summary.errored + summary.invalid),
        ("skipped", summary.skipped + summary.not_run),
    ];
    let total = summary.cases.max(1);
    html.raw("\n<div class=\"bar\"><svg viewBox=\"0 0 1000 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    let mut before = 0;
    for (class, share) in shares {
        let (start, end) = (before * 1000 / total, (before + share) * 1000 / total);
        if share > 0 {
            html.raw_format(format_args!(
                "<rect class=\"{class}\" x=\"{start}\" y=\"0\" width=\"{}\" height=\"1\"/>",
                // What there is must be seen.
                (end - start).max(4)
            ));
        }
        before += share;
    }
    html.raw("</svg></div>\n");
}

fn counts(html: &mut Html, summary: &Summary) {
    html.raw("<ul class=\"counts\">\n");
    let passed = match summary.flaky {
        0 => "passed".to_owned(),
        flaky => format!("passed ({flaky} flaky)"),
    };
    let always = [("passed", summary.passed), ("failed", summary.failed)];
    let others = [
        ("errored", summary.errored),
        ("invalid", summary.invalid),
        ("invalid files", summary.invalid_files),
        ("skipped", summary.skipped),
        ("not run", summary.not_run),
    ];
    let others = others.into_iter().filter(|(_, number)| *number > 0);
    for (name, number) in always.into_iter().chain(others) {
        let class = match (name, number) {
            (_, 0) => "none",
            ("invalid files", _) => "invalid",
            ("not run", _) => "skipped",
            (name, _) => name,
        };
        let name = match (name, number) {
            ("passed", _) => &passed,
            ("invalid files", 1) => "invalid file",
            (name, _) => name,
        };
        html.raw_format(format_args!(
            "<li class=\"{class}\"><b>{number}</b> {name}</li>\n"
        ));
    }
    html.raw("</ul>\n");
}

fn properties(html: &mut Html, run: &RunStarted) {
    html.raw("<dl>\n");
    let mut property = |name: &str, value: &str| {
        html.element("dt", "", name);
        html.element("dd", "", value);
        html.raw("\n");
    };
    property("environment", &environment(run));
    for pack in &run.packs {
        let whereabouts = format!(
            "{} {} on {} ({})",
            pack.name, pack.version, pack.environment, pack.origin
        );
        property("pack", &whereabouts);
    }
    property("seed", &run.seed.to_string());
    let started = timestamp(&run.started, Offset::default());
    property("started", &format!("{started} on {}", run.hostname));
    let mut how = format!("{}, {} at once", run.run, run.jobs);
    if let Some(shard) = &run.shard {
        how = format!("{how}, shard {shard}");
    }
    property("run", &how);
    html.raw("</dl>\n");
}

/// Hidden until the script that it is for runs.
pub(super) fn filter(html: &mut Html) {
    html.element("h2", "", "Scenarios");
    html.raw(
        "\n<form class=\"filter\" hidden>\
         <input type=\"search\" placeholder=\"Filter by name, file or message\" aria-label=\"Filter\">\
         <label><input type=\"checkbox\"> only what did not pass</label></form>\n",
    );
}

pub(super) fn open_suite(html: &mut Html, file: &str, suite: &Suite) {
    let open = if suite.unhappy > 0 { " open" } else { "" };
    html.raw_format(format_args!(
        "<details class=\"suite\"{open}><summary><span class=\"tally\">"
    ));
    let mut parts = Vec::new();
    if suite.unhappy > 0 {
        parts.push(format!(
            "<span class=\"bad\">{} not passed</span>",
            suite.unhappy
        ));
    }
    if suite.passed > 0 {
        parts.push(format!("{} passed", suite.passed));
    }
    if suite.unstarted > 0 {
        parts.push(format!("{} skipped", suite.unstarted));
    }
    html.raw(&parts.join(" · "));
    html.raw("</span>");
    if !suite.title.is_empty() {
        html.element("b", "", &suite.title);
        html.raw(" ");
    }
    html.element("span", "id", file);
    html.raw("</summary>\n");
}

pub(super) fn foot(html: &mut Html, run: Option<&RunStarted>) {
    html.raw("</main>\n<footer>");
    let version = run.map_or("", |run| run.probity);
    html.line(&format!("Probity {version}"));
    html.raw_format(format_args!(
        "</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let summary = |passed, failed, skipped, invalid_files| Summary {
            cases: passed + failed + skipped,
            passed,
            failed,
            skipped,
            invalid_files,
            ..Summary::default()
        };
        for (summary, expected) in [
            (None, "The run did not end"),
            (Some(summary(0, 0, 0, 0)), "Nothing was run"),
            (Some(summary(0, 0, 2, 0)), "Nothing was run"),
            (Some(summary(1, 0, 0, 0)), "1 scenario passed"),
            (Some(summary(3, 0, 0, 0)), "All 3 scenarios passed"),
            (Some(summary(3, 0, 1, 0)), "3 of 4 scenarios passed"),
            (Some(summary(3, 1, 0, 0)), "1 of 4 scenarios did not pass"),
            (Some(summary(3, 0, 0, 1)), "1 invalid file"),
            (
                Some(summary(3, 1, 0, 2)),
                "1 of 4 scenarios did not pass, 2 invalid files",
            ),
        ] {
            assert_eq!(verdict(summary.as_ref()).0, expected);
        }
    }

    #[test]
    fn style_and_script_do_not_end_their_elements() {
        assert!(!STYLE.contains('<'));
        assert!(!SCRIPT.contains('<'));
    }
}
