//! What happened in a run, in order and already redacted. The run makes events, the reporters read them, and nothing else
//! passes between the two. Their serde form is the JSON report (`schemas/report.schema.json`).

mod coverage;

use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::diagnostic::Diagnostic;

pub use coverage::{Count, Coverage, Missing, OperationCoverage, PackCoverage};

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first event of every run.
    Run(Box<RunStarted>),
    /// A file that could not be used at all: its own suite with one errored case in every report.
    InvalidFile(Box<InvalidFile>),
    /// A diagnostic that concerns no single case, such as a lint warning or a short secret.
    Notice(Box<Notice>),
    /// A case's attempt begins.
    CaseStarted(CaseStarted),
    /// A step begins. Only where something may take long: reports use it to say what a slow case is waiting for.
    StepStarted(StepStarted),
    StepFinished(Box<StepFinished>),
    /// An attempt did not pass and the case is tried again.
    Retrying(Box<CaseFinished>),
    /// The case's last attempt is over, or it was never started.
    CaseFinished(Box<CaseFinished>),
    /// Ctrl-C or SIGTERM was received: nothing new starts, cleanups run.
    Interrupted(Interrupted),
    /// The last event of every run.
    Summary(Box<Summary>),
}

#[derive(Clone, Debug, Serialize)]
pub struct RunStarted {
    /// The version of this stream's schema: 1.
    pub schema: u32,
    pub probity: &'static str,
    /// Short and random, or made from the seed: tells runs apart in logs.
    pub run: String,
    pub seed: u64,
    /// Wall time, RFC 3339 in UTC: the only one; everything else is an offset from it.
    pub started: String,
    pub hostname: String,
    pub packs: Vec<PackUsed>,
    /// Cases that were selected, skipped ones included.
    pub cases: usize,
    pub files: usize,
    pub jobs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// What `rerun:` lines need besides the case's id and the seed: the options that change what a case sends or what
    /// becomes of it, as given, one argument each, not yet quoted for a shell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rerun_options: Vec<String>,
    /// The folders of added packs whose own scenarios were found and left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// A pack as this run uses it.
#[derive(Clone, Debug, Serialize)]
pub struct PackUsed {
    pub name: String,
    pub version: String,
    pub environment: String,
    pub emulator: bool,
    /// Where it was found: a folder, or `built in`.
    pub origin: String,
}

/// A case's identity: what reports, selections and reruns call it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseId {
    /// The file's path, relative to the project root, with `/`.
    pub file: String,
    /// The scenario's id.
    pub scenario: String,
    /// The row's name without brackets: `category=COMPLIANCE`, `#2`; none where the scenario has no rows.
    pub row: Option<String>,
}

impl CaseId {
    /// `id` or `id [row]`: the name of the case within its file.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.row {
            Some(row) => format!("{} [{row}]", self.scenario),
            None => self.scenario.clone(),
        }
    }

    /// The file as JUnit's `classname`: without `.scenario.yaml`, with `.` for `/`.
    #[must_use]
    pub fn class_name(&self) -> String {
        self.short_file().replace('/', ".")
    }

    /// The file without its ending.
    #[must_use]
    pub fn short_file(&self) -> &str {
        let file = self.file.as_str();
        [".scenario.yaml", ".scenario.yml", ".yaml", ".yml"]
            .iter()
            .find_map(|ending| file.strip_suffix(ending))
            .unwrap_or(file)
    }
}

impl std::fmt::Display for CaseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}::{}", self.file, self.name())
    }
}

/// A case: its identity and what reports tell of it.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: CaseId,
    /// The scenario's `name`, if it has one.
    pub title: Option<String>,
    /// The file's `name`.
    pub suite: String,
    /// The line of the scenario's id, from 1.
    pub line: usize,
    pub tags: Vec<String>,
    /// Place in the run's order, from 0.
    pub index: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct InvalidFile {
    pub file: String,
    pub problems: Vec<Diagnostic>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    pub problem: Diagnostic,
}

#[derive(Clone, Debug, Serialize)]
pub struct CaseStarted {
    #[serde(flatten)]
    pub case: Arc<Case>,
    /// From 1; more than 1 on a rerun.
    pub attempt: u32,
    pub at: Offset,
}

#[derive(Clone, Debug, Serialize)]
pub struct StepStarted {
    #[serde(serialize_with = "case_name")]
    pub case: Arc<Case>,
    pub attempt: u32,
    pub at: Offset,
    pub step: StepName,
}

