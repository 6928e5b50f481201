//! Identifiers: random, or random and in order of time.

use super::{Failure, FunctionSpec, Run, Usage, optional};
use crate::expr::functions::Arguments;
use crate::value::Value;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// KSUIDs count seconds from here: 2014-05-13T16:53:20Z.
const KSUID_EPOCH: i64 = 1_400_000_000;

pub(super) const UUID: FunctionSpec = FunctionSpec {
    name: "uuid",
    usage: Usage::Function,
    parameters: &[],
    doc: "A random UUID (version 4).",
    example: ("uuid()", "62ead88d-63ff-464a-b5ae-bffa3bb0fbe0"),
    run: Run::Native(uuid),
};

pub(super) const ULID: FunctionSpec = FunctionSpec {
    name: "ulid",
    usage: Usage::Function,
    parameters: &[],
    doc: "A ULID: 26 characters that sort by time, to the millisecond of the scenario's clock.",
    example: ("ulid()", "01KDVDNA00NTTMMXQZCE6XHTK2"),
    run: Run::Native(ulid),
};

pub(super) const KSUID: FunctionSpec = FunctionSpec {
    name: "ksuid",
    usage: Usage::Function,
    parameters: &[optional("prefix", "''")],
    doc: "A KSUID after `prefix`: 27 letters and digits that sort by time, to the second of the scenario's clock.",
    example: ("ksuid('cus_')", "cus_37dGaooa4m9EAnekmsCsZOtOTjM"),
    run: Run::Native(ksuid),
};

#[allow(clippy::unnecessary_wraps)]
fn uuid(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let mut bytes = [0; 16];
    arguments.tools.random.borrow_mut().fill(&mut bytes);
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(Value::String(uuid.hyphenated().to_string()))
}

#[allow(clippy::unnecessary_wraps)]
fn ulid(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let mut bytes = [0; 16];
    arguments.tools.random.borrow_mut().fill(&mut bytes);
    let now = arguments.tools.clock.now().as_millisecond();
    let time = u64::try_from(now).unwrap_or(0);
    let ulid = ulid::Ulid::from_parts(time, u128::from_le_bytes(bytes));
    Ok(Value::String(ulid.to_string()))
}

fn ksuid(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let mut bytes = [0; 20];
    let seconds = arguments.tools.clock.now().as_second() - KSUID_EPOCH;
    let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&seconds.to_be_bytes());
    arguments.tools.random.borrow_mut().fill(&mut bytes[4..]);
    let prefix = arguments.text_or(0, "")?;
    Ok(Value::String(format!("{prefix}{}", base62(bytes))))
}

/// 20 bytes as one big-endian number in 27 digits of base 62.
fn base62(mut bytes: [u8; 20]) -> String {
    let mut digits = [b'0'; 27];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut bytes {
            let value = remainder << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            remainder = value % 62;
        }
        *digit = BASE62[remainder as usize];
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn base62_agrees_with_the_reference_implementation() {
        // From segmentio/ksuid's README: its raw bytes in hexadecimal and its text.
        let hex = "0669F7EFB5A1CD34B5F99D1154FB6853345C9735";
        let mut bytes = [0; 20];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
        }
        assert_eq!(base62(bytes), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
        assert_eq!(base62([0; 20]), "0".repeat(27));
        assert_eq!(base62([255; 20]), "aWgEPTl1tmebfsQzFP4bxwgy80V");
    }
}
