//! Probity: declarative scenario tests for HTTP APIs.

pub mod clock;
pub mod diagnostic;
pub mod document;
pub mod expr;
pub mod random;
pub mod source;
pub mod value;
