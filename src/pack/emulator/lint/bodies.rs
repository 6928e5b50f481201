//! Answers whose bodies the pack's own contract does not allow, as far as they are written out.

use super::contract;
use crate::check::{BreachKind, Contract, Operation, Partial, RequestBreach};
use crate::diagnostic::Diagnostic;
use crate::document::places;
use crate::expr::{Kind, Template};
use crate::pack::Pack;
use crate::pack::emulator::{EmulatorFile, Reply, ReplyBody};
use crate::value::normalized;

pub(super) fn check(
    file: &EmulatorFile,
    pack: &Pack,
    contract: &Contract,
    problems: &mut Vec<Diagnostic>,
) {
    for route in &file.routes {
        let call = Operation {
            method: &route.method,
            path: &route.path.text,
        };
        let Some(operation) = contract.operation(call) else {
            continue;
        };
        let mut answers = vec![&route.respond];
        for stage in &route.stages {
            contract::gather(file, stage, &mut answers);
        }
        for reply in answers {
            let statuses = contract::statuses(reply, pack).into_iter();
            let statuses = statuses.filter_map(|status| u16::try_from(status).ok());
            let media_type = media_type(file, reply);
            let mut others = statuses.clone().filter_map(|status| {
                let known = operation.other_media_types(status, media_type.as_deref()?)?;
                Some((status, known))
            });
            if let Some(media_type) = &media_type
                && let Some((status, known)) = others.next()
                && !(known.is_empty() && may_be_empty(reply))
            {
                problems.push(undocumented_media(reply, status, media_type, &known));
                continue;
            }
            let Some((template, body)) = json(reply) else {
                continue;
            };
            let breaches = statuses
                .map(|status| contract.answer_breaches(operation, status, &body))
                .find(|breaches| !breaches.is_empty());
            let breaches = breaches.into_iter().flatten();
            problems.extend(breaches.map(|breach| problem(&breach, template)));
        }
    }
}

/// The media type of a reply's body, if it has a body and no expression decides.
fn media_type(file: &EmulatorFile, reply: &Reply) -> Option<String> {
    let (shared, own) = match &reply.body {
        ReplyBody::Empty => return None,
        ReplyBody::Text(_) => (&[][..], "text/plain"),
        ReplyBody::Json(_) => (&[][..], "application/json"),
        ReplyBody::Error(_) => (&file.errors.headers[..], "application/json"),
    };
    let mut headers = reply.headers.iter().chain(shared);
    let stated = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let Some((_, template)) = stated else {
        return Some(own.to_owned());
    };
    let bare = template.as_literal()?.as_str()?.split(';').next()?;
    Some(bare.trim().to_ascii_lowercase())
}

/// Whether a reply's body may be left out.
fn may_be_empty(reply: &Reply) -> bool {
    match &reply.body {
        ReplyBody::Json(template) => match &template.kind {
            Kind::Expr(expr) => expr.text().contains("omit"),
            _ => false,
        },
        ReplyBody::Empty | ReplyBody::Text(_) | ReplyBody::Error(_) => false,
    }
}

fn undocumented_media(reply: &Reply, status: u16, media_type: &str, known: &[&str]) -> Diagnostic {
    let place = match &reply.body {
        ReplyBody::Json(template) | ReplyBody::Text(template) => &template.place,
        ReplyBody::Empty | ReplyBody::Error(_) => &reply.place,
    };
    let (message, help) = match known {
        [] => (
            format!("the pack's contract has no body for {status}"),
            "answer without a body, or document one".to_owned(),
        ),
        known => (
            format!("the pack's contract has no `{media_type}` body for {status}"),
            format!("it has: {}", known.join(", ")),
        ),
    };
    Diagnostic::error("undocumented", message)
        .at(place.clone())
        .help(help)
}

/// The reply's body, if it is JSON of its own.
fn json(reply: &Reply) -> Option<(&Template, Partial)> {
    match &reply.body {
        ReplyBody::Json(template) => Some((template, Partial::of(template))),
        ReplyBody::Empty | ReplyBody::Text(_) | ReplyBody::Error(_) => None,
    }
}

