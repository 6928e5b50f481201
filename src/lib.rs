//! Probity: declarative scenario tests for HTTP APIs.

pub mod diagnostic;
pub mod source;
pub mod value;
