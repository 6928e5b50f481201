//! How many files and connections the system lets the program have open at once, and how many scenarios those are enough for.

use crate::diagnostic::Diagnostic;
use crate::value::counted;

/// What a scenario in flight has open at most, nearly always: its emulators' listeners, both ends of its connections to
/// them, and both ends of a webhook's.
const PER_SCENARIO: u64 = 7;
/// What the program has open besides: reports, files that are read, and the connections of one scenario that sends a great many
/// requests at once.
const APART: u64 = 128;

/// Raises the limit as far as the system allows without more rights, and says what it is then.
///
/// Shells and desktops often set it to 256 or 1,024 where ten times as many are allowed.
pub(super) fn raise() -> u64 {
    // A limit that can't be read stops nobody.
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX)
}

/// Lowers the number of scenarios in flight to what `limit` is enough for, and says so.
pub(super) fn bound(jobs: &mut usize, limit: u64) -> Option<Diagnostic> {
    let enough = usize::try_from(limit.saturating_sub(APART) / PER_SCENARIO).unwrap_or(usize::MAX);
    let enough = enough.max(1);
    if *jobs <= enough {
        return None;
    }
    let message = format!(
        "{} at once instead of {jobs}: the system allows {}",
        counted(enough, "scenario"),
        counted(usize::try_from(limit).unwrap_or(usize::MAX), "open file")
    );
    *jobs = enough;
    let help = format!("raise the limit (`ulimit -n 4096`), or ask for fewer: `-j {enough}`");
    Some(Diagnostic::warning("open-files", message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_bound_by_open_files() {
        for (limit, wanted, expected) in [
            (u64::MAX, 128, 128),
            (1024, 128, 128),
            (256, 128, 18),
            (256, 8, 8),
            (100, 128, 1),
        ] {
            let mut jobs = wanted;
            let warning = bound(&mut jobs, limit);
            assert_eq!(jobs, expected, "of {wanted} at a limit of {limit}");
            assert_eq!(warning.is_some(), jobs < wanted);
        }
        let warning = bound(&mut 128, 100).map(Diagnostic::into_message);
        let one = "1 scenario at once instead of 128: the system allows 100 open files";
        assert_eq!(warning.as_deref(), Some(one));
    }
}
