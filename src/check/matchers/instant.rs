//! `before` and `after`: the order of date-times.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Answer, Complaint, Fault, Made, Make, OperatorSpec, Test, named};
use crate::check::formats::is_date_time;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static BEFORE: OperatorSpec = OperatorSpec {
    name: "before",
    doc: "An RFC 3339 date-time before this one, or before `now` by the scenario's clock.",
    argument: Shape::Text,
    example: "$.created_at: { before: now }",
    lists: false,
    make: Make::Data(|bound, _| make(&bound, false)),
};

pub(super) static AFTER: OperatorSpec = OperatorSpec {
    name: "after",
    doc: "An RFC 3339 date-time after this one, or after `now` by the scenario's clock.",
    argument: Shape::Text,
    example: "$.expires_at: { after: now }",
    lists: false,
    make: Make::Data(|bound, _| make(&bound, true)),
};

#[derive(Debug)]
struct Instant {
    /// `None` is now.
    bound: Option<(Timestamp, String)>,
    after: bool,
}

fn make(bound: &Value, after: bool) -> Made {
    let bound = match bound.as_str() {
        Some("now") => None,
        Some(text) => match instant(text) {
            Some(instant) => Some((instant, text.to_owned())),
            None => return Err(not_an_instant(bound)),
        },
        None => return Err(not_an_instant(bound)),
    };
    Ok(Arc::new(Instant { bound, after }))
}

fn not_an_instant(value: &Value) -> Fault {
    Fault::new(format!("{} is not a date-time", named(value))).help(
        "write an RFC 3339 date-time with its offset, such as `2026-01-31T09:30:00Z`, or `now`",
    )
}

fn instant(text: &str) -> Option<Timestamp> {
    is_date_time(text).then(|| text.parse().ok())?
}

impl Instant {
    fn bound(&self, cx: Context<'_>) -> Timestamp {
        match &self.bound {
            Some((instant, _)) => *instant,
            None => cx.clock.now(),
        }
    }
}

impl Test for Instant {
    fn describe(&self, cx: Context<'_>) -> String {
        let word = if self.after { "after" } else { "before" };
        match &self.bound {
            Some((_, text)) => format!("a date-time {word} {text}"),
            None => format!("a date-time {word} now ({})", cx.clock.now()),
        }
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        let Some(actual) = actual.as_str().and_then(instant) else {
            return Answer::Unfit;
        };
        let bound = self.bound(cx);
        if self.after {
            actual > bound
        } else {
            actual < bound
        }
        .into()
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let complaint = Complaint::new(self.describe(cx), cx.show.value(actual));
        match actual.as_str() {
            Some(text) if instant(text).is_none() => {
                complaint.notes(["this is not an RFC 3339 date-time with an offset".to_owned()])
            }
            _ => complaint,
        }
    }
}
