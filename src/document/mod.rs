//! Tables of the keys that each kind of document may have, and the reading of YAML maps by them.
//!
//! One table drives four things: which keys are known (and what is meant by an unknown one), the JSON Schema that
//! editors use, the reference in the docs, and the decoders, which may only ask for keys that are in their table.

mod decoder;
mod files;
mod foreign;
mod jsonpath;
mod names;
pub mod places;
mod values;

pub use decoder::{Decoder, Fields, unknown_key};
pub use names::{bad_variable, is_attribute, is_hyphenated_name, is_name};
pub use values::{has_expression, inner, plain_value};

/// The keys of one kind of map.
#[derive(Debug)]
pub struct Table {
    /// What messages and the schema call such a map, such as `step`.
    pub name: &'static str,
    pub doc: &'static str,
    pub keys: &'static [KeySpec],
}

/// One key of a map.
#[derive(Debug)]
pub struct KeySpec {
    pub name: &'static str,
    /// What it means, in one or two sentences of Markdown.
    pub doc: &'static str,
    pub shape: Shape,
    pub required: bool,
}

/// What may stand as a value, for the schema that editors check with. Decoders check more.
///
/// Expressions may stand wherever nothing else is said.
#[derive(Debug)]
pub enum Shape {
    Any,
    Null,
    /// A string or another scalar that becomes text.
    Text,
    /// A string that says why.
    Reason,
    Boolean,
    Integer,
    Number,
    /// A duration with a unit.
    Duration,
    /// An expression; `${{ … }}` around it may be left out.
    Expression,
    /// One of these words.
    Literal(&'static [&'static str]),
    /// A string without expressions.
    Plain,
    /// `true` or `false`, never an expression.
    Flag,
    /// A whole number from 0, never an expression.
    Count,
    /// A name: lower-case letters, digits and `_`.
    Name,
    /// A name that may also have hyphens.
    HyphenatedName,
    /// Such a name, and after an `@` the versions that will do.
    PackVersions,
    /// A JSONPath.
    JsonPath,
    List(&'static Shape),
    /// A map from any name to this.
    MapOf(&'static Shape),
    Map(&'static Table),
    OneOf(&'static [Shape]),
    /// An `expect` map: checks by subject, see `check`.
    Expect,
    /// A matcher: a plain value or operators.
    Matcher,
    /// A JSON Schema.
    JsonSchema,
}

impl KeySpec {
    #[must_use]
    pub const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            doc,
            shape,
            required: false,
        }
    }

    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}
