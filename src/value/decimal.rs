//! Decimal numbers of any size, exact: parsed from JSON number text, compared, added, multiplied, divided.

use super::Number;

/// An exact decimal number.
#[derive(Clone, Debug)]
pub struct Decimal(());

/// Why an arithmetic result does not exist as an exact decimal of a sensible size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    #[error("division by zero")]
    DivisionByZero,
    #[error("the result has no exact decimal form")]
    Inexact,
    #[error("the result is too large")]
    TooLarge,
}

impl Decimal {
    /// Reads JSON's number grammar; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }

    #[must_use]
    pub fn from_number(number: &Number) -> Self {
        let _ = number;
        todo!()
    }

    /// Whether there is no fractional part: `1`, `1.0` and `1e3` are integers.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        todo!()
    }
}
