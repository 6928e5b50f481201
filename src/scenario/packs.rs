//! Which packs a scenario file uses, and under which names.

use std::sync::Arc;

use super::{PackUse, ScenarioFile};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::pack::{Library, Loaded, OtherVersion, Pack};
use crate::source::{Place, Span};

/// As many changes of a pack are named where a file uses it.
const CHANGES: usize = 5;

/// The packs of a scenario file.
#[derive(Clone, Debug, Default)]
pub struct FilePacks {
    /// By alias, in the order of `packs`; then the pack in whose folder the file lies, if it is not among them.
    pub packs: Vec<(String, Arc<Pack>)>,
    /// Place in `packs` of the pack that `http` steps address by default.
    pub default: Option<usize>,
    /// Those that the file uses and that can't be used: unknown or invalid. What is addressed to them can't be judged.
    pub lost: Vec<String>,
}

impl FilePacks {
    /// The pack with this alias, or the default one.
    #[must_use]
    pub fn get(&self, alias: Option<&str>) -> Option<&Arc<Pack>> {
        match alias {
            Some(alias) => self.packs.iter().find(|(name, _)| name == alias),
            None => self.default.and_then(|index| self.packs.get(index)),
        }
        .map(|(_, pack)| pack)
    }
}

impl ScenarioFile {
    /// Looks up the packs that the file uses. What can't be found, or has problems of its own, is a problem of the file.
    #[must_use]
    pub fn resolve_packs(&self, library: &Library) -> (FilePacks, Vec<Diagnostic>) {
        let mut found = FilePacks::default();
        let mut problems = Vec::new();
        for used in &self.packs {
            match self.resolve(used, library) {
                Ok(pack) => found.packs.push((used.alias.clone(), pack)),
                Err(problem) => {
                    found.lost.push(used.alias.clone());
                    problems.push(problem);
                }
            }
        }
        if let Some(own) = library.enclosing(&self.source.path) {
            self.add_enclosing(&own, &mut found, &mut problems);
        }
        found.default = match &self.default_pack {
            None => {
                let first = self.packs.first();
                let lost = first.is_some_and(|used| found.lost.contains(&used.alias));
                (!lost && !found.packs.is_empty()).then_some(0)
            }
            Some(named) => {
                let index = found
                    .packs
                    .iter()
                    .position(|(alias, _)| *alias == named.name);
                // A pack that could not be found is a problem already.
                if index.is_none() && !found.lost.contains(&named.name) {
                    problems.push(not_listed(&named.name, named.place.clone(), &found));
                }
                index
            }
        };
        (found, problems)
    }

    fn resolve(&self, used: &PackUse, library: &Library) -> Result<Arc<Pack>, Diagnostic> {
        let path = &self.source.path;
        let found = match &used.versions {
            None => library.find(&used.pack, path).ok_or_else(Vec::new),
            Some(versions) => library.find_version(&used.pack, versions, path),
        };
        let loaded = found.map_err(|others| {
            let problem = match &used.versions {
                Some(versions) if !others.is_empty() => no_version(&used.pack, versions, &others),
                _ => unknown(&used.pack, &library.names(path)),
            };
            problem.at(used.place.clone())
        })?;
        usable(&loaded).map_err(|problem| problem.at(used.place.clone()).label("this pack"))
    }

    fn add_enclosing(&self, own: &Loaded, found: &mut FilePacks, problems: &mut Vec<Diagnostic>) {
        let name = own.name();
        let mut used = self.packs.iter();
        if used.any(|used| used.pack == name || used.alias == name) {
            return;
        }
        match usable(own) {
            Ok(pack) => found.packs.push((pack.name.clone(), pack)),
            Err(problem) => {
                found.lost.push(name.to_owned());
                problems.push(problem.at(Place::new(&self.source, Span::new(0, 0))));
            }
        }
    }
}

