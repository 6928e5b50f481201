//! Decisions before the run, without I/O: which cases there are, which of them were selected, and what each needs.

mod bind;
mod secrets;
mod select;
mod waits;
mod webhooks;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::event::{Case, CaseId, InvalidFile};
use crate::http::{Base, Egress};
use crate::pack::{Action, Pack};
use crate::scenario::{Row, Rows, Scenario, ScenarioFile, by_scenario};
use crate::source::Folder;
use crate::step::ActionName;
use crate::value::{Secret, format_duration};

use bind::Unbound;
pub use bind::{Bindings, DEFAULT_ENVIRONMENT, Environments, Lookup};
pub use select::{Filter, NamedCase, Selection, Shard, TagExpr};

/// Everything that a run is to do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The selected cases, sorted by file, then in written order.
    pub cases: Vec<PlannedCase>,
    pub invalid_files: Vec<InvalidFile>,
    /// How many cases were selected, those of other shards too.
    pub selected: usize,
    /// Warnings and such that concern no single case.
    pub notices: Vec<Diagnostic>,
    /// The packs that the selected cases use, as they are bound.
    pub packs: Vec<Arc<BoundPack>>,
    /// How many files the selected cases are in.
    pub files: usize,
    /// The ids of all cases of the files that were loaded, selected or not.
    pub known: Vec<CaseId>,
    /// Those of them that stand for rows that can't be read.
    pub unreadable: Vec<CaseId>,
    /// The tags of all those.
    pub known_tags: BTreeSet<String>,
    /// The variables of the command line that the files of the selected cases read or declare.
    pub used: BTreeSet<String>,
    /// Packs that selected cases use and that have no such environment as was asked for.
    pub without_environment: Vec<Arc<Pack>>,
}

/// A scenario file and what its names mean in this run.
#[derive(Debug)]
pub struct PlannedFile {
    pub document: Box<ScenarioFile>,
    /// The packs it uses, by alias.
    pub packs: Vec<(String, Arc<BoundPack>)>,
    /// Place in `packs` of the pack that `http` steps address by default.
    pub default_pack: Option<usize>,
    pub folder: Folder,
    /// The file's own folder below `folder`.
    pub beside: String,
    /// The file's own secrets, with the values they have in this run.
    pub secrets: Vec<(String, SecretValue)>,
    /// Its text has the word by which webhooks are spoken of.
    mentions_webhooks: bool,
}

/// A pack in one of its environments.
#[derive(Debug)]
pub struct BoundPack {
    pub pack: Arc<Pack>,
    pub environment: String,
    /// The base URL, or `None` for the emulator.
    pub base_url: Option<Arc<Base>>,
    pub egress: Arc<Egress>,
    pub secrets: Vec<(String, SecretValue)>,
}

/// What a declared secret is in this run.
#[derive(Clone, Debug)]
pub enum SecretValue {
    /// The emulator's own test value: not a secret.
    Test(String),
    Real(Secret),
    /// The environment variable is unset or empty.
    Missing(Diagnostic),
}

/// One case: a scenario with one row of its data.
#[derive(Clone, Debug)]
pub struct PlannedCase {
    pub case: Arc<Case>,
    pub file: Arc<PlannedFile>,
    /// Place in the file's scenarios.
    pub scenario: usize,
    pub row: Option<Row>,
    pub fate: Fate,
}

/// What is known of a case before anything is sent.
#[derive(Clone, Debug)]
pub enum Fate {
    Run,
    Skip(String),
    /// It can't be run: the diagnostics say why.
    Invalid(Vec<Diagnostic>),
    /// Something that it needs is missing, such as a secret.
    Unable(Vec<Diagnostic>),
}

impl PlannedCase {
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.file.document.scenarios[self.scenario]
    }
}

impl PlannedFile {
    /// The pack with this alias, or the default one.
    #[must_use]
    pub fn pack(&self, alias: Option<&str>) -> Option<&Arc<BoundPack>> {
        match alias {
            Some(alias) => self
                .packs
                .iter()
                .find(|(name, _)| name == alias)
                .map(|(_, pack)| pack),
            None => self.default_pack.map(|index| &self.packs[index].1),
        }
    }

    /// The action that a step of the file names.
    #[must_use]
    pub fn action(&self, name: &ActionName) -> Option<&Action> {
        let action = match &name.pack {
            Some(alias) => self.pack(Some(alias))?.pack.actions.get(&name.name),
            None => self.document.actions.get(&name.name),
        };
        action.map(AsRef::as_ref)
    }

