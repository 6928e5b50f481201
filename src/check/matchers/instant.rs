//! `before` and `after`: the order of date-times.

use std::sync::Arc;

use super::{Answer, Complaint, Fault, Made, Make, OperatorSpec, Test, named};
use crate::check::instant::Instant;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static BEFORE: OperatorSpec = OperatorSpec {
    name: "before",
    doc: "An RFC 3339 date-time before this one, or before `now` by the scenario's clock.",
    argument: Shape::Text,
    example: "$.created_at: { before: \"${{ now('+1s') }}\" }",
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
struct Bound {
    /// `None` is now.
    instant: Option<(Instant, String)>,
    after: bool,
}

fn make(bound: &Value, after: bool) -> Made {
    let instant = match bound.as_str() {
        Some("now") => None,
        Some(text) => match Instant::parse(text) {
            Some(instant) => Some((instant, text.to_owned())),
            None => return Err(not_an_instant(bound)),
        },
        None => return Err(not_an_instant(bound)),
    };
    Ok(Arc::new(Bound { instant, after }))
}

fn not_an_instant(value: &Value) -> Fault {
    Fault::new(format!("{} is not a date-time", named(value))).help(
        "write an RFC 3339 date-time with its offset, such as `2026-01-31T09:30:00Z`, or `now`",
    )
}

impl Bound {
    fn instant(&self, cx: Context<'_>) -> Instant {
        match &self.instant {
            Some((instant, _)) => instant.clone(),
            None => Instant::of(cx.clock.now()),
        }
    }
}

impl Test for Bound {
    fn describe(&self, cx: Context<'_>) -> String {
        let word = if self.after { "after" } else { "before" };
        match &self.instant {
            Some((_, text)) => format!("a date-time {word} {text}"),
            None => format!("a date-time {word} now ({})", cx.clock.now()),
        }
    }

    fn holds(&self, actual: &Value, cx: Context<'_>) -> Answer {
        let Some(actual) = actual.as_str().and_then(Instant::parse) else {
            return Answer::Unfit;
        };
        let bound = self.instant(cx);
        if self.after {
            actual > bound
        } else {
            actual < bound
        }
        .into()
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let complaint = Complaint::new(self.describe(cx), cx.show.value(actual));
        let Some(text) = actual.as_str() else {
            return complaint;
        };
        match Instant::parse(text) {
            None => {
                complaint.notes(["this is not an RFC 3339 date-time with an offset".to_owned()])
            }
            // On an emulator a request takes no time.
            Some(actual) if self.instant.is_none() && actual == self.instant(cx) => {
                let other = if self.after { "before" } else { "after" };
                complaint.help(format!(
                    "it is now itself; where that will do, write `not: {{ {other}: now }}`"
                ))
            }
            Some(_) => complaint,
        }
    }
}
