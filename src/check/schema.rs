//! JSON Schemas (draft 2020-12), compiled, and what breaks them in plain words.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::Location;
use jsonschema::{Draft, ReferencingError, ValidationError, ValidationOptions, Validator};

use super::formats::{FORMATS, is_email};
use super::keywords::keyword_at;
use super::show::Show;
use crate::value::{PathStep, Value, counted, normalized};

/// Breaches that are looked for; what is shown is less.
const LIMIT: usize = 100;

/// Of a schema, which is no secret, everything is shown.
const WHOLE: Show<'static> = Show {
    redactor: None,
    base: "$",
};

/// A compiled JSON Schema.
#[derive(Debug)]
pub struct Schema(Validator);

/// The options that all schemas share: formats are checked, references lead nowhere but into the schema itself.
pub(super) fn options<'i>() -> ValidationOptions<'i> {
    let options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_format("idn-email", is_email);
    FORMATS.iter().fold(options, |options, (name, test)| {
        options.with_format(*name, *test)
    })
}

impl Schema {
    /// # Errors
    /// Why the value is no schema.
    pub fn compile(schema: &Value) -> Result<Self, String> {
        match options().build(schema) {
            Ok(validator) => Ok(Self(validator)),
            Err(error) => Err(reason(&error, schema)),
        }
    }

    /// What breaks it, a sentence each.
    #[must_use]
    pub fn sentences(&self, value: &Value) -> Vec<String> {
        let show = Show {
            redactor: None,
            base: "",
        };
        if self.allows(value) {
            Vec::new()
        } else {
            self.breaches(value, show)
        }
    }

    /// For who words what breaks it in another way.
    #[must_use]
    pub fn validator(&self) -> &Validator {
        &self.0
    }

    pub(super) fn new(validator: Validator) -> Self {
        Self(validator)
    }

    pub(super) fn allows(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// Whether the value as a whole is at least of a type that is allowed.
    pub(super) fn allows_type_of(&self, value: &Value) -> bool {
        self.allows_type_at(value, "")
    }

    /// Whether what stands in the value at a JSON Pointer is at least of a type that is allowed.
    pub(super) fn allows_type_at(&self, value: &Value, pointer: &str) -> bool {
        !self.0.iter_errors(value).any(|error| {
            error.instance_path().as_str() == pointer
                && matches!(error.kind(), ValidationErrorKind::Type { .. })
        })
    }

    /// What breaks it, a sentence each.
    pub(super) fn breaches(&self, value: &Value, show: Show<'_>) -> Vec<String> {
        self.0
            .iter_errors(value)
            .take(LIMIT)
            .flat_map(|error| sentences(&error, value, show))
            .collect()
    }
}

/// Why a schema can't be compiled.
fn reason(error: &ValidationError<'_>, schema: &Value) -> String {
    let pointer = error.instance_path().as_str();
    match reason_below(error, pointer) {
        Some(reason) if pointer.is_empty() => reason,
        Some(reason) => {
            let path = normalized(&steps(error.instance_path(), schema));
            format!("{}: {reason}", WHOLE.path(&path))
        }
        None => sentences(error, schema, WHOLE).join("; "),
    }
}

/// The same without where, of which `pointer` is what is below the schema; `None` where only the validator's own words
/// are left.
pub(super) fn reason_below(error: &ValidationError<'_>, pointer: &str) -> Option<String> {
    match error.kind() {
        ValidationErrorKind::Referencing(ReferencingError::Unretrievable { uri, .. }) => {
            Some(format!("the reference `{uri}` leads out of it"))
        }
        ValidationErrorKind::Referencing(ReferencingError::PointerToNowhere { pointer }) => Some(
            format!("a reference leads to `{pointer}`, where there is nothing"),
        ),
        ValidationErrorKind::Referencing(error) => Some(error.to_string()),
        _ => {
            let (keyword, takes) = keyword_at(pointer)?;
            let actual = WHOLE.value(error.instance());
            Some(format!("`{keyword}` takes {}, got {actual}", takes.words()))
        }
    }
}

fn sentences(error: &ValidationError<'_>, root: &Value, show: Show<'_>) -> Vec<String> {
    use ValidationErrorKind as Kind;
    let steps = steps(error.instance_path(), root);
    let path = show.path(&normalized(&steps));
    let below = |name: &str| {
        let mut steps = steps.clone();
        steps.push(PathStep::Name(name.to_owned()));
        show.path(&normalized(&steps))
    };
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![format!("{} is missing, and is required", below(name))]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected
                .iter()
                .map(|name| format!("{} is not allowed", below(name)))
                .collect()
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            alternatives(context, &path, root, show)
        }
        Kind::FalseSchema => {
            let actual = show.value(error.instance());
            vec![format!("{path} is not allowed, got {actual}")]
        }
        _ => {
            let actual = show.value(error.instance());
            vec![match expectation(error, show) {
                Some(expected) => format!("{path}: expected {expected}, got {actual}"),
                None => format!("{path}: {}", error.masked_with(actual)),
            }]
        }
    }
}

