//! Path templates such as `/customers/{id}`: whether a path matches, and which of two is more specific.

use std::cmp::Reverse;

/// A path template.
#[derive(Debug)]
pub(super) struct PathTemplate(Vec<Segment>);

/// One segment.
#[derive(Debug)]
struct Segment {
    /// The texts before, between and after its parameters. A literal segment is one text.
    literals: Vec<String>,
    /// Its parameters: one less than there are literals.
    names: Vec<String>,
}

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

    /// What stands for each parameter in a path that matches.
    pub(super) fn values<'t, 'p>(&'t self, path: &'p str) -> Vec<(&'t str, &'p str)> {
        let path = path.strip_prefix('/').unwrap_or(path);
        self.0
            .iter()
            .zip(path.split('/'))
            .flat_map(|(segment, text)| {
                let texts = segment.take(text).unwrap_or_default();
                segment.names.iter().map(String::as_str).zip(texts)
            })
            .collect()
    }

    /// Orders templates: those with more literal text, from the left, come first.
    pub(super) fn rank(&self) -> Vec<Reverse<(bool, usize)>> {
        self.0.iter().map(Segment::rank).collect()
    }
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        let (mut literals, mut names) = (Vec::new(), Vec::new());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            if name.is_empty() || before.contains('}') || name.contains('{') {
                return None;
            }
            literals.push(before.to_owned());
            names.push(name.to_owned());
            rest = after;
        }
        if rest.contains('}') {
            return None;
        }
        literals.push(rest.to_owned());
        Some(Self { literals, names })
    }

    fn matches(&self, text: &str) -> bool {
        self.take(text).is_some()
    }

    /// What each parameter takes of a text that matches: at least one character, and as few as it can.
    fn take<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let [first, between @ .., last] = self.literals.as_slice() else {
            return (self.literals.first()? == text).then(Vec::new);
        };
        let inner = text.strip_prefix(first.as_str());
        let mut rest = inner.and_then(|rest| rest.strip_suffix(last.as_str()))?;
        let mut taken = Vec::with_capacity(self.names.len());
        for literal in between {
            let after = skip_one(rest)?;
            let end = rest.len() - after.len() + after.find(literal.as_str())?;
            taken.push(&rest[..end]);
            rest = &rest[end + literal.len()..];
        }
        taken.push(rest);
        (!rest.is_empty()).then_some(taken)
    }

    fn rank(&self) -> Reverse<(bool, usize)> {
        let literal = self.names.is_empty();
        Reverse((literal, self.literals.iter().map(String::len).sum()))
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
    fn parameters_have_the_values_that_stand_for_them() {
        for (template, path, expected) in [
            ("/a", "/a", &[][..]),
            (
                "/a/{id}/b/{other}",
                "/a/1/b/2",
                &[("id", "1"), ("other", "2")],
            ),
            ("/a/{x}-{y}:go", "/a/1-2:go", &[("x", "1"), ("y", "2")]),
        ] {
            let parsed = PathTemplate::parse(template).unwrap();
            assert_eq!(parsed.values(path), expected, "{template} {path}");
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
