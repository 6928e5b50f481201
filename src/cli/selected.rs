//! What is wrong with what the command line selects: names, packs, environments and tags that there are not.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::args::RunArgs;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::event::CaseId;
use crate::pack::{Environment, Pack, Target};
use crate::plan::{DEFAULT_ENVIRONMENT, Environments, Plan, Selection};

/// As many of what there is are named in a help.
const NAMED: usize = 20;

/// What the command line asks for by a name that means nothing.
///
/// # Errors
/// One diagnostic for each of them.
pub(super) fn check(
    args: &RunArgs,
    environments: &Environments,
    selection: &Selection,
    plan: &Plan,
) -> Result<(), Vec<Diagnostic>> {
    let mut problems = unknown_names(selection, plan);
    problems.extend(unknown_packs(environments, plan));
    problems.extend(unknown_environments(args, plan));
    problems.extend(without_emulator(environments, plan));
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// A case that was named and does not exist is a mistake, not an empty selection.
fn unknown_names(selection: &Selection, plan: &Plan) -> Vec<Diagnostic> {
    let in_file = |id: &&CaseId, file: &str| id.file == file;
    let is_known = |named: &crate::plan::NamedCase| {
        let mut cases = plan.known.iter().filter(|id| in_file(id, &named.file));
        let unreadable = |id: &CaseId| plan.unreadable.contains(id);
        cases.any(|id| named.names(id, unreadable(id)))
            || plan
                .invalid_files
                .iter()
                .any(|file| file.file == named.file)
    };
    let unknown = selection.named.iter().filter(|named| !is_known(named));
    unknown
        .map(|named| {
            let cases = plan.known.iter().filter(|id| in_file(id, &named.file));
            // Rows are named only to those who named one.
            let rows = named.name.contains('[');
            let name = |id: &CaseId| if rows { id.name() } else { id.scenario.clone() };
            let mut known: Vec<String> = cases.map(name).collect();
            known.dedup();
            let message = format!("`{}` has no scenario `{}`", named.file, named.name);
            Diagnostic::error("unknown-scenario", message)
                .suggest(&named.name, known.iter().map(String::as_str))
                .help(format!("it has: {}", listed(&known)))
        })
        .collect()
}

fn unknown_packs(environments: &Environments, plan: &Plan) -> Vec<Diagnostic> {
    let bound = plan.packs.iter().map(|pack| &pack.pack);
    let used = bound.chain(&plan.without_environment);
    let known: Vec<&str> = used.map(|pack| pack.name.as_str()).collect();
    let named = environments.by_pack.keys();
    named
        .filter(|name| !known.is_empty() && !known.contains(&name.as_str()))
        .map(|name| {
            let message = format!("`--env {name}=…` names a pack that no selected scenario uses");
            Diagnostic::error("unknown-pack", message)
                .suggest(name, known.iter().copied())
                .help(format!("they use: {}", known.join(", ")))
        })
        .collect()
}

/// One problem for each `--env` that names what a pack does not have.
fn unknown_environments(args: &RunArgs, plan: &Plan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for given in &args.env {
        let (only, name) = match given.split_once('=') {
            Some((pack, name)) => (Some(pack), name),
            None => (None, given.as_str()),
        };
        let overridden = |pack: &str| {
            let own = format!("{pack}=");
            only.is_none() && args.env.iter().any(|other| other.starts_with(&own))
        };
        let lacking = plan.without_environment.iter().filter(|pack| {
            only.is_none_or(|only| only == pack.name)
                && !overridden(&pack.name)
                && pack.environments.iter().all(|known| known.name != name)
        });
        let lacking: Vec<_> = lacking.collect();
        let Some(first) = lacking.first() else {
            continue;
        };
        let message = match lacking.len() {
            1 => format!(
                "`--env {given}`: the pack `{}` has no environment `{name}`",
                first.name
            ),
            packs => format!("`--env {given}`: {packs} packs have no environment `{name}`"),
        };
        let mut problem = Diagnostic::error("unknown-environment", message);
        let mut all = BTreeSet::new();
        for pack in &lacking {
            let known = pack.environments.iter().map(|known| known.name.as_str());
            let known: Vec<&str> = known.collect();
            problem = problem.note(format!("`{}` has: {}", pack.name, known.join(", ")));
            all.extend(known);
        }
        problems.push(match did_you_mean(name, all) {
            Some(close) => {
                let pack = only.map(|pack| format!("{pack}=")).unwrap_or_default();
                problem.help(format!("did you mean `--env {pack}{close}`?"))
            }
            None => problem,
        });
        if only.is_none()
            && let Some(problem) = problems.last_mut()
        {
            problem.help.extend(for_some(name, &lacking, plan));
        }
    }
    problems
}

/// How to name the environment for the packs that have it alone, where others have not.
fn for_some(name: &str, lacking: &[&Arc<Pack>], plan: &Plan) -> Option<String> {
    let bound = plan.packs.iter().filter(|bound| bound.environment == name);
    let having: Vec<String> = bound
        .map(|bound| format!("`--env {}={name}`", bound.pack.name))
        .collect();
    if having.is_empty() {
        return None;
    }
    let of_others = lacking.iter().filter(|pack| {
        let mut environments = pack.environments.iter();
        environments.all(|known| known.name != DEFAULT_ENVIRONMENT)
    });
    let of_others: Vec<String> = of_others
        .filter_map(|pack| {
            let first = pack.environments.first()?;
            Some(format!("`--env {}={}`", pack.name, first.name))
        })
        .collect();
    let several = if having.len() + of_others.len() > 1 {
        " of each of them"
    } else {
        " of that pack alone"
    };
    let all: Vec<String> = having.into_iter().chain(of_others).collect();
    Some(format!("say it{several}: {}", all.join(" ")))
}

/// One problem for each pack that has no emulator, where nothing says which of its environments it is to run in.
fn without_emulator(environments: &Environments, plan: &Plan) -> Vec<Diagnostic> {
    let unasked = plan.without_environment.iter();
    let unasked = unasked.filter(|pack| environments.asked(&pack.name).is_none());
    let alone = plan.packs.len() + plan.without_environment.len() == 1;
    unasked
        .map(|pack| {
            let environments = &pack.environments;
            let emulated = |known: &Environment| matches!(known.target, Target::Emulator);
            let idle = pack.emulator.is_some() && !environments.iter().any(emulated);
            let lacking = if idle || environments.iter().any(emulated) {
                "environment `emulator`"
            } else {
                "emulator"
            };
            let message = format!(
                "the pack `{}` has no {lacking}, and no `--env` says where it is to run",
                pack.name
            );
            let only = if alone {
                String::new()
            } else {
                format!("{}=", pack.name)
            };
            let known: Vec<_> = environments
                .iter()
                .map(|known| format!("`--env {only}{}`", known.name))
                .collect();
            let help = match known.as_slice() {
                [one] => format!("say {one}"),
                several => format!("say one of {}", several.join(", ")),
            };
            let problem = Diagnostic::error("unknown-environment", message).help(help);
            if idle {
                return problem.help("or, as there is an `emulator.yaml`, write `emulator: { emulator: true }` under the pack's `environments`");
            }
            problem
        })
        .collect()
}

/// That nothing was selected, by what, and what would have been.
pub(super) fn nothing(args: &RunArgs, selection: &Selection, plan: &Plan) -> Diagnostic {
    let tags = args.tags.iter().map(|tag| format!("`-t {}`", word(tag)));
    let filter = args.filter.iter();
    let filter = filter.map(|text| format!("`-k {}`", word(text)));
    let given: Vec<String> = tags.chain(filter).collect();
    if plan.known.is_empty() {
        return no_scenarios();
    }
    let message = match given.split_last() {
        None => "no scenario was selected".to_owned(),
        Some((one, [])) => format!("no scenario was selected by {one}"),
        Some((last, others)) => {
            let others = others.join(", ");
            format!("no scenario was selected by {others} and {last} together")
        }
    };
    let mut problem = Diagnostic::error("nothing-selected", message);
    let tags: Vec<String> = plan.known_tags.iter().cloned().collect();
    let asked: BTreeSet<&str> = selection.tags.iter().flat_map(|tag| tag.names()).collect();
    let unknown: Vec<&str> = asked
        .into_iter()
        .filter(|tag| !plan.known_tags.contains(*tag))
        .collect();
    for tag in &unknown {
        problem = problem.note(format!("no scenario has the tag `{tag}`"));
        if tag.contains(',') {
            let either = tag.split(',').map(str::trim).collect::<Vec<_>>();
            let either = either.join(" or ");
            problem = problem.help(format!("for either of them, write `-t '{either}'`"));
        } else if let Some(close) = did_you_mean(tag, tags.iter().map(String::as_str)) {
            problem = problem.help(format!("did you mean `-t {close}`?"));
        }
    }
    if !unknown.is_empty() && !tags.is_empty() {
        problem = problem.help(format!("tags that there are: {}", listed(&tags)));
    }
    if let Some(text) = &args.filter {
        let ids = plan.known.iter().map(|id| id.scenario.as_str());
        let found = plan.known.iter().any(|id| id.scenario.contains(text));
        if let Some(close) = did_you_mean(text, ids).filter(|_| !found) {
            problem = problem.help(format!("did you mean `-k {close}`?"));
        }
    }
    problem.help("`probity list scenarios` shows what there is")
}

/// That a shard has none of what was selected.
pub(super) fn empty_shard(selection: &Selection, plan: &Plan) -> Option<Diagnostic> {
    let shard = selection.shard?;
    if plan.selected == 0 || !plan.cases.is_empty() {
        return None;
    }
    let message = match plan.selected {
        1 => format!("the one scenario that was selected is not in shard {shard}"),
        several => {
            format!("none of the {several} scenarios that were selected is in shard {shard}")
        }
    };
    let problem = Diagnostic::warning("empty-shard", message);
    Some(problem.help("so many shards are not needed"))
}

/// What is given by `--var` and that nothing of what was selected reads. Of a `--vars-file` nothing is said: others may
/// read what is in it.
pub(super) fn unread_vars(args: &RunArgs, plan: &Plan) -> Vec<Diagnostic> {
    if plan.cases.is_empty() || !plan.invalid_files.is_empty() {
        return Vec::new();
    }
    let declared = plan.cases.iter().flat_map(|case| {
        let vars = case.file.document.vars.iter();
        vars.chain(&case.scenario().vars)
            .map(|var| var.name.as_str())
    });
    let declared: BTreeSet<&str> = declared.collect();
    let names = args.vars.iter().filter_map(|var| var.split_once('='));
    let unread = names.filter(|(name, _)| !plan.used.contains(*name) && !name.starts_with('_'));
    unread
        .map(|(name, _)| {
            let message = format!("`--var {name}=…`: no selected scenario reads `{name}`");
            Diagnostic::warning("unused-variable", message).suggest(name, declared.iter().copied())
        })
        .collect()
}

/// That there is nothing that could be selected.
pub(super) fn no_scenarios() -> Diagnostic {
    Diagnostic::error("nothing-selected", "there are no scenarios here")
        .help("scenarios are found in files that are called `….scenario.yaml`")
}

/// An option's value as it is typed.
fn word(text: &str) -> String {
    if text.contains(|c: char| c.is_whitespace() || "()*?'\"".contains(c)) {
        format!("'{text}'")
    } else {
        text.to_owned()
    }
}

fn listed(names: &[String]) -> String {
    match names.len().saturating_sub(NAMED) {
        0 | 1 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}