/// Which step, and what it is called.
#[derive(Clone, Debug, Serialize)]
pub struct StepName {
    /// `setup[0].uses[1].for_each[2]`
    pub path: String,
    /// The step's `name`, or what it does: `POST /customers`, `shop/create_order`, `wait 1h`.
    pub title: String,
    /// Place among the scenario's top-level steps, from 1, and how many there are.
    pub number: usize,
    pub of: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct StepFinished {
    #[serde(serialize_with = "case_name")]
    pub case: Arc<Case>,
    pub attempt: u32,
    pub at: Offset,
    #[serde(flatten)]
    pub record: StepRecord,
}

/// How a step went.
#[derive(Clone, Debug, Serialize)]
pub struct StepRecord {
    pub step: StepName,
    pub outcome: Outcome,
    pub duration: Offset,
    /// Checks that were evaluated.
    pub checks: usize,
    /// One for each check that failed, or the one error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Diagnostic>,
    /// Why it was skipped, or what else is worth saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Requests and responses, where a report needs them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ExchangeRecord>,
}

impl StepRecord {
    /// Its problems as those of the case.
    pub fn case_problems(&self) -> impl Iterator<Item = CaseProblem> {
        self.problems.iter().map(|problem| CaseProblem {
            step: Some(self.step.path.clone()),
            exchange_of: None,
            problem: problem.clone(),
        })
    }
}

impl AsRef<Diagnostic> for CaseProblem {
    fn as_ref(&self) -> &Diagnostic {
        &self.problem
    }
}

impl From<Diagnostic> for CaseProblem {
    /// A problem of the scenario as a whole.
    fn from(problem: Diagnostic) -> Self {
        Self {
            step: None,
            exchange_of: None,
            problem,
        }
    }
}

/// A request and what came of it, redacted, bodies cut to what a person would read.
#[derive(Clone, Debug, Serialize)]
pub struct ExchangeRecord {
    /// It came to us: a webhook, and how we answered it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub webhook: bool,
    pub method: String,
    /// An emulator's address is written as `{pack}`.
    pub url: String,
    pub request_headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<String>,
    /// The response's status, unless there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub response_headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_body: Option<String>,
    /// Why there is no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub duration: Offset,
    /// A command that sends the same request, with secrets redacted; none for an emulator's, which is gone with its case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub curl: String,
}

/// How a case or a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    /// The system answered and a check said no.
    Failed,
    /// It could not be done.
    Errored,
    /// The scenario is invalid: nothing of it was sent.
    Invalid,
    Skipped,
    /// Never started: the run was interrupted, or stopped at the first failure.
    NotRun,
}

#[derive(Clone, Debug, Serialize)]
pub struct CaseFinished {
    #[serde(flatten)]
    pub case: Arc<Case>,
    /// From 1.
    pub attempt: u32,
    pub at: Offset,
    pub outcome: Outcome,
    /// Passed, after an attempt that did not.
    pub flaky: bool,
    pub duration: Offset,
    pub requests: usize,
    /// Why it was skipped or not run; or why it could not begin, where a notice tells of that for all such cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What went wrong, the first first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<CaseProblem>,
    /// What went wrong in cleanups and teardown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cleanup_problems: Vec<CaseProblem>,
    /// What is said without being held against the case, such as breaches of a contract under `--contract warn`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<CaseProblem>,
    /// Requests that an emulator had no route for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<String>,
    /// Each request to an emulator with the rule that answered it (`-vv`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub journal: Vec<String>,
    /// The steps with their exchanges: of cases that did not pass, and of all with `-v`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepRecord>,
    /// Earlier attempts that did not pass, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Attempt>,
}

/// An attempt that did not pass.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub attempt: u32,
    pub outcome: Outcome,
    pub duration: Offset,
    pub problems: Vec<CaseProblem>,
}

/// A problem and the step it arose in, so that a report can show the exchange beside it.
#[derive(Clone, Debug, Serialize)]
pub struct CaseProblem {
    /// The step's path; none where the problem is of the scenario as a whole, such as its time limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The path of the step whose exchange it is about, where that is another: the one of an action that answered, or of
    /// a `parallel` that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_of: Option<String>,
    pub problem: Diagnostic,
}

impl CaseProblem {
    /// The path of the step whose exchange stands beside it.
    #[must_use]
    pub fn exchange_step(&self) -> Option<&str> {
        self.exchange_of.as_deref().or(self.step.as_deref())
    }
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Interrupted {
    pub at: Offset,
    /// Cases that are still running their cleanups.
    pub running: usize,
}

/// What the run came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    pub duration: Offset,
    pub cases: usize,
    pub passed: usize,
    /// Of `passed`, those that passed only on a rerun.
    pub flaky: usize,
    pub failed: usize,
    pub errored: usize,
    pub invalid: usize,
    pub skipped: usize,
    pub not_run: usize,
    pub invalid_files: usize,
    pub requests: usize,
    pub checks: usize,
    pub interrupted: bool,
    /// What of the packs' contracts came up, where somebody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// What the emulators of the run have and no request asked for, pack by pack.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused_routes: Vec<UnusedRoutes>,
}

/// Routes of a pack's emulator that no request of a run reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnusedRoutes {
    pub pack: String,
    /// `GET /customers/{id}`, in the order of the emulator's file.
    pub routes: Vec<String>,
    /// How many routes it has.
    pub of: usize,
}

/// Time since the start of the run, or a length of time; in the JSON report, seconds with six decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offset(pub Duration);

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX);
        let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        serde_json::Number::from_string_unchecked(text).serialize(serializer)
    }
}

/// Every event of a case names it alike: by its file and name in one text, under `case`.
fn case_name<S: Serializer>(case: &Arc<Case>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&case.id)
}

/// Its name under `case`, and what else is known of it under `about`.
impl Serialize for Case {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            case: String,
            about: About<'a>,
        }
        #[derive(Serialize)]
        struct About<'a> {
            file: &'a str,
            line: usize,
            scenario: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            row: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            title: Option<&'a str>,
            suite: &'a str,
            tags: &'a [String],
            index: usize,
        }
        Fields {
            case: self.id.to_string(),
            about: About {
                file: &self.id.file,
                line: self.line,
                scenario: &self.id.scenario,
                row: self.id.row.as_deref(),
                title: self.title.as_deref(),
                suite: &self.suite,
                tags: &self.tags,
                index: self.index,
            },
        }
        .serialize(serializer)
    }
}

impl Summary {
    /// Counts a finished case.
    pub fn count(&mut self, finished: &CaseFinished) {
        self.requests += finished.requests;
        self.flaky += usize::from(finished.flaky);
        let counter = match finished.outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Errored => &mut self.errored,
            Outcome::Invalid => &mut self.invalid,
            Outcome::Skipped => &mut self.skipped,
            Outcome::NotRun => &mut self.not_run,
        };
        *counter += 1;
    }
}
