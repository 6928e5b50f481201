//! Random numbers and texts, from the scenario's own stream.

use super::{Arguments, Failure, FunctionSpec, Run, Usage, required};
use crate::expr::text::MAX_TEXT;
use crate::value::Value;

const LETTERS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) const INTEGER: FunctionSpec = FunctionSpec {
    name: "random_int",
    usage: Usage::Function,
    parameters: &[required("low"), required("high")],
    doc: "A random integer from `low` to `high`, both included.",
    example: ("random_int(1, 6)", "2"),
    run: Run::Native(integer),
};

pub(super) const STRING: FunctionSpec = FunctionSpec {
    name: "random_string",
    usage: Usage::Function,
    parameters: &[required("length")],
    doc: "`length` random letters and digits.",
    example: ("random_string(8)", "YIysHAWl"),
    run: Run::Native(string),
};

fn integer(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let (low, high) = (arguments.integer(0)?, arguments.integer(1)?);
    if low > high {
        let message = format!("there is no integer from {low} to {high}");
        return Err(Failure::new(message)
            .argument(0)
            .help("give the lower bound first"));
    }
    Ok(arguments
        .tools
        .random
        .borrow_mut()
        .integer(low, high)
        .into())
}

fn string(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let length = arguments.count(0, MAX_TEXT)?;
    let mut random = arguments.tools.random.borrow_mut();
    Ok(Value::String(random.text(length, LETTERS_AND_DIGITS)))
}
