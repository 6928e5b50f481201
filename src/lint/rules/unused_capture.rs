//! `unused-capture`: a capture that nothing reads.

use super::unused_variable::unread;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::names::DefinedBy;

pub(super) const RULE: Rule = Rule {
    name: "unused-capture",
    severity: Severity::Warning,
    doc: "A value is captured and nothing reads it: likely its name is misspelt somewhere, or it is left over. Where it only shows that the value is there, `exists` says so.",
    find: |context, findings| {
        unread(context, findings, DefinedBy::Capture, |name, place| {
            Diagnostic::warning(RULE.name, format!("nothing reads the capture `{name}`"))
                .at(place)
                .label("never read")
                .help("remove it; to check that a value is there, write `expect: {$.path: {exists: true}}`")
        });
    },
};
