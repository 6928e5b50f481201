//! Path templates such as `/customers/{id}`: whether a path matches, and which of two is more specific.

use std::cmp::Reverse;

/// A path template.
#[derive(Debug)]
pub(super) struct PathTemplate(Vec<Segment>);

/// One segment: the literal texts before, between and after its parameters. A literal segment is one text.
#[derive(Debug)]
struct Segment(Vec<String>);

impl PathTemplate {
    /// # Errors
    /// A brace without its other.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("the path `{text}` does not start with `/`"));
        }
        let segments = text[1..].split('/').map(|segment| {
            Segment::parse(segment).ok_or_else(|| format!("the braces in `{text}` don't match"))
        });
        segments.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut segments = path.split('/');
        self.0
            .iter()
            .all(|segment| segments.next().is_some_and(|text| segment.matches(text)))
            && segments.next().is_none()
    }

    /// Orders templates: those with more literal text, from the left, come first.
    pub(super) fn rank(&self) -> Vec<Reverse<(bool, usize)>> {
        self.0.iter().map(Segment::rank).collect()
    }
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        let mut literals = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            if name.is_empty() || before.contains('}') || name.contains('{') {
                return None;
            }
            literals.push(before.to_owned());
            rest = after;
        }
        if rest.contains('}') {
            return None;
        }
        literals.push(rest.to_owned());
        Some(Self(literals))
    }

    /// Each parameter takes at least one character, and as few as it can.
    fn matches(&self, text: &str) -> bool {
        let [first, between @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|literal| literal == text);
        };
        let inner = text
            .strip_prefix(first.as_str())
            .and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(mut rest) = inner else {
            return false;
        };
        for literal in between {
            let Some(at) = skip_one(rest).and_then(|after| after.find(literal.as_str())) else {
                return false;
            };
            let skipped = rest.len() - skip_one(rest).map_or(0, str::len);
            rest = &rest[skipped + at + literal.len()..];
        }
        !rest.is_empty()
    }

    fn rank(&self) -> Reverse<(bool, usize)> {
        let literal = self.0.len() == 1;
        Reverse((literal, self.0.iter().map(String::len).sum()))
    }
}

/// The text after its first character.
fn skip_one(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next()?;
    Some(characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_whole_paths() {
        for (template, path, expected) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/a", "/ab", false),
            ("/", "/", true),
            ("/a/{id}", "/a/1", true),
            ("/a/{id}", "/a/", false),
            ("/a/{id}", "/a/1/b", false),
            ("/a/{id}/b", "/a/1/b", true),
            ("/a/{id}:cancel", "/a/12:cancel", true),
            ("/a/{id}:cancel", "/a/:cancel", false),
            ("/a/{x}-{y}", "/a/1-2", true),
            ("/a/{x}-{y}", "/a/-1-2", true),
            ("/a/{x}-{y}", "/a/1-", false),
            ("/a/{x}.json", "/a/é.json", true),
        ] {
            let parsed = PathTemplate::parse(template).unwrap();
            assert_eq!(parsed.matches(path), expected, "{template} {path}");
        }
    }

    #[test]
    fn braces_come_in_pairs() {
        for template in ["/a/{id", "/a/id}", "/{}", "/{a{b}}", "a"] {
            assert!(PathTemplate::parse(template).is_err(), "{template}");
        }
    }

    #[test]
    fn literal_text_is_more_specific() {
        let rank = |text: &str| PathTemplate::parse(text).unwrap().rank();
        assert!(rank("/a/search") < rank("/a/{id}"));
        assert!(rank("/a/{id}:x") < rank("/a/{id}"));
        assert!(rank("/a/{id}") < rank("/{x}/b"));
    }
}
