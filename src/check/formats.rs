//! The text formats that `format` and JSON Schemas know, each by its own grammar.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format's name and its test.
pub(super) type Format = (&'static str, fn(&str) -> bool);

/// Every format, in the order of the docs.
pub(super) const FORMATS: &[Format] = &[
    ("uuid", is_uuid),
    ("date", is_date),
    ("date-time", is_date_time),
    ("email", is_email),
    ("uri", is_uri),
    ("ipv4", is_ipv4),
    ("ipv6", is_ipv6),
    ("ulid", is_ulid),
    ("ksuid", is_ksuid),
];

/// The formats that JSON Schemas know beside those, of which the validator has the grammars.
const OF_SCHEMAS: &[&str] = &[
    "duration",
    "hostname",
    "idn-email",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri-reference",
    "uri-template",
];

/// A format of draft 2020-12 that is not checked.
pub(super) const UNCHECKED: &str = "idn-hostname";

/// The formats that are checked in JSON Schemas.
pub(super) fn of_schemas() -> impl Iterator<Item = &'static str> + Clone {
    FORMATS
        .iter()
        .map(|(name, _)| *name)
        .chain(OF_SCHEMAS.iter().copied())
}

/// Formats that only name how a number or a text is meant, as OpenAPI lists them.
pub(super) const OF_OPENAPI: &[&str] = &[
    "binary",
    "byte",
    "char",
    "commonmark",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "float",
    "html",
    "http-date",
    "int16",
    "int32",
    "int64",
    "int8",
    "media-range",
    "password",
    "sf-binary",
    "sf-boolean",
    "sf-decimal",
    "sf-integer",
    "sf-string",
    "sf-token",
    "time-local",
    "date-time-local",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
];

/// RFC 9562's text: 8-4-4-4-12 hexadecimal digits, of whatever version and case.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == 5
        && groups
            .iter()
            .zip([8, 4, 4, 4, 12])
            .all(|(group, length)| group.len() == length && all_hex(group))
}

fn all_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// RFC 3339's `full-date`, of a day that there is.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && is_day(
            digits(&bytes[..4]),
            digits(&bytes[5..7]),
            digits(&bytes[8..]),
        )
}

fn is_day(year: Option<u32>, month: Option<u32>, day: Option<u32>) -> bool {
    let (Some(year), Some(month), Some(day)) = (year, month, day) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// The number that ASCII digits, and nothing else, make.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// RFC 3339's `date-time`: a `T`, seconds and an offset are not optional.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    let offset_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at(offset_at);
    is_date(date) && is_clock(clock) && is_offset(offset)
}

/// `hh:mm:ss` with or without a fraction; a leap second is only ever the last of an hour.
fn is_clock(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let bytes = whole.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' {
        return false;
    }
    let (Some(hour), Some(minute), Some(second)) = (
        digits(&bytes[..2]),
        digits(&bytes[3..5]),
        digits(&bytes[6..]),
    ) else {
        return false;
    };
    hour < 24
        && minute < 60
        && (second < 60 || (second == 60 && minute == 59))
        && fraction.is_none_or(|fraction| !fraction.is_empty() && digits_only(fraction))
}

fn digits_only(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes {
        b"Z" | b"z" => true,
        [b'+' | b'-', hour @ .., b':', _, _] if hour.len() == 2 => {
            digits(hour).is_some_and(|hour| hour < 24)
                && digits(&bytes[4..]).is_some_and(|minute| minute < 60)
        }
        _ => false,
    }
}

/// `local@domain` as mail servers take it: RFC 5321 without quoted local parts, letters of any script allowed (RFC 6531).
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(c)
            || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
    };
    (1..=64).contains(&local.len())
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(atom))
        && is_domain(domain)
}

fn is_domain(text: &str) -> bool {
    if let Some(address) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return match address.strip_prefix("IPv6:") {
            Some(address) => is_ipv6(address),
            None => is_ipv4(address),
        };
    }
    let letter =
        |c: char| c.is_ascii_alphanumeric() || c == '-' || (!c.is_ascii() && c.is_alphanumeric());
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(letter)
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// RFC 3986's `URI`: a scheme and characters that a URI may have; not a relative reference.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.bytes();
    let is_scheme = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (hierarchy, query) = rest.split_once('?').unwrap_or((rest, ""));
    is_scheme
        && is_hierarchy(hierarchy)
        && are_uri_characters(query, "/?:@")
        && are_uri_characters(fragment, "/?:@")
}

