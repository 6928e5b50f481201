//! Probity: declarative scenario tests for HTTP APIs.

pub mod check;
pub mod cli;
pub mod clock;
pub mod diagnostic;
pub mod document;
pub mod emulator;
pub mod event;
pub mod expr;
pub mod http;
pub mod lint;
pub mod pack;
pub mod plan;
pub mod random;
pub mod receiver;
pub mod report;
pub mod run;
pub mod scenario;
pub mod schemas;
pub mod signature;
pub mod source;
pub mod step;
pub mod value;
