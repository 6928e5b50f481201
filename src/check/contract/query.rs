//! How OpenAPI writes a parameter's value (`style` and `explode`), and which parameter a key of the query is of.

use super::outline::Outline;
use super::partial::{BreachKind, Partial};
use super::request::{Location, Parameter};
use super::{Contract, OperationSpec};
use crate::value::Value;

/// How lists and objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// In one text, with this between the items: `ids=1,2`.
    Joined(char),
    /// A list repeats the key, and the properties of an object are keys themselves: `ids=1&ids=2`.
    Exploded,
    /// The properties of an object are in brackets: `created[gte]=5`.
    Deep,
}

/// What of a parameter a key of the query gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryPart {
    Whole,
    /// A property of an object.
    Property(String),
    /// What lies deeper, of which OpenAPI says nothing.
    Deeper,
}

impl Style {
    pub(super) fn of(location: Location, style: Option<&str>, explode: Option<bool>) -> Self {
        match (location, style.unwrap_or("form")) {
            (Location::Path | Location::Header | Location::Cookie, _) => Self::Joined(','),
            (Location::Query, "deepObject") => Self::Deep,
            (Location::Query, "spaceDelimited") if explode != Some(true) => Self::Joined(' '),
            (Location::Query, "pipeDelimited") if explode != Some(true) => Self::Joined('|'),
            (Location::Query, _) if explode == Some(false) => Self::Joined(','),
            (Location::Query, _) => Self::Exploded,
        }
    }
}

impl Contract {
    /// The parameter that a key of the query is of, and what of it the key gives.
    #[must_use]
    pub fn query_parameter<'c>(
        &self,
        spec: &'c OperationSpec,
        key: &str,
    ) -> Option<(&'c Parameter, QueryPart)> {
        let whole = spec.parameter(Location::Query, key);
        whole
            .map(|parameter| (parameter, QueryPart::Whole))
            .or_else(|| {
                let mut parameters = spec.parameters_in(Location::Query);
                parameters.find_map(|parameter| Some((parameter, self.part(parameter, key)?)))
            })
    }

    /// The keys of the query that an operation knows, as far as they have names.
    #[must_use]
    pub fn query_keys(&self, spec: &OperationSpec) -> Vec<String> {
        let mut keys = Vec::new();
        for parameter in spec.parameters_in(Location::Query) {
            let name = &parameter.name;
            let properties = self.properties(parameter);
            match parameter.style {
                Style::Exploded if !properties.is_empty() => keys.extend(properties),
                Style::Deep if !properties.is_empty() => {
                    keys.extend(
                        properties
                            .iter()
                            .map(|property| format!("{name}[{property}]")),
                    );
                }
                Style::Deep | Style::Exploded | Style::Joined(_) => keys.push(name.clone()),
            }
        }
        let credentials = self.credentials.iter();
        let credentials = credentials.filter(|(location, _)| *location == Location::Query);
        keys.extend(credentials.map(|(_, name)| name.clone()));
        keys
    }

    /// What of an object's parameter a key gives, if anything.
    fn part(&self, parameter: &Parameter, key: &str) -> Option<QueryPart> {
        match parameter.style {
            Style::Joined(_) => None,
            Style::Deep => {
                let rest = key
                    .strip_prefix(parameter.name.as_str())?
                    .strip_prefix('[')?;
                let (property, rest) = rest.split_once(']')?;
                if property.is_empty() || !self.allows_property(parameter, property) {
                    None
                } else if rest.is_empty() {
                    Some(QueryPart::Property(property.to_owned()))
                } else {
                    Some(QueryPart::Deeper)
                }
            }
            Style::Exploded => {
                let properties = self.properties(parameter);
                let named = properties.iter().any(|property| property == key);
                (named || self.is_open(parameter, &properties))
                    .then(|| QueryPart::Property(key.to_owned()))
            }
        }
    }

    /// The named properties of a parameter that is an object.
    fn properties(&self, parameter: &Parameter) -> Vec<String> {
        let schema = parameter.schema.as_deref();
        schema.map_or_else(Vec::new, |at| Outline::of(&self.schemas, at).names(&[]))
    }

    /// Whether a parameter is an object that says that it may have any property. Were it enough not to forbid others, no
    /// key of the query could be misspelt.
    fn is_open(&self, parameter: &Parameter, properties: &[String]) -> bool {
        let pointer = parameter.schema.as_deref().map(|at| at.pointer.as_str());
        let schema = pointer.and_then(|pointer| self.schemas.document().pointer(pointer));
        let others = schema.and_then(|schema| schema.get("additionalProperties"));
        let is_object = schema.is_some_and(|schema| schema["type"] == "object");
        match others {
            Some(others) => *others != Value::Bool(false),
            None => is_object && properties.is_empty(),
        }
    }

    fn allows_property(&self, parameter: &Parameter, property: &str) -> bool {
        let schema = parameter.schema.as_deref().map(|at| self.schemas.get(at));
        let Some(Ok(schema)) = schema else {
            return true;
        };
        let breaches = Partial::of_entries([(property, None)]).breaches(schema);
        let mut kinds = breaches.iter().map(|breach| &breach.kind);
        !kinds.any(|kind| matches!(kind, BreachKind::Unknown(name) if name == property))
    }
}
