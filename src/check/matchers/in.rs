//! `in`: one of several values.

use std::sync::Arc;

use super::{Answer, Fault, Made, Make, Making, OperatorSpec, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static IN: OperatorSpec = OperatorSpec {
    name: "in",
    doc: "One of these values.",
    argument: Shape::List(&Shape::Any),
    example: "status: { in: [200, 409] }",
    lists: true,
    make: Make::Data(make),
};

#[derive(Debug)]
struct In {
    allowed: Vec<Value>,
    domain: Domain,
}

fn make(value: Value, making: &Making) -> Made {
    let Value::Array(items) = value else {
        return Err(Fault::found("`in` takes a list", &value));
    };
    // What an expression gives may well be empty: nothing is in it.
    if items.is_empty() && making.written {
        return Err(Fault::new("nothing is in an empty list"));
    }
    let allowed = items
        .into_iter()
        .map(|item| making.domain.expected(item))
        .collect::<Result<_, _>>()?;
    Ok(Arc::new(In {
        allowed,
        domain: making.domain,
    }))
}

impl Test for In {
    fn describe(&self, cx: Context<'_>) -> String {
        let all: Vec<String> = self
            .allowed
            .iter()
            .map(|value| self.domain.show(value, cx.show))
            .collect();
        if all.is_empty() {
            return "one of an empty list".to_owned();
        }
        format!("one of {}", cx.show.text(&all.join(", ")))
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        self.allowed
            .iter()
            .any(|allowed| self.domain.equal(allowed, actual))
            .into()
    }

    fn suits_lists(&self) -> bool {
        self.allowed.iter().any(Value::is_array)
    }
}
