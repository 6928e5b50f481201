//! Reading a variable by its path without an expression around it, and saying why a condition is false.

use super::lookup::item;
use super::{Expr, Resolved, Scope};
use crate::diagnostic::Diagnostic;
use crate::value::{Redactor, Value};

/// The most characters of a value that a message shows.
const SHOWN: usize = 120;

/// The value that a path such as `["steps", "create", "json", "id"]` leads to; `None` if it is undefined or `omit`.
#[must_use]
pub fn read(scope: &dyn Scope, path: &[String]) -> Option<Value> {
    let (name, attributes) = path.split_first()?;
    let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
    let Resolved::Value { value, used } = scope.resolve(name, &attributes)? else {
        return None;
    };
    let mut value = &*value;
    for attribute in attributes.get(used..)? {
        value = match value {
            Value::Object(fields) => fields.get(*attribute)?,
            Value::Array(_) => item(value, attribute.parse().ok()?)?,
            _ => return None,
        };
    }
    Some(value.clone())
}

impl Expr {
    /// What to say of a condition that is false: the values that it read.
    #[must_use]
    pub fn explain_false(&self, scope: &dyn Scope, redactor: &Redactor) -> Diagnostic {
        let mut problem = Diagnostic::error("check", format!("`{}` is false", self.text()))
            .at(self.place().clone())
            .label("false");
        let mut told: Vec<Vec<String>> = Vec::new();
        for reference in self.references() {
            if told.contains(&reference.path) {
                continue;
            }
            if let Some(value) = read(scope, &reference.path) {
                problem = problem.note(format!(
                    "{} is {}",
                    reference.path.join("."),
                    redactor.shorten(&value, SHOWN)
                ));
            }
            told.push(reference.path);
        }
        problem
    }
}
