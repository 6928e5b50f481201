//! `type`: the JSON type of a value.

use std::sync::Arc;

use super::{Answer, Complaint, Fault, Made, Make, OperatorSpec, Test, named};
use crate::check::domain::Domain;
use crate::check::show::Context;
use crate::diagnostic::did_you_mean;
use crate::document::Shape;
use crate::value::{Value, type_name};

pub(super) static TYPE: OperatorSpec = OperatorSpec {
    name: "type",
    doc: "A value of this JSON type. An `integer` is a number without a fractional part, `1.0` too.",
    argument: Shape::Literal(TYPES),
    example: "$.id: { type: string }",
    lists: true,
    make: Make::Data(|name, making| make(&name, making.domain)),
};

const TYPES: &[&str] = &[
    "string", "number", "integer", "boolean", "array", "object", "null",
];

#[derive(Debug)]
struct Type(&'static str);

fn make(name: &Value, domain: Domain) -> Made {
    // YAML reads `type: null` as null itself, and what is meant is plain.
    let text = name.as_str().or_else(|| name.is_null().then_some("null"));
    if let Some(known) = TYPES.iter().find(|known| Some(**known) == text) {
        if domain == Domain::Number && !["number", "integer"].contains(known) {
            return Err(
                Fault::found("a number is an `integer`, or just a `number`", name)
                    .help("write `type: integer`"),
            );
        }
        return Ok(Arc::new(Type(known)));
    }
    let fault = Fault::new(format!("{} is not a JSON type", named(name)));
    Err(match text.and_then(meant) {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None => fault.help(format!("the types are: {}", TYPES.join(", "))),
    })
}

fn meant(text: &str) -> Option<String> {
    let known = match text {
        "list" => "array",
        "map" | "dict" => "object",
        "float" | "decimal" => "number",
        "text" | "str" => "string",
        _ => return did_you_mean(text, TYPES.iter().copied()),
    };
    Some(known.to_owned())
}

impl Test for Type {
    fn describe(&self, _: Context<'_>) -> String {
        match self.0 {
            "null" => "null".to_owned(),
            name => format!("{} {name}", article(name)),
        }
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        let actual = type_name(actual);
        (actual == self.0 || (self.0 == "number" && actual == "integer")).into()
    }

    fn suits_lists(&self) -> bool {
        self.0 == "array"
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let actual = match type_name(actual) {
            "null" => "null".to_owned(),
            name => format!("the {name} {}", cx.show.value(actual)),
        };
        Complaint::new(self.describe(cx), actual)
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'i', 'o']) {
        "an"
    } else {
        "a"
    }
}
