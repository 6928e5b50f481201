//! The console's lines: words, times and counters in columns.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::diagnostic::{escaped_line, wrap};
use crate::event::{Offset, PackUsed, RunStarted};
use crate::value::counted;

/// The width of the words at the start of lines.
const WORD: usize = 8;
/// What follows a case's name starts here after it, where the name is not longer.
const NAME: usize = 44;
/// The summary's column of names is at most as wide.
const WIDEST_NAME: usize = 60;

/// Puts colours round words, or leaves them as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub color: bool,
}

impl Paint {
    /// A word of a line in the colour that goes with it, padded on the left.
    pub(super) fn word(self, word: &str) -> String {
        self.styled(&format!("{word:>WORD$}"), style(word))
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.styled(text, Style::new().dimmed())
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.styled(text, Style::new().bold())
    }

    fn styled(self, text: &str, style: Style) -> String {
        if self.color && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

fn style(word: &str) -> Style {
    let color = match word {
        "PASS" => AnsiColor::Green,
        "FAIL" | "ERROR" | "INVALID" => AnsiColor::Red,
        "SKIP" | "NOT RUN" => AnsiColor::Cyan,
        _ => AnsiColor::Yellow,
    };
    color.on_default().bold()
}

/// The parts of a case's line.
pub(super) struct CaseLine<'a> {
    pub word: &'a str,
    /// `[  0.012s]`, or as many spaces.
    pub time: String,
    /// How many cases are done, where this one is.
    pub done: Option<usize>,
    pub total: usize,
    pub name: &'a str,
    /// What else there is to say.
    pub tail: &'a str,
}

impl CaseLine<'_> {
    pub(super) fn render(&self, paint: Paint) -> String {
        let width = digits(self.total);
        let counter = match self.done {
            Some(done) => format!("({done:>width$}/{})", self.total),
            None => " ".repeat(2 * width + 3),
        };
        // A longer word, `TRY 1 FAIL`, takes the room of the counter that it doesn't have.
        let excess = self.word.len().saturating_sub(WORD);
        let counter = &counter[excess.min(counter.len())..];
        let mut line = format!("{} {} {counter} ", paint.word(self.word), self.time);
        if self.tail.is_empty() {
            line.push_str(self.name);
        } else {
            let tail = paint.dim(self.tail);
            let _ = write!(line, "{:<NAME$}  {tail}", self.name);
        }
        line
    }
}

pub(super) fn digits(number: usize) -> usize {
    number.to_string().len()
}

/// A time as it stands in brackets: `[  0.012s]`.
pub(super) fn time(duration: Offset) -> String {
    format!("[{:>7.3}s]", duration.0.as_secs_f64())
}

/// A time that has not ended: `[> 10.00s]`.
pub(super) fn time_so_far(duration: Offset) -> String {
    format!("[>{:>6.2}s]", duration.0.as_secs_f64())
}

/// A case, or a file, that the summary names again, and where to look.
pub(super) struct Named<'a> {
    pub word: &'static str,
    pub name: &'a str,
    pub location: &'a str,
}

