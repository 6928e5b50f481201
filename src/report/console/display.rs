//! What the console shows, and when: decisions without output, so that they can be read and tested as tables.

use crate::event::Outcome;

/// How to write to the terminal, as the caller found it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub color: bool,
    /// Somebody watches: the last line may be drawn over.
    pub terminal: bool,
    /// Columns; 0 where they are not known.
    pub width: usize,
    /// -1 for `-q`, 1 for `-v`, 2 for `-vv`.
    pub verbosity: i8,
    /// Output is kept as a log by a CI.
    pub ci: bool,
}

/// Something that the console may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The run's first lines.
    Header,
    /// A line for a case that passed, was skipped, or is slow or tried again; a warning.
    Progress,
    /// A case that did not pass and why; an error; the summary.
    Problem,
    /// The steps and exchanges of each case.
    Steps,
    /// Headers, commands, the emulators' journals.
    Everything,
}

/// | item | `-q` | default | `-v` | `-vv` |
/// |---|---|---|---|---|
/// | header | | x | x | x |
/// | progress | | x | x | x |
/// | problem | x | x | x | x |
/// | steps | | | x | x |
/// | everything | | | | x |
pub(super) fn shows(item: Item, verbosity: i8) -> bool {
    let least = match item {
        Item::Problem => i8::MIN,
        Item::Header | Item::Progress => 0,
        Item::Steps => 1,
        Item::Everything => 2,
    };
    verbosity >= least
}

/// How the console says that the run goes on while no case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// A line at the bottom that is drawn over.
    Bar,
    /// A line every 30 s.
    Heartbeat,
    Silent,
}

/// | quiet | terminal | CI | |
/// |---|---|---|---|
/// | x | any | any | silent |
/// | | x | | bar |
/// | | x | x | heartbeat |
/// | | | any | heartbeat |
pub(super) fn life(options: Options) -> Life {
    match (options.verbosity < 0, options.terminal, options.ci) {
        (true, _, _) => Life::Silent,
        (false, true, false) => Life::Bar,
        (false, true, true) | (false, false, _) => Life::Heartbeat,
    }
}

/// What the line of a finished case is.
///
/// | outcome | item |
/// |---|---|
/// | passed, skipped | progress |
/// | failed, errored, invalid | problem |
/// | not run | none: the summary counts them |
pub(super) fn case_item(outcome: Outcome) -> Option<Item> {
    match outcome {
        Outcome::Passed | Outcome::Skipped => Some(Item::Progress),
        Outcome::Failed | Outcome::Errored | Outcome::Invalid => Some(Item::Problem),
        Outcome::NotRun => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_what_is_shown() {
        for (item, shown) in [
            (Item::Header, [false, true, true, true]),
            (Item::Progress, [false, true, true, true]),
            (Item::Problem, [true, true, true, true]),
            (Item::Steps, [false, false, true, true]),
            (Item::Everything, [false, false, false, true]),
        ] {
            for (verbosity, shown) in (-1..).zip(shown) {
                assert_eq!(shows(item, verbosity), shown, "{item:?} {verbosity}");
            }
        }
    }

    #[test]
    fn each_row_of_how_a_run_shows_that_it_lives() {
        for (verbosity, terminal, ci, expected) in [
            (-1, false, false, Life::Silent),
            (-1, true, false, Life::Silent),
            (-1, true, true, Life::Silent),
            (0, true, false, Life::Bar),
            (2, true, false, Life::Bar),
            (0, true, true, Life::Heartbeat),
            (0, false, false, Life::Heartbeat),
            (0, false, true, Life::Heartbeat),
        ] {
            let options = Options {
                terminal,
                verbosity,
                ci,
                ..Options::default()
            };
            assert_eq!(life(options), expected, "{options:?}");
        }
    }

    #[test]
    fn each_row_of_outcomes() {
        for (outcome, flaky, expected, item) in [
            (Outcome::Passed, false, "PASS", Some(Item::Progress)),
            (Outcome::Passed, true, "FLAKY", Some(Item::Progress)),
            (Outcome::Failed, false, "FAIL", Some(Item::Problem)),
            (Outcome::Errored, false, "ERROR", Some(Item::Problem)),
            (Outcome::Invalid, false, "INVALID", Some(Item::Problem)),
            (Outcome::Skipped, false, "SKIP", Some(Item::Progress)),
            (Outcome::NotRun, false, "NOT RUN", None),
        ] {
            assert_eq!(crate::report::words::word(outcome, flaky), expected);
            assert_eq!(case_item(outcome), item);
        }
    }
}
