//! Durations with a unit, as users write them: `200ms`, `5s`, `2m`, `1h`, `7d`.

use std::time::Duration;

/// The units, largest first, in nanoseconds.
const UNITS: [(&str, u128); 5] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// Longer than any wait that makes sense, and short enough to be added to any clock.
const LONGEST: u128 = 36_500 * 86_400_000_000_000;

/// Reads `200ms`, `5s`, `1.5s`, `2m`, `1h` or `7d`. The error says what is wrong, such as a missing unit.
///
/// # Errors
/// The text has no unit, an unknown one, is not a number before it, or is more than 36500 days or finer than a nanosecond.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let end = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if number.is_empty() {
        return Err(not_a_duration(text));
    }
    if unit.is_empty() {
        return Err(format!(
            "`{text}` has no unit: write `{text}s` or `{text}ms`"
        ));
    }
    let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(text, number, unit));
    };
    let nanos = scale(number, *size).ok_or_else(|| {
        format!(
            "`{text}` is not a duration: `{number}` is not a number of at most nine decimal places"
        )
    })?;
    if nanos > LONGEST {
        return Err(format!("`{text}` is too long: at most `36500d`"));
    }
    Ok(from_nanos(nanos))
}

fn not_a_duration(text: &str) -> String {
    let why = match text.chars().next() {
        None => return "an empty text is not a duration: write one such as `5s`".to_owned(),
        Some('-') => "it is negative",
        Some('+') => "write no `+`",
        Some(character) if character.is_whitespace() => "write no space",
        Some(_) => "it does not start with a number",
    };
    format!("`{text}` is not a duration: {why}; write one such as `5s` or `200ms`")
}

fn unknown_unit(text: &str, number: &str, unit: &str) -> String {
    let known = match unit.trim() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" | "MS" => Some("ms"),
        "s" | "sec" | "secs" | "second" | "seconds" | "S" => Some("s"),
        "m" | "min" | "mins" | "minute" | "minutes" => Some("m"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "H" => Some("h"),
        "d" | "day" | "days" | "D" => Some("d"),
        _ => None,
    };
    if let Some(known) = known {
        return format!("`{text}` is not a duration: write `{number}{known}`");
    }
    if unit.contains(|character: char| character.is_ascii_digit()) {
        return format!(
            "`{text}` is not a duration: write one number with one unit, such as `90m` for an hour and a half"
        );
    }
    format!("`{unit}` in `{text}` is not a unit: the units are `ms`, `s`, `m`, `h` and `d`")
}

/// A decimal text times a whole number, as much as there is room for. `None` if the text is no number or the result is
/// not whole.
fn scale(number: &str, size: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || fraction.len() > 9 {
        return None;
    }
    let power = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part = fraction.parse::<u128>().ok()? * size;
    if !part.is_multiple_of(power) {
        return None;
    }
    let whole = whole.parse::<u128>().unwrap_or(u128::MAX);
    Some(whole.saturating_mul(size).saturating_add(part / power))
}

fn from_nanos(nanos: u128) -> Duration {
    const SECOND: u128 = 1_000_000_000;
    let seconds = u64::try_from(nanos / SECOND).unwrap_or(u64::MAX);
    Duration::new(seconds, u32::try_from(nanos % SECOND).unwrap_or(0))
}

/// The duration in the largest units that say it exactly enough for a person: `1h`, `1m 30s`, `2.5s`, `200ms`.
///
/// Below a minute to the millisecond, below a second to the hundredth of one, above to the second; rounded.
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    const MICROSECOND: u128 = 1_000;
    let nanos = duration.as_nanos();
    let rounded = |unit: u128| (nanos + unit / 2) / unit * unit;
    if nanos == 0 {
        return "0s".to_owned();
    }
    let hundredths = rounded(10 * MICROSECOND);
    if hundredths < 1_000_000_000 {
        return format!("{}ms", decimal(hundredths, 1_000_000));
    }
    let millis = rounded(1_000_000);
    if millis < 60_000_000_000 {
        return format!("{}s", decimal(millis, 1_000_000_000));
    }
    let mut left = rounded(1_000_000_000);
    let mut parts = Vec::new();
    for (name, size) in &UNITS[..4] {
        if left >= *size {
            parts.push(format!("{}{name}", left / size));
            left %= size;
        }
    }
    parts.join(" ")
}

