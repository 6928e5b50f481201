//! Which cases were asked for: paths with ids, tags, filters and shards.

use std::str::FromStr;

use globset::{Glob, GlobMatcher};

use crate::event::CaseId;

/// What the command line selects.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Files of which only certain cases were named: `FILE::id` or `FILE::id [row]`. Other files count whole.
    pub named: Vec<NamedCase>,
    /// All of them must hold.
    pub tags: Vec<TagExpr>,
    pub filter: Option<Filter>,
    pub shard: Option<Shard>,
}

/// A case, or all rows of a scenario, by its name on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCase {
    pub file: String,
    pub name: String,
}

impl NamedCase {
    /// Whether it names a case of its file. A scenario whose rows can't be read stands for all of them.
    #[must_use]
    pub fn names(&self, id: &CaseId, unreadable: bool) -> bool {
        let row = || self.name.strip_prefix(id.scenario.as_str());
        self.name == id.scenario
            || self.name == id.name()
            || (unreadable && row().is_some_and(|row| row.starts_with(" [")))
    }
}

impl Selection {
    /// Whether a case was asked for, shards apart. `unreadable`: it stands for rows that can't be read.
    #[must_use]
    pub fn takes(&self, id: &CaseId, tags: &[String], unreadable: bool) -> bool {
        self.takes_name(id, unreadable)
            && self.tags.iter().all(|tag| tag.holds(tags))
            && self.filter.as_ref().is_none_or(|filter| filter.matches(id))
    }

    fn takes_name(&self, id: &CaseId, unreadable: bool) -> bool {
        let mut named = self
            .named
            .iter()
            .filter(|named| named.file == id.file)
            .peekable();
        named.peek().is_none() || named.any(|named| named.names(id, unreadable))
    }
}

/// `-k`: a substring, or a glob if it has `*` or `?`.
#[derive(Clone, Debug)]
pub enum Filter {
    Substring(String),
    Glob(GlobMatcher),
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err(format!(
                "`-k '{text}'`: the filter is empty; write part of a scenario's id, such as `-k login`"
            ));
        }
        if !text.contains(['*', '?']) {
            return Ok(Self::Substring(text.to_owned()));
        }
        // Brackets belong to names of rows, so they stand for themselves.
        let escaped = text.replace('[', "[[]").replace('{', "[{]");
        let glob = Glob::new(&escaped)
            .map_err(|error| format!("`{text}` is not a glob: {}", error.kind()))?;
        Ok(Self::Glob(glob.compile_matcher()))
    }
}

impl Filter {
    /// Whether it selects a case by `FILE::id`, as the command line names it or as the console does, without
    /// `.scenario.yaml`. A glob may begin at any folder, the file or the id, and goes to the end.
    #[must_use]
    pub fn matches(&self, id: &CaseId) -> bool {
        let name = id.name();
        let mut files = [id.file.as_str(), id.short_file()].into_iter();
        match self {
            Self::Substring(text) => files.any(|file| format!("{file}::{name}").contains(text)),
            Self::Glob(glob) => {
                glob.is_match(&name)
                    || files.any(|file| {
                        tails(file).any(|tail| glob.is_match(format!("{tail}::{name}")))
                    })
            }
        }
    }
}

/// The path, and what is left of it after each of its folders.
fn tails(path: &str) -> impl Iterator<Item = &str> {
    let after_folders = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
    std::iter::once(path).chain(after_folders)
}

/// `--shard I/N`: the I-th of N parts, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    pub index: usize,
    pub count: usize,
}

impl Shard {
    /// Whether the case at this place of the sorted selection belongs to the shard: cases are dealt out in turn.
    #[must_use]
    pub fn takes(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem =
            || format!("`--shard {text}`: a shard is `I/N` with I from 1 to N, such as `1/4`");
        let (index, count) = text.split_once('/').ok_or_else(problem)?;
        let index = index.parse().map_err(|_| problem())?;
        let count = count.parse().map_err(|_| problem())?;
        if (1..=count).contains(&index) {
            Ok(Self { index, count })
        } else {
            Err(problem())
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// `-t`: tags with `and`, `or`, `not` and parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagExpr {
    Tag(String),
    Not(Box<TagExpr>),
    And(Box<TagExpr>, Box<TagExpr>),
    Or(Box<TagExpr>, Box<TagExpr>),
}

impl TagExpr {
    #[must_use]
    pub fn holds(&self, tags: &[String]) -> bool {
        match self {
            Self::Tag(tag) => tags.contains(tag),
            Self::Not(inner) => !inner.holds(tags),
            Self::And(left, right) => left.holds(tags) && right.holds(tags),
            Self::Or(left, right) => left.holds(tags) || right.holds(tags),
        }
    }

    /// The tags that it names.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Tag(tag) => vec![tag],
            Self::Not(inner) => inner.names(),
            Self::And(left, right) | Self::Or(left, right) => {
                [left.names(), right.names()].concat()
            }
        }
    }
}

