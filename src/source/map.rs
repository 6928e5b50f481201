//! What is done to a map once it is read: merge keys, and duplicate keys.

use super::{Entry, Node, Problem, Span, Yaml};

/// A `<<: …` of a map.
pub(super) struct Merge {
    /// How many entries are written before it.
    pub(super) before: usize,
    pub(super) key: Span,
    pub(super) value: Node,
}

/// The entries that a map has: duplicates reported (at most `room` of them) and dropped, merges written out.
pub(super) fn finish(
    entries: Vec<Entry>,
    merges: Vec<Merge>,
    problems: &mut Vec<Problem>,
    room: usize,
) -> Vec<Entry> {
    let mut found = Vec::new();
    let entries = if merges.is_empty() {
        entries
    } else {
        merge(entries, merges, &mut found)
    };
    let entries = unique(entries, &mut found);
    problems.extend(found.into_iter().take(room));
    entries
}

/// Below this many entries it is quicker to compare each with each than to sort them.
const FEW: usize = 12;

/// Reports the second and later entries of one key, and drops them.
fn unique(mut entries: Vec<Entry>, found: &mut Vec<Problem>) -> Vec<Entry> {
    let mut twins = if entries.len() <= FEW {
        twins_of_few(&entries)
    } else {
        twins_of_many(&entries)
    };
    if twins.is_empty() {
        return entries;
    }
    twins.sort_unstable();
    for &(later, first) in &twins {
        found.push(duplicate(
            &entries[later].key.text,
            entries[first].key.span,
            entries[later].key.span,
        ));
    }
    let mut dropped = twins.iter().map(|&(later, _)| later).peekable();
    let mut at = 0;
    entries.retain(|_| {
        at += 1;
        dropped.next_if_eq(&(at - 1)).is_none()
    });
    entries
}

/// Pairs of an entry and the first one with its key.
fn twins_of_few(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut twins = Vec::new();
    for (later, entry) in entries.iter().enumerate().skip(1) {
        let same = |earlier: &Entry| earlier.key.text == entry.key.text;
        if let Some(first) = entries[..later].iter().position(same) {
            twins.push((later, first));
        }
    }
    twins
}

fn twins_of_many(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|&a, &b| entries[a].key.text.cmp(&entries[b].key.text));
    order
        .chunk_by(|&a, &b| entries[a].key.text == entries[b].key.text)
        .flat_map(|same| same[1..].iter().map(|&later| (later, same[0])))
        .collect()
}

fn duplicate(key: &str, first: Span, second: Span) -> Problem {
    Problem {
        code: "duplicate-key",
        span: second,
        message: format!("the key `{key}` stands twice in this map"),
        label: "again here".to_owned(),
        also: vec![(first, "first here".to_owned())],
        help: Some("remove one of the two, or give it another name".to_owned()),
    }
}

/// Writes out `<<`: what is written in the map itself wins, then what is merged first.
fn merge(entries: Vec<Entry>, merges: Vec<Merge>, found: &mut Vec<Problem>) -> Vec<Entry> {
    for pair in merges.windows(2) {
        let mut problem = duplicate("<<", pair[0].key, pair[1].key);
        problem.help = Some("merge several maps with a list: `<<: [*first, *second]`".to_owned());
        found.push(problem);
    }
    let mut names: std::collections::HashSet<String> =
        entries.iter().map(|entry| entry.key.text.clone()).collect();
    let mut added = Vec::new();
    for Merge { before, value, .. } in merges {
        for map in merged_maps(value, found) {
            for entry in map {
                if names.insert(entry.key.text.clone()) {
                    added.push((before, entry));
                }
            }
        }
    }
    let mut added = added.into_iter().peekable();
    let mut all = Vec::with_capacity(entries.len());
    for (at, entry) in entries.into_iter().enumerate() {
        while let Some((_, entry)) = added.next_if(|(before, _)| *before <= at) {
            all.push(entry);
        }
        all.push(entry);
    }
    all.extend(added.map(|(_, entry)| entry));
    all
}

/// The maps that a merge names: one, or a list of them.
fn merged_maps(value: Node, found: &mut Vec<Problem>) -> Vec<Vec<Entry>> {
    let span = value.span;
    let nodes = match value.value {
        Yaml::List(items) => items,
        value => vec![Node { span, value }],
    };
    let mut maps = Vec::new();
    for node in nodes {
        match node.value {
            Yaml::Map(entries) => maps.push(entries),
            _ => found.push(Problem {
                code: "merge-key",
                span: node.span,
                message: format!("`<<` merges maps, and this is {}", node.kind()),
                label: String::new(),
                also: Vec::new(),
                help: Some(
                    "name the anchor of a map: `<<: *name`; where `<<` is meant as a key, quote it: `'<<'`"
                        .to_owned(),
                ),
            }),
        }
    }
    maps
}