/// What a schema expects of a single value, in words.
pub(super) fn expectation(error: &ValidationError<'_>, show: Show<'_>) -> Option<String> {
    use ValidationErrorKind as Kind;
    Some(match error.kind() {
        Kind::Type { kind } => type_words(kind),
        Kind::Enum { options } => match options.as_array() {
            Some(options) => format!("one of {}", show.values(options)),
            None => show.value(options),
        },
        Kind::Constant { expected_value } => show.value(expected_value),
        Kind::Format { format } => format!("a string of the format {format}"),
        Kind::Pattern { pattern } => format!("a string that matches `{pattern}`"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MinLength { limit } => {
            format!("a string of at least {}", amount(*limit, "character"))
        }
        Kind::MaxLength { limit } => format!("a string of at most {}", amount(*limit, "character")),
        Kind::MinItems { limit } => format!("a list of at least {}", amount(*limit, "element")),
        Kind::MaxItems { limit } => format!("a list of at most {}", amount(*limit, "element")),
        Kind::UniqueItems => "a list without an element twice".to_owned(),
        _ => return None,
    })
}

fn amount(number: u64, noun: &str) -> String {
    counted(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

fn type_words(kind: &TypeKind) -> String {
    let word = |name: &str| match name {
        "null" => "null".to_owned(),
        "integer" | "array" | "object" => format!("an {name}"),
        name => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(kind) => word(kind.as_str()),
        TypeKind::Multiple(kinds) => {
            let words: Vec<String> = kinds.iter().map(|kind| word(kind.as_str())).collect();
            words.join(" or ")
        }
    }
}

/// Of several alternatives none of which holds, what is wrong with the one that was most likely meant: the one that
/// gets furthest into the value.
fn alternatives(
    context: &[Vec<ValidationError<'static>>],
    path: &str,
    root: &Value,
    show: Show<'_>,
) -> Vec<String> {
    let depth = |errors: &&Vec<ValidationError<'_>>| {
        let deepest = errors
            .iter()
            .map(|error| error.instance_path().segments().count());
        // One of the wrong type altogether comes last.
        let wrong_type = errors
            .iter()
            .any(|error| matches!(error.kind(), ValidationErrorKind::Type { .. }));
        (deepest.max().unwrap_or(0), !wrong_type)
    };
    let nearest = context.iter().rev().max_by_key(depth);
    let mut all = vec![format!(
        "{path} is none of the {} alternatives",
        context.len()
    )];
    if let Some(errors) = nearest {
        for error in errors {
            all.extend(sentences(error, root, show));
        }
    }
    all
}

/// A JSON Pointer as steps; what is an index, and what a name, is told by the value it leads through.
pub(super) fn steps(location: &Location, root: &Value) -> Vec<PathStep> {
    let mut steps = Vec::new();
    let mut here = Some(root);
    for segment in location.as_str().split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        if let (Some(Value::Array(items)), Ok(index)) = (here, name.parse::<usize>()) {
            here = items.get(index);
            steps.push(PathStep::Index(index));
        } else {
            here = here.and_then(|here| here.get(&name));
            steps.push(PathStep::Name(name));
        }
    }
    steps
}
