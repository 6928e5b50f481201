//! `actions/<name>.yaml`, decoded.

use std::sync::{Arc, OnceLock};

use super::tables::ACTION;
use crate::check::{Schema, check_keywords};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, plain_value};
use crate::expr::Template;
use crate::source::{Entry, Node, Place, Yaml};
use crate::step::Step;
use crate::value::{Map, Value};

/// A reusable step with typed inputs.
#[derive(Clone, Debug)]
pub struct Action {
    pub name: String,
    pub description: Option<String>,
    pub place: Place,
    pub inputs: Vec<InputSpec>,
    pub steps: Vec<Step>,
    /// Evaluated when read.
    pub outputs: Vec<(String, Template)>,
    /// The `id` of the step whose response is the action's; `None` is the last `http` step.
    pub response: Option<String>,
}

/// One input of an action.
#[derive(Clone, Debug)]
pub struct InputSpec {
    pub name: String,
    pub place: Place,
    /// A JSON Schema that the value must hold to.
    pub schema: Value,
    pub optional: bool,
    pub default: Option<Template>,
    /// The schema, compiled when first asked.
    compiled: OnceLock<Option<Arc<Schema>>>,
}

impl Action {
    /// Decodes an action; `place` is where its name stands, or its file as a whole.
    pub fn decode(name: &str, place: Place, node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let fields = decoder.fields(node, &ACTION);
        node.as_map()?;
        decoder.check_version(fields.get("version"));
        let of_file = std::mem::replace(&mut decoder.instead_of_env, INSTEAD_OF_ENV);
        let steps = fields
            .get("steps")
            .map(|node| Step::decode_list(node, decoder))
            .unwrap_or_default();
        let response = fields.get("response").and_then(|node| {
            let id = decoder.plain(node, "`response`")?;
            check_response(&id, &steps, node, decoder);
            Some(id)
        });
        let action = Self {
            name: name.to_owned(),
            description: fields
                .get("description")
                .and_then(|node| decoder.plain(node, "`description`")),
            place,
            inputs: fields
                .get("inputs")
                .map(|node| decode_inputs(node, decoder))
                .unwrap_or_default(),
            steps,
            outputs: fields
                .get("outputs")
                .map(|node| decode_outputs(node, decoder))
                .unwrap_or_default(),
            response,
        };
        decoder.instead_of_env = of_file;
        Some(action)
    }

    /// The input of that name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&InputSpec> {
        self.inputs.iter().find(|input| input.name == name)
    }
}

const INSTEAD_OF_ENV: &str = "an action sees nothing of its caller: give it an input, which a scenario sets from its own variable";

/// How to send what an action's inputs forbid.
pub const AS_IS: &str = "`validate: false` on the step lets a negative test send it all the same";

impl InputSpec {
    /// What of a value breaks the input's schema; `None` if nothing does. A schema that is none is a problem of its file.
    #[must_use]
    pub fn breach(&self, value: &Value) -> Option<String> {
        let compile = || Schema::compile(&self.schema).ok().map(Arc::new);
        let schema = self.compiled.get_or_init(compile).as_ref()?;
        let sentences = schema.sentences(value);
        // The value as a whole needs no name of its own here.
        let sentences = sentences.join("; ").replace("the value: ", "");
        (!sentences.is_empty()).then_some(sentences)
    }

    /// Says of a value that a step gives that it breaks the input's schema, if it does.
    #[must_use]
    pub fn refusal(&self, value: &Value, place: &Place) -> Option<Diagnostic> {
        let breach = self.breach(value)?;
        let message = format!("`{}` can't have this value: {breach}", self.name);
        let problem = Diagnostic::error("invalid-input", message)
            .at(place.clone())
            .label("breaks the input's schema")
            .also(self.place.clone(), "declared here");
        let allowed = self.schema.get("enum").and_then(Value::as_array);
        let words = allowed.into_iter().flatten().filter_map(Value::as_str);
        let problem = match value.as_str() {
            Some(word) => problem.suggest(word, words),
            None => problem,
        };
        Some(problem.help(AS_IS))
    }

