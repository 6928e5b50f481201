//! Finding all forms of all secrets in a text, below its escapes too.

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::forms::forms;
use super::unescape::{ESCAPES, Escape, Plain, ends_whole};
use super::{Extent, Secret};

/// Secrets of more bytes are searched for one by one: in the automaton each byte of each form would cost many.
const LONG: usize = 4_096;

/// How many escapes within escapes are undone: JSON in a string of JSON, a URL in one, and so on.
const MAX_LAYERS: usize = 4;
/// The first of them may be of any kinds, those below only of the same kind as the last: what is escaped so often is
/// JSON in JSON in JSON, or a URL in a URL.
const MIXED_LAYERS: usize = 2;

pub(super) struct Finder {
    automaton: AhoCorasick,
    /// What the automaton looks for. The first are short secrets, which count only where no escape was undone.
    patterns: Vec<String>,
    short: usize,
    /// The forms of secrets that are too long for the automaton.
    long: Vec<memmem::Finder<'static>>,
}

/// The text as it is below some of its escapes.
struct Layer<'t> {
    bytes: &'t [u8],
    /// The escapes that were undone, the outermost first.
    undone: &'t [(Escape, &'t Plain)],
}

impl Layer<'_> {
    /// The place in the text of a place here.
    fn origin(&self, at: usize) -> usize {
        let layers = self.undone.iter().rev();
        layers.fold(at, |at, (_, plain)| plain.origin(at))
    }

    /// Whether escapes of this kind are undone in turn.
    fn goes_below(&self, escape: Escape) -> bool {
        match self.undone.len() {
            0..MIXED_LAYERS => true,
            MAX_LAYERS.. => false,
            _ => self.undone.last().is_some_and(|(last, _)| *last == escape),
        }
    }
}

impl Finder {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let (short, rest): (Vec<_>, Vec<_>) = secrets.iter().partition(|secret| secret.is_short());
        let mut patterns: Vec<String> = short.iter().map(|s| s.expose().to_owned()).collect();
        let mut long = Vec::new();
        for secret in rest {
            let forms = forms(secret.expose());
            if secret.expose().len() > LONG {
                let finders = forms
                    .iter()
                    .map(|form| memmem::Finder::new(form).into_owned());
                long.extend(finders);
            } else {
                patterns.extend(forms);
            }
        }
        Self {
            automaton: AhoCorasick::new(&patterns)
                .expect("short texts are far from the automaton's limit of states"),
            patterns,
            short: short.len(),
            long,
        }
    }

    /// The stretches that secrets cover, in order and apart from one another.
    pub(super) fn covered(&self, text: &str, extent: Extent) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let layer = Layer {
            bytes: text.as_bytes(),
            undone: &[],
        };
        self.search(&layer, extent, &mut found);
        found.sort_unstable();
        let mut covered: Vec<(usize, usize)> = Vec::new();
        for (start, end) in found {
            let (start, end) = (
                text.floor_char_boundary(start),
                text.ceil_char_boundary(end),
            );
            match covered.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => covered.push((start, end)),
            }
        }
        covered
    }

    /// Looks through a layer, and then below the escapes in it.
    fn search(&self, layer: &Layer<'_>, extent: Extent, found: &mut Vec<(usize, usize)>) {
        let bytes = layer.bytes;
        for finder in &self.long {
            let length = finder.needle().len();
            let all = finder.find_iter(bytes);
            found.extend(all.map(|at| (layer.origin(at), layer.origin(at + length))));
        }
        let patterns = self.patterns_for(layer);
        if self.automaton.is_match(bytes) {
            let all = self.automaton.find_overlapping_iter(bytes);
            let skipped = self.patterns.len() - patterns.len();
            let counts = all.filter(|m| m.pattern().as_usize() >= skipped);
            found.extend(counts.map(|m| (layer.origin(m.start()), layer.origin(m.end()))));
        }
        if extent == Extent::Start {
            let long = self.long.iter().map(memmem::Finder::needle);
            let forms = patterns.iter().map(String::as_bytes).chain(long);
            let cut = forms.filter_map(|form| cut_at_the_end(bytes, form)).min();
            found.extend(cut.map(|at| (layer.origin(at), usize::MAX)));
        }
        for escape in ESCAPES
            .into_iter()
            .filter(|escape| layer.goes_below(*escape))
        {
            if let Some(plain) = escape.undo(bytes) {
                let below = Layer {
                    bytes: &plain.bytes,
                    undone: &[layer.undone, &[(escape, &plain)]].concat(),
                };
                self.search(&below, extent, found);
            }
        }
    }

    fn patterns_for(&self, layer: &Layer<'_>) -> &[String] {
        if layer.undone.is_empty() {
            &self.patterns
        } else {
            &self.patterns[self.short..]
        }
    }
}

/// Where a form begins that the end of the bytes cuts, be it in the middle of an escape.
fn cut_at_the_end(bytes: &[u8], form: &[u8]) -> Option<usize> {
    let starts = ends_whole(bytes).filter_map(|end| {
        let bytes = &bytes[..end];
        let longest = (form.len() - 1).min(end);
        let length = (1..=longest)
            .rev()
            .find(|length| bytes.ends_with(&form[..*length]))?;
        Some(end - length)
    });
    starts.min()
}
