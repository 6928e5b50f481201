//! `unused-input`: an input that its action never reads.

use super::unused_variable::unread;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::names::DefinedBy;

pub(super) const RULE: Rule = Rule {
    name: "unused-input",
    severity: Severity::Warning,
    doc: "An action declares an input and never reads it, so that what callers give is ignored.",
    find: |context, findings| {
        unread(context, findings, DefinedBy::Input, |name, place| {
            let input = name.trim_start_matches("inputs.");
            Diagnostic::warning(RULE.name, format!("nothing reads the input `{input}`"))
                .at(place)
                .label("never read")
                .help(format!("remove it, or send it with `${{{{ {name} }}}}`"))
        });
    },
};