/// A pack that does not exist.
fn unknown(name: &str, known: &[String]) -> Diagnostic {
    let problem = Diagnostic::error("unknown-pack", format!("there is no pack `{name}`"))
        .label("unknown pack");
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None if known.is_empty() => problem.help(
            "a pack is a folder with a `pack.yaml`, under `scenarios/` or in a folder that `--packs` names",
        ),
        None => problem.help(format!("packs that exist: {}", known.join(", "))),
    }
}

/// A pack that exists, and not in the versions that were asked for.
fn no_version(name: &str, versions: &semver::VersionReq, others: &[OtherVersion]) -> Diagnostic {
    let message = format!("no `{name}` has a version that is `{versions}`");
    let mut problem = Diagnostic::error("no-such-version", message).label("no such version");
    problem.notes = others
        .iter()
        .map(|other| match &other.version {
            Some(version) => format!("{version} is found: {}", other.origin),
            None => format!("one that is invalid is found: {}", other.origin),
        })
        .collect();
    problem
        .help("ask for a version that there is, or get another with `probity pack add … --rev …`")
}

/// The pack, unless something is wrong with its files.
fn usable(loaded: &Loaded) -> Result<Arc<Pack>, Diagnostic> {
    if let Some(problem) = changed(loaded) {
        return Err(problem);
    }
    let mut errors = loaded.errors();
    let first = errors.next();
    if let (Some(pack), None) = (&loaded.pack, first) {
        return Ok(Arc::clone(pack));
    }
    let mut problem = Diagnostic::error(
        "invalid-pack",
        format!("the pack `{}` is invalid", loaded.origin),
    );
    if let Some(first) = first {
        problem = problem.note(first.one_line());
    }
    let more = errors.count();
    if more > 0 {
        problem = problem.note(format!("and {more} more"));
    }
    Err(problem.help("`probity lint` shows all of it"))
}

/// A pack that is not the one that was added.
fn changed(loaded: &Loaded) -> Option<Diagnostic> {
    let (last, others) = loaded.changes.split_last()?;
    if others.is_empty() {
        return Some(last.clone());
    }
    let message = format!("the pack `{}` is not what was added", loaded.origin);
    let mut problem = Diagnostic::error(last.code, message);
    let said = loaded.changes.iter().map(|change| change.message.clone());
    problem.notes = said.take(CHANGES).collect();
    if loaded.changes.len() > CHANGES {
        let more = loaded.changes.len() - CHANGES;
        problem = problem.note(format!("and {more} more: `probity pack verify` shows them"));
    }
    problem.help.clone_from(&last.help);
    Some(problem)
}

/// A pack that is addressed but not listed in `packs`.
pub(crate) fn not_listed(name: &str, place: Place, packs: &FilePacks) -> Diagnostic {
    let problem = Diagnostic::error("unknown-pack", format!("this file uses no pack `{name}`"))
        .at(place)
        .label("not in `packs`");
    let called = packs.packs.iter().find(|(_, pack)| pack.name == name);
    if let Some((alias, _)) = called {
        return problem.help(format!(
            "`{name}` is called `{alias}` here: write `{alias}`"
        ));
    }
    let aliases = || packs.packs.iter().map(|(alias, _)| alias.as_str());
    if let Some(close) = did_you_mean(name, aliases()) {
        return problem.help(format!("did you mean `{close}`?"));
    }
    let renamed = packs.packs.iter().any(|(alias, pack)| *alias != pack.name);
    let listed = if renamed {
        let all = packs
            .packs
            .iter()
            .map(|(alias, pack)| format!("{alias}: {}", pack.name));
        let all: Vec<String> = all.chain([format!("{name}: {name}")]).collect();
        format!("{{{}}}", all.join(", "))
    } else {
        let all: Vec<&str> = aliases().chain([name]).collect();
        format!("[{}]", all.join(", "))
    };
    problem.help(format!("list it at the top of the file: `packs: {listed}`"))
}