fn is_hierarchy(text: &str) -> bool {
    let Some(after) = text.strip_prefix("//") else {
        return are_uri_characters(text, "/:@");
    };
    let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    let (user, host_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    are_uri_characters(user, ":") && is_host_port(host_port) && are_uri_characters(path, "/:@")
}

fn is_host_port(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else {
            return false;
        };
        return is_ipv6(address)
            && (port.is_empty() || port.strip_prefix(':').is_some_and(digits_only));
    }
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    are_uri_characters(host, "") && digits_only(port)
}

/// Unreserved characters, sub-delimiters, whole percent-encoded bytes, and `more`.
fn are_uri_characters(text: &str, more: &str) -> bool {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if character == '%' {
            if !rest.get(1..3).is_some_and(all_hex) {
                return false;
            }
            rest = &rest[3..];
            continue;
        }
        if !(character.is_ascii_alphanumeric()
            || "-._~!$&'()*+,;=".contains(character)
            || more.contains(character))
        {
            return false;
        }
        rest = &rest[character.len_utf8()..];
    }
    true
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// Without a zone, which is not part of an address.
fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// 26 characters of Crockford's base 32, of which the first is at most 7: 128 bits.
fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && matches!(text.as_bytes()[0], b'0'..=b'7')
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                && !matches!(byte.to_ascii_uppercase(), b'I' | b'L' | b'O' | b'U')
        })
}

/// 27 characters of base 62, no more than the largest that fits 160 bits.
fn is_ksuid(text: &str) -> bool {
    const LARGEST: &str = "aWgEPTl1tmebfsQzFP4bxwgy80V";
    text.len() == 27 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && text <= LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_times_are_those_of_rfc_3339() {
        for (text, expected) in [
            ("1985-04-12T23:20:50.52Z", true),
            ("1996-12-19T16:39:57-08:00", true),
            ("1990-12-31T23:59:60Z", true),
            ("1937-01-01t12:00:27.87+00:20", true),
            ("2026-02-29T00:00:00Z", false),
            ("2024-02-29T00:00:00Z", true),
            ("2026-01-01T00:00:00", false),
            ("2026-01-01 00:00:00Z", false),
            ("2026-01-01T24:00:00Z", false),
            ("2026-01-01T00:00Z", false),
            ("2026-01-01T00:00:00.Z", false),
            ("2026-01-01T00:00:60Z", false),
            ("2026-01-01T00:00:00+0100", false),
            ("2026-01-01T00:00:00+24:00", false),
            ("2026-01-01T00:00:00é", false),
            ("２026-01-01T00:00:00Z", false),
        ] {
            assert_eq!(is_date_time(text), expected, "{text}");
        }
    }

    #[test]
    fn uris_are_absolute() {
        for (text, expected) in [
            ("https://example.com/a?b=c#d", true),
            ("https://user:pw@example.com:8080/", true),
            ("http://[2001:db8::1]:80/x", true),
            ("urn:isbn:0451450523", true),
            ("mailto:a@b.c", true),
            ("https://example.com/%20", true),
            ("//example.com/a", false),
            ("/a/b", false),
            ("example.com", false),
            ("https://example.com/a b", false),
            ("https://example.com/%2", false),
            ("https://example.com/%é", false),
            ("https://exämple.com/", false),
            ("1https://example.com", false),
            ("http://a:b", false),
            ("http://[::1", false),
        ] {
            assert_eq!(is_uri(text), expected, "{text}");
        }
    }

    #[test]
    fn mail_addresses_have_a_local_part_and_a_domain() {
        for (text, expected) in [
            ("a@b.example", true),
            ("first.last+tag@sub.example.co", true),
            ("zoë@exämple.de", true),
            ("a@localhost", true),
            ("a@[192.0.2.1]", true),
            ("a@[IPv6:::1]", true),
            ("a", false),
            ("@b.c", false),
            ("a@", false),
            ("a..b@c.d", false),
            (".a@c.d", false),
            ("a b@c.d", false),
            ("a@-b.c", false),
            ("a@b..c", false),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }

    #[test]
    fn ids_have_their_alphabet_and_their_range() {
        assert!(is_uuid("f81d4fae-7dec-11d0-a765-00A0C91E6BF6"));
        assert!(!is_uuid("f81d4fae7dec11d0a76500a0c91e6bf6"));
        assert!(!is_uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bfg"));
        assert!(is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        assert!(!is_ulid("81ARZ3NDEKTSV4RRFFQ69G5FAV"));
        assert!(!is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAU"));
        assert!(is_ksuid("0ujsszwN8NRY24YaXiTIE2VWDTS"));
        assert!(is_ksuid("aWgEPTl1tmebfsQzFP4bxwgy80V"));
        assert!(!is_ksuid("aWgEPTl1tmebfsQzFP4bxwgy80W"));
        assert!(!is_ksuid("0ujsszwN8NRY24YaXiTIE2VWDT"));
    }
}
