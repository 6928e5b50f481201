//! Rules that find before a run what can be found then: one file each, one table.
//!
//! A rule looks at documents that could be decoded and says what is wrong with them, or looks wrong. Errors keep what
//! they concern from running; warnings never do.

mod context;
mod findings;
mod names;
mod rules;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::pack::Pack;
use crate::scenario::{FilePacks, ScenarioFile};
use context::{Context, Home};
use findings::Findings;

pub use rules::RULES;

/// A rule, named by its file: `unused-capture` is in `rules/unused_capture.rs`.
pub struct Rule {
    /// Also the code of the diagnostics that it makes.
    pub name: &'static str,
    pub severity: Severity,
    /// What it finds and why that matters, in a few sentences of Markdown.
    pub doc: &'static str,
    find: fn(&Context<'_>, &mut Findings),
}

/// What is wrong, or looks wrong, with a scenario file whose decoding found it readable.
///
/// `given` are the names of variables that the command line gives. [`crate::scenario::by_scenario`] tells which
/// diagnostics concern only one of the scenarios.
#[must_use]
pub fn lint(file: &ScenarioFile, packs: &FilePacks, given: &[String]) -> Vec<Diagnostic> {
    let context = Context::new(Home::File(file), packs, given);
    run(&context).for_file(file)
}

/// What is wrong, or looks wrong, with a pack's actions and requests. Found once and remembered.
#[must_use]
pub fn lint_pack(pack: &Pack) -> Arc<[Diagnostic]> {
    let find = || {
        let none = FilePacks::default();
        let context = Context::new(Home::Pack(pack), &none, &[]);
        run(&context).plain().into()
    };
    Arc::clone(pack.lint.get_or_init(find))
}

fn run(context: &Context<'_>) -> Findings {
    let mut findings = Findings::default();
    for rule in RULES {
        (rule.find)(context, &mut findings);
    }
    findings
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