    /// Whether every pack is on its emulator, so that time is virtual.
    #[must_use]
    pub fn all_on_emulators(&self) -> bool {
        self.packs.iter().all(|(_, pack)| pack.base_url.is_none())
    }
}

/// How long a scenario may take unless it says otherwise; declared waits are not counted.
pub const DEFAULT_SCENARIO_TIMEOUT: Duration = Duration::from_mins(5);

/// A scenario file as it was loaded: its document, what lint found, and the packs it names.
#[derive(Debug)]
pub struct Loaded {
    /// What every output calls the file.
    pub name: String,
    /// Large, and moved about.
    pub document: Option<Box<ScenarioFile>>,
    pub problems: Vec<Diagnostic>,
    /// The packs that the document uses and that were found, by alias.
    pub packs: Vec<(String, Arc<Pack>)>,
    /// Place in `packs` of the pack that `http` steps address by default.
    pub default_pack: Option<usize>,
    pub folder: Folder,
    pub beside: String,
    /// The variables of the command line that it reads or declares.
    pub used: Vec<String>,
}

/// What of a real sandbox a run can wait for.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// The longest that a scenario may say that it waits.
    pub max_wait: Duration,
    /// Webhooks can come from outside.
    pub public_receiver: bool,
}

/// Decides what is to be run.
#[must_use]
pub fn plan(
    files: Vec<Loaded>,
    selection: &Selection,
    bindings: &mut Bindings<'_>,
    reach: Reach,
) -> Plan {
    let mut plan = Plan::default();
    let mut selected = Vec::new();
    for file in files {
        add_file(&mut plan, &mut selected, file, selection, bindings, reach);
    }
    plan.selected = selected.len();
    if let Some(shard) = selection.shard {
        let mut place = 0;
        selected.retain(|_| {
            place += 1;
            shard.takes(place - 1)
        });
    }
    let mut last_file = None;
    for (index, mut planned) in selected.into_iter().enumerate() {
        let case = Arc::make_mut(&mut planned.case);
        case.index = index;
        if last_file.as_ref() != Some(&case.id.file) {
            plan.files += 1;
            last_file = Some(case.id.file.clone());
        }
        for (_, pack) in &planned.file.packs {
            if !plan.packs.iter().any(|have| Arc::ptr_eq(have, pack)) {
                plan.packs.push(Arc::clone(pack));
            }
        }
        plan.cases.push(planned);
    }
    secrets::warn_of_short(&mut plan);
    secrets::say_once(&mut plan);
    plan.packs
        .sort_by(|left, right| left.pack.name.cmp(&right.pack.name));
    plan
}

impl Plan {
    /// What makes files and scenarios invalid, each problem once.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        let files = self.invalid_files.iter().flat_map(|file| &file.problems);
        let cases = self.cases.iter().filter_map(|case| match &case.fate {
            Fate::Invalid(problems) => Some(problems),
            Fate::Run | Fate::Skip(_) | Fate::Unable(_) => None,
        });
        let mut problems: Vec<Diagnostic> = files.chain(cases.flatten()).cloned().collect();
        sort(&mut problems);
        problems
    }

    /// Takes note of a case, selected or not.
    fn know(&mut self, case: &Case, unreadable: bool) {
        self.known.push(case.id.clone());
        if unreadable {
            self.unreadable.push(case.id.clone());
        }
        for tag in &case.tags {
            if !self.known_tags.contains(tag) {
                self.known_tags.insert(tag.clone());
            }
        }
    }

    /// Takes over the packs that a selected case uses and that can't be bound.
    fn miss_environments(&mut self, packs: &mut Vec<Arc<Pack>>) {
        for pack in packs.drain(..) {
            let known = &mut self.without_environment;
            if !known.iter().any(|have| Arc::ptr_eq(have, &pack)) {
                known.push(pack);
            }
        }
    }
}

