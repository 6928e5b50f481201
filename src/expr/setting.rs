//! A typed value of a document that may be given by an expression.

use super::Template;

#[derive(Clone, Debug)]
pub enum Setting<T> {
    Fixed(T),
    Dynamic(Template),
}
