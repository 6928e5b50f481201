//! The line at the bottom of a terminal that says how far the run is.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar;

use super::line::digits;
use crate::event::{Offset, Summary};

/// Columns of the bar itself.
const BAR: usize = 24;
/// What a terminal is taken to have where it doesn't say.
const USUAL_WIDTH: usize = 80;

/// A line that is drawn over.
#[derive(Debug, Default)]
pub(super) struct Bar {
    /// What stands there now; empty if nothing.
    shown: String,
}

impl Bar {
    /// Draws the line anew if it has changed. The cursor stays on it.
    pub(super) fn draw(&mut self, out: &mut impl Write, text: &str) -> io::Result<()> {
        if self.shown == text {
            return Ok(());
        }
        write!(out, "\r\x1b[2K{text}")?;
        text.clone_into(&mut self.shown);
        Ok(())
    }

    /// Makes way for a line that stays.
    pub(super) fn erase(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.shown.is_empty() {
            return Ok(());
        }
        self.shown.clear();
        out.write_all(b"\r\x1b[2K")
    }
}

/// What the bar tells.
pub(super) struct Progress<'a> {
    pub tally: &'a Summary,
    pub done: usize,
    pub total: usize,
    pub running: usize,
    pub now: Offset,
    /// The case that has been running longest, and what it does.
    pub longest: Option<String>,
}

/// The bar as text of less than `width` columns.
pub(super) fn text(progress: &Progress<'_>, width: usize) -> String {
    let Progress {
        tally, done, total, ..
    } = *progress;
    let filled = (done * BAR).checked_div(total).unwrap_or(BAR).min(BAR);
    let mut parts = vec![
        format!(
            "  [{}{}] {done:>digits$}/{total}",
            "=".repeat(filled),
            " ".repeat(BAR - filled),
            digits = digits(total),
        ),
        clock(progress.now),
        format!("{} running", progress.running),
    ];
    for (number, what) in [
        (tally.failed, "failed"),
        (tally.errored + tally.invalid, "errored"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    parts.extend(progress.longest.clone());
    let width = if width == 0 { USUAL_WIDTH } else { width };
    cut(&parts.join("  "), width.saturating_sub(1))
}

/// The time since the start: `0:07`, `12:03`.
pub(super) fn clock(now: Offset) -> String {
    let seconds = now.0.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The text, cut to so many columns: a line that wraps can't be drawn over.
fn cut(text: &str, columns: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn progress(tally: &Summary, done: usize, total: usize) -> Progress<'_> {
        Progress {
            tally,
            done,
            total,
            running: 3,
            now: Offset(Duration::from_secs(67)),
            longest: Some("a/b::c (step 2/3 Wait)".to_owned()),
        }
    }

    #[test]
    fn the_bar_says_how_far_the_run_is() {
        let tally = Summary {
            failed: 1,
            invalid: 1,
            ..Summary::default()
        };
        assert_eq!(
            text(&progress(&tally, 30, 120), 200),
            "  [======                  ]  30/120  1:07  3 running  1 failed  1 errored  a/b::c (step 2/3 Wait)"
        );
        assert!(text(&progress(&tally, 0, 0), 200).starts_with("  [========================] 0/0"));
    }

    #[test]
    fn it_never_wraps() {
        let tally = Summary::default();
        for width in [1, 10, 40, 80] {
            assert!(text(&progress(&tally, 1, 2), width).chars().count() < width);
        }
        assert!(text(&progress(&tally, 1, 2), 0).chars().count() < 80);
        assert_eq!(cut("世界x", 3), "世");
    }

    #[test]
    fn an_unchanged_bar_is_not_drawn_again() {
        let mut out = Vec::new();
        let mut bar = Bar::default();
        bar.erase(&mut out).unwrap();
        bar.draw(&mut out, "one").unwrap();
        bar.draw(&mut out, "one").unwrap();
        bar.erase(&mut out).unwrap();
        bar.erase(&mut out).unwrap();
        assert_eq!(out, b"\r\x1b[2Kone\r\x1b[2K");
    }
}
