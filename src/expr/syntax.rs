//! What is wrong with the text of an expression, before it is known where in a file that text stands.

use super::ast::Span;

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// A syntax error.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            code: "expression-syntax",
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
