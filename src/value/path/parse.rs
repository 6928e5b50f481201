//! The path itself: `$`, its segments and selectors. Filters are in `filter`, what to say about mistakes in `hint`.

use super::ast::{Query, Root, Segment, Selector};
use super::cursor::{Cursor, is_name_char, is_name_first};
use super::{PathError, hint};

/// Longer texts are refused: nobody writes them by hand.
const MAX_LENGTH: usize = 4_096;

/// Filters within filters, at most.
const MAX_FILTERS: usize = 6;

pub(super) fn parse(text: &str) -> Result<Query, PathError> {
    let mut cursor = Cursor::new(text);
    if text.len() > MAX_LENGTH {
        return Err(cursor.error_at(
            MAX_LENGTH,
            format!("the path is longer than {MAX_LENGTH} bytes"),
        ));
    }
    if !cursor.eat("$") {
        return Err(hint::no_root(&cursor));
    }
    let query = cursor.query(true)?;
    if cursor.at < text.len() {
        return Err(hint::trailing(&cursor));
    }
    Ok(query)
}

/// Whether the text is a path, for hints that must not propose another mistake.
pub(super) fn is_path(text: &str) -> bool {
    let mut cursor = Cursor::new(text);
    cursor.plain = true;
    text.len() <= MAX_LENGTH
        && cursor.eat("$")
        && cursor.query(true).is_ok()
        && cursor.at == text.len()
}

impl Cursor<'_> {
    /// The segments after a `$` or `@`.
    pub(super) fn query(&mut self, document: bool) -> Result<Query, PathError> {
        let root = if document {
            self.documents += 1;
            Root::Document(self.documents)
        } else {
            Root::Current
        };
        let mut segments = Vec::new();
        loop {
            let before = self.at;
            self.skip_blanks();
            if self.eat("..") {
                segments.push(Segment::Descendant(self.descendants()?));
            } else if self.eat(".") {
                segments.push(Segment::Child(vec![self.dotted()?]));
            } else if self.peek() == Some('[') {
                segments.push(Segment::Child(self.bracketed()?));
            } else {
                self.at = before;
                // A path is kept for as long as its document.
                segments.shrink_to_fit();
                return Ok(Query { root, segments });
            }
        }
    }

    fn descendants(&mut self) -> Result<Vec<Selector>, PathError> {
        match self.peek() {
            Some('[') => self.bracketed(),
            Some(character) if character == '*' || is_name_first(character) => {
                Ok(vec![self.dotted()?])
            }
            _ => Err(hint::after_dots(self)),
        }
    }

    /// What follows a dot: `*` or a name.
    fn dotted(&mut self) -> Result<Selector, PathError> {
        if self.eat("*") {
            return Ok(Selector::Wildcard);
        }
        if !self.peek().is_some_and(is_name_first) {
            return Err(hint::after_dot(self));
        }
        let name = self.eat_while(is_name_char).to_owned();
        Ok(Selector::Name(name))
    }

    fn bracketed(&mut self) -> Result<Vec<Selector>, PathError> {
        let open = self.at;
        self.enter()?;
        self.at += 1;
        let mut selectors = Vec::new();
        loop {
            self.skip_blanks();
            selectors.push(self.selector()?);
            self.skip_blanks();
            if self.eat(",") {
                continue;
            }
            if self.eat("]") {
                break;
            }
            return Err(hint::after_selector(self, open, selectors.last()));
        }
        self.leave();
        selectors.shrink_to_fit();
        Ok(selectors)
    }

    fn selector(&mut self) -> Result<Selector, PathError> {
        match self.peek() {
            Some('\'' | '"') => Ok(Selector::Name(self.string()?)),
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('?') => self.filter(),
            Some(':' | '-' | '0'..='9') => self.index_or_slice(),
            _ => Err(hint::no_selector(self)),
        }
    }

    fn filter(&mut self) -> Result<Selector, PathError> {
        if self.filters == MAX_FILTERS {
            return Err(self.error(format!("filters are nested more than {MAX_FILTERS} deep")));
        }
        self.filters += 1;
        self.at += 1;
        self.skip_blanks();
        let expr = self.either()?;
        self.filters -= 1;
        Ok(Selector::Filter(Box::new(expr)))
    }

    fn index_or_slice(&mut self) -> Result<Selector, PathError> {
        let start = self.optional_integer()?;
        let before = self.at;
        self.skip_blanks();
        if !self.eat(":") {
            self.at = before;
            return match start {
                Some(index) => Ok(Selector::Index(index)),
                None => Err(hint::no_selector(self)),
            };
        }
        self.skip_blanks();
        let end = self.optional_integer()?;
        self.skip_blanks();
        let step = if self.eat(":") {
            self.skip_blanks();
            self.optional_integer()?
        } else {
            None
        };
        Ok(Selector::Slice {
            start,
            end,
            step: step.unwrap_or(1),
        })
    }

    fn optional_integer(&mut self) -> Result<Option<i64>, PathError> {
        match self.peek() {
            Some('-' | '0'..='9') => self.integer().map(Some),
            _ => Ok(None),
        }
    }
}
