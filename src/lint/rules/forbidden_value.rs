//! `forbidden-value`: a literal value in a request that the pack's contract does not allow.

use crate::check::{BreachKind, Location, RequestBreach};
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::requests::{Given, Sketch};
use crate::lint::{Rule, requests};
use crate::source::Place;
use crate::value::{PathStep, normalized};

pub(super) const RULE: Rule = Rule {
    name: "forbidden-value",
    severity: Severity::Error,
    doc: "A value that is written out in a request's path, query, headers or body breaks its schema in the pack's OpenAPI contract: it is none of an enum's, of another type or format, too long or too short. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for request in context.requests() {
        let headers: Vec<Given<'_>> = request.headers().collect();
        let parameters = [
            (Location::Path, request.path()),
            (Location::Query, request.query()),
            (Location::Header, headers),
        ];
        for (location, given) in parameters {
            for given in given {
                if let Some((breach, place)) = of_parameter(request, location, &given) {
                    let name = format!("{} `{}`", location.word(), given.name);
                    let problem = problem(RULE.name, &name, &breach, place);
                    findings.add(request.visited.owner, problem);
                }
            }
        }
        for breach in request.body_breaches() {
            if matches!(breach.kind, BreachKind::Value { .. }) {
                let place = request.value_place(&breach.path);
                let problem = problem(RULE.name, &name_of(&breach.path), breach, place);
                findings.add(request.visited.owner, problem);
            }
        }
    }
}

fn of_parameter(
    request: &Sketch<'_>,
    location: Location,
    given: &Given<'_>,
) -> Option<(RequestBreach, Place)> {
    let (parameter, part) = request.parameter(location, given.name)?;
    let text = given.text.as_deref()?;
    let breach = request.contract.parameter_breach(parameter, &part, text)?;
    Some((breach, given.value_place(request.http)))
}

/// A value of the body as messages call it: `` `status` ``, or by its path where it lies deeper.
fn name_of(path: &[PathStep]) -> String {
    match path {
        [] => "body".to_owned(),
        [PathStep::Name(name)] => format!("field `{name}`"),
        path => format!("field `{}`", normalized(path)),
    }
}

/// That a value is not what the contract expects.
pub(super) fn problem(
    code: &'static str,
    name: &str,
    breach: &RequestBreach,
    place: Place,
) -> Diagnostic {
    let (expected, found) = match &breach.kind {
        BreachKind::Value { expected, found } => (expected.as_str(), found.as_str()),
        BreachKind::Missing(_) | BreachKind::Unknown(_) => ("another value", "this one"),
    };
    let message = format!("the contract does not allow this {name}: expected {expected}");
    let problem = Diagnostic::error(code, message)
        .at(place)
        .label("not allowed");
    let word = found.trim_matches('"');
    requests::advise(problem.suggest(word, breach.known.iter().map(String::as_str)))
}
