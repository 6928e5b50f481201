//! What the program's end says.

use std::process::ExitCode;

use crate::event::Summary;

/// How the program ended. When several hold, the first of this order counts: interrupted, invalid, errored, failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Passed,
    /// A check failed.
    Failed,
    /// Bad usage, or an invalid file or scenario.
    Invalid,
    /// Something could not be done.
    Errored,
    /// Nothing was selected.
    Nothing,
    /// By this signal's number.
    Interrupted(u8),
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Invalid => 2,
            Self::Errored => 3,
            Self::Nothing => 4,
            Self::Interrupted(signal) => 128 + signal,
        }
    }

    /// How a run ended that was not interrupted.
    #[must_use]
    pub fn of(summary: &Summary) -> Self {
        if summary.invalid + summary.invalid_files > 0 {
            Self::Invalid
        } else if summary.errored > 0 {
            Self::Errored
        } else if summary.failed > 0 {
            Self::Failed
        } else {
            Self::Passed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts() {
        let all = Summary {
            failed: 1,
            errored: 1,
            invalid: 1,
            ..Summary::default()
        };
        assert_eq!(Exit::of(&all).code(), 2);
        assert_eq!(
            Exit::of(&Summary {
                invalid: 0,
                ..all.clone()
            })
            .code(),
            3
        );
        assert_eq!(
            Exit::of(&Summary {
                invalid: 0,
                errored: 0,
                ..all
            })
            .code(),
            1
        );
        assert_eq!(
            Exit::of(&Summary {
                passed: 3,
                skipped: 1,
                ..Summary::default()
            })
            .code(),
            0
        );
        assert_eq!(
            Exit::of(&Summary {
                invalid_files: 1,
                ..Summary::default()
            })
            .code(),
            2
        );
        assert_eq!(Exit::Interrupted(2).code(), 130);
    }
}
