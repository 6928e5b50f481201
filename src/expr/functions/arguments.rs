//! What a function is given, checked for its type, and what it answers when that is not what it needs.

use std::borrow::Cow;

use super::{FunctionSpec, Parameter};
use crate::expr::Tools;
use crate::expr::text::{MAX_STEPS, MAX_TEXT};
use crate::value::{Decimal, Map, Value, a_type};

/// Why a function can't answer.
#[derive(Debug)]
pub(in crate::expr) struct Failure {
    pub(in crate::expr) code: &'static str,
    /// The argument that is to blame.
    pub(in crate::expr) argument: Option<usize>,
    pub(in crate::expr) message: String,
    pub(in crate::expr) help: Option<String>,
}

impl Failure {
    pub(in crate::expr) fn new(message: impl Into<String>) -> Self {
        Self {
            code: "wrong-argument",
            argument: None,
            message: message.into(),
            help: None,
        }
    }

    pub(in crate::expr) fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    pub(super) fn argument(mut self, index: usize) -> Self {
        self.argument = Some(index);
        self
    }

    pub(in crate::expr) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The arguments of one call, in the order of the parameters, and what the function may use besides.
pub(in crate::expr) struct Arguments<'a> {
    pub(super) tools: Tools<'a>,
    function: &'static FunctionSpec,
    values: Vec<Option<Cow<'a, Value>>>,
    /// How many steps the evaluation may still take.
    fuel: &'a mut u64,
}

impl<'a> Arguments<'a> {
    pub(in crate::expr) fn new(
        tools: Tools<'a>,
        function: &'static FunctionSpec,
        values: Vec<Option<Cow<'a, Value>>>,
        fuel: &'a mut u64,
    ) -> Self {
        Self {
            tools,
            function,
            values,
            fuel,
        }
    }

    /// Counts `steps` of work.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Failure> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.fuel.checked_sub(steps) {
            Some(left) => {
                *self.fuel = left;
                Ok(())
            }
            None => Err(out_of_fuel()),
        }
    }

    pub(super) fn given(&self, index: usize) -> Option<&Value> {
        self.values.get(index)?.as_deref()
    }

    /// An argument; null if it was not given.
    pub(super) fn value(&self, index: usize) -> &Value {
        self.given(index).unwrap_or(&Value::Null)
    }

    /// The argument itself, without copying it where that can be helped.
    pub(super) fn take(&mut self, index: usize) -> Value {
        let taken = self.values.get_mut(index).and_then(Option::take);
        taken.map_or(Value::Null, Cow::into_owned)
    }

    pub(super) fn text(&self, index: usize) -> Result<&str, Failure> {
        let value = self.value(index);
        value
            .as_str()
            .ok_or_else(|| self.wrong_type(index, "a string"))
    }

    pub(super) fn text_or<'d>(
        &'d self,
        index: usize,
        default: &'d str,
    ) -> Result<&'d str, Failure> {
        match self.given(index) {
            Some(_) => self.text(index),
            None => Ok(default),
        }
    }

    pub(super) fn number(&self, index: usize) -> Result<Decimal, Failure> {
        match self.value(index) {
            Value::Number(number) => Ok(Decimal::from_number(number)),
            _ => Err(self.wrong_type(index, "a number")),
        }
    }

    pub(super) fn integer(&self, index: usize) -> Result<i64, Failure> {
        let integer = self.number(index).ok().and_then(|number| number.to_i64());
        integer.ok_or_else(|| match self.value(index) {
            Value::Number(number) => Failure::new(format!(
                "`{}` is an integer of at most 64 bits, not {number}",
                self.name(index)
            ))
            .argument(index),
            _ => self.wrong_type(index, "an integer"),
        })
    }

    /// A count of things to make, such as characters.
    pub(super) fn count(&self, index: usize, most: usize) -> Result<usize, Failure> {
        let number = self.integer(index)?;
        usize::try_from(number)
            .ok()
            .filter(|count| *count <= most)
            .ok_or_else(|| {
                let name = self.name(index);
                Failure::new(format!("`{name}` is between 0 and {most}, not {number}"))
                    .argument(index)
            })
    }

    pub(super) fn list(&self, index: usize) -> Result<&[Value], Failure> {
        match self.value(index) {
            Value::Array(items) => Ok(items),
            _ => Err(self.wrong_type(index, "a list")),
        }
    }

    pub(super) fn map(&self, index: usize) -> Result<&Map<String, Value>, Failure> {
        match self.value(index) {
            Value::Object(map) => Ok(map),
            _ => Err(self.wrong_type(index, "a map")),
        }
    }

    /// That an argument is not what it should be.
    pub(super) fn wrong_type(&self, index: usize, expected: &str) -> Failure {
        let found = a_type(self.value(index));
        Failure::new(format!(
            "`{}` of `{}` is {expected}, not {found}",
            self.name(index),
            self.function.name
        ))
        .argument(index)
        .help(format!("it is written `{}`", self.function.signature()))
    }

    fn name(&self, index: usize) -> &'static str {
        self.function
            .parameters
            .get(index)
            .map_or("", |parameter: &Parameter| parameter.name)
    }
}

/// That a text would be longer than any may be.
pub(in crate::expr) fn too_long() -> Failure {
    Failure::new(format!(
        "the text would be longer than {} KiB",
        MAX_TEXT / 1024
    ))
    .code("expression-limit")
}

/// That an evaluation takes more steps than any may.
pub(in crate::expr) fn out_of_fuel() -> Failure {
    Failure::new(format!("this takes more than {MAX_STEPS} steps")).code("expression-limit")
}
