//! Arithmetic on decimals: exact, or an error that says why there is no exact result.

use num_bigint::{BigInt, BigUint, Sign};

use super::decimal::{Decimal, MAX_DIGITS};

/// Why an arithmetic result does not exist as an exact decimal of a sensible size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    #[error("division by zero")]
    DivisionByZero,
    #[error("the result has no exact decimal form")]
    Inexact,
    /// A number of more than a thousand digits, counted as written without an exponent.
    #[error("the result is too large")]
    TooLarge,
}

type Result = std::result::Result<Decimal, DecimalError>;

/// A number as coefficient and power of ten, small enough to compute with.
struct Scaled {
    coefficient: BigInt,
    exponent: i32,
}

impl Scaled {
    fn of(decimal: &Decimal) -> std::result::Result<Self, DecimalError> {
        if decimal.plain_digits() > MAX_DIGITS {
            return Err(DecimalError::TooLarge);
        }
        let (digits, exponent) = decimal.parts();
        let size = BigUint::parse_bytes(digits.as_bytes(), 10).unwrap_or_default();
        let sign = if decimal.is_negative() {
            Sign::Minus
        } else {
            Sign::Plus
        };
        Ok(Self {
            coefficient: BigInt::from_biguint(sign, size),
            exponent: i32::try_from(exponent).map_err(|_| DecimalError::TooLarge)?,
        })
    }

    /// The coefficient at a lower power of ten.
    fn at(&self, exponent: i32) -> BigInt {
        &self.coefficient * ten_to(self.exponent - exponent)
    }

    fn finish(self) -> Result {
        let digits = match self.coefficient.sign() {
            Sign::NoSign => String::new(),
            _ => self.coefficient.magnitude().to_string(),
        };
        let negative = self.coefficient.sign() == Sign::Minus;
        let exponent = if digits.is_empty() {
            self.exponent.min(0)
        } else {
            self.exponent
        };
        let result = Decimal::new(negative, digits, i128::from(exponent));
        if result.plain_digits() > MAX_DIGITS {
            return Err(DecimalError::TooLarge);
        }
        Ok(result)
    }
}

fn ten_to(power: i32) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).unwrap_or(0))
}

/// Takes out each factor of a small prime: the rest, and how often it went in.
fn without(mut number: BigInt, prime: u32) -> (BigInt, i32) {
    let mut count = 0;
    while number.sign() != Sign::NoSign && (&number % prime).sign() == Sign::NoSign {
        number /= prime;
        count += 1;
    }
    (number, count)
}

impl Decimal {
    /// # Errors
    /// [`DecimalError::TooLarge`].
    pub fn add(&self, other: &Self) -> Result {
        let (left, right) = (Scaled::of(self)?, Scaled::of(other)?);
        let exponent = left.exponent.min(right.exponent);
        Scaled {
            coefficient: left.at(exponent) + right.at(exponent),
            exponent,
        }
        .finish()
    }

    /// # Errors
    /// [`DecimalError::TooLarge`].
    pub fn sub(&self, other: &Self) -> Result {
        self.add(&other.neg())
    }

    /// # Errors
    /// [`DecimalError::TooLarge`].
    pub fn mul(&self, other: &Self) -> Result {
        let (left, right) = (Scaled::of(self)?, Scaled::of(other)?);
        Scaled {
            coefficient: left.coefficient * right.coefficient,
            exponent: left.exponent + right.exponent,
        }
        .finish()
    }

    /// The exact quotient: `1 / 8` is `0.125`; `1 / 3` has none.
    ///
    /// # Errors
    /// Any of [`DecimalError`].
    pub fn div(&self, other: &Self) -> Result {
        let (left, right) = (Scaled::of(self)?, Scaled::of(other)?);
        if other.is_zero() {
            return Err(DecimalError::DivisionByZero);
        }
        // A quotient is a finite decimal if the divisor, but for twos and fives, divides the dividend.
        let (rest, twos) = without(right.coefficient, 2);
        let (rest, fives) = without(rest, 5);
        if (&left.coefficient % &rest).sign() != Sign::NoSign {
            return Err(DecimalError::Inexact);
        }
        let places = twos.max(fives);
        let power = |count: i32| u32::try_from(places - count).unwrap_or(0);
        let coefficient = left.coefficient / rest
            * BigInt::from(2).pow(power(twos))
            * BigInt::from(5).pow(power(fives));
        let wanted = left.exponent - right.exponent;
        let (mut coefficient, mut exponent) = (coefficient, wanted - places);
        // As few places as `10.00 / 2 = 5.00` has.
        while exponent < wanted && (&coefficient % 10_u32).sign() == Sign::NoSign {
            coefficient /= 10_u32;
            exponent += 1;
        }
        Scaled {
            coefficient,
            exponent,
        }
        .finish()
    }

    /// The quotient rounded down to an integer: `7 // 2` is `3`, `-7 // 2` is `-4`.
    ///
    /// # Errors
    /// [`DecimalError::DivisionByZero`] or [`DecimalError::TooLarge`].
    pub fn floor_div(&self, other: &Self) -> Result {
        let (left, right) = (Scaled::of(self)?, Scaled::of(other)?);
        if other.is_zero() {
            return Err(DecimalError::DivisionByZero);
        }
        let exponent = left.exponent.min(right.exponent);
        let (dividend, divisor) = (left.at(exponent), right.at(exponent));
        let mut coefficient = &dividend / &divisor;
        let rest = &dividend % &divisor;
        if rest.sign() != Sign::NoSign && rest.sign() != divisor.sign() {
            coefficient -= 1;
        }
        Scaled {
            coefficient,
            exponent: 0,
        }
        .finish()
    }

    /// What [`Self::floor_div`] leaves; it has the divisor's sign: `-7 % 2` is `1`.
    ///
    /// # Errors
    /// [`DecimalError::DivisionByZero`] or [`DecimalError::TooLarge`].
    pub fn rem(&self, other: &Self) -> Result {
        let quotient = self.floor_div(other)?;
        let (left, right) = (Scaled::of(self)?, Scaled::of(other)?);
        let exponent = left.exponent.min(right.exponent);
        Scaled {
            coefficient: left.at(exponent) - Scaled::of(&quotient)?.at(0) * right.at(exponent),
            exponent,
        }
        .finish()
    }

    /// The number to an integer power.
    ///
    /// # Errors
    /// Any of [`DecimalError`]; a negative power is a division.
    pub fn pow(&self, power: i64) -> Result {
        let one = Self::from(1_u64);
        if power < 0 {
            // Of the least integer there is no positive; that power is beyond any size all the same.
            return one.div(&self.pow(power.checked_neg().ok_or(DecimalError::TooLarge)?)?);
        }
        let (mut result, mut square, mut left) = (one, self.clone(), power);
        while left > 0 {
            if left % 2 == 1 {
                result = result.mul(&square)?;
            }
            left /= 2;
            if left > 0 {
                square = square.mul(&square)?;
            }
        }
        Ok(result)
    }
}
