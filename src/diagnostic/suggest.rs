//! "did you mean": the closest of the words that would have been right.

/// The candidate nearest to `word`, if one is near enough to be what was meant.
///
/// One that differs only in case wins. Else the one that the fewest slips of the keyboard (a letter left out, added,
/// replaced, or two swapped) lead to, among equals the one that begins alike, then the first in alphabetical order. A
/// third of the word may be wrong; in a word of one or two letters nothing, but it may be the beginning of a candidate.
#[must_use]
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    equally_near(word, candidates).into_iter().next()
}

/// Those of `candidates` that are nearest to what was typed, in alphabetical order: several where they are equally near.
#[must_use]
pub fn equally_near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let folded = fold(word);
    let mut near: Vec<_> = candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter_map(|candidate| Some((rank(&folded, candidate)?, candidate)))
        .collect();
    near.sort_unstable();
    near.dedup();
    let nearest = near.first().map(|(rank, _)| *rank);
    near.retain(|(rank, _)| Some(*rank) == nearest);
    near.into_iter()
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

/// Words are compared without case, and `-` and spaces are taken for `_`.
fn fold(word: &str) -> String {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '-' | ' ') { '_' } else { c })
        .collect()
}

/// How far a candidate is from the word: slips, then letters that do not begin alike. `None` is too far.
fn rank(word: &str, candidate: &str) -> Option<(usize, usize)> {
    let candidate = fold(candidate);
    let length = word.chars().count();
    let alike = word
        .chars()
        .zip(candidate.chars())
        .take_while(|(a, b)| a == b)
        .count();
    // `len` for `length`: what was typed is right, only more was meant.
    let abbreviates = length >= 2 && alike == length && candidate.chars().count() <= length * 3;
    let allowed = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => length / 3,
    };
    let slips = strsim::damerau_levenshtein(word, &candidate);
    if slips <= allowed {
        Some((slips, length - alike))
    } else if abbreviates {
        // Behind everything that is a slip or two away.
        Some((allowed + slips, 0))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATORS: &[&str] = &[
        "eq",
        "ne",
        "gt",
        "gte",
        "lt",
        "lte",
        "in",
        "contains",
        "starts_with",
        "ends_with",
        "matches",
        "type",
        "format",
        "length",
        "exists",
        "empty",
        "each",
        "some",
        "unordered",
        "not",
        "all_of",
        "any_of",
        "number",
        "before",
        "after",
        "close_to",
        "schema",
    ];

    #[test]
    fn the_nearest_word_is_suggested() {
        for (word, expected) in [
            ("contain", Some("contains")),
            ("constains", Some("contains")),
            ("exist", Some("exists")),
            ("exits", Some("exists")),
            ("lenght", Some("length")),
            ("len", Some("length")),
            ("startsWith", Some("starts_with")),
            ("starts-with", Some("starts_with")),
            ("Matches", Some("matches")),
            ("macthes", Some("matches")),
            ("EQ", Some("eq")),
            ("eqq", Some("eq")),
            ("numbr", Some("number")),
            ("anyof", Some("any_of")),
            // Too short, or too far.
            ("e", None),
            ("xq", None),
            ("", None),
            ("regex", None),
            ("frobnicate", None),
        ] {
            let found = did_you_mean(word, OPERATORS.iter().copied());
            assert_eq!(found.as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn a_word_that_differs_in_case_alone_wins() {
        let found = did_you_mean("Status", ["statuss", "state", "status"]);
        assert_eq!(found.as_deref(), Some("status"));
        let found = did_you_mean("customerid", ["customer_id", "customerId"]);
        assert_eq!(found.as_deref(), Some("customerId"));
    }

    #[test]
    fn ties_are_broken_the_same_way_in_any_order() {
        let words = ["gte", "lte", "ate"];
        for turned in 0..words.len() {
            let mut words = words;
            words.rotate_left(turned);
            assert_eq!(did_you_mean("xte", words).as_deref(), Some("ate"));
            // Two are one slip away, and one of them begins alike.
            assert_eq!(did_you_mean("gta", words).as_deref(), Some("gte"));
        }
    }

    #[test]
    fn the_word_itself_is_no_suggestion() {
        assert_eq!(did_you_mean("status", ["status"]), None);
    }

    #[test]
    fn letters_of_any_script_count_as_one() {
        assert_eq!(
            did_you_mean("straße", ["strasse", "straßen"]).as_deref(),
            Some("straßen")
        );
    }
}
