//! `ne`: another value.

use std::sync::Arc;

use super::{Answer, Make, Making, OperatorSpec, Test};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

pub(super) static NE: OperatorSpec = OperatorSpec {
    name: "ne",
    doc: "Another value than this, of whatever type.",
    argument: Shape::Any,
    example: "$.status: { ne: rejected }",
    lists: true,
    make: Make::Data(make),
};

#[derive(Debug)]
struct Ne {
    expected: Value,
    domain: Domain,
}

fn make(value: Value, making: &Making) -> super::Made {
    Ok(Arc::new(Ne {
        expected: making.domain.expected(value)?,
        domain: making.domain,
    }))
}

impl Test for Ne {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("anything but {}", self.domain.show(&self.expected, cx.show))
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        (!self.domain.equal(&self.expected, actual)).into()
    }

    fn suits_lists(&self) -> bool {
        self.expected.is_array()
    }
}