fn problem(breach: &RequestBreach, body: &Template) -> Diagnostic {
    let within = normalized(&breach.path);
    let value = places::inside(&body.place, &breach.path);
    let (message, place) = match &breach.kind {
        BreachKind::Missing(name) => (
            format!("the pack's contract requires `{name}` in `{within}`"),
            value,
        ),
        BreachKind::Unknown(name) => (
            format!("the pack's contract has no `{name}` in `{within}`"),
            places::key_inside(&body.place, &breach.path, name),
        ),
        BreachKind::Value { expected, .. } => (
            format!("the pack's contract does not allow this `{within}`: expected {expected}"),
            value,
        ),
    };
    Diagnostic::error("undocumented", message)
        .at(place)
        .help("correct the answer, or the OpenAPI document")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pack::emulator::testing;
    use crate::source::Source;

    const CONTRACT: &str = "
openapi: 3.1.0
paths:
  /orders/{id}:
    get:
      responses:
        '200':
          content:
            application/json:
              schema:
                type: object
                required: [id, state]
                additionalProperties: false
                properties: { id: { type: string }, state: { enum: [fresh, paid] } }
        '202': {}
        '404': { content: { application/json: { schema: { required: [code] } } } }
";

    /// What is said of an emulator whose only route answers so, each with the text that it points at.
    fn problems(answer: &str) -> Vec<String> {
        let route = format!(
            "collections: {{ orders: {{ id: '${{{{ uuid() }}}}' }} }}
routes:
  - route: GET /orders/{{id}}
    let:
      order: {{ find: orders, id: '${{{{ path.id }}}}', else: {{ status: 404, json: {{ code: none }} }} }}
    respond: {answer}
"
        );
        let (pack, wrong) = testing::load(&route);
        assert!(wrong.is_empty(), "{wrong:#?}");
        let (contract, wrong) = Contract::load(&Source::new("openapi.yaml", "", CONTRACT));
        assert!(wrong.is_empty(), "{wrong:#?}");
        let mut pack = pack.unwrap();
        pack.contract = contract.map(Arc::new);
        let mut found = Vec::new();
        let (file, contract) = (pack.emulator.as_ref().unwrap(), pack.contract.as_ref());
        check(file, &pack, contract.unwrap(), &mut found);
        let shown = found.into_iter().map(|problem| {
            let place = problem.place.clone().unwrap();
            format!("{}: {}", place.text(), problem.message)
        });
        shown.collect()
    }

    #[test]
    fn bodies_are_held_to_the_contract_as_far_as_they_are_written_out() {
        for answer in [
            "{ json: '${{ order }}' }",
            "{ json: { id: '${{ order.id }}', state: '${{ order.state }}' } }",
            "{ json: { id: o_1, state: paid } }",
            "{ status: 404, json: { code: any, more: 1 } }",
            // That a status is not documented is said elsewhere.
            "{ status: 500, json: {} }",
            "{ headers: { Content-Type: 'application/json; charset=utf-8' }, text: '{}' }",
            "{ headers: { Content-Type: '${{ request.headers.accept }}' }, text: hi }",
        ] {
            assert_eq!(problems(answer), [""; 0], "{answer}");
        }
        for (answer, expected) in [
            (
                "{ json: { id: '${{ order.id }}', state: piad } }",
                "piad: the pack's contract does not allow this `$.state`: expected one of \"fresh\", \"paid\"",
            ),
            (
                "{ json: { id: '${{ order.id }}', state: paid, note: none } }",
                "note: the pack's contract has no `note` in `$`",
            ),
            (
                "{ json: { state: '${{ order.state }}' } }",
                "{ state: '${{ order.state }}' }: the pack's contract requires `id` in `$`",
            ),
            (
                "{ text: hi }",
                "hi: the pack's contract has no `text/plain` body for 200",
            ),
            (
                "{ status: 202, json: {} }",
                "{}: the pack's contract has no body for 202",
            ),
            (
                "{ status: 404, json: {} }",
                "{}: the pack's contract requires `code` in `$`",
            ),
        ] {
            assert_eq!(problems(answer), [expected], "{answer}");
        }
    }
}
