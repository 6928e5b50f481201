//! `list-path`: a path that gives a list is compared with what is none.

use super::empty_expect::advice;
use crate::diagnostic::Severity;
use crate::lint::Rule;

pub(super) const RULE: Rule = Rule {
    name: "list-path",
    severity: Severity::Warning,
    doc: "A JSONPath with a wildcard, a slice, a filter or `..` gives a list, however many it finds. A single value never equals a list, `exists` always holds, and a list has no order.",
    find: |context, findings| advice(RULE.name, context, findings),
};