impl FromStr for TagExpr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut words = Words {
            list: spaced.split_whitespace().collect(),
            at: 0,
            depth: 0,
            text,
        };
        let expression = words.or()?;
        match words.next() {
            None => Ok(expression),
            Some(word) => Err(words.problem(&format!("unexpected `{word}`"))),
        }
    }
}

struct Words<'t> {
    list: Vec<&'t str>,
    at: usize,
    depth: usize,
    text: &'t str,
}

impl<'t> Words<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let word = self.list.get(self.at).copied();
        self.at += 1;
        word
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.list.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    fn problem(&self, what: &str) -> String {
        format!(
            "{what} in the tag expression `{}`; write such as `smoke and not slow`",
            self.text
        )
    }

    fn or(&mut self) -> Result<TagExpr, String> {
        let mut left = self.and()?;
        while self.eat("or") {
            left = TagExpr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<TagExpr, String> {
        let mut left = self.not()?;
        while self.eat("and") {
            left = TagExpr::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<TagExpr, String> {
        self.depth += 1;
        if self.depth > 64 {
            return Err(self.problem("too much nesting"));
        }
        let expression = if self.eat("not") {
            TagExpr::Not(Box::new(self.not()?))
        } else if self.eat("(") {
            let inner = self.or()?;
            if !self.eat(")") {
                return Err(self.problem("a missing `)`"));
            }
            inner
        } else {
            match self.next() {
                None => return Err(self.problem("a tag is missing at the end")),
                Some(word @ ("and" | "or" | ")")) => {
                    return Err(self.problem(&format!("unexpected `{word}`")));
                }
                Some(word) => TagExpr::Tag(word.to_owned()),
            }
        };
        self.depth -= 1;
        Ok(expression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str, tags: &[&str]) -> bool {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        expression.parse::<TagExpr>().unwrap().holds(&tags)
    }

    #[test]
    fn tag_expressions() {
        assert!(holds("smoke", &["smoke"]));
        assert!(!holds("not smoke", &["smoke"]));
        assert!(holds("smoke and not slow", &["smoke", "kyc"]));
        assert!(holds("a and b or c", &["c"]));
        assert!(!holds("a and (b or c)", &["c"]));
        for bad in ["", "and", "a b", "(a", "a or", "not"] {
            assert!(bad.parse::<TagExpr>().is_err(), "{bad}");
        }
        assert!("not ".repeat(1000).parse::<TagExpr>().is_err());
    }

    #[test]
    fn shards_deal_in_turn_and_cover_everything() {
        let shards: Vec<Shard> = (1..=3).map(|index| Shard { index, count: 3 }).collect();
        for place in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.takes(place)).count(), 1);
        }
        for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }

    #[test]
    fn filters_are_substrings_or_globs() {
        let id = CaseId {
            file: "scenarios/acme/customers.scenario.yaml".to_owned(),
            scenario: "kyb-approve".to_owned(),
            row: Some("case=1".to_owned()),
        };
        for (filter, expected) in [
            ("approve [", true),
            ("reject [", false),
            ("acme/customers.scenario.yaml::kyb", true),
            ("acme/customers::kyb", true),
            ("*kyb*", true),
            ("customers::*", true),
            ("acme/customers::*", true),
            ("scenarios/acme/*::kyb-approve [case=?]", true),
            ("kyb-*", true),
            ("kyb-*reject", false),
            ("kyb-approve?", false),
            ("stomers::*", false),
            ("customers::*approve", false),
        ] {
            let selected = filter.parse::<Filter>().unwrap().matches(&id);
            assert_eq!(selected, expected, "{filter}");
        }
    }
}
