//! `schema`: a JSON Schema (draft 2020-12).

use std::sync::Arc;

use super::{Answer, Argument, Complaint, Fault, Made, Make, Making, OperatorSpec, Test, named};
use crate::check::contract::span_at;
use crate::check::domain::Domain;
use crate::check::keywords::{check_keywords, misspelt, says_of_lists};
use crate::check::schema::Schema;
use crate::check::show::{Context, LINE_LIMIT, limited};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Shape};
use crate::expr::Kind;
use crate::source::{Node, Place, parse};
use crate::value::{Value, counted, from_json_bytes};

pub(in crate::check) static SCHEMA: OperatorSpec = OperatorSpec {
    name: "schema",
    doc: "A value that this JSON Schema (draft 2020-12, formats checked) allows: inline, or the path of a file.",
    argument: Shape::OneOf(&[Shape::Text, Shape::JsonSchema]),
    example: "$.customer: { schema: { required: [id] } }",
    lists: true,
    make: Make::Schema,
};

#[derive(Debug)]
struct BySchema {
    schema: Schema,
    suits_lists: bool,
}

pub(super) fn decode(node: &Node, decoder: &mut Decoder) -> Option<Argument> {
    let known = decoder.problems.len();
    check_keywords(node, &[], decoder);
    let template = decoder.template(node);
    if decoder.problems.len() > known {
        return None;
    }
    if matches!(template.kind, Kind::Text(_)) {
        let message = "the path of a schema can't have an expression in it";
        let problem = Diagnostic::error("no-expression", message)
            .at(template.place)
            .label("not written out")
            .help("write the path out, one step for each schema; or give the schema itself: `schema: ${{ case.schema }}`");
        decoder.problem(problem);
        return None;
    }
    let made = match template.as_literal() {
        None => {
            let making = Making {
                domain: Domain::Json,
                except: Box::default(),
                written: false,
            };
            return Some(Argument::Dynamic(Box::new((template, making))));
        }
        Some(Value::String(path)) => read(path, decoder),
        Some(schema) => Ok(schema.clone()),
    };
    let made = made.and_then(|schema| make(&schema).map(|test| (schema, test)));
    match made {
        Ok((schema, test)) => {
            if let Some(Value::String(path)) = template.as_literal() {
                warn_of_misspelt(node, path, &schema, decoder);
            }
            Some(Argument::Literal(test))
        }
        Err(fault) => {
            decoder.problem(fault.diagnostic(None).at(template.place));
            None
        }
    }
}

const BESIDE: &str = "a schema's path is relative to the file that names it";

/// Reads a schema's file, which lies beside the document.
fn read(path: &str, decoder: &Decoder) -> Result<Value, Fault> {
    let bytes = decoder
        .folder
        .read(&decoder.beside, path)
        .map_err(|message| Fault::new(message).help(BESIDE))?;
    from_json_bytes(&bytes).map_err(|error| Fault::new(format!("`{path}` is not JSON: {error}")))
}

/// Tells what looks misspelt in a schema's file, which is parsed for the places only then.
fn warn_of_misspelt(node: &Node, path: &str, schema: &Value, decoder: &mut Decoder) {
    let found = misspelt::in_schema(schema);
    if found.is_empty() {
        return;
    }
    let Some(source) = decoder.read_file(node, path) else {
        return;
    };
    let (root, _) = parse(&source);
    for one in found {
        let span = root.as_ref().map(|root| span_at(root, &one.pointer));
        decoder.problem(one.warning(Place::new(&source, span.unwrap_or_default())));
    }
}

pub(super) fn make(value: &Value) -> Made {
    if !value.is_object() && !value.is_boolean() {
        return Err(Fault::new(format!("{} is not a JSON Schema", named(value)))
            .help("a schema is a map, or the path of a file (without expressions in it)"));
    }
    match Schema::compile(value) {
        Ok(schema) => Ok(Arc::new(BySchema {
            schema,
            suits_lists: says_of_lists(value),
        })),
        Err(reason) => Err(Fault::new(format!("this is not a JSON Schema: {reason}"))
            .help("schemas are of draft 2020-12, and `$ref` leads to places in the same schema")),
    }
}

impl Test for BySchema {
    fn describe(&self, _: Context<'_>) -> String {
        "what the schema allows".to_owned()
    }

    fn holds(&self, actual: &Value, _: Context<'_>) -> Answer {
        self.schema.allows(actual).into()
    }

    fn suits_lists(&self) -> bool {
        self.suits_lists
    }

    fn explain(&self, actual: &Value, cx: Context<'_>) -> Complaint {
        let breaches = self.schema.breaches(actual, cx.show);
        let summary = match breaches.as_slice() {
            [only] => only.clone(),
            all => format!("breaks the schema in {}", counted(all.len(), "place")),
        };
        let located = breaches.len() == 1 && !cx.show.base.is_empty();
        let notes = match breaches.len() {
            0 | 1 => Vec::new(),
            _ => vec![limited(breaches.into_iter(), LINE_LIMIT).join("\n")],
        };
        Complaint {
            label: "breaks the schema".to_owned(),
            summary,
            notes,
            help: Vec::new(),
            place: None,
            located,
        }
    }
}
