//! Filters on numbers, all exact.

use super::{Arguments, Failure, FunctionSpec, Run, Usage, optional, required};
use crate::value::{Decimal, Value};

pub(super) const NUMBER: FunctionSpec = FunctionSpec {
    name: "number",
    usage: Usage::Filter,
    parameters: &[required("text")],
    doc: "The number that a text stands for, with its digits; a number stays what it is.",
    example: ("('100.10' | number) + 1", "101.10"),
    run: Run::Native(number),
};

pub(super) const ABS: FunctionSpec = FunctionSpec {
    name: "abs",
    usage: Usage::Filter,
    parameters: &[required("number")],
    doc: "The number without its sign.",
    example: ("-0.25 | abs", "0.25"),
    run: Run::Native(|arguments| Ok(Value::Number(arguments.number(0)?.abs().to_number()))),
};

pub(super) const ROUND: FunctionSpec = FunctionSpec {
    name: "round",
    usage: Usage::Filter,
    parameters: &[required("number"), optional("digits", "0")],
    doc: "The number with `digits` digits after its point, halves away from zero.",
    example: ("2.345 | round(2)", "2.35"),
    run: Run::Native(round),
};

fn number(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    match arguments.value(0) {
        Value::Number(_) => Ok(arguments.take(0)),
        Value::String(text) => crate::value::number_from_text(text)
            .map(Value::Number)
            .ok_or_else(|| {
                Failure::new("this text is not a number")
                    .argument(0)
                    .help("numbers are written as in JSON: `1000`, `-0.25`, `1e6`")
            }),
        _ => Err(arguments.wrong_type(0, "a number written as a string")),
    }
}

fn round(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let number = arguments.number(0)?;
    let digits = match arguments.given(1) {
        Some(_) => arguments.count(1, 100)?,
        None => 0,
    };
    let rounded = rounded(&number, digits);
    rounded
        .map(|number| Value::Number(number.to_number()))
        .ok_or_else(|| Failure::new("the number is too large to round").argument(0))
}

/// Adds half a unit and cuts the rest off; `None` where the number is too large for arithmetic.
fn rounded(number: &Decimal, digits: usize) -> Option<Decimal> {
    let unit = Decimal::parse(&format!("1e-{digits}"))?;
    let half = Decimal::parse(&format!("5e-{}", digits + 1))?;
    let units = number.abs().add(&half).ok()?.floor_div(&unit).ok()?;
    let size = units.mul(&unit).ok()?;
    Some(if number.is_negative() {
        size.neg()
    } else {
        size
    })
}
