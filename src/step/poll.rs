//! Reading `poll` and `retry`.

use std::time::Duration;

use super::tables::{POLL, RETRY};
use super::{Poll, Retry, RetryCause};
use crate::check::Expect;
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::expr::Setting;
use crate::source::{Node, Yaml};
use crate::value::format_duration;

impl Poll {
    pub(super) fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let fields = decoder.fields(node, &POLL);
        let until = fields
            .get("until")
            .map(|node| decode_condition(node, decoder));
        let fail_on = fields
            .get("fail_on")
            .map(|node| decode_fail_on(node, decoder))
            .unwrap_or_default();
        let every = duration(&fields, "every", Duration::from_secs(1), decoder);
        let backoff = factor(&fields, 1.0, decoder);
        let max_every = fields
            .get("max_every")
            .and_then(|node| decoder.duration_setting(node));
        let timeout = duration(&fields, "timeout", Duration::from_secs(30), decoder);
        let fixed = |setting: &Setting<Duration>| match setting {
            Setting::Fixed(duration) => Some(*duration),
            Setting::Dynamic(_) => None,
        };
        if let Some(every) = fixed(&every)
            && let Some((key, problem)) =
                Self::wrong_pauses(every, max_every.as_ref().and_then(fixed))
        {
            let place = decoder.place(fields.get(key).unwrap_or(node));
            decoder.problem(problem.at(place));
        }
        if let (Some(every), Some(timeout)) = (fixed(&every), fixed(&timeout))
            && let (true, Some(node)) = (every > timeout, fields.get("every"))
        {
            decoder.problem(asks_once(every, timeout).at(decoder.place(node)));
        }
        Some(Self {
            place: decoder.place(node),
            until: until?,
            fail_on,
            every,
            backoff,
            max_every,
            timeout,
        })
    }

    /// What is wrong with the pauses between requests, and with which key.
    #[must_use]
    pub fn wrong_pauses(
        every: Duration,
        max_every: Option<Duration>,
    ) -> Option<(&'static str, Diagnostic)> {
        if every.is_zero() {
            let problem = Diagnostic::error("bad-duration", "without a pause, a poll never rests")
                .label("no time at all")
                .help("write how long to wait between two requests, such as `every: 200ms`");
            return Some(("every", problem));
        }
        max_every.filter(|limit| *limit < every)?;
        let message = format!(
            "`max_every` is below `every`, which is {}",
            format_duration(every)
        );
        let problem = Diagnostic::error("bad-duration", message)
            .label("shorter than the first pause")
            .help("`max_every` is what the pauses grow to with `backoff`; to ask more often, lower `every`");
        Some(("max_every", problem))
    }
}

fn asks_once(every: Duration, timeout: Duration) -> Diagnostic {
    let message = format!(
        "this poll asks only once: its pause of {} is longer than its timeout of {}",
        format_duration(every),
        format_duration(timeout)
    );
    Diagnostic::warning("bad-duration", message)
        .label("longer than the poll's `timeout`")
        .help("lower `every`, or raise `timeout`")
}

/// An expect map that must say something: an empty one would hold at once.
fn decode_condition(node: &Node, decoder: &mut Decoder) -> Expect {
    let expect = Expect::decode(node, decoder);
    expect.refuse_signature(decoder);
    let nothing = match &node.value {
        Yaml::Null => true,
        Yaml::Map(entries) => entries.is_empty(),
        _ => false,
    };
    if nothing {
        refuse_empty(node, "this condition says nothing", decoder);
    }
    expect
}

fn refuse_empty(node: &Node, message: &str, decoder: &mut Decoder) {
    let problem = Diagnostic::error("empty", message)
        .at(decoder.place(node))
        .label("nothing in it")
        .help("write what is to hold, such as `{$.status: active}`");
    decoder.problem(problem);
}

