//! `--report KIND=PATH`: what is to be written, and where.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::desk::Seat;
use super::output::AtomicFile;
use super::{Context, KINDS, Kind};
use crate::diagnostic::Diagnostic;

/// A report that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub kind: &'static Kind,
    pub destination: Destination<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// Written as `-`.
    Stdout,
    File(&'a str),
}

impl<'a> Target<'a> {
    /// Reads `KIND=PATH`.
    ///
    /// # Errors
    /// The kind is unknown, or the path is missing.
    pub fn parse(text: &'a str) -> Result<Self, Box<Diagnostic>> {
        let (name, path) = text.split_once('=').unwrap_or((text, ""));
        let names = KINDS.iter().map(|kind| kind.name);
        let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
            let all: Vec<_> = names.clone().map(|name| format!("`{name}`")).collect();
            let problem = Diagnostic::error("unknown-report", format!("no report `{name}`"));
            let problem = problem
                .suggest(name, names)
                .help(format!("the kinds are {}", all.join(", ")));
            return Err(Box::new(problem));
        };
        let destination = match path {
            "" => {
                let problem =
                    Diagnostic::error("report-path", format!("report `{text}` has no path"));
                let help = format!("write `{name}=PATH`, or `{name}=-` for standard output");
                return Err(Box::new(problem.help(help)));
            }
            "-" => Destination::Stdout,
            path => Destination::File(path),
        };
        Ok(Self { kind, destination })
    }
}

/// Names of files of a project and its packs: no report goes there, even if the file is empty or not there.
const FILES: [&str; 4] = ["probity.yaml", "probity.lock", "pack.yaml", "emulator.yaml"];
const ENDINGS: [&str; 2] = [".scenario.yaml", ".scenario.yml"];

/// What a file holds that is to be written over.
enum Holds {
    Nothing,
    /// A report of ours, of the same kind.
    Report,
    SomethingElse,
}

/// Opens every report before the run, so that one that can't be written is known at once.
///
/// # Errors
/// One diagnostic for each that can't be opened, and where two would write to the same place.
pub fn open(targets: &[Target<'_>], context: &Context) -> Result<Vec<Seat>, Vec<Diagnostic>> {
    let mut seats = Vec::new();
    let mut problems = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let place = target.place();
        let mut earlier = targets[..index].iter();
        match earlier.find(|earlier| earlier.place() == place) {
            Some(twin) => problems.push(collision(twin, target)),
            None if target.is_of_the_project() => problems.push(misplaced(target)),
            None if target.holds_something_else() => problems.push(occupied(target)),
            None => match seat(target, context) {
                Ok(seat) => seats.push(seat),
                Err(error) => problems.push(unwritable(target, &error)),
            },
        }
    }
    if problems.is_empty() {
        Ok(seats)
    } else {
        Err(problems)
    }
}

fn seat(target: &Target<'_>, context: &Context) -> io::Result<Seat> {
    let make = target.kind.make;
    match target.destination {
        Destination::Stdout => {
            let reporter = make(Box::new(io::BufWriter::new(io::stdout())), context);
            Ok(Seat::new(target.name(), reporter))
        }
        Destination::File(path) => {
            let path = PathBuf::from(path);
            let file = AtomicFile::create(&path)?;
            // Whatever ends this run, nobody is to take the last one's report for its own.
            target.discard();
            let reporter = make(Box::new(file.writer()?), context);
            Ok(Seat::new(target.name(), reporter).with_file(file))
        }
    }
}

