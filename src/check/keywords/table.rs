//! The keywords of JSON Schema, and what each of them takes.

/// What the value of a keyword is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Takes {
    Anything,
    Schema,
    /// A list of schemas.
    Schemas,
    /// Schemas by names of the user's own.
    Named,
    /// As [`Self::Named`], and the names are regular expressions.
    ByPattern,
    Text,
    Flag,
    Number,
    /// A number above 0.
    Factor,
    /// A whole number from 0.
    Count,
    Names,
    /// Lists of names, by names.
    NamesByName,
    Values,
    Type,
    Format,
    Pattern,
}

impl Takes {
    /// As a message says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Anything => "a value",
            Self::Schema => "a schema",
            Self::Schemas => "a list of schemas",
            Self::Named => "a map with a schema for each name",
            Self::ByPattern => "a map with a schema for each pattern",
            Self::Text => "a string",
            Self::Flag => "`true` or `false`",
            Self::Number => "a number",
            Self::Factor => "a number above 0",
            Self::Count => "a whole number from 0",
            Self::Names => "a list of names",
            Self::NamesByName => "a map with a list of names for each name",
            Self::Values => "a list of values",
            Self::Type => "a type, or a list of types",
            Self::Format => "the name of a format",
            Self::Pattern => "a regular expression",
        }
    }
}

/// Those of draft 2020-12 that check or explain something, and those of OpenAPI that only explain. An extension begins
/// with `x-`.
pub(super) const KEYWORDS: &[(&str, Takes)] = &[
    ("$anchor", Takes::Text),
    ("$comment", Takes::Text),
    ("$defs", Takes::Named),
    ("$dynamicAnchor", Takes::Text),
    ("$dynamicRef", Takes::Text),
    ("$id", Takes::Text),
    ("$ref", Takes::Text),
    ("$schema", Takes::Text),
    ("$vocabulary", Takes::Anything),
    ("additionalProperties", Takes::Schema),
    ("allOf", Takes::Schemas),
    ("anyOf", Takes::Schemas),
    ("const", Takes::Anything),
    ("contains", Takes::Schema),
    ("contentEncoding", Takes::Text),
    ("contentMediaType", Takes::Text),
    ("contentSchema", Takes::Schema),
    ("default", Takes::Anything),
    ("definitions", Takes::Named),
    ("dependentRequired", Takes::NamesByName),
    ("dependentSchemas", Takes::Named),
    ("deprecated", Takes::Flag),
    ("description", Takes::Text),
    ("discriminator", Takes::Anything),
    ("else", Takes::Schema),
    ("enum", Takes::Values),
    ("example", Takes::Anything),
    ("examples", Takes::Values),
    ("exclusiveMaximum", Takes::Number),
    ("exclusiveMinimum", Takes::Number),
    ("externalDocs", Takes::Anything),
    ("format", Takes::Format),
    ("if", Takes::Schema),
    ("items", Takes::Schema),
    ("maxContains", Takes::Count),
    ("maxItems", Takes::Count),
    ("maxLength", Takes::Count),
    ("maxProperties", Takes::Count),
    ("maximum", Takes::Number),
    ("minContains", Takes::Count),
    ("minItems", Takes::Count),
    ("minLength", Takes::Count),
    ("minProperties", Takes::Count),
    ("minimum", Takes::Number),
    ("multipleOf", Takes::Factor),
    ("not", Takes::Schema),
    ("oneOf", Takes::Schemas),
    ("pattern", Takes::Pattern),
    ("patternProperties", Takes::ByPattern),
    ("prefixItems", Takes::Schemas),
    ("properties", Takes::Named),
    ("propertyNames", Takes::Schema),
    ("readOnly", Takes::Flag),
    ("required", Takes::Names),
    ("then", Takes::Schema),
    ("title", Takes::Text),
    ("type", Takes::Type),
    ("unevaluatedItems", Takes::Schema),
    ("unevaluatedProperties", Takes::Schema),
    ("uniqueItems", Takes::Flag),
    ("writeOnly", Takes::Flag),
    ("xml", Takes::Anything),
];

pub(super) fn takes(name: &str) -> Option<(&'static str, Takes)> {
    KEYWORDS
        .iter()
        .copied()
        .find(|(keyword, _)| *keyword == name)
}

/// The keyword in whose value a JSON Pointer into a schema ends, and what it takes.
pub(in crate::check) fn keyword_at(pointer: &str) -> Option<(&'static str, Takes)> {
    let mut within = None;
    let mut expected = Takes::Schema;
    for segment in pointer.split('/').skip(1) {
        expected = match expected {
            Takes::Schema => {
                within = Some(takes(segment)?);
                within?.1
            }
            Takes::Schemas | Takes::Named | Takes::ByPattern => Takes::Schema,
            _ => break,
        };
    }
    within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_ends_in_a_keyword() {
        for (pointer, expected) in [
            ("", None),
            ("/type", Some("type")),
            ("/properties/type", Some("properties")),
            ("/properties/type/minLength", Some("minLength")),
            ("/allOf/0/required/1", Some("required")),
            ("/enum/0/properties", Some("enum")),
        ] {
            let found = keyword_at(pointer).map(|(keyword, _)| keyword);
            assert_eq!(found, expected, "{pointer}");
        }
    }
}
