//! `empty-expect`: an `expect` that says nothing.

use crate::check::Expect;
use crate::diagnostic::Severity;
use crate::lint::Rule;
use crate::lint::context::{Context, expects};
use crate::lint::findings::Findings;

pub(super) const RULE: Rule = Rule {
    name: "empty-expect",
    severity: Severity::Warning,
    doc: "An `expect` is empty. A request without a `status` must answer 2xx in any case.",
    find: |context, findings| advice(RULE.name, context, findings),
};

/// What checks say of themselves, as far as it has this code.
pub(super) fn advice(code: &str, context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        for warning in expects(visited.step).flat_map(Expect::advice) {
            if warning.code == code {
                findings.add(visited.owner, warning);
            }
        }
    }
}
