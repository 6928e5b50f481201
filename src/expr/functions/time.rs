//! The scenario's clock.

use jiff::fmt::strtime::BrokenDownTime;
use jiff::{SignedDuration, Timestamp};

use super::{Arguments, Failure, FunctionSpec, Run, Usage, optional};
use crate::value::{Value, parse_duration};

pub(super) const NOW: FunctionSpec = FunctionSpec {
    name: "now",
    usage: Usage::Function,
    parameters: &[optional("offset", "''"), optional("format", "''")],
    doc: "The time of the scenario's clock in UTC, `offset` later (`'+1h'`) or earlier (`'-1d'`). As RFC 3339 with \
          milliseconds, by a `strftime` format, or as a number with `'unix'` (seconds) or `'unix_ms'`.",
    example: ("now('-1d', '%Y-%m-%d')", "2025-12-31"),
    run: Run::Native(now),
};

fn now(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let time = shifted(arguments.tools.clock.now(), arguments.text_or(0, "")?)?;
    Ok(match arguments.text_or(1, "")? {
        "" => Value::String(format!("{time:.3}")),
        "unix" => time.as_second().into(),
        "unix_ms" => time.as_millisecond().into(),
        format => Value::String(formatted(time, format)?),
    })
}

fn shifted(time: Timestamp, offset: &str) -> Result<Timestamp, Failure> {
    if offset.is_empty() {
        return Ok(time);
    }
    let (back, duration) = match offset.as_bytes() {
        [b'+', ..] => (false, &offset[1..]),
        [b'-', ..] => (true, &offset[1..]),
        _ => return Err(wrong_offset(offset)),
    };
    let duration = parse_duration(duration).map_err(|problem| {
        Failure::new(format!("`{offset}` is not an offset: {problem}")).argument(0)
    })?;
    let moved = SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| {
            let duration = if back { -duration } else { duration };
            time.checked_add(duration).ok()
        });
    moved.ok_or_else(|| {
        Failure::new(format!("`{offset}` is beyond what a date can say")).argument(0)
    })
}

fn wrong_offset(offset: &str) -> Failure {
    let failure = Failure::new(format!("`{offset}` is not an offset")).argument(0);
    if offset.starts_with("unix") || offset.contains('%') {
        return failure.help(format!(
            "a format is given by name: `now(format='{offset}')`"
        ));
    }
    failure.help("an offset starts with `+` or `-`: `now('+1h')`, `now('-7d')`")
}

fn formatted(time: Timestamp, format: &str) -> Result<String, Failure> {
    let wrong = |problem: &dyn std::fmt::Display| {
        Failure::new(format!("`{format}` is not a time format: {problem}"))
            .argument(1)
            .help("a format is `'%Y-%m-%d'`, `'%H:%M:%S'` and the like, `'unix'` or `'unix_ms'`")
    };
    if !format.contains('%') {
        return Err(wrong(&"it has no `%`"));
    }
    let zoned = time.to_zoned(jiff::tz::TimeZone::UTC);
    BrokenDownTime::from(&zoned)
        .to_string(format)
        .map_err(|problem| wrong(&problem))
}