fn add_file(
    plan: &mut Plan,
    selected: &mut Vec<PlannedCase>,
    file: Loaded,
    selection: &Selection,
    bindings: &mut Bindings<'_>,
    reach: Reach,
) {
    let (mut errors, warnings): (Vec<_>, Vec<_>) = file
        .problems
        .into_iter()
        .partition(|problem| problem.severity == Severity::Error);
    let Some(document) = file.document else {
        plan.notices.extend(warnings);
        sort(&mut errors);
        plan.invalid_files.push(InvalidFile {
            file: file.name,
            problems: errors,
        });
        return;
    };
    let (mut packs, mut unbound) = (Vec::new(), Vec::new());
    for (alias, pack) in &file.packs {
        match bindings.bind(pack) {
            Ok(bound) => packs.push((alias.clone(), bound)),
            Err(Unbound::Environment) => unbound.push(Arc::clone(pack)),
            Err(Unbound::Pack(problem)) => errors.push(*problem),
        }
    }
    sort(&mut errors);
    // What is wrong within one scenario is its own; what is wrong outside of all concerns the file.
    let split = by_scenario(&document, &errors);
    if !split.file.is_empty() {
        plan.notices.extend(warnings);
        plan.invalid_files.push(InvalidFile {
            file: file.name,
            problems: errors,
        });
        return;
    }
    let on_emulators = packs.iter().all(|(_, pack)| pack.base_url.is_none());
    let planned = Arc::new(PlannedFile {
        secrets: bindings.secrets(&document.secrets, on_emulators),
        mentions_webhooks: webhooks::mentioned(&document.source),
        document,
        packs,
        default_pack: file.default_pack,
        folder: file.folder,
        beside: file.beside,
    });
    let mut taken = vec![false; planned.document.scenarios.len()];
    for (index, (scenario, problems)) in planned
        .document
        .scenarios
        .iter()
        .zip(split.scenarios)
        .enumerate()
    {
        let fate = fate(&planned, scenario, problems, reach);
        let unreadable = matches!(scenario.rows, Rows::Unreadable(_));
        for (row_name, row) in scenario.rows.expand(&scenario.place) {
            let case = case(&planned, scenario, &file.name, row_name);
            plan.know(&case, unreadable);
            if selection.takes(&case.id, &case.tags, unreadable) {
                plan.miss_environments(&mut unbound);
                taken[index] = true;
                selected.push(PlannedCase {
                    case: Arc::new(case),
                    file: Arc::clone(&planned),
                    scenario: index,
                    row,
                    fate: fate.clone(),
                });
            }
        }
    }
    if taken.contains(&true) {
        plan.used.extend(file.used);
    }
    let concerns = |warning: &Diagnostic| concerns(&planned.document, warning, &taken);
    plan.notices.extend(warnings.into_iter().filter(concerns));
}

/// Whether a warning concerns a scenario that was taken; one that lies in no scenario concerns all of them.
fn concerns(document: &ScenarioFile, warning: &Diagnostic, taken: &[bool]) -> bool {
    let scenarios = document.scenarios.iter().zip(taken);
    let mut owners = scenarios
        .filter(|(scenario, _)| scenario.owns(warning))
        .peekable();
    match owners.peek() {
        Some(_) => owners.any(|(_, taken)| *taken),
        None => taken.contains(&true),
    }
}

fn case(planned: &PlannedFile, scenario: &Scenario, file: &str, row: Option<String>) -> Case {
    let mut tags = planned.document.tags.clone();
    tags.extend(
        scenario
            .tags
            .iter()
            .filter(|tag| !planned.document.tags.contains(tag))
            .cloned(),
    );
    Case {
        id: CaseId {
            file: file.to_owned(),
            scenario: scenario.id.clone(),
            row,
        },
        title: scenario.name.clone(),
        suite: planned.document.name.clone(),
        line: scenario.place.start().line,
        tags,
        index: 0,
    }
}

/// What is known of a scenario's cases before anything is sent.
fn fate(file: &PlannedFile, scenario: &Scenario, problems: Vec<Diagnostic>, reach: Reach) -> Fate {
    if !problems.is_empty() {
        return Fate::Invalid(problems);
    }
    let settings = file.document.settings.iter().chain(&scenario.settings);
    for settings in settings {
        if let Some(pack) = file.pack(Some(&settings.pack.name))
            && pack.base_url.is_some()
        {
            return Fate::Skip(format!(
                "it sets the emulator of `{}`, which is on `{}` here",
                settings.pack.name, pack.environment
            ));
        }
    }
    if !file.all_on_emulators() {
        let waits = waits::declared(file, scenario);
        if waits > reach.max_wait {
            return Fate::Skip(format!(
                "it waits {} in real time, more than `--max-wait {}`",
                format_duration(waits),
                format_duration(reach.max_wait)
            ));
        }
    }
    let webhooks = webhooks::Needs::of(file, scenario);
    if !reach.public_receiver
        && let Some(pack) = webhooks.outside(file)
    {
        return Fate::Skip(format!(
            "it needs webhooks of `{pack}`, which can't come from outside without `--webhook-url`"
        ));
    }
    let missing = secrets::missing(file, scenario, &webhooks);
    if missing.is_empty() {
        Fate::Run
    } else {
        Fate::Unable(missing)
    }
}
