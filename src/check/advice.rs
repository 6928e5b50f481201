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
            Subject::Path(path) if !path.is_singular() => {
                let operators = self.matcher.operators.iter();
                let misfits = operators.filter_map(|operator| {
                    let unfit = operator.unfit_for_lists()?;
                    Some(list_warning(path.text(), operator, unfit))
                });
                misfits.collect()
            }
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
    /// The operator that says nothing of a list: this one, or the first of those that it combines.
    fn unfit_for_lists(&self) -> Option<&Self> {
        let unfit = match &self.argument {
            _ if !self.spec.lists => true,
            Argument::Literal(test) => !test.suits_lists(),
            _ => false,
        };
        if unfit {
            return Some(self);
        }
        let combined = match (self.spec.name, &self.argument) {
            ("not", Argument::Matcher(inner)) => std::slice::from_ref(&**inner),
            ("all_of" | "any_of", Argument::Matchers(inner)) => inner,
            _ => &[],
        };
        let mut inner = combined.iter().flat_map(|matcher| &matcher.operators);
        inner.find_map(Self::unfit_for_lists)
    }
}

/// `unfit` is the operator itself, or one that it combines.
fn list_warning(path: &str, operator: &Operator, unfit: &Operator) -> Diagnostic {
    let what = match (&unfit.key, unfit.spec.name) {
        (None, _) => "a single value".to_owned(),
        (Some(_), "schema") => "this schema".to_owned(),
        (Some(_), name) => format!("`{name}`"),
    };
    let help = match (unfit.spec.name, operator.spec.name) {
        ("exists", _) => "write `{ empty: true }` where nothing is to be found, `{ empty: false }` where something is".to_owned(),
        ("eq", "eq") if unfit.key.is_none() => {
            "write the list that is expected, such as `[1, 2]`, or what each element is to be: `{ each: … }`".to_owned()
        }
        (_, name) => format!("write `{{ each: {{ {name}: … }} }}` for all elements, or `{{ some: {{ {name}: … }} }}` for one"),
    };
    Diagnostic::warning(
        "list-path",
        format!("`{path}` gives a list, and {what} says nothing of a list"),
    )
    .at(unfit.key.clone().unwrap_or_else(|| unfit.place.clone()))
    .label("compared with a list")
    .help(help)
}
