//! The native functions, filters and tests: one table from which the parser, the evaluator, `probity list functions`,
//! the docs and "did you mean" come.

mod arguments;
mod encodings;
mod fake;
mod files;
mod identifiers;
mod lists;
mod numbers;
mod random;
mod tests;
mod texts;
mod time;

use super::parser::WORDS;
use crate::value::Value;

pub(super) use arguments::{Arguments, Failure, out_of_fuel, too_long};
pub(super) use tests::{matching, pattern};

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Usage {
    /// `name(x)`
    Function,
    /// `x | name`
    Filter,
    /// `name(x)` and `x | name`
    Both,
    /// `x is name`
    Test,
}

impl Usage {
    pub(super) fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::Both)
    }

    pub(super) fn is_filter(self) -> bool {
        matches!(self, Self::Filter | Self::Both)
    }

    pub(super) fn is_test(self) -> bool {
        self == Self::Test
    }
}

/// A function, filter or test: what it is called, what it takes, what it is for.
#[derive(Debug)]
pub struct FunctionSpec {
    pub name: &'static str,
    pub usage: Usage,
    /// In order; the first one is the subject of a filter or test.
    pub parameters: &'static [Parameter],
    /// What it gives, in one sentence of Markdown.
    pub doc: &'static str,
    /// An expression, and what it gives.
    pub example: (&'static str, &'static str),
    pub(super) run: Run,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    /// What it is when it is not given, as an expression; empty where that is nothing at all. `None`: it must be given.
    pub default: Option<&'static str>,
}

/// How a function is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    Native(fn(&mut Arguments<'_>) -> Result<Value, Failure>),
    /// `default`: its subject may be undefined.
    Default,
    /// `defined` and `undefined`: whether its subject is, or is not.
    Defined(bool),
    /// `matching`: its pattern is read once where it is a constant.
    Matching,
}

const fn required(name: &'static str) -> Parameter {
    Parameter {
        name,
        default: None,
    }
}

const fn optional(name: &'static str, default: &'static str) -> Parameter {
    Parameter {
        name,
        default: Some(default),
    }
}

impl FunctionSpec {
    /// How it is written: `now(offset='', format='')`, `list | join(separator='')`, `number is odd`.
    #[must_use]
    pub fn signature(&self) -> String {
        let name = self.name;
        let (subject, rest) = match (self.usage, self.parameters) {
            (Usage::Filter, [subject, rest @ ..]) => (format!("{} | ", subject.name), rest),
            (Usage::Test, [subject, rest @ ..]) => (format!("{} is ", subject.name), rest),
            (_, all) => (String::new(), all),
        };
        let rest: Vec<_> = rest.iter().map(Parameter::signature).collect();
        if rest.is_empty() && !self.usage.is_function() {
            return format!("{subject}{name}");
        }
        format!("{subject}{name}({})", rest.join(", "))
    }
}

impl Parameter {
    fn signature(&self) -> String {
        match self.default {
            None => self.name.to_owned(),
            Some("") => format!("{}?", self.name),
            Some(default) => format!("{}={default}", self.name),
        }
    }
}

static TABLE: &[FunctionSpec] = &[
    identifiers::UUID,
    identifiers::ULID,
    identifiers::KSUID,
    time::NOW,
    random::INTEGER,
    random::STRING,
    fake::COMPANY,
    fake::NAME,
    fake::FIRST_NAME,
    fake::LAST_NAME,
    fake::EMAIL,
    fake::PHONE,
    fake::STREET,
    fake::CITY,
    fake::STATE,
    fake::POSTCODE,
    fake::COUNTRY,
    fake::COUNTRY_CODE,
    fake::TAX_ID,
    fake::IBAN,
    fake::URL,
    fake::DATE_OF_BIRTH,
    encodings::BASE64,
    encodings::BASE64_DECODE,
    encodings::SHA256,
    encodings::HMAC_SHA256,
    encodings::JSON,
    encodings::JSON_PARSE,
    encodings::URL_ENCODE,
    encodings::RAW,
    files::FILE,
    files::ENV,
    texts::DEFAULT,
    texts::STRING,
    texts::UPPER,
    texts::LOWER,
    texts::TRIM,
    texts::REPLACE,
    texts::SPLIT,
    lists::LENGTH,
    lists::JOIN,
    lists::FIRST,
    lists::LAST,
    lists::SORT,
    lists::UNIQUE,
    lists::REVERSE,
    lists::MAP,
    lists::KEYS,
    lists::VALUES,
    lists::ITEMS,
    lists::SUM,
    lists::MIN,
    lists::MAX,
    numbers::NUMBER,
    numbers::ABS,
    numbers::ROUND,
    tests::DEFINED,
    tests::UNDEFINED,
    tests::NONE,
    tests::STRING,
    tests::NUMBER,
    tests::INTEGER,
    tests::BOOLEAN,
    tests::SEQUENCE,
    tests::MAPPING,
    tests::ODD,
    tests::EVEN,
    tests::DIVISIBLE_BY,
    tests::STARTING_WITH,
    tests::ENDING_WITH,
    tests::MATCHING,
    tests::IN,
    tests::EQ,
];

/// All functions, filters and tests, in the order in which the docs show them.
#[must_use]
pub fn functions() -> &'static [FunctionSpec] {
    TABLE
}

/// The function of that name among those that `usage` accepts.
pub(super) fn find(name: &str, usage: impl Fn(Usage) -> bool) -> Option<&'static FunctionSpec> {
    TABLE
        .iter()
        .find(|function| function.name == name && usage(function.usage))
}

/// Names that no variable, capture or input may have: the words of the grammar and what is always in scope.
#[must_use]
pub fn reserved_words() -> &'static [&'static str] {
    const SCOPE: &[&str] = &[
        "null",
        "omit",
        "case",
        "item",
        "index",
        "steps",
        "secrets",
        "packs",
        "run",
        "webhooks",
        "inputs",
        "response",
        "request",
        "path",
        "settings",
        "collections",
        "fake",
    ];
    static ALL: std::sync::LazyLock<Vec<&'static str>> =
        std::sync::LazyLock::new(|| [WORDS, SCOPE].concat());
    &ALL
}
