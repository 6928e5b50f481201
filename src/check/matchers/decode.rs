//! Reading matchers: which operators there are, and what their arguments may be.

use super::{
    Argument, Fault, Make, Making, Matcher, OPERATORS, Operator, OperatorSpec, eq, schema,
};
use crate::check::domain::Domain;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Decoder;
use crate::expr::Template;
use crate::source::{Entry, Key, Node, Yaml};
use crate::value::Path;

/// Words that others use for what an operator here means.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("equals", "eq"),
    ("equal", "eq"),
    ("is", "eq"),
    ("not_equals", "ne"),
    ("not_equal", "ne"),
    ("greater", "gt"),
    ("greater_than", "gt"),
    ("greater_or_equal", "gte"),
    ("at_least", "gte"),
    ("less", "lt"),
    ("less_than", "lt"),
    ("less_or_equal", "lte"),
    ("at_most", "lte"),
    ("min", "gte"),
    ("max", "lte"),
    ("one_of", "in"),
    ("includes", "contains"),
    ("has", "contains"),
    ("regex", "matches"),
    ("pattern", "matches"),
    ("match", "matches"),
    ("size", "length"),
    ("count", "length"),
    ("present", "exists"),
    ("every", "each"),
    ("any", "any_of"),
    ("or", "any_of"),
    ("and", "all_of"),
    ("all", "all_of"),
    ("approx", "close_to"),
];

/// Words that others use for what is written with several words here, and how.
const WRITTEN: &[(&str, &str)] = &[
    (
        "between",
        "write `gte: …` and `lte: …`, both of which must hold",
    ),
    (
        "range",
        "write `gte: …` and `lte: …`, both of which must hold",
    ),
    ("not_in", "write `not: { in: […] }`"),
    ("nin", "write `not: { in: […] }`"),
    ("none_of", "write `not: { in: […] }`"),
    ("not_contains", "write `not: { contains: … }`"),
    ("not_matches", "write `not: { matches: … }`"),
    ("not_empty", "write `empty: false`"),
    ("not_exists", "write `exists: false`"),
    ("missing", "write `exists: false`"),
    ("absent", "write `exists: false`"),
    ("undefined", "write `exists: false`"),
    ("null", "write `eq: null`"),
    ("is_null", "write `eq: null`"),
    ("not_null", "write `ne: null`"),
    ("is_not_null", "write `ne: null`"),
];

impl Matcher {
    /// Decodes a plain value or a map of operators. What is wrong with it becomes a problem of the decoder.
    pub(in crate::check) fn decode(node: &Node, decoder: &mut Decoder, domain: Domain) -> Self {
        match &node.value {
            Yaml::Map(entries) => Self::decode_operators(node, entries, decoder, domain),
            _ => Self::decode_data(&eq::EQ, node, decoder, domain),
        }
    }

    /// Decodes a value of which everything is data, for one operator.
    pub(in crate::check) fn decode_data(
        spec: &'static OperatorSpec,
        node: &Node,
        decoder: &mut Decoder,
        domain: Domain,
    ) -> Self {
        let scene = Scene {
            map: &[],
            domain,
            key: None,
        };
        Self {
            operators: Operator::decode(spec, node, &scene, decoder)
                .into_iter()
                .collect(),
        }
    }

    fn decode_operators(
        node: &Node,
        entries: &[Entry],
        decoder: &mut Decoder,
        domain: Domain,
    ) -> Self {
        if entries.is_empty() {
            let problem = Diagnostic::error("empty-matcher", "this map has no operators")
                .at(decoder.place(node))
                .help("to compare with the empty object, write `eq: {}`");
            decoder.problem(problem);
        } else if entries.iter().all(|entry| is_data(&entry.key.text)) {
            decoder.problem(data_for_operators(&entries[0].key, domain, decoder));
            return Self {
                operators: Vec::new(),
            };
        }
        let mut operators = Vec::with_capacity(entries.len());
        operators.extend(entries.iter().filter_map(|entry| {
            let spec = find(&entry.key, decoder, domain)?;
            let scene = Scene {
                map: entries,
                domain,
                key: Some(&entry.key),
            };
            Operator::decode(spec, &entry.value, &scene, decoder)
        }));
        Self { operators }
    }
}

