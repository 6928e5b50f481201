//! Filters on texts, and `default`.

use super::{Arguments, Failure, FunctionSpec, Run, Usage, required, too_long};
use crate::expr::text::{MAX_TEXT, to_text};
use crate::value::Value;

pub(super) const DEFAULT: FunctionSpec = FunctionSpec {
    name: "default",
    usage: Usage::Filter,
    parameters: &[required("value"), required("fallback")],
    doc: "The value, or `fallback` where it is undefined or left out. Null is a value.",
    example: ("missing | default('none yet')", "none yet"),
    run: Run::Default,
};

pub(super) const STRING: FunctionSpec = FunctionSpec {
    name: "string",
    usage: Usage::Filter,
    parameters: &[required("value")],
    doc: "The value as text: a number with its own digits, JSON for lists and maps.",
    example: ("100.10 | string", "100.10"),
    run: Run::Native(|arguments| Ok(Value::String(to_text(arguments.value(0)).into_owned()))),
};

pub(super) const UPPER: FunctionSpec = FunctionSpec {
    name: "upper",
    usage: Usage::Filter,
    parameters: &[required("text")],
    doc: "The text in upper case.",
    example: ("'usd' | upper", "USD"),
    run: Run::Native(|arguments| Ok(Value::String(arguments.text(0)?.to_uppercase()))),
};

pub(super) const LOWER: FunctionSpec = FunctionSpec {
    name: "lower",
    usage: Usage::Filter,
    parameters: &[required("text")],
    doc: "The text in lower case.",
    example: ("'USD' | lower", "usd"),
    run: Run::Native(|arguments| Ok(Value::String(arguments.text(0)?.to_lowercase()))),
};

pub(super) const TRIM: FunctionSpec = FunctionSpec {
    name: "trim",
    usage: Usage::Filter,
    parameters: &[required("text")],
    doc: "The text without white space at its ends.",
    example: ("' a b ' | trim", "a b"),
    run: Run::Native(|arguments| Ok(Value::String(arguments.text(0)?.trim().to_owned()))),
};

pub(super) const REPLACE: FunctionSpec = FunctionSpec {
    name: "replace",
    usage: Usage::Filter,
    parameters: &[required("text"), required("old"), required("new")],
    doc: "The text with every `old` in it replaced by `new`.",
    example: ("'a-b-c' | replace('-', '')", "abc"),
    run: Run::Native(replace),
};

pub(super) const SPLIT: FunctionSpec = FunctionSpec {
    name: "split",
    usage: Usage::Filter,
    parameters: &[required("text"), required("separator")],
    doc: "The list of what stands between the separators.",
    example: ("'a,b' | split(',')", "[\"a\",\"b\"]"),
    run: Run::Native(split),
};

fn replace(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let (text, old, new) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    if old.is_empty() {
        return Err(Failure::new("there is no empty text to replace").argument(1));
    }
    let grown = text.matches(old).count().saturating_mul(new.len());
    if grown > MAX_TEXT {
        return Err(too_long());
    }
    Ok(Value::String(text.replace(old, new)))
}

fn split(arguments: &mut Arguments<'_>) -> Result<Value, Failure> {
    let (text, separator) = (arguments.text(0)?, arguments.text(1)?);
    if separator.is_empty() {
        return Err(Failure::new("a separator is not empty").argument(1));
    }
    let parts: Vec<_> = text.split(separator).map(Value::from).collect();
    arguments.spend(parts.len())?;
    Ok(Value::Array(parts))
}
