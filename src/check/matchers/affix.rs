//! `starts_with` and `ends_with`: how a text begins and ends.

use std::sync::Arc;

use super::{Answer, Fault, Made, Make, OperatorSpec, Test};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static STARTS_WITH: OperatorSpec = OperatorSpec {
    name: "starts_with",
    doc: "A string that begins so.",
    argument: Shape::Text,
    example: "$.id: { starts_with: cus_ }",
    lists: false,
    make: Make::Data(|affix, _| make(affix, "starts", |text, affix| text.starts_with(affix))),
};

pub(super) static ENDS_WITH: OperatorSpec = OperatorSpec {
    name: "ends_with",
    doc: "A string that ends so.",
    argument: Shape::Text,
    example: "headers: { location: { ends_with: /accept } }",
    lists: false,
    make: Make::Data(|affix, _| make(affix, "ends", |text, affix| text.ends_with(affix))),
};

#[derive(Debug)]
struct Affix {
    text: String,
    verb: &'static str,
    test: fn(&str, &str) -> bool,
}

fn make(affix: Value, verb: &'static str, test: fn(&str, &str) -> bool) -> Made {
    match affix {
        Value::String(affix) => Ok(Arc::new(Affix {
            text: affix,
            verb,
            test,
        })),
        other => Err(Fault::found(
            format_args!("a string {verb} with a string"),
            &other,
        )),
    }
}

impl Test for Affix {
    fn describe(&self, cx: Context<'_>) -> String {
        let affix = cx.show.value(&Value::from(self.text.as_str()));
        format!("a string that {} with {affix}", self.verb)
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match actual {
            Value::String(text) => (self.test)(text, &self.text).into(),
            _ => Answer::Unfit,
        }
    }
}