/// Where an operator stands.
struct Scene<'n> {
    /// The map it is in.
    map: &'n [Entry],
    domain: Domain,
    key: Option<&'n Key>,
}

/// The operator that a key names, if it is one and may be used here.
fn find(key: &Key, decoder: &mut Decoder, domain: Domain) -> Option<&'static OperatorSpec> {
    let Some(spec) = OPERATORS.iter().find(|spec| spec.name == key.text) else {
        decoder.problem(unknown_operator(key, decoder));
        return None;
    };
    let Some(allowed) = domain.operators() else {
        return Some(spec);
    };
    if allowed.contains(&spec.name) {
        return Some(spec);
    }
    let problem = Diagnostic::error(
        "unfit-operator",
        format!("`{}` is no operator for {}", spec.name, domain.name()),
    )
    .at(decoder.key_place(key))
    .help(format!("{} has: {}", domain.name(), allowed.join(", ")));
    decoder.problem(problem);
    None
}

/// Whether a key neither is an operator nor is like one.
fn is_data(key: &str) -> bool {
    !OPERATORS.iter().any(|spec| spec.name == key) && meant(key).is_none()
}

/// How the operator that was likely meant is written.
fn meant(word: &str) -> Option<String> {
    let lower = in_snake_case(word);
    let is_word = |(other, _): &&(&str, &str)| *other == word || *other == lower;
    if let Some((_, help)) = WRITTEN.iter().find(is_word) {
        return Some((*help).to_owned());
    }
    let other = OTHER_WORDS.iter().find(is_word);
    let name = match other {
        Some((_, name)) => Some((*name).to_owned()),
        None => did_you_mean(word, OPERATORS.iter().map(|spec| spec.name)),
    };
    Some(format!("did you mean `{}`?", name?))
}

