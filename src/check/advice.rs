//! What lint says of checks that are sound and yet can't be meant so.

use super::matchers::{Argument, Matcher, Operator};
use super::{Check, Expect, Subject};
use crate::diagnostic::Diagnostic;
use crate::value::{Map, Value};

impl Expect {
    /// Warnings about its checks.
    #[must_use]
    pub fn advice(&self) -> Vec<Diagnostic> {
        if self.checks.is_empty() {
            let warning = Diagnostic::warning("empty-expect", "this expects nothing")
                .at(self.place.clone())
                .help("leave it out, or say what is expected; a request without a `status` must answer 2xx");
            return vec![warning];
        }
        self.checks.iter().flat_map(Check::advice).collect()
    }
}

impl Check {
    /// A path that is not singular gives a list, which a scalar never equals, and which always exists.
    fn advice(&self) -> Vec<Diagnostic> {
        match &self.subject {
            // An object without entries is part of every object.
            Subject::Json if self.matcher.expects_no_entries() => {
                let warning = Diagnostic::warning(
                    "empty-expect",
                    "this expects a JSON object, and nothing of what is in it",
                )
                .at(self.place.clone())
                .help("say what is in it, or write `expect: {$: {type: object}}`");
                vec![warning]
            }
            Subject::Path(path) if !path.is_singular() => self
                .matcher
                .operators
                .iter()
                .filter(|operator| operator.never_fits_a_list())
                .map(|operator| list_warning(path.text(), operator))
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Matcher {
    fn expects_no_entries(&self) -> bool {
        self.operators.iter().any(|operator| {
            let Argument::Literal(test) = &operator.argument else {
                return false;
            };
            let expected = test.expected().and_then(Value::as_object);
            operator.spec.name == "json" && expected.is_some_and(Map::is_empty)
        })
    }
}

impl Operator {
    fn never_fits_a_list(&self) -> bool {
        match &self.argument {
            _ if !self.spec.lists => true,
            Argument::Literal(test) => !test.suits_lists(),
            _ => false,
        }
    }
}

fn list_warning(path: &str, operator: &Operator) -> Diagnostic {
    let what = match (&operator.key, operator.spec.name) {
        (None, _) => "a single value".to_owned(),
        (Some(_), name) => format!("`{name}`"),
    };
    let help = match operator.spec.name {
        "exists" => "write `{ empty: true }` where nothing is to be found, `{ empty: false }` where something is".to_owned(),
        "eq" if operator.key.is_none() => {
            "write the list that is expected, such as `[1, 2]`, or what each element is to be: `{ each: … }`".to_owned()
        }
        name => format!("write `{{ each: {{ {name}: … }} }}` for all elements, or `{{ some: {{ {name}: … }} }}` for one"),
    };
    Diagnostic::warning(
        "list-path",
        format!("`{path}` gives a list, and {what} says nothing of a list"),
    )
    .at(operator
        .key
        .clone()
        .unwrap_or_else(|| operator.place.clone()))
    .label("compared with a list")
    .help(help)
}
