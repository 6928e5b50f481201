//! `format`: a text that is written in a certain way.

use std::sync::Arc;

use super::{Answer, Fault, Made, Make, OperatorSpec, Test, named};
use crate::check::formats::{FORMATS, Format};
use crate::check::show::Context;
use crate::diagnostic::did_you_mean;
use crate::document::Shape;
use crate::value::Value;

pub(super) static FORMAT: OperatorSpec = OperatorSpec {
    name: "format",
    doc: "A string of this format; `date` and `date-time` are RFC 3339's, `uri` is absolute.",
    argument: Shape::Literal(&[
        "uuid",
        "date",
        "date-time",
        "email",
        "uri",
        "ipv4",
        "ipv6",
        "ulid",
        "ksuid",
    ]),
    example: "$.id: { format: uuid }",
    lists: false,
    make: Make::Data(|name, _| make(&name)),
};

#[derive(Debug)]
struct OfFormat(&'static Format);

fn make(name: &Value) -> Made {
    let text = name.as_str().unwrap_or_default();
    if let Some(format) = FORMATS.iter().find(|(known, _)| *known == text) {
        return Ok(Arc::new(OfFormat(format)));
    }
    let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
    let fault = Fault::new(format!("{} is not a format", named(name)));
    Err(match did_you_mean(text, names.iter().copied()) {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None => fault.help(format!("the formats are: {}", names.join(", "))),
    })
}

impl Test for OfFormat {
    fn describe(&self, _: Context<'_>) -> String {
        format!("a string of the format {}", self.0.0)
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match actual {
            Value::String(text) => (self.0.1)(text).into(),
            _ => Answer::Unfit,
        }
    }
}
