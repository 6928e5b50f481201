//! Matchers: a plain value, or operators that must all hold. One table of operators, one file each.

use crate::expr::{Reference, Template};

#[derive(Clone, Debug)]
pub enum Matcher {
    /// A plain value: equals.
    Equals(Template),
}

impl Matcher {
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        match self {
            Self::Equals(template) => template.references(),
        }
    }
}
