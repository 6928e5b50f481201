//! Instants that RFC 3339 date-times name, of any of its years and with any number of digits.

use jiff::Timestamp;

use super::formats::is_date_time;

const DAY: i64 = 86_400;

/// Ordered by time: the seconds since 1970, then the digits of the fraction, which are ordered as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant {
    seconds: i64,
    /// Without zeros at its end.
    fraction: String,
}

impl Instant {
    /// `None` where the text is no date-time.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !is_date_time(text) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let clock = number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
        let rest = text.get(19..)?;
        let offset_at = rest.find(['Z', 'z', '+', '-'])?;
        let (fraction, offset) = rest.split_at(offset_at);
        Some(Self {
            seconds: days(year, month, day) * DAY + clock - seconds_of(offset)?,
            fraction: digits(fraction.trim_start_matches('.')),
        })
    }

    pub(super) fn of(timestamp: Timestamp) -> Self {
        let nanos = timestamp.as_nanosecond();
        let second = 1_000_000_000;
        Self {
            seconds: i64::try_from(nanos.div_euclid(second)).unwrap_or_default(),
            fraction: digits(&format!("{:09}", nanos.rem_euclid(second))),
        }
    }
}

fn digits(fraction: &str) -> String {
    fraction.trim_end_matches('0').to_owned()
}

/// The seconds of an offset such as `+01:00`.
fn seconds_of(offset: &str) -> Option<i64> {
    let Some((hours, minutes)) = offset.get(1..)?.split_once(':') else {
        return Some(0);
    };
    let seconds = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    Some(if offset.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}

/// The days from 1970-01-01 to a day of the Gregorian calendar: years begin in March, so that a leap day is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn instants_are_those_of_the_clock() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "2000-02-29T12:30:45.5Z",
            "2026-01-01T01:00:00+01:00",
            "2025-12-31T18:30:00-05:30",
            "0001-03-01T00:00:00Z",
            "2100-03-01t00:00:00z",
        ] {
            assert_eq!(instant(text), Instant::of(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn every_year_and_every_fraction_has_its_order() {
        let in_order = [
            "0000-01-01T00:00:00Z",
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.123456789123Z",
            "2024-01-01T00:00:00.12345678913Z",
            "2024-01-01T00:00:00.2Z",
            "2024-01-01T00:00:01Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-23:59",
        ];
        for pair in in_order.windows(2) {
            assert!(instant(pair[0]) < instant(pair[1]), "{pair:?}");
        }
        assert_eq!(
            instant("2024-01-01T00:00:00.500Z"),
            instant("2024-01-01T00:00:00.5Z")
        );
        assert_eq!(Instant::parse("9999-12-31"), None);
    }
}
