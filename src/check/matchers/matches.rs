//! `matches`: a regular expression somewhere in a text.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::{Answer, Fault, Made, Make, OperatorSpec, Test, named};
use crate::check::show::Context;
use crate::document::Shape;
use crate::value::Value;

/// Bytes that a compiled expression may take, so that `\w{5000}` in a file can't take all memory.
const SIZE_LIMIT: usize = 1 << 20;

pub(super) static MATCHES: OperatorSpec = OperatorSpec {
    name: "matches",
    doc: "A string in which this regular expression (of Rust's `regex`: no look-around, no back-references) matches \
          somewhere; anchor it with `^` and `$`.",
    argument: Shape::Text,
    example: "$.id: { matches: '^[0-9a-f]{24}$' }",
    lists: false,
    make: Make::Data(|pattern, _| make(&pattern)),
};

#[derive(Debug)]
struct Matches(Regex);

fn make(pattern: &Value) -> Made {
    let Value::String(pattern) = pattern else {
        return Err(Fault::found("`matches` takes a string", pattern));
    };
    match RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build() {
        Ok(regex) => Ok(Arc::new(Matches(regex))),
        Err(error) => Err(bad_regex(pattern, &error)),
    }
}

/// Why a text is no regular expression, as far as one line says it.
fn bad_regex(pattern: &str, error: &regex::Error) -> Fault {
    let whole = error.to_string();
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too large when compiled",
        // The message draws the pattern and carets; its last line says what is wrong.
        _ => whole.lines().last().map_or("", |line| {
            let line = line.trim().trim_start_matches("error: ");
            if line.starts_with("look-around") {
                "look-around is not supported"
            } else {
                line
            }
        }),
    };
    let fault = Fault::new(format!(
        "{} is not a regular expression: {reason}",
        named(&Value::from(pattern))
    ));
    if reason.starts_with("look-around") {
        fault.help("combine operators instead, such as `all_of: [{ matches: … }, { not: { matches: … } }]`")
    } else if reason.starts_with("backreferences") {
        fault.help("capture the text with `regex`, and compare it in a `check`")
    } else if matches!(error, regex::Error::CompiledTooBig(_)) {
        fault.help("let it repeat less often")
    } else {
        fault.help("a character with a meaning of its own, such as `(` or `{`, is written with `\\` before it")
    }
}

impl Test for Matches {
    fn describe(&self, cx: Context<'_>) -> String {
        format!("a string that matches `{}`", cx.show.text(self.0.as_str()))
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        match actual {
            Value::String(text) => self.0.is_match(text).into(),
            _ => Answer::Unfit,
        }
    }
}
