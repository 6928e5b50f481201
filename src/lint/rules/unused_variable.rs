//! `unused-variable`: a variable that nothing reads.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::lint::names::DefinedBy;

pub(super) const RULE: Rule = Rule {
    name: "unused-variable",
    severity: Severity::Warning,
    doc: "A variable is set and nothing reads it: likely its name is misspelt somewhere, or it is left over.",
    find: |context, findings| {
        unread(context, findings, DefinedBy::Variable, |name, place| {
            Diagnostic::warning(RULE.name, format!("nothing reads the variable `{name}`"))
                .at(place)
                .label("never read")
                .help("remove it, or read it with `${{ … }}`")
        });
    },
};

/// Everything of a kind that nothing reads. A name that begins with `_` is left alone.
pub(super) fn unread(
    context: &Context<'_>,
    findings: &mut Findings,
    kind: DefinedBy,
    warning: impl Fn(&str, crate::source::Place) -> Diagnostic,
) {
    let names = context.names();
    let of_packs = if kind == DefinedBy::Capture {
        context.signing_captures()
    } else {
        Vec::new()
    };
    for defined in &names.defined {
        let left_alone = defined.name.starts_with('_') || of_packs.contains(&defined.name);
        let wanted = defined.kind == kind && !left_alone;
        if wanted && !names.is_read(defined) && !names.is_meant(&defined.name) {
            let mut problem = warning(&defined.name, defined.place.clone());
            if let Some(text) = as_others_write(&defined.place.source.text, &defined.name) {
                let name = &defined.name;
                problem.help = vec![format!("`{text}` is mere text: write `${{{{ {name} }}}}`")];
            }
            findings.add(defined.owner, problem);
        }
    }
}

/// Where a text has the name as other tools would read it: `{{ name }}` or `${name}`.
fn as_others_write<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.match_indices('{').find_map(|(open, _)| {
        let before = &text[..open];
        let (start, close) = match text[open + 1..].strip_prefix('{') {
            Some(_) if before.ends_with('$') => return None,
            Some(_) => (open, "}}"),
            None if before.ends_with('$') => (open - 1, "}"),
            None => return None,
        };
        let inner = &text[open + close.len()..];
        let end = inner.find(close)?;
        (inner[..end].trim() == name).then(|| &text[start..open + 2 * close.len() + end])
    })
}