/// Names and locations in two columns within `room` columns, where that is not 0. A name that is too long for its
/// column has its location in a line of its own.
pub(super) fn named(all: &[Named<'_>], room: usize, paint: Paint) -> String {
    let widest = |text: fn(&Named<'_>) -> usize| all.iter().map(text).max().unwrap_or(0);
    let mut column = widest(|one| one.name.width()).min(WIDEST_NAME);
    if room > 0 {
        let locations = widest(|one| one.location.width());
        column = column.min(room.saturating_sub(WORD + 3 + locations));
    }
    let mut text = String::new();
    for one in all {
        let (word, location) = (paint.word(one.word), one.location);
        let _ = match column.checked_sub(one.name.width()) {
            Some(rest) => writeln!(text, "{word} {}{:rest$}  {location}", one.name, ""),
            None => writeln!(text, "{word} {}\n{:WORD$}   {location}", one.name, ""),
        };
    }
    text
}

/// A text whose first line has `before` columns to its left, within `room` columns, where that is not 0.
pub(super) fn fit(text: &str, before: usize, room: usize) -> String {
    if room == 0 {
        return text.to_owned();
    }
    // A number stays beside what it counts.
    let mut held = String::with_capacity(text.len());
    for c in text.chars() {
        let counts = c == ' ' && held.ends_with(|last: char| last.is_ascii_digit());
        held.push(if counts { '\u{a0}' } else { c });
    }
    let lines = wrap(&held, room.saturating_sub(before));
    let indent = format!("\n{}", " ".repeat(before));
    lines.join(&indent).replace('\u{a0}', " ")
}

/// The run in one line, and where its packs come from in a second.
pub(super) fn header(run: &RunStarted, room: usize, paint: Paint) -> String {
    let mut parts = vec![format!("run {}", run.run)];
    parts.extend(environments(&run.packs));
    parts.push(counted(run.cases, "scenario"));
    if let Some(shard) = &run.shard {
        parts.push(format!("shard {shard}"));
    }
    parts.push(format!("{} at once", run.jobs));
    parts.push(format!("seed {}", run.seed));
    let mut text = format!("  {}\n", fit(&escaped_line(&parts.join(" · ")), 2, room));
    if !run.packs.is_empty() {
        let packs: Vec<_> = run.packs.iter().map(pack).collect();
        let packs = packs.join(", ");
        let line = format!("  packs {}", fit(&escaped_line(&packs), 8, room));
        let _ = writeln!(text, "{}", paint.dim(&line));
    }
    if !run.left_out.is_empty() {
        let folders = run.left_out.join(" ");
        let line = format!("  left out: an added pack's own scenarios (probity run {folders})");
        let _ = writeln!(text, "{}", paint.dim(&escaped_line(&line)));
    }
    text
}

fn pack(pack: &PackUsed) -> String {
    format!("{} {} ({})", pack.name, pack.version, pack.origin)
}

/// `shop on the emulator`, `4 packs on sandbox`: packs grouped by where they run, in the order of the packs.
fn environments(packs: &[PackUsed]) -> Vec<String> {
    let place = |pack: &PackUsed| {
        if pack.emulator {
            "the emulator".to_owned()
        } else {
            pack.environment.clone()
        }
    };
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for pack in packs {
        let place = place(pack);
        match groups.iter_mut().find(|(name, _)| *name == place) {
            Some((_, names)) => names.push(&pack.name),
            None => groups.push((place, vec![&pack.name])),
        }
    }
    groups
        .into_iter()
        .map(|(place, names)| match names.as_slice() {
            [one] => format!("{one} on {place}"),
            [one, other] => format!("{one}, {other} on {place}"),
            names => format!("{} packs on {place}", names.len()),
        })
        .collect()
}

/// The text without commands to the CI that reads the log: `::error::` at the start of a line, `##[…]` and `##vso[…]`
/// anywhere. A server that sends such a thing could set variables of the job.
pub(super) fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        if start.starts_with("::") {
            safe.push_str(&line[..line.len() - start.len()]);
            safe.push('\\');
            safe.push_str(start);
        } else {
            safe.push_str(line);
        }
    }
    for command in ["##[", "##vso[", "##teamcity["] {
        if safe.contains(command) {
            safe = safe.replace(command, &format!("#\\{}", &command[1..]));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PLAIN: Paint = Paint { color: false };

    fn line(word: &str, done: Option<usize>, tail: &str) -> String {
        let time = time(Offset(Duration::from_millis(12)));
        let line = CaseLine {
            word,
            time,
            done,
            total: 118,
            name: "a/b::c",
            tail,
        };
        line.render(PLAIN)
    }

    #[test]
    fn names_stand_in_one_column() {
        assert_eq!(
            line("PASS", Some(1), ""),
            "    PASS [  0.012s] (  1/118) a/b::c"
        );
        assert_eq!(
            line("TRY 1 FAIL", None, ""),
            "TRY 1 FAIL [  0.012s]         a/b::c"
        );
        let tail = line("SKIP", Some(118), "why");
        assert_eq!(tail.find("a/b"), Some(30));
        assert!(tail.ends_with("  why"));
    }

    #[test]
    fn colours_only_where_they_are_wanted() {
        assert_eq!(
            Paint { color: true }.word("PASS"),
            "\u{1b}[1m\u{1b}[32m    PASS\u{1b}[0m"
        );
        assert_eq!(PLAIN.word("PASS"), "    PASS");
    }

    #[test]
    fn a_ci_gets_no_commands_from_servers() {
        for (text, expected) in [
            ("  ::error::x\nplain\n", "  \\::error::x\nplain\n"),
            ("a::b ##[group]", "a::b #\\#[group]"),
            ("##vso[task.setvariable]", "#\\#vso[task.setvariable]"),
            ("plain", "plain"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn packs_are_grouped_by_where_they_run() {
        let pack = |name: &str, environment: &str| PackUsed {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            environment: environment.to_owned(),
            emulator: environment == "emulator",
            origin: "built in".to_owned(),
        };
        let packs = [
            pack("a", "emulator"),
            pack("b", "sandbox"),
            pack("c", "emulator"),
            pack("d", "emulator"),
        ];
        assert_eq!(
            environments(&packs),
            ["3 packs on the emulator", "b on sandbox"]
        );
        assert_eq!(environments(&packs[..1]), ["a on the emulator"]);
        assert!(environments(&[]).is_empty());
    }
}
