//! Probity: declarative scenario tests for HTTP APIs.

pub mod check;
pub mod clock;
pub mod diagnostic;
pub mod document;
pub mod emulator;
pub mod event;
pub mod expr;
pub mod http;
pub mod pack;
pub mod random;
pub mod report;
pub mod scenario;
pub mod source;
pub mod step;
pub mod value;
