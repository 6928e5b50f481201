//! Rules that find before a run what can be found then: one file each, one table.
//!
//! A rule looks at documents that could be decoded and says what is wrong with them, or looks wrong. Errors keep what
//! they concern from running; warnings never do.

mod context;
mod findings;
mod inputs;
mod names;
mod requests;
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

/// What is wrong, or looks wrong, with a scenario file, added to what was found when it was `decoded`.
///
/// `given` are the names of variables that the command line gives. [`crate::scenario::by_scenario`] tells which
/// diagnostics concern only one of the scenarios.
#[must_use]
pub fn lint(
    file: &ScenarioFile,
    decoded: Vec<Diagnostic>,
    packs: &FilePacks,
    given: &[String],
) -> Vec<Diagnostic> {
    let context = Context::new(Home::File(file), packs, given);
    let mut found = run(&context).for_file(file);
    found.retain(|problem| problem.severity == Severity::Error || !unsure(file, problem, &decoded));
    let mut problems = decoded;
    rules::unknown_action::name_the_pack(&mut problems, packs);
    problems.extend(found);
    problems
}

/// Which of the variables that the command line gives a file reads, or declares to be given.
#[must_use]
pub fn used(file: &ScenarioFile, packs: &FilePacks, given: &[String]) -> Vec<String> {
    if given.is_empty() {
        return Vec::new();
    }
    let context = Context::new(Home::File(file), packs, given);
    let own = file.scenarios.iter().flat_map(|scenario| &scenario.vars);
    let declared: Vec<&str> = file
        .vars
        .iter()
        .chain(own)
        .map(|var| var.name.as_str())
        .collect();
    let used = given
        .iter()
        .filter(|name| declared.contains(&name.as_str()) || context.names().reads(name));
    used.cloned().collect()
}

/// Whether a warning may only follow from an error: what could not be read may well use what looks unused.
fn unsure(file: &ScenarioFile, warning: &Diagnostic, decoded: &[Diagnostic]) -> bool {
    let mut errors = decoded
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    let owner = file
        .scenarios
        .iter()
        .find(|scenario| scenario.owns(warning));
    errors.any(|error| match owner {
        None => true,
        Some(owner) => {
            let elsewhere = file
                .scenarios
                .iter()
                .any(|scenario| scenario.id != owner.id && scenario.owns(error));
            owner.owns(error) || !elsewhere
        }
    })
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
