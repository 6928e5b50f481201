//! `eq`: the same value; and `except`, the paths that do not count.

use std::sync::Arc;

use super::{Answer, Complaint, Make, Making, OperatorSpec, Test};
use crate::check::domain::Domain;
use crate::check::show::{Context, LINE_LIMIT, limited};
use crate::document::Shape;
use crate::value::{Difference, Path, Value, contains_partial, counted, differences, without};

pub(super) static EQ: OperatorSpec = OperatorSpec {
    name: "eq",
    doc: "The same value: numbers as exact decimals (`1.0` equals `1`), objects without regard to the order of their \
          keys. With `except: [paths]` beside it, those places do not count.",
    argument: Shape::Any,
    example: "$.address: { eq: { country: USA } }",
    lists: true,
    make: Make::Data(make),
};

pub(super) static EXCEPT: OperatorSpec = OperatorSpec {
    name: "except",
    doc: "The JSONPaths, from the compared value on, that the `eq` beside it leaves out.",
    argument: Shape::List(&Shape::Text),
    example: "$.address: { eq: { country: USA }, except: ['$.id'] }",
    lists: true,
    make: Make::With("eq"),
};

/// What `json` in an `expect` map is: not an operator of the table, since only the whole body has it.
pub(in crate::check) static PARTIAL: OperatorSpec = OperatorSpec {
    name: "json",
    doc: "Deep partial match: objects may have more keys, lists match in order and length.",
    argument: Shape::Any,
    example: "json: { status: active }",
    lists: true,
    make: Make::Data(|expected, _| Ok(Arc::new(Partial(expected)))),
};

#[derive(Debug)]
struct Eq {
    expected: Value,
    domain: Domain,
    except: Box<[Path]>,
}

fn make(value: Value, making: &Making) -> super::Made {
    Ok(Arc::new(Eq {
        expected: without(&making.domain.expected(value)?, &making.except),
        domain: making.domain,
        except: making.except.clone(),
    }))
}

impl Test for Eq {
    fn describe(&self, cx: Context<'_>) -> String {
        self.domain.show(&self.expected, cx.show)
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        if self.except.is_empty() {
            return self.domain.equal(&self.expected, actual).into();
        }
        let actual = without(actual, &self.except);
        self.domain.equal(&self.expected, &actual).into()
    }

    fn expected(&self) -> Option<&Value> {
        Some(&self.expected)
    }

    fn suits_lists(&self) -> bool {
        self.expected.is_array()
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let actual = without(actual, &self.except);
        if self.domain == Domain::Json {
            return compare(&self.expected, &actual, false, cx);
        }
        let (expected, actual) = match self.domain {
            Domain::Text => cx.show.contrast(&self.expected, &actual),
            domain => (self.describe(cx), domain.show(&actual, cx.show)),
        };
        Complaint::new(expected, actual)
    }
}

#[derive(Debug)]
struct Partial(Value);

impl Test for Partial {
    fn describe(&self, cx: Context<'_>) -> String {
        cx.show.value(&self.0)
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        contains_partial(actual, &self.0).into()
    }

    fn expected(&self) -> Option<&Value> {
        Some(&self.0)
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        compare(&self.0, actual, true, cx)
    }
}

/// Where two values differ: two lists, or two objects, path by path.
fn compare(expected: &Value, actual: &Value, partial: bool, cx: Context<'_>) -> Complaint {
    let alike =
        (expected.is_object() && actual.is_object()) || (expected.is_array() && actual.is_array());
    if !alike {
        let (expected, actual) = cx.show.contrast(expected, actual);
        return Complaint::new(expected, actual);
    }
    let found = differences(expected, actual, partial);
    let summary = match found.as_slice() {
        [only] => cx.show.difference(only),
        all => format!("differs in {}", counted(all.len(), "place")),
    };
    let lines = |found: &[Difference]| {
        limited(
            found
                .iter()
                .map(|difference| cx.show.difference(difference)),
            LINE_LIMIT,
        )
    };
    Complaint {
        label: match found.as_slice() {
            [_] => "differs in 1 place".to_owned(),
            _ => summary.clone(),
        },
        notes: match found.as_slice() {
            [] | [_] => Vec::new(),
            all => vec![lines(all).join("\n")],
        },
        summary,
        help: Vec::new(),
        place: None,
        located: matches!(found.as_slice(), [_]) && !cx.show.base.is_empty(),
    }
}
