//! Diagnostics as workflow commands, which GitHub shows beside the lines of a pull request.

use super::escape::escaped;
use super::{Diagnostic, Repository, Severity};

/// GitHub shows this many annotations of a kind for each step, and drops the rest without a word.
pub const ANNOTATIONS_SHOWN: usize = 10;

/// A workflow command a line. Of more than ten of a severity, nine are given, and one that says how many more there are;
/// these follow as plain lines of the log.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], repository: &Repository) -> String {
    let mut text = String::new();
    for (severity, command) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of_kind: Vec<_> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .collect();
        let given = if of_kind.len() > ANNOTATIONS_SHOWN {
            ANNOTATIONS_SHOWN - 1
        } else {
            of_kind.len()
        };
        for diagnostic in &of_kind[..given] {
            text.push_str(&annotation(command, diagnostic, repository));
        }
        let more = of_kind.len() - given;
        if more > 0 {
            text.push_str(&remainder(command, more));
            for diagnostic in &of_kind[given..] {
                text.push_str(&log_line(command, diagnostic, repository));
            }
        }
    }
    text
}

fn remainder(command: &str, more: usize) -> String {
    let message = format!("and {more} more {command}s, see the log");
    workflow_command(command, &[], &message)
}

/// A line of the log that is no command: `FILE:LINE:COLUMN: error[code]: message`.
fn log_line(command: &str, diagnostic: &Diagnostic, repository: &Repository) -> String {
    let place = diagnostic.place.as_ref().map(|place| {
        let start = place.start();
        let file = repository.name(&place.source.name);
        format!("{file}:{}:{}: ", start.line, start.column)
    });
    let text = diagnostic.plain_text().replace('\n', "; ");
    let line = format!(
        "{}{command}[{}]: {text}",
        place.unwrap_or_default(),
        diagnostic.code
    );
    format!("{}\n", escaped(&line))
}

fn annotation(command: &str, diagnostic: &Diagnostic, repository: &Repository) -> String {
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        let (start, end) = (place.start(), place.end());
        properties.push(("file", repository.name(&place.source.name).into_owned()));
        properties.push(("line", start.line.to_string()));
        properties.push(("endLine", end.line.to_string()));
        // Columns are for what lies within one line; with several lines GitHub refuses them.
        if start.line == end.line {
            properties.push(("col", start.column.to_string()));
            properties.push(("endColumn", end.column.to_string()));
        }
    }
    properties.push(("title", diagnostic.code.to_owned()));
    workflow_command(command, &properties, &diagnostic.plain_text())
}

/// A workflow command and a line break: `::error file=…,line=…::message`.
#[must_use]
pub fn workflow_command(command: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<_> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    let space = if properties.is_empty() { "" } else { " " };
    let message = data(message);
    format!("::{command}{space}{}::{message}\n", properties.join(","))
}

/// Text as the message of a command.
fn data(text: &str) -> String {
    escaped(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, scenario, source};
    use super::*;

    #[test]
    fn messages_and_properties_are_escaped() {
        let odd = source("a,b:100%.yaml", "a: 1\nb: 2\n");
        let diagnostics = [
            Diagnostic::error("odd", "50% of\r\nit, so: \u{1b}[31m")
                .at(at(&odd, "1"))
                .label("here")
                .help("look"),
            Diagnostic::warning("lines", "several").at(at(&scenario(), "steps:\n  - http")),
            Diagnostic::error("none", "no place"),
        ];
        assert_eq!(
            github(&diagnostics, &Repository::default()),
            "\
::error file=a%2Cb%3A100%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=odd::50%25 of\\r%0Ait, so: \\u{1b}[31m%0Ahere%0Ahelp: look
::error title=none::no place
::warning file=scenarios/a.scenario.yaml,line=2,endLine=3,title=lines::several
"
        );
    }

    #[test]
    fn files_are_named_from_the_repositorys_folder() {
        let repository = Repository::around("/repo".as_ref(), "/repo/api".as_ref());
        let problem = Diagnostic::error("odd", "odd").at(at(&scenario(), "201"));
        let text = github(&[problem], &repository);
        assert!(
            text.starts_with("::error file=api/scenarios/a.scenario.yaml,"),
            "{text}"
        );
    }

    #[test]
    fn of_more_than_ten_of_a_kind_nine_are_shown_and_the_rest_counted() {
        let many = |count: usize| -> Vec<Diagnostic> {
            let errors = (0..count).map(|n| Diagnostic::error("e", n.to_string()));
            errors.chain([Diagnostic::warning("w", "one")]).collect()
        };
        let ten = github(&many(10), &Repository::default());
        assert_eq!(ten.matches("::error").count(), 10);
        assert!(!ten.contains("more"));
        let eleven = github(&many(11), &Repository::default());
        assert_eq!(eleven.matches("::error").count(), 10);
        assert!(eleven.contains("::error::and 2 more errors"), "{eleven}");
        assert!(eleven.contains("\nerror[e]: 9\nerror[e]: 10\n"), "{eleven}");
        assert_eq!(eleven.matches("::warning").count(), 1);
    }
}