    /// Whether a caller must give it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// The step that `response` names must be one of the action's own.
fn check_response(id: &str, steps: &[Step], node: &Node, decoder: &mut Decoder) {
    let ids = || steps.iter().filter_map(|step| step.id.as_deref());
    if ids().any(|own| own == id) {
        return;
    }
    let problem = Diagnostic::error("unknown-step", format!("this action has no step `{id}`"))
        .at(decoder.place(node))
        .label("no step has this `id`")
        .suggest(id, ids());
    decoder.problem(problem);
}

fn decode_inputs(node: &Node, decoder: &mut Decoder) -> Vec<InputSpec> {
    if let Yaml::List(names) = &node.value {
        let name = names.first().and_then(Node::as_str).unwrap_or("name");
        let problem = Diagnostic::error("wrong-type", "expected a map, found a list")
            .at(decoder.place(node))
            .label("expected a map")
            .help(format!(
                "give each its JSON Schema: `{name}: {{type: string}}`"
            ));
        decoder.problem(problem);
        return Vec::new();
    }
    decoder
        .map(node)
        .iter()
        .filter_map(|entry| decode_input(entry, decoder))
        .collect()
}

/// A JSON Schema with two keys of our own among its own: `optional` and `default`.
fn decode_input(entry: &Entry, decoder: &mut Decoder) -> Option<InputSpec> {
    let name = entry.key.text.clone();
    let place = decoder.key_place(&entry.key);
    decoder.check_attribute(&name, "an input", place.clone());
    let Yaml::Map(entries) = &entry.value.value else {
        let problem = Diagnostic::error(
            "wrong-type",
            format!("expected a JSON Schema, found {}", entry.value.kind()),
        )
        .at(decoder.place(&entry.value))
        .label("expected a map")
        .help(format!("write `{name}: {{type: string}}`"));
        decoder.problem(problem);
        return None;
    };
    let known = decoder.problems.len();
    check_keywords(&entry.value, &["optional"], decoder);
    let sound = decoder.problems.len() == known;
    let get = |key: &str| {
        entries
            .iter()
            .find(|entry| entry.key.text == key)
            .map(|entry| &entry.value)
    };
    let optional = get("optional")
        .and_then(|node| decoder.flag(node, "`optional`"))
        .unwrap_or(false);
    let default = get("default").map(|node| decoder.template(node));
    let schema: Map<String, Value> = entries
        .iter()
        .filter(|entry| !matches!(entry.key.text.as_str(), "optional" | "default"))
        .map(|entry| (entry.key.text.clone(), plain_value(&entry.value)))
        .collect();
    let schema = Value::Object(schema);
    // What is left to be wrong are references and the like, which few have.
    if sound
        && schema.to_string().contains("\"$")
        && let Err(reason) = Schema::compile(&schema)
    {
        let message = format!("the input `{name}` has no valid JSON Schema: {reason}");
        let problem = Diagnostic::error("bad-schema", message).at(decoder.place(&entry.value));
        decoder.problem(problem);
    }
    let spec = InputSpec {
        name,
        place,
        schema,
        optional,
        default,
        compiled: OnceLock::new(),
    };
    if decoder.problems.len() == known {
        check_default(&spec, decoder);
    }
    Some(spec)
}

/// Holds a default that is written out to the input's own schema.
fn check_default(spec: &InputSpec, decoder: &mut Decoder) {
    let Some(default) = &spec.default else { return };
    let breach = default.as_literal().and_then(|value| spec.breach(value));
    if let Some(breach) = breach {
        let message = format!(
            "the default of `{}` breaks its own schema: {breach}",
            spec.name
        );
        let problem = Diagnostic::error("bad-default", message)
            .at(default.place.clone())
            .label("not allowed")
            .help("correct the default, or the schema beside it");
        decoder.problem(problem);
    }
}

fn decode_outputs(node: &Node, decoder: &mut Decoder) -> Vec<(String, Template)> {
    decoder
        .map(node)
        .iter()
        .map(|entry| {
            let place = decoder.key_place(&entry.key);
            decoder.check_attribute(&entry.key.text, "an output", place);
            (entry.key.text.clone(), decoder.template(&entry.value))
        })
        .collect()
}
