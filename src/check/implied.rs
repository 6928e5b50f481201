//! What holds of a response without being said: a request that states no status answers 2xx, and keeps the contract.

use super::evaluate::reason_phrase;
use super::show::{LINE_LIMIT, Show, limited};
use super::{Evidence, Verdict};
use crate::diagnostic::Diagnostic;
use crate::signature;
use crate::source::Place;
use crate::value::counted;

/// Whether the response's status is 2xx, for a step whose `expect` states none. `place` is where the step stands.
#[must_use]
pub fn implied_status(evidence: Evidence<'_>, place: &Place) -> Verdict {
    let Some(response) = evidence.response else {
        return no_response(place);
    };
    let status = response.status;
    if (200..300).contains(&status) {
        return Verdict::Passed;
    }
    let reason = reason_phrase(response, show(evidence));
    let failure = Diagnostic::error("status", format!("expected 2xx, got {status}{reason}"))
        .at(place.clone())
        .label(format!("answered {status}"));
    let location = response.header("location");
    let failure = match location.filter(|_| (300..400).contains(&status)) {
        Some(location) => failure
            .note(format!("it leads to `{location}`"))
            .help(follow_more(response.redirects.len())),
        None => failure,
    };
    Verdict::Failed(failure.help(format!(
        "a request must answer 2xx unless it says otherwise; if this is right, write `expect: {{ status: {status} }}`"
    )))
}

/// What to do about a redirect that is not followed, since none is or since so many were.
fn follow_more(followed: usize) -> String {
    match followed {
        0 => "redirects are not followed unless the step says so: `follow_redirects: 1`".to_owned(),
        some => format!(
            "the step follows {}, and this is one more: raise `follow_redirects`, or see whether they ever end",
            counted(some, "redirect")
        ),
    }
}

/// Whether a webhook is signed as its pack says, for a step whose `expect` does not say how it is to be signed.
#[must_use]
pub fn implied_signature(signature: &signature::Verdict, place: &Place) -> Verdict {
    let Some(reason) = signature.reason() else {
        return Verdict::Passed;
    };
    let word = signature.word();
    Verdict::Failed(
        Diagnostic::error("signature", format!("the webhook's signature is {word}"))
            .at(place.clone())
            .label(word)
            .note(reason)
            .help(format!(
                "webhooks must be signed as the pack says; if this is right, write `expect: {{ signature: {word} }}`"
            )),
    )
}

/// Whether the response keeps the pack's contract, for a step whose `expect` does not say that it need not.
#[must_use]
pub fn implied_contract(evidence: Evidence<'_>, place: &Place) -> Verdict {
    match (evidence.contract, evidence.response) {
        (Some(_), Some(_)) => contract_verdict(evidence, place),
        _ => Verdict::Passed,
    }
}

pub(super) fn contract_verdict(evidence: Evidence<'_>, place: &Place) -> Verdict {
    let (Some((contract, operation)), Some(response)) = (evidence.contract, evidence.response)
    else {
        return no_response(place);
    };
    let breaches = contract.breaches(operation, response, evidence.redactor);
    let call = format!("{} {}", operation.method, operation.path);
    let failure = match breaches.as_slice() {
        [] => return Verdict::Passed,
        [only] => Diagnostic::error("contract", format!("{call} breaks the contract: {only}")),
        all => {
            let lines = limited(all.iter().map(ToString::to_string), LINE_LIMIT);
            let places = counted(all.len(), "place");
            Diagnostic::error(
                "contract",
                format!("{call} breaks the contract in {places}"),
            )
            .note(lines.join("\n"))
        }
    };
    Verdict::Failed(
        failure
            .at(place.clone())
            .label(format!("answered {}", response.status))
            .help("if the provider really answers so, mend the pack's `openapi`; `contract: false` turns this check off"),
    )
}

fn show(evidence: Evidence<'_>) -> Show<'_> {
    Show {
        redactor: evidence.redactor,
        base: "$",
    }
}

fn no_response(place: &Place) -> Verdict {
    Verdict::Errored(
        Diagnostic::error("no-response", "there is no response that could be checked")
            .at(place.clone()),
    )
}
