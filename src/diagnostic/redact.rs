//! Taking secrets out of a diagnostic: out of its words, and out of the source lines it shows.

use std::sync::Arc;

use super::{Details, Diagnostic};
use crate::source::{Place, Source};

impl Diagnostic {
    /// The same without what `redact` takes out.
    ///
    /// Where that is in a line of source that is shown, the places get a copy of their source in which it is covered
    /// up; lines and columns stay what they are.
    #[must_use]
    pub fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| redact(text)).collect();
        let mut covers = Covers {
            redact,
            sources: Vec::new(),
        };
        let shown: Vec<&Place> = self
            .place
            .iter()
            .chain(self.also.iter().map(|(place, _)| place))
            .collect();
        let mut cover = |place: &Place| covers.place(place, &shown);
        Self(Box::new(Details {
            severity: self.severity,
            code: self.code,
            message: redact(&self.message),
            place: self.place.as_ref().map(&mut cover),
            label: redact(&self.label),
            of_file: self.of_file,
            also: self
                .also
                .iter()
                .map(|(place, label)| (cover(place), redact(label)))
                .collect(),
            notes: all(&self.notes),
            help: all(&self.help),
            evidence: all(&self.evidence),
            concealed: self.concealed.iter().map(&mut cover).collect(),
        }))
    }
}

/// The sources of one diagnostic, each beside what stands for it.
struct Covers<'r> {
    redact: &'r dyn Fn(&str) -> String,
    sources: Vec<(Arc<Source>, Arc<Source>)>,
}

impl Covers<'_> {
    fn place(&mut self, place: &Place, shown: &[&Place]) -> Place {
        let known = self
            .sources
            .iter()
            .find(|(source, _)| Arc::ptr_eq(source, &place.source));
        let source = if let Some((_, cover)) = known {
            Arc::clone(cover)
        } else {
            let cover = self.cover(&place.source, shown);
            self.sources
                .push((Arc::clone(&place.source), Arc::clone(&cover)));
            cover
        };
        Place::new(&source, place.span)
    }

    /// The source itself, or a copy with the secrets covered up if one stands in the lines that are shown.
    fn cover(&self, source: &Arc<Source>, shown: &[&Place]) -> Arc<Source> {
        let places = || {
            shown
                .iter()
                .filter(|place| Arc::ptr_eq(&place.source, source))
        };
        let first = places().map(|place| place.start().line).min().unwrap_or(1);
        let last = places().map(|place| place.end().line).max().unwrap_or(1);
        let changes = |line: &str| (self.redact)(line) != line;
        if !(first..=last).any(|line| changes(source.line(line))) {
            return Arc::clone(source);
        }
        let lines: Vec<_> = source
            .text
            .split('\n')
            .map(|line| covered(line, &(self.redact)(line)))
            .collect();
        Source::new(source.name.clone(), source.path.clone(), lines.join("\n"))
    }
}

/// What is left of a line where `redacted` differs from it, covered up at its own length, so that spans still fit.
fn covered(line: &str, redacted: &str) -> String {
    if line == redacted {
        return line.to_owned();
    }
    let same = |(a, b): &(char, char)| a == b;
    let before: usize = line
        .chars()
        .zip(redacted.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (old, new) = (&line[before..], &redacted[before..]);
    let after: usize = old
        .chars()
        .rev()
        .zip(new.chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (hidden, kept) = old.split_at(old.len() - after);
    // Spans count bytes and columns count characters, so each character gives way to one of its length.
    let cover: String = hidden.chars().map(covering).collect();
    format!("{}{cover}{kept}", &line[..before])
}

/// What stands for a character that is covered up, of the same length.
pub(super) fn covering(character: char) -> char {
    match character.len_utf8() {
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '🔒',
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, source};
    use super::super::{Style, render};
    use super::*;

    fn redact(text: &str) -> String {
        text.replace("s3cret-key", "***")
    }

    #[test]
    fn words_and_shown_lines_lose_their_secrets() {
        let source = source("a.yaml", "ok: 1\nkey: s3cret-key, b: 2\nc: s3cret-key\n");
        let diagnostic = Diagnostic::error("x", "s3cret-key is wrong")
            .at(at(&source, "b: 2"))
            .label("beside s3cret-key")
            .also(at(&source, "ok"), "s3cret-key")
            .note("body: s3cret-key")
            .help("change s3cret-key");
        let drawn = render(&diagnostic.redacted(&redact), Style::default());
        assert_eq!(
            drawn,
            "\
error[x]: *** is wrong
 --> a.yaml:2:18
  |
1 | ok: 1
  | -- ***
2 | key: **********, b: 2
  |                  ^^^^ beside ***
  |
  = body: ***
  = help: change ***
"
        );
    }

    #[test]
    fn a_source_whose_shown_lines_hold_no_secret_stays_what_it_is() {
        let source = source("a.yaml", "ok: 1\nkey: s3cret-key\n");
        let diagnostic = Diagnostic::error("x", "x").at(at(&source, "ok"));
        let place = diagnostic.redacted(&redact).place.clone().unwrap();
        assert!(Arc::ptr_eq(&place.source, &source));
    }

    #[test]
    fn what_is_covered_up_keeps_bytes_and_characters() {
        for (line, redacted, covered_up) in [
            ("a: s3cret", "a: ***", "a: ******"),
            ("s3cret: s3cret", "***: ***", "**************"),
            ("a: x\tend", "a: [secret]\tend", "a: *\tend"),
            ("a: äö世🔑b", "a: ***", "a: ··•🔒*"),
            ("a: x", "a: x", "a: x"),
            ("a: s3cret", "", "*********"),
        ] {
            let found = covered(line, redacted);
            assert_eq!(found, covered_up);
            assert_eq!(found.len(), line.len());
            assert_eq!(found.chars().count(), line.chars().count());
        }
    }
}