/// `isNull` as `is_null`.
fn in_snake_case(word: &str) -> String {
    let mut snake = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn unknown_operator(key: &Key, decoder: &Decoder) -> Diagnostic {
    let problem = Diagnostic::error(
        "unknown-operator",
        format!("there is no operator `{}`", key.text),
    )
    .at(decoder.key_place(key))
    .label("unknown operator");
    match meant(&key.text) {
        Some(help) => problem.help(help),
        None => problem.help("`probity list operators` names them all"),
    }
}

/// A map whose keys are no operators at all: what was meant is an object to compare with.
fn data_for_operators(first: &Key, domain: Domain, decoder: &Decoder) -> Diagnostic {
    let help = match (domain, domain.operators()) {
        (_, Some(allowed)) => format!("{} has: {}", domain.name(), allowed.join(", ")),
        (Domain::Json, None) => "an object is compared under `eq` (exact), or as a part of the body under `json` (partial)".to_owned(),
        (_, None) => "`probity list operators` names them all".to_owned(),
    };
    Diagnostic::error(
        "unknown-operator",
        format!("a map here holds operators, and `{}` is none", first.text),
    )
    .at(decoder.key_place(first))
    .label("unknown operator")
    .help(help)
}

impl Operator {
    fn decode(
        spec: &'static OperatorSpec,
        node: &Node,
        scene: &Scene<'_>,
        decoder: &mut Decoder,
    ) -> Option<Self> {
        let argument = match &spec.make {
            Make::Data(_) => data(spec, node, scene, decoder)?,
            Make::Schema => schema::decode(node, decoder)?,
            Make::Matcher(domain, _) => {
                let domain = domain.unwrap_or(scene.domain);
                Argument::Matcher(Box::new(Matcher::decode(node, decoder, domain)))
            }
            Make::Matchers(_) => Argument::Matchers(matchers(spec, node, scene, decoder)?),
            Make::With(other) => {
                require_beside(other, scene, decoder);
                return None;
            }
        };
        Some(Self {
            spec,
            key: scene.key.map(|key| decoder.key_place(key)),
            place: decoder.place(node),
            argument,
        })
    }
}

/// Decodes an argument that is data, and makes its test at once if it has no expressions.
fn data(
    spec: &'static OperatorSpec,
    node: &Node,
    scene: &Scene<'_>,
    decoder: &mut Decoder,
) -> Option<Argument> {
    let known = decoder.problems.len();
    let template = decoder.template(node);
    let making = Making {
        domain: scene.domain,
        except: except(spec, scene, decoder).into(),
        written: template.as_literal().is_some(),
    };
    if decoder.problems.len() > known {
        return None;
    }
    ready_now(spec, template, making, scene, decoder)
}

/// The argument with its test if it is literal.
fn ready_now(
    spec: &'static OperatorSpec,
    template: Template,
    making: Making,
    scene: &Scene<'_>,
    decoder: &mut Decoder,
) -> Option<Argument> {
    let place = template.place.clone();
    let value = match template.into_literal() {
        Ok(value) => value,
        Err(template) => return Some(Argument::Dynamic(Box::new((template, making)))),
    };
    match spec.test(value, &making) {
        Ok(test) => Some(Argument::Literal(test)),
        Err(fault) => {
            let written = scene.key.map(|_| spec);
            decoder.problem(fault.diagnostic(written).at(place));
            None
        }
    }
}

impl Fault {
    /// The fault as a problem of the argument, with an example of the operator where one is written.
    pub(super) fn diagnostic(self, written: Option<&OperatorSpec>) -> Diagnostic {
        let problem = Diagnostic::error("bad-argument", self.message);
        match (self.help, written) {
            (Some(help), _) => problem.help(help),
            (None, Some(spec)) => problem.help(format!("for example `{}`", spec.example)),
            (None, None) => problem,
        }
    }
}

fn matchers(
    spec: &'static OperatorSpec,
    node: &Node,
    scene: &Scene<'_>,
    decoder: &mut Decoder,
) -> Option<Vec<Matcher>> {
    match &node.value {
        Yaml::List(items) if !items.is_empty() => Some(
            items
                .iter()
                .map(|item| Matcher::decode(item, decoder, scene.domain))
                .collect(),
        ),
        _ => {
            let message = format!(
                "`{}` takes a list of matchers, not {}",
                spec.name,
                node.kind()
            );
            let fault = Fault::new(message);
            let place = decoder.place(node);
            decoder.problem(fault.diagnostic(Some(spec)).at(place));
            None
        }
    }
}

/// The paths of an `except` beside an `eq`.
fn except(spec: &OperatorSpec, scene: &Scene<'_>, decoder: &mut Decoder) -> Vec<Path> {
    let entry = scene.map.iter().find(|entry| {
        OPERATORS.iter().any(|other| {
            other.name == entry.key.text
                && matches!(other.make, Make::With(name) if name == spec.name)
        })
    });
    let Some(entry) = entry else {
        return Vec::new();
    };
    if entry.value.as_list().is_none() {
        decoder.expected("a list of paths", &entry.value);
        return Vec::new();
    }
    let mut paths = Vec::new();
    for node in decoder.list(&entry.value) {
        let Some(text) = decoder.text(node) else {
            continue;
        };
        match Path::parse(&text) {
            Ok(path) if path.text() == "$" => {
                let fault = Fault::new("nothing would be compared: `$` is the whole value")
                    .help("name the places in it that do not count, such as `$.id`");
                let place = decoder.place(node);
                decoder.problem(fault.diagnostic(None).at(place));
            }
            Ok(path) => paths.push(path),
            Err(error) => decoder.bad_jsonpath(node, &text, error),
        }
    }
    paths
}

fn require_beside(other: &str, scene: &Scene<'_>, decoder: &mut Decoder) {
    let Some(key) = scene.key else { return };
    if !scene.map.iter().any(|entry| entry.key.text == other) {
        let problem = Diagnostic::error(
            "unfit-operator",
            format!("`{}` stands beside `{other}`, which is not here", key.text),
        )
        .at(decoder.key_place(key));
        decoder.problem(problem);
    }
}