/// A map, or a list of them of which any ends the poll.
fn decode_fail_on(node: &Node, decoder: &mut Decoder) -> Vec<Expect> {
    match &node.value {
        Yaml::List(items) if items.is_empty() => {
            refuse_empty(node, "`fail_on` says nothing", decoder);
            Vec::new()
        }
        Yaml::List(items) => items
            .iter()
            .map(|item| decode_condition(item, decoder))
            .collect(),
        _ => vec![decode_condition(node, decoder)],
    }
}

fn duration(
    fields: &Fields<'_>,
    key: &str,
    default: Duration,
    decoder: &mut Decoder,
) -> Setting<Duration> {
    fields
        .get(key)
        .and_then(|node| decoder.duration_setting(node))
        .unwrap_or(Setting::Fixed(default))
}

fn factor(fields: &Fields<'_>, default: f64, decoder: &mut Decoder) -> Setting<f64> {
    fields
        .get("backoff")
        .and_then(|node| decoder.factor_setting(node, "`backoff`"))
        .unwrap_or(Setting::Fixed(default))
}

impl Retry {
    pub(super) fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        if let Yaml::Number(times) = &node.value {
            let problem = Diagnostic::error("wrong-type", "expected a map, found a number")
                .at(decoder.place(node))
                .label("expected a map")
                .help(format!("write `retry: {{attempts: {times}}}`"));
            decoder.problem(problem);
            return None;
        }
        let fields = decoder.fields(node, &RETRY);
        Some(Self {
            place: decoder.place(node),
            causes: fields
                .get("for")
                .map_or_else(default_causes, |node| decode_causes(node, decoder)),
            attempts: fields
                .get("attempts")
                .and_then(|node| decoder.count_setting(node, 1, "`attempts`"))
                .unwrap_or(Setting::Fixed(3)),
            every: duration(&fields, "every", Duration::from_millis(500), decoder),
            backoff: factor(&fields, 2.0, decoder),
        })
    }
}

fn default_causes() -> Vec<RetryCause> {
    vec![
        RetryCause::Transport,
        RetryCause::Status(429),
        RetryCause::StatusClass(5),
    ]
}

fn decode_causes(node: &Node, decoder: &mut Decoder) -> Vec<RetryCause> {
    if node.as_list().is_none_or(<[Node]>::is_empty) {
        let problem = Diagnostic::error(
            "wrong-type",
            format!("expected a list of causes, found {}", node.kind()),
        )
        .at(decoder.place(node))
        .label("expected a list")
        .help("write `for: [transport, 429, 5xx]`");
        decoder.problem(problem);
        return Vec::new();
    }
    decoder
        .list(node)
        .iter()
        .filter_map(|item| decode_cause(item, decoder))
        .collect()
}

fn decode_cause(node: &Node, decoder: &mut Decoder) -> Option<RetryCause> {
    let cause = match &node.value {
        Yaml::Number(text) => text
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status))
            .map(RetryCause::Status),
        Yaml::String(text) => match text.value.as_bytes() {
            b"transport" => Some(RetryCause::Transport),
            [class @ b'4'..=b'5', b'x', b'x'] => {
                Some(RetryCause::StatusClass(u16::from(class - b'0')))
            }
            _ => None,
        },
        _ => None,
    };
    if cause.is_none() {
        decoder.problem(bad_cause(node).at(decoder.place(node)));
    }
    cause
}

fn bad_cause(node: &Node) -> Diagnostic {
    let is_no_fault = match &node.value {
        Yaml::Number(text) => text
            .parse()
            .is_ok_and(|status| (100..400).contains(&status)),
        Yaml::String(text) => matches!(text.value.as_bytes(), [b'1'..=b'3', b'x', b'x']),
        _ => false,
    };
    if is_no_fault {
        return Diagnostic::error("bad-cause", "an answer below 400 is no fault")
            .label("expected `transport`, or a status or class from 400 on")
            .help("to send the request again until it is answered otherwise, write a `poll`");
    }
    Diagnostic::error("bad-cause", "this is no cause to try again")
        .label("expected `transport`, a status or a class")
        .help("write `for: [transport, 429, 5xx]`")
}