impl Target<'_> {
    /// Removes the report that an earlier run wrote there. Any other file stays, and what is no regular file, such as a
    /// pipe; and what can't be removed is nothing to stop at.
    pub fn discard(&self) {
        if let (Destination::File(path), Some(Holds::Report)) = (self.destination, self.holds()) {
            let _ = fs::remove_file(path);
        }
    }

    /// Whether a file is there that no run wrote as this kind of report: whoever did may want to keep it.
    fn holds_something_else(&self) -> bool {
        matches!(self.holds(), Some(Holds::SomethingElse))
    }

    fn is_of_the_project(&self) -> bool {
        let Destination::File(path) = self.destination else {
            return false;
        };
        let name = Path::new(path).file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        FILES.contains(&&*name) || ENDINGS.iter().any(|ending| name.ends_with(ending))
    }

    /// What the file that is there holds; none where there is no regular file. One that can't be read is not ours either.
    fn holds(&self) -> Option<Holds> {
        let Destination::File(path) = self.destination else {
            return None;
        };
        if !Path::new(path).is_file() {
            return None;
        }
        let begins = self.kind.begins;
        let longest = begins.iter().map(|text| text.len()).max().unwrap_or(0);
        let mut start = Vec::new();
        let read = fs::File::open(path).and_then(|file| {
            let longest = u64::try_from(longest).unwrap_or(u64::MAX);
            file.take(longest).read_to_end(&mut start)
        });
        Some(match read {
            Ok(0) => Holds::Nothing,
            Ok(_) if begins.iter().any(|text| start.starts_with(text.as_bytes())) => Holds::Report,
            Ok(_) | Err(_) => Holds::SomethingElse,
        })
    }

    /// The same for two that write to the same place, however that was typed.
    fn place(&self) -> Option<PathBuf> {
        match self.destination {
            Destination::Stdout => None,
            Destination::File(path) => {
                Some(std::path::absolute(path).unwrap_or_else(|_| path.into()))
            }
        }
    }

    /// As it was typed.
    fn name(&self) -> String {
        let path = match self.destination {
            Destination::Stdout => "-",
            Destination::File(path) => path,
        };
        format!("{}={path}", self.kind.name)
    }
}

fn occupied(target: &Target<'_>) -> Diagnostic {
    let message = format!(
        "report `{}` would be written over a file that is no such report",
        target.name()
    );
    Diagnostic::error("report-path", message)
        .help("give the report another path, or remove the file first")
}

fn misplaced(target: &Target<'_>) -> Diagnostic {
    let message = format!(
        "report `{}` would take the place of a file of the project",
        target.name()
    );
    Diagnostic::error("report-path", message).help("give the report another name")
}

fn collision(twin: &Target<'_>, target: &Target<'_>) -> Diagnostic {
    let message = format!(
        "reports `{}` and `{}` write to the same place",
        twin.name(),
        target.name()
    );
    Diagnostic::error("report-path", message).help("give each report a path of its own")
}

fn unwritable(target: &Target<'_>, error: &io::Error) -> Diagnostic {
    let message = format!("can't write report `{}`: {error}", target.name());
    Diagnostic::error("report-path", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_path_are_read() {
        let target = Target::parse("junit=out/a=b.xml").unwrap();
        assert_eq!(target.kind.name, "junit");
        assert_eq!(target.destination, Destination::File("out/a=b.xml"));
        let target = Target::parse("junit-strict=-").unwrap();
        assert_eq!(target.destination, Destination::Stdout);
    }

    #[test]
    fn an_unknown_kind_and_a_missing_path_are_explained() {
        let problem = Target::parse("junti=out.xml").unwrap_err();
        assert_eq!(problem.message, "no report `junti`");
        assert_eq!(problem.help[0], "did you mean `junit`?");
        for text in ["junit", "junit="] {
            let problem = Target::parse(text).unwrap_err();
            assert_eq!(problem.message, format!("report `{text}` has no path"));
        }
    }

    #[test]
    fn names_are_unique() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[..index].iter().all(|other| other.name != kind.name));
            assert!(!kind.doc.is_empty());
        }
    }

    #[test]
    fn two_reports_to_one_place_are_refused() {
        let targets = ["junit=-", "junit-strict=-"].map(|text| Target::parse(text).unwrap());
        let problems = open(&targets, &Context::default()).err().unwrap();
        assert_eq!(
            problems[0].message,
            "reports `junit=-` and `junit-strict=-` write to the same place"
        );
    }

    #[test]
    fn a_report_that_cannot_be_written_is_known_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("junit={}", folder.path().display());
        let targets = [Target::parse(&text).unwrap()];
        let problems = open(&targets, &Context::default()).err().unwrap();
        assert!(
            problems[0]
                .message
                .starts_with("can't write report `junit=")
        );
    }
}
