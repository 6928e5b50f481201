//! What is said of a `receive` that wanted no webhook and got none, by paths that no webhook has.

use crate::check::{Check, Evidence, Expect, Subject, help_with};
use crate::diagnostic::Diagnostic;
use crate::expr::Scope;
use crate::http::Response;
use crate::source::Place;
use crate::value::Path;

/// A warning for each check of a `where` that none of the webhooks that came could pass, since its path leads to nothing
/// in any of them: a misspelt path, most likely.
pub(super) fn warnings(
    condition: &Expect,
    came: &[&Response],
    scope: &dyn Scope,
) -> Vec<Diagnostic> {
    let checks = condition.checks.iter();
    checks
        .filter_map(|check| match &check.subject {
            Subject::Path(path) if !came.is_empty() => warning(check, path, came, scope),
            _ => None,
        })
        .collect()
}

/// A warning that none could come.
pub(super) fn untold(place: &Place) -> Diagnostic {
    let message = "no webhook could come: nobody was told the scenario's own URL";
    Diagnostic::warning("untold-webhooks", message)
        .at(place.clone())
        .label("so this holds whatever the provider does")
        .help("register `${{ webhooks.url }}` with the provider before the step that could make it send one")
}

fn warning(
    check: &Check,
    path: &Path,
    came: &[&Response],
    scope: &dyn Scope,
) -> Option<Diagnostic> {
    let mut nearest = None;
    for response in came {
        let evidence = Evidence {
            response: Some(response),
            ..Evidence::default()
        };
        // `exists: false` is passed by what is not there.
        if check.holds(evidence, scope).unwrap_or(true) {
            return None;
        }
        let json = response.json().ok()?;
        nearest = Some(path.missing(&json)?);
    }
    let problem = Diagnostic::warning(
        "unlike-webhooks",
        format!("no webhook that came has `{}`", path.text()),
    )
    .at(check.place.clone())
    .label("so this could match none of them");
    let help = nearest.and_then(|missing| help_with(&missing));
    Some(match help {
        Some(help) => problem.help(help),
        None => problem.help("check that the path is spelt as the provider's webhooks are"),
    })
}