/// `nanos` in `unit`s, without trailing zeros.
fn decimal(nanos: u128, unit: u128) -> String {
    let fraction = format!("{:09}", nanos % unit * (1_000_000_000 / unit));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        (nanos / unit).to_string()
    } else {
        format!("{}.{fraction}", nanos / unit)
    }
}

/// A length of time that was measured, for a person: `3 ms`, `1.25 s`.
#[must_use]
pub fn format_measured(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_a_duration() {
        for (text, millis) in [
            ("200ms", 200),
            ("0s", 0),
            ("5s", 5_000),
            ("1.5s", 1_500),
            ("2m", 120_000),
            ("0.5h", 1_800_000),
            ("1h", 3_600_000),
            ("7d", 604_800_000),
            ("36500d", 3_153_600_000_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(parse_duration("0.000001ms"), Ok(Duration::from_nanos(1)));
    }

    #[test]
    fn anything_else_is_told_what_to_write() {
        for (text, message) in [
            ("5", "`5` has no unit: write `5s` or `5ms`"),
            (
                "",
                "an empty text is not a duration: write one such as `5s`",
            ),
            (
                "s",
                "`s` is not a duration: it does not start with a number; write one such as `5s` or `200ms`",
            ),
            (
                "-5s",
                "`-5s` is not a duration: it is negative; write one such as `5s` or `200ms`",
            ),
            (
                "+5s",
                "`+5s` is not a duration: write no `+`; write one such as `5s` or `200ms`",
            ),
            (
                " 5s",
                "` 5s` is not a duration: write no space; write one such as `5s` or `200ms`",
            ),
            ("5 s", "`5 s` is not a duration: write `5s`"),
            ("5sec", "`5sec` is not a duration: write `5s`"),
            ("5minutes", "`5minutes` is not a duration: write `5m`"),
            (
                "1w",
                "`w` in `1w` is not a unit: the units are `ms`, `s`, `m`, `h` and `d`",
            ),
            (
                "1h30m",
                "`1h30m` is not a duration: write one number with one unit, such as `90m` for an hour and a half",
            ),
            (
                "1.s",
                "`1.s` is not a duration: `1.` is not a number of at most nine decimal places",
            ),
            (
                ".5s",
                "`.5s` is not a duration: `.5` is not a number of at most nine decimal places",
            ),
            (
                "1.2.3s",
                "`1.2.3s` is not a duration: `1.2.3` is not a number of at most nine decimal places",
            ),
            (
                "0.0000001ms",
                "`0.0000001ms` is not a duration: `0.0000001` is not a number of at most nine decimal places",
            ),
            ("36501d", "`36501d` is too long: at most `36500d`"),
            (
                "99999999999999999999999999999999999999999999999999d",
                "`99999999999999999999999999999999999999999999999999d` is too long: at most `36500d`",
            ),
            (
                "340282366920938463463374607431768211455d",
                "`340282366920938463463374607431768211455d` is too long: at most `36500d`",
            ),
        ] {
            assert_eq!(parse_duration(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_person_reads_the_largest_units() {
        for (nanos, shown) in [
            (0, "0s"),
            (350_000, "0.35ms"),
            (1_234_567, "1.23ms"),
            (200_000_000, "200ms"),
            (999_999_999, "1s"),
            (2_500_000_000, "2.5s"),
            (12_034_400_000, "12.034s"),
            (59_999_900_000, "1m"),
            (90_000_000_000, "1m 30s"),
            (3_600_000_000_000, "1h"),
            (3_601_000_000_000, "1h 1s"),
            (90_061_400_000_000, "1d 1h 1m 1s"),
            (604_800_000_000_000, "7d"),
        ] {
            assert_eq!(format_duration(Duration::from_nanos(nanos)), shown);
        }
        assert_eq!(format_duration(Duration::from_nanos(1)), "0ms");
        assert!(format_duration(Duration::MAX).ends_with('s'));
    }
}
