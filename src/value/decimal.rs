//! Decimal numbers of any size, exact: read from JSON number text, compared, hashed and written.
//!
//! A number is kept as sign, significant digits and exponent, so that `1e1000000000` costs no more than `1`: order
//! and equality look at the sign, then at where the first digit stands, then at the digits.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::Number;

/// Exponents beyond this are taken as this: no text that a computer can hold has more zeros.
const EXPONENT_LIMIT: i128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

/// A number whose plain text has more digits than this is written with an exponent, and is no operand of arithmetic.
pub(super) const MAX_DIGITS: i128 = 1_000;

/// An exact decimal number.
///
/// Equality, order and hash are those of the number: `1`, `1.0` and `1e0` are equal, and so are `0` and `-0`. The
/// digits after the point are kept as written, so that `100.10` is shown as `100.10`.
#[derive(Clone)]
pub struct Decimal {
    negative: bool,
    /// The digits from the first that is not zero; empty for zero.
    digits: String,
    /// The power of ten of the last digit; for zero, minus the number of digits after its point.
    exponent: i128,
}

/// The parts of a text in JSON's number grammar.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i128,
}

/// Makes a number of a text that is exactly in JSON's number grammar, keeping the text as written; `None` for anything else.
#[must_use]
pub fn number_from_text(text: &str) -> Option<Number> {
    parts(text).map(|_| Number::from_string_unchecked(text.to_owned()))
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, rest) = split_digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (fraction, rest) = split_digits(rest);
            if fraction.is_empty() {
                return None;
            }
            (fraction, rest)
        }
        None => ("", rest),
    };
    let exponent = match rest.strip_prefix(['e', 'E']) {
        Some(rest) => parse_exponent(rest)?,
        None if rest.is_empty() => 0,
        None => return None,
    };
    Some(Parts {
        negative,
        whole,
        fraction,
        exponent,
    })
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

fn parse_exponent(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.bytes().fold(0_i128, |size, byte| {
        (size * 10 + i128::from(byte - b'0')).min(EXPONENT_LIMIT)
    });
    Some(if negative { -size } else { size })
}

impl Decimal {
    /// Reads JSON's number grammar; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts = parts(text)?;
        let mut digits = String::with_capacity(parts.whole.len() + parts.fraction.len());
        digits.push_str(parts.whole.trim_start_matches('0'));
        if digits.is_empty() {
            digits.push_str(parts.fraction.trim_start_matches('0'));
        } else {
            digits.push_str(parts.fraction);
        }
        let places = i128::try_from(parts.fraction.len()).unwrap_or(EXPONENT_LIMIT);
        // The exponent of a zero says nothing but how to write it, and `0e-1000000000` need not be written so.
        let exponent = if digits.is_empty() {
            -places
        } else {
            parts.exponent - places
        };
        Some(Self::new(parts.negative, digits, exponent))
    }

    /// `digits` must be decimal digits without a leading zero.
    pub(super) fn new(negative: bool, digits: String, exponent: i128) -> Self {
        Self {
            negative: negative && !digits.is_empty(),
            digits,
            exponent,
        }
    }

    /// The number that a JSON number stands for.
    #[must_use]
    pub fn from_number(number: &Number) -> Self {
        // A `Number` made from arbitrary text can only come from this crate, which makes none that is not a number.
        Self::parse(number.as_str()).unwrap_or_else(|| Self::from(0_u64))
    }

    /// The number as JSON: plain text such as `100.10`, with an exponent only beyond a thousand digits.
    #[must_use]
    pub fn to_number(&self) -> Number {
        Number::from_string_unchecked(self.to_string())
    }

    /// Whether there is no fractional part: `1`, `1.0` and `1e3` are integers.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        let zeros = self.digits.len() - self.significant().len();
        self.is_zero() || self.exponent >= 0 || -self.exponent <= length(zeros)
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Whether it is below zero; `-0` is not.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    #[must_use]
    pub fn abs(&self) -> Self {
        Self {
            negative: false,
            ..self.clone()
        }
    }

    #[must_use]
    pub fn neg(&self) -> Self {
        Self {
            negative: !self.negative && !self.is_zero(),
            ..self.clone()
        }
    }

    /// The number as an `i64`, if it is an integer that fits one.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.to_i128()?.try_into().ok()
    }

    /// The number as a `u64`, if it is an integer that fits one.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        self.to_i128()?.try_into().ok()
    }

    fn to_i128(&self) -> Option<i128> {
        if self.is_zero() {
            return Some(0);
        }
        if !self.is_integer() || self.first_place() > 30 {
            return None;
        }
        let digits = self.significant();
        let power = u32::try_from(self.first_place() - length(digits.len()) + 1).ok()?;
        let size = digits
            .parse::<i128>()
            .ok()?
            .checked_mul(10_i128.pow(power))?;
        Some(if self.negative { -size } else { size })
    }

    /// The nearest `f64`; infinite if there is none. Loses digits: only for handing a number to something that has no other.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        let sign = if self.negative { "-" } else { "" };
        let digits = if self.is_zero() { "0" } else { &self.digits };
        format!("{sign}{digits}e{}", self.exponent)
            .parse()
            .unwrap_or(0.0)
    }

    /// The digits without trailing zeros.
    fn significant(&self) -> &str {
        self.digits.trim_end_matches('0')
    }

    /// The power of ten of the first digit; meaningless for zero.
    fn first_place(&self) -> i128 {
        self.exponent + length(self.digits.len()) - 1
    }

    /// How many digits the plain text has, before and after its point.
    pub(super) fn plain_digits(&self) -> i128 {
        let before = if self.is_zero() {
            1
        } else {
            (self.first_place() + 1).max(1)
        };
        before + (-self.exponent).max(0)
    }

    pub(super) fn parts(&self) -> (&str, i128) {
        (&self.digits, self.exponent)
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        self.first_place()
            .cmp(&other.first_place())
            .then_with(|| self.significant().cmp(other.significant()))
    }
}

fn length(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(EXPONENT_LIMIT)
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.negative.hash(state);
        self.significant().hash(state);
        if !self.is_zero() {
            self.first_place().hash(state);
        }
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        let digits = number.unsigned_abs().to_string();
        Self::new(number < 0, digits.trim_start_matches('0').to_owned(), 0)
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        let digits = number.to_string();
        Self::new(false, digits.trim_start_matches('0').to_owned(), 0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        if self.plain_digits() > MAX_DIGITS {
            return self.write_with_exponent(f);
        }
        let digits = self.digits.as_str();
        // Both counts are at most `MAX_DIGITS` here.
        let places = usize::try_from(-self.exponent).unwrap_or(0);
        let zeros = usize::try_from(self.exponent).unwrap_or(0);
        let split = digits.len().saturating_sub(places);
        let (whole, fraction) = digits.split_at(split);
        f.write_str(if whole.is_empty() { "0" } else { whole })?;
        if !self.is_zero() {
            write!(f, "{:0<zeros$}", "")?;
        }
        if places > 0 {
            write!(f, ".{fraction:0>places$}")?;
        }
        Ok(())
    }
}

impl Decimal {
    fn write_with_exponent(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.significant();
        if digits.is_empty() {
            return f.write_str("0");
        }
        let (first, rest) = digits.split_at(1);
        f.write_str(first)?;
        if !rest.is_empty() {
            write!(f, ".{rest}")?;
        }
        write!(f, "e{}", self.first_place())
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

#[cfg(test)]
mod tests;
