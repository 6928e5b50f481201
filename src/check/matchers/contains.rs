//! `contains`: a part of a text, an element of a list, a key or a part of an object.

use std::sync::Arc;

use super::{Answer, Fault, Made, Make, Making, OperatorSpec, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::{Value, contains_partial};

pub(super) static CONTAINS: OperatorSpec = OperatorSpec {
    name: "contains",
    doc: "A string with this substring; a list with this element (an object is found by a part of it); an object with \
          this key, or with this part.",
    argument: Shape::Any,
    example: "headers: { content-type: { contains: json } }",
    lists: true,
    make: Make::Data(make),
};

#[derive(Debug)]
struct Contains(Value);

fn make(value: Value, making: &Making) -> Made {
    if making.domain == Domain::Text && !value.is_string() {
        return Err(Fault::found("a text contains a text", &value).help("quote it"));
    }
    Ok(Arc::new(Contains(value)))
}

impl Test for Contains {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("something that contains {}", cx.show.value(&self.0))
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match (actual, &self.0) {
            (Value::String(text), Value::String(part)) => text.contains(part.as_str()).into(),
            (Value::Array(items), part) => {
                items.iter().any(|item| contains_partial(item, part)).into()
            }
            (Value::Object(object), Value::String(key)) => object.contains_key(key).into(),
            (Value::Object(_), Value::Object(_)) => contains_partial(actual, &self.0).into(),
            _ => Answer::Unfit,
        }
    }
}
