//! What a plain scalar means: YAML 1.2's null and booleans, JSON's numbers, and the numbers of other grammars, which
//! are refused.

/// What an unquoted scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    /// A number in JSON's grammar.
    Number,
    /// A number to some YAML reader, but not to JSON.
    OddNumber(Odd),
    String,
}

/// Why a number is not JSON's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    LeadingZero,
    PlusSign,
    Hexadecimal,
    Octal,
    Binary,
    Underscore,
    /// `.5` or `5.`
    BarePoint,
    NotFinite,
}

impl Odd {
    /// The oddity in a few words.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::LeadingZero => "it begins with a zero",
            Self::PlusSign => "it begins with a plus sign",
            Self::Hexadecimal => "it is hexadecimal",
            Self::Octal => "it is octal",
            Self::Binary => "it is binary",
            Self::Underscore => "it has an underscore",
            Self::BarePoint => "a digit is missing beside its point",
            Self::NotFinite => "it is not finite",
        }
    }
}

pub(super) fn classify(text: &str) -> Plain {
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => number(text),
        _ => match text {
            "~" | "null" | "Null" | "NULL" => Plain::Null,
            "true" | "True" | "TRUE" => Plain::Bool(true),
            "false" | "False" | "FALSE" => Plain::Bool(false),
            _ => Plain::String,
        },
    }
}

fn number(text: &str) -> Plain {
    let (sign, digits) = match text.as_bytes()[0] {
        sign @ (b'-' | b'+') => (Some(sign), &text[1..]),
        _ => (None, text),
    };
    let odd = match digits {
        ".inf" | ".Inf" | ".INF" => Some(Odd::NotFinite),
        ".nan" | ".NaN" | ".NAN" if sign.is_none() => Some(Odd::NotFinite),
        _ => based(digits),
    };
    if let Some(odd) = odd {
        return Plain::OddNumber(odd);
    }
    match decimal(digits) {
        None => Plain::String,
        Some(_) if sign == Some(b'+') => Plain::OddNumber(Odd::PlusSign),
        Some(Some(odd)) => Plain::OddNumber(odd),
        Some(None) => Plain::Number,
    }
}

/// `0x1F`, `0o17` and `0b11`.
fn based(digits: &str) -> Option<Odd> {
    let (odd, radix) = match digits.get(..2)? {
        "0x" => (Odd::Hexadecimal, 16),
        "0o" => (Odd::Octal, 8),
        "0b" => (Odd::Binary, 2),
        _ => return None,
    };
    let rest = &digits[2..];
    let all = rest.chars().all(|c| c == '_' || c.is_digit(radix));
    (all && rest.contains(|c: char| c != '_')).then_some(odd)
}

/// Whether the text is a decimal number of any grammar, and if so what JSON would not have in it.
#[allow(
    clippy::option_option,
    reason = "the two questions are asked in one walk over the text"
)]
fn decimal(text: &str) -> Option<Option<Odd>> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let counted = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let any_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    if !any_digit || !counted(whole) || !fraction.is_none_or(counted) || whole.starts_with('_') {
        return None;
    }
    Some(if mantissa.contains('_') {
        Some(Odd::Underscore)
    } else if whole.is_empty() || fraction == Some("") {
        Some(Odd::BarePoint)
    } else if whole.len() > 1 && whole.starts_with('0') {
        Some(Odd::LeadingZero)
    } else {
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_jsons_grammar_makes_a_number() {
        for text in [
            "0",
            "-0",
            "7",
            "-0.25",
            "1.0",
            "1e3",
            "1E3",
            "1.5e+3",
            "1.5E-3",
            "100.10",
            "0.0",
            "99999999999999999999",
            "1234567890123456.78",
            "1e400",
        ] {
            assert_eq!(classify(text), Plain::Number, "{text}");
        }
    }

    #[test]
    fn numbers_of_other_grammars_are_told_apart() {
        for (text, odd) in [
            ("012", Odd::LeadingZero),
            ("-012", Odd::LeadingZero),
            ("00", Odd::LeadingZero),
            ("00.5", Odd::LeadingZero),
            ("08:".trim_end_matches(':'), Odd::LeadingZero),
            ("+1", Odd::PlusSign),
            ("+15551234567", Odd::PlusSign),
            ("+.5", Odd::PlusSign),
            ("0x1F", Odd::Hexadecimal),
            ("-0x1f", Odd::Hexadecimal),
            ("0o17", Odd::Octal),
            ("0b101", Odd::Binary),
            ("1_000", Odd::Underscore),
            ("1_000.5", Odd::Underscore),
            (".5", Odd::BarePoint),
            ("-.5", Odd::BarePoint),
            ("5.", Odd::BarePoint),
            ("5.e3", Odd::BarePoint),
            (".inf", Odd::NotFinite),
            ("-.Inf", Odd::NotFinite),
            ("+.INF", Odd::NotFinite),
            (".nan", Odd::NotFinite),
            (".NaN", Odd::NotFinite),
        ] {
            assert_eq!(classify(text), Plain::OddNumber(odd), "{text}");
        }
    }

    #[test]
    fn the_rest_is_text() {
        for text in [
            "no",
            "on",
            "Yes",
            "13:00",
            "1990-08-15",
            "1.2.3",
            "12abc",
            "-",
            "+",
            ".",
            "..",
            "-a",
            "1e",
            "1e+",
            "e5",
            "0x",
            "0xZZ",
            "0x_",
            "_1",
            "1 000",
            "1,000",
            "-.nan",
            "1e5_0",
            ".e5",
            "2024-01-01T00:00:00Z",
            "--1",
            "+-1",
            "١٢",
            "nULL",
            "tRue",
            "null ",
            "1e5.0",
            "",
        ] {
            assert_eq!(classify(text), Plain::String, "{text}");
        }
    }

    #[test]
    fn null_and_booleans_are_yamls() {
        for text in ["~", "null", "Null", "NULL"] {
            assert_eq!(classify(text), Plain::Null, "{text}");
        }
        for (text, value) in [("true", true), ("True", true), ("FALSE", false)] {
            assert_eq!(classify(text), Plain::Bool(value), "{text}");
        }
    }
}
