//! Tests: `x is defined`, `x is odd`.

use regex::{Regex, RegexBuilder};

use super::{Arguments, Failure, FunctionSpec, Parameter, Run, Usage, required};
use crate::expr::operators;
use crate::value::{Decimal, Value, equal};

const VALUE: &[Parameter] = &[required("value")];

const fn test(
    name: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    run: Run,
) -> FunctionSpec {
    FunctionSpec {
        name,
        usage: Usage::Test,
        parameters: VALUE,
        doc,
        example,
        run,
    }
}

/// A test that looks at the value alone.
macro_rules! of_type {
    ($pattern:pat) => {
        Run::Native(|arguments| Ok(Value::Bool(matches!(arguments.value(0), $pattern))))
    };
}

pub(super) const DEFINED: FunctionSpec = test(
    "defined",
    "Whether the value is there: an undefined variable, attribute or index is not, and neither is an input that was not given.",
    ("missing is defined", "false"),
    Run::Defined(true),
);

pub(super) const UNDEFINED: FunctionSpec = test(
    "undefined",
    "Whether the value is not there.",
    ("missing is undefined", "true"),
    Run::Defined(false),
);

pub(super) const NONE: FunctionSpec = test(
    "none",
    "Whether the value is null.",
    ("none is none", "true"),
    of_type!(Value::Null),
);

pub(super) const STRING: FunctionSpec = test(
    "string",
    "Whether the value is a string.",
    ("'1' is string", "true"),
    of_type!(Value::String(_)),
);

pub(super) const NUMBER: FunctionSpec = test(
    "number",
    "Whether the value is a number.",
    ("1.5 is number", "true"),
    of_type!(Value::Number(_)),
);

pub(super) const INTEGER: FunctionSpec = test(
    "integer",
    "Whether the value is a number without a fractional part: `1` and `1.0` are.",
    ("1.5 is integer", "false"),
    Run::Native(|arguments| {
        let number = arguments.number(0);
        Ok(Value::Bool(number.is_ok_and(|number| number.is_integer())))
    }),
);

pub(super) const BOOLEAN: FunctionSpec = test(
    "boolean",
    "Whether the value is `true` or `false`.",
    ("true is boolean", "true"),
    of_type!(Value::Bool(_)),
);

pub(super) const SEQUENCE: FunctionSpec = test(
    "sequence",
    "Whether the value is a list.",
    ("[1] is sequence", "true"),
    of_type!(Value::Array(_)),
);

pub(super) const MAPPING: FunctionSpec = test(
    "mapping",
    "Whether the value is a map.",
    ("{'a': 1} is mapping", "true"),
    of_type!(Value::Object(_)),
);

pub(super) const ODD: FunctionSpec = test(
    "odd",
    "Whether an integer is odd.",
    ("3 is odd", "true"),
    Run::Native(|arguments| {
        let two = Decimal::from(2_i64);
        Ok(Value::Bool(!remainder(arguments, &two)?.is_zero()))
    }),
);

pub(super) const EVEN: FunctionSpec = test(
    "even",
    "Whether an integer is even.",
    ("3 is even", "false"),
    Run::Native(|arguments| {
        let two = Decimal::from(2_i64);
        Ok(Value::Bool(remainder(arguments, &two)?.is_zero()))
    }),
);

pub(super) const DIVISIBLE_BY: FunctionSpec = FunctionSpec {
    name: "divisibleby",
    usage: Usage::Test,
    parameters: &[required("value"), required("divisor")],
    doc: "Whether an integer is a multiple of another.",
    example: ("9 is divisibleby(3)", "true"),
    run: Run::Native(|arguments| {
        let divisor = arguments.number(1)?;
        Ok(Value::Bool(remainder(arguments, &divisor)?.is_zero()))
    }),
};

pub(super) const STARTING_WITH: FunctionSpec = FunctionSpec {
    name: "startingwith",
    usage: Usage::Test,
    parameters: &[required("text"), required("start")],
    doc: "Whether a text starts with another.",
    example: ("'cus_1' is startingwith('cus_')", "true"),
    run: Run::Native(|arguments| {
        Ok(Value::Bool(
            arguments.text(0)?.starts_with(arguments.text(1)?),
        ))
    }),
};

pub(super) const ENDING_WITH: FunctionSpec = FunctionSpec {
    name: "endingwith",
    usage: Usage::Test,
    parameters: &[required("text"), required("end")],
    doc: "Whether a text ends with another.",
    example: ("'a.pdf' is endingwith('.pdf')", "true"),
    run: Run::Native(|arguments| {
        Ok(Value::Bool(
            arguments.text(0)?.ends_with(arguments.text(1)?),
        ))
    }),
};

pub(super) const MATCHING: FunctionSpec = FunctionSpec {
    name: "matching",
    usage: Usage::Test,
    parameters: &[required("text"), required("pattern")],
    doc: "Whether a regular expression matches somewhere in a text, as the operator `matches` does.",
    example: ("'503' is matching('^[1-5][0-9]{2}$')", "true"),
    run: Run::Matching,
};

pub(super) const IN: FunctionSpec = FunctionSpec {
    name: "in",
    usage: Usage::Test,
    parameters: &[required("value"), required("whole")],
    doc: "The operator `in` as a test.",
    example: ("'a' is in(['a', 'b'])", "true"),
    run: Run::Native(|arguments| {
        operators::is_in(arguments.value(0), arguments.value(1)).map(Value::Bool)
    }),
};

pub(super) const EQ: FunctionSpec = FunctionSpec {
    name: "eq",
    usage: Usage::Test,
    parameters: &[required("value"), required("other")],
    doc: "The operator `==` as a test.",
    example: ("1 is eq(1.0)", "true"),
    run: Run::Native(|arguments| Ok(Value::Bool(equal(arguments.value(0), arguments.value(1))))),
};

fn remainder(arguments: &Arguments<'_>, divisor: &Decimal) -> Result<Decimal, Failure> {
    let number = arguments.number(0)?;
    if !number.is_integer() {
        return Err(arguments.wrong_type(0, "an integer"));
    }
    number
        .rem(divisor)
        .map_err(|problem| Failure::new(problem.to_string()))
}

/// How large a compiled pattern may be.
const PATTERN_SIZE: usize = 256 * 1024;

/// Whether the pattern, which is read before where it is a constant, matches somewhere in the text.
pub(in crate::expr) fn matching(
    arguments: &mut Arguments<'_>,
    constant: Option<&Regex>,
) -> Result<Value, Failure> {
    arguments.spend(arguments.text(0)?.len() + arguments.text(1)?.len())?;
    let text = arguments.text(0)?;
    let matches = match constant {
        Some(pattern) => pattern.is_match(text),
        None => pattern(arguments.text(1)?)?.is_match(text),
    };
    Ok(Value::Bool(matches))
}

/// Reads a pattern, which costs far more than to use it.
pub(in crate::expr) fn pattern(text: &str) -> Result<Regex, Failure> {
    let pattern = RegexBuilder::new(text).size_limit(PATTERN_SIZE).build();
    pattern.map_err(|_| {
        Failure::new("this is not a regular expression, or one that is too large")
            .argument(1)
            .help("look-around and back-references are not supported")
    })
}
