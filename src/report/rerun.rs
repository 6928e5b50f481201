//! The command that runs one case again as it was.

use std::borrow::Cow;

use crate::diagnostic::escaped_line;
use crate::event::{CaseId, RunStarted};

/// `rerun:` and the command.
pub(super) fn note(case: &CaseId, run: &RunStarted) -> String {
    format!("rerun: {}", command(case, run))
}

/// `probity run FILE::"id [row]" --seed N …`, the command to be pasted into a shell.
pub(super) fn command(case: &CaseId, run: &RunStarted) -> String {
    let mut line = format!("probity run {} --seed {}", selection(case), run.seed);
    for option in &run.rerun_options {
        line.push(' ');
        line.push_str(&shell_word(option));
    }
    line.push_str(" -v");
    escaped_line(&line).into_owned()
}

/// The case as the command line selects it. With a row, the shell's quotes stand where they read best.
fn selection(case: &CaseId) -> String {
    let name = case.name();
    let readable = is_plain(&case.file) && !name.contains(['"', '$', '`', '\\', '!', '\'']);
    if case.row.is_some() && readable {
        format!("{}::\"{name}\"", case.file)
    } else {
        shell_word(&case.to_string()).into_owned()
    }
}

/// The text as one word of a POSIX shell.
fn shell_word(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

/// Whether no shell sees anything but letters in it.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(file: &str, row: Option<&str>) -> CaseId {
        CaseId {
            file: file.to_owned(),
            scenario: "pay".to_owned(),
            row: row.map(str::to_owned),
        }
    }

    #[test]
    fn selections_survive_a_shell() {
        for (file, row, expected) in [
            ("a/b.scenario.yaml", None, "a/b.scenario.yaml::pay"),
            ("a/b.yaml", Some("x=1, y=2"), "a/b.yaml::\"pay [x=1, y=2]\""),
            ("a/b.yaml", Some("x=$HOME"), "'a/b.yaml::pay [x=$HOME]'"),
            ("a/b.yaml", Some("x=it's"), r"'a/b.yaml::pay [x=it'\''s]'"),
            ("a/b.yaml", Some("x=a!"), "'a/b.yaml::pay [x=a!]'"),
            ("my files/b.yaml", None, "'my files/b.yaml::pay'"),
            ("my files/b.yaml", Some("#1"), "'my files/b.yaml::pay [#1]'"),
        ] {
            assert_eq!(selection(&case(file, row)), expected);
        }
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("a;rm b"), "'a;rm b'");
    }
}
