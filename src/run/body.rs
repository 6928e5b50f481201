//! The body of a request: its bytes and their content type.

use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::expr::Outcome as Rendered;
use crate::http;
use crate::source::Place;
use crate::step::{Body, Entries, field_text, field_texts};
use crate::value::Value;
use bytes::Bytes;

/// The texts of one key of a query or a form: a list repeats the key.
pub(super) fn texts(
    entries: &Entries,
    name: &str,
    value: &Value,
    place: &Place,
) -> Result<Vec<String>, Diagnostic> {
    field_texts(value, place).map_err(|problem| entries.naming(name, problem))
}

/// The body's bytes and their content type.
pub(super) fn render_body(
    body: &Body,
    scope: &StepScope<'_, '_>,
) -> Result<(String, Bytes), Diagnostic> {
    match body {
        Body::Json(template) => match template.render(scope)? {
            Rendered::Value(value) => Ok(("application/json".to_owned(), http::body::json(&value))),
            Rendered::Omit => {
                Err(Diagnostic::error("omit", "the body can't be `omit`")
                    .at(template.place.clone()))
            }
        },
        Body::Form(fields) => {
            let mut pairs = Vec::new();
            for (name, value, place) in fields.render(scope)? {
                let texts = texts(fields, &name, &value, place)?.into_iter();
                pairs.extend(texts.map(|text| (name.clone().into_owned(), text)));
            }
            Ok((
                "application/x-www-form-urlencoded".to_owned(),
                http::body::form(&pairs),
            ))
        }
        Body::Multipart(fields) => {
            let mut parts = Vec::new();
            for (name, value, place) in fields.render(scope)? {
                add_parts(&mut parts, &name, &value, place, scope)?;
            }
            let boundary = scope
                .random
                .borrow_mut()
                .text(24, b"0123456789abcdefghijklmnopqrstuvwxyz");
            Ok(http::body::multipart(
                &parts,
                &format!("probity-{boundary}"),
            ))
        }
        Body::Text(template) => Ok((
            "text/plain".to_owned(),
            Bytes::from(template.render_text(scope)?),
        )),
        Body::File(template) => {
            let path = template.render_text(scope)?;
            let bytes = read(scope, &path, &template.place)?;
            Ok(("application/octet-stream".to_owned(), bytes))
        }
    }
}

fn add_parts(
    parts: &mut Vec<http::body::Part>,
    name: &str,
    value: &Value,
    place: &Place,
    scope: &StepScope<'_, '_>,
) -> Result<(), Diagnostic> {
    match value {
        Value::Array(items) => {
            for item in items {
                add_parts(parts, name, item, place, scope)?;
            }
        }
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
            let Some(path) = text("file") else {
                let problem = Diagnostic::error(
                    "multipart",
                    format!("the part `{name}` has no `file`"),
                )
                .at(place.clone())
                .help("write `{file: path, filename: …, type: …}`, or a plain value for a field");
                return Err(problem);
            };
            let base = path.rsplit(['/', '\\']).next().unwrap_or(&path).to_owned();
            parts.push(http::body::Part {
                name: name.to_owned(),
                filename: Some(text("filename").unwrap_or(base)),
                content_type: Some(
                    text("type").unwrap_or_else(|| "application/octet-stream".to_owned()),
                ),
                content: read(scope, &path, place)?,
            });
        }
        scalar_value => parts.push(http::body::Part::field(
            name,
            field_text(scalar_value, place)?,
        )),
    }
    Ok(())
}

fn read(scope: &StepScope<'_, '_>, path: &str, place: &Place) -> Result<Bytes, Diagnostic> {
    let files = &scope.files;
    files
        .folder
        .read(files.beside, path)
        .map(Bytes::from)
        .map_err(|message| Diagnostic::error("file", message).at(place.clone()))
}
