//! "did you mean": the closest of the words that would have been right.

/// The candidate nearest to `word`, if one is near enough to be what was meant.
#[must_use]
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let _ = (word, candidates.into_iter().count());
    todo!()
}
