//! `empty-expect`: an `expect` that says nothing.

use crate::check::Expect;
use crate::diagnostic::Severity;
use crate::lint::Rule;
use crate::lint::context::{Context, expects};
use crate::lint::findings::Findings;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "empty-expect",
    severity: Severity::Warning,
    doc: "An `expect` is empty. A request without a `status` must answer 2xx in any case.",
    find: |context, findings| advice(RULE.name, context, findings),
};

/// What to do about one of a `receive`, which is of no request.
const OF_WEBHOOKS: &str =
    "leave it out, or say what the webhook must have, such as `{ $.type: order.paid }`";

/// What checks say of themselves, as far as it has this code.
pub(super) fn advice(code: &str, context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        for mut warning in expects(visited.step).flat_map(Expect::advice) {
            if warning.code == code {
                if matches!(visited.step.kind, Kind::Receive(_)) {
                    warning.help = vec![OF_WEBHOOKS.to_owned()];
                }
                findings.add(visited.owner, warning);
            }
        }
    }
}
