//! Running a plan: many cases at once, each on its own, and the events that tell of them.
//!
//! A case runs on one thread from its beginning to its end. It spends most of its time waiting, so that a few threads do for
//! many cases.

mod action;
mod attempt;
mod body;
mod branches;
mod capture;
mod case;
mod checks;
mod cleanup;
mod context;
mod done;
mod frame;
mod headers;
mod inbox;
mod large;
mod limit;
mod log;
mod plain;
mod poll;
mod prepare;
mod problem;
mod receive;
mod registered;
mod replay;
mod request;
mod scope;
mod step;
mod stop;
mod told;
mod unlike;
mod workers;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use self::context::Cx;
use self::large::LargeBodies;
use self::limit::Limit;
use crate::check::{Operation, Recorder};
use crate::diagnostic::Diagnostic;
use crate::event::{
    Case, CaseFinished, Count, Coverage, Event, Interrupted, Offset, Outcome, PackCoverage,
    PackUsed, RunStarted, StepFinished, StepName, StepStarted, Summary,
};
use crate::http::{Client, Request, Response};
use crate::pack::Sandboxes;
use crate::plan::{BoundPack, Fate, Plan, PlannedCase, PlannedFile};
use crate::receiver::Receiver;
use crate::value::{Redactor, Value};

pub use stop::{Stop, StopHandle};
pub use workers::runtime;

/// What the caller decides about a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Cases in flight at once.
    pub jobs: usize,
    pub seed: u64,
    /// Tells runs apart in logs.
    pub run_id: String,
    /// For every case, in place of its own `reruns`.
    pub reruns: Option<u64>,
    pub fail_fast: bool,
    /// For scenarios without a `timeout` of their own.
    pub timeout: Option<Duration>,
    /// Variables from the command line.
    pub vars: Vec<(String, Value)>,
    pub shard: Option<String>,
    /// What a rerun needs besides the case's id and the seed, one argument each.
    pub rerun_options: Vec<String>,
    /// The folders of added packs whose own scenarios are no part of the run.
    pub left_out: Vec<String>,
    pub hostname: String,
    /// The real clock.
    pub wall: fn() -> Timestamp,
    /// Report the steps of cases that passed too.
    pub log_all: bool,
    /// Report that a step begins.
    pub step_starts: bool,
    /// Report every step as soon as it is over.
    pub step_ends: bool,
    /// Report what emulators answered, and why.
    pub journal: bool,
    /// What becomes of a breach of a pack's contract.
    pub contract: ContractMode,
    /// Find out what of the packs' contracts comes up.
    pub coverage: bool,
}

/// What becomes of a response that breaks its pack's contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContractMode {
    /// The step fails.
    #[default]
    Fail,
    /// It is reported, and held against nobody.
    Warn,
    /// Responses are not held to contracts.
    Off,
}

/// What a run works with.
pub struct Resources {
    pub sandboxes: Arc<dyn Sandboxes>,
    pub receiver: Receiver,
    /// Looks up environment variables for `env(…)`.
    pub env: Box<dyn Fn(&str) -> Option<String> + Send + Sync>,
    pub events: Box<dyn Fn(Event) + Send + Sync>,
    pub stop: Stop,
}

/// What all cases of a run share.
struct Shared {
    options: Options,
    sandboxes: Arc<dyn Sandboxes>,
    receiver: Receiver,
    env: Box<dyn Fn(&str) -> Option<String> + Send + Sync>,
    events: Box<dyn Fn(Event) + Send + Sync>,
    stop: Stop,
    started: Instant,
    packs: Vec<Arc<BoundPack>>,
    limits: Vec<Limit>,
    /// Knows every secret of the run's environments.
    redactor: Redactor,
    /// For what planning says, which was before any value was made.
    redactor_of_plan: Redactor,
    /// For each pack, if that is wanted and it has a contract.
    coverage: Mutex<Vec<Option<Recorder>>>,
    summary: Mutex<Summary>,
    /// A case did not pass and `--fail-fast` was given.
    failed_fast: AtomicBool,
    large: LargeBodies,
    /// Cases in flight.
    running: AtomicUsize,
    /// It was told that the run is to stop.
    announced: Mutex<bool>,
}

/// Runs a plan to its end, and tells what came of it. Must be called within a [`tokio::task::LocalSet`].
pub async fn run(plan: Plan, options: Options, client: Client, resources: Resources) -> Summary {
    let shared = Arc::new(Shared::new(&plan, options, resources));
    shared.open(&plan);
    for file in plan.invalid_files {
        lock(&shared.summary).invalid_files += 1;
        shared.send(Event::InvalidFile(Box::new(file)));
    }
    let announce = tokio::task::spawn_local(announce_stop(Arc::clone(&shared)));
    workers::run_all(&shared, client, plan.cases).await;
    announce.abort();
    shared.tell_of_strays();
    shared.tell_of_skips();
    let summary = {
        let mut summary = lock(&shared.summary);
        summary.duration = shared.offset();
        summary.interrupted = shared.stop.is_stopping();
        summary.coverage = shared.coverage();
        summary.unused_routes = shared.sandboxes.unused_routes();
        summary.clone()
    };
    shared.send(Event::Summary(Box::new(summary.clone())));
    summary
}

async fn announce_stop(shared: Arc<Shared>) {
    shared.stop.stopped().await;
    shared.announce_stop();
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn new(plan: &Plan, options: Options, resources: Resources) -> Self {
        let mut redactor = Redactor::default();
        for (_, secret) in plan.packs.iter().flat_map(|pack| &pack.secrets) {
            if let Some(secret) = secret.to_redact() {
                redactor.add(secret);
            }
        }
        let recorder = |pack: &Arc<BoundPack>| Some(Recorder::new(pack.pack.contract.clone()?));
        let coverage = if options.coverage && options.contract != ContractMode::Off {
            plan.packs.iter().map(recorder).collect()
        } else {
            Vec::new()
        };
        Self {
            options,
            coverage: Mutex::new(coverage),
            sandboxes: resources.sandboxes,
            receiver: resources.receiver,
            env: resources.env,
            events: resources.events,
            stop: resources.stop,
            started: Instant::now(),
            limits: plan.packs.iter().map(|pack| Limit::of(pack)).collect(),
            packs: plan.packs.clone(),
            redactor_of_plan: redactor.without_short(),
            redactor,
            summary: Mutex::new(Summary {
                cases: plan.cases.len(),
                ..Summary::default()
            }),
            failed_fast: AtomicBool::default(),
            large: LargeBodies::default(),
            running: AtomicUsize::default(),
            announced: Mutex::default(),
        }
    }

    /// Sends the events that open every run.
    fn open(&self, plan: &Plan) {
        let packs = plan.packs.iter().map(|pack| PackUsed {
            name: pack.pack.name.clone(),
            version: pack.pack.version.to_string(),
            environment: pack.environment.clone(),
            emulator: pack.base_url.is_none(),
            origin: pack.pack.origin.clone(),
        });
        let options = &self.options;
        let run = RunStarted {
            schema: 1,
            probity: env!("CARGO_PKG_VERSION"),
            run: options.run_id.clone(),
            seed: options.seed,
            started: (options.wall)().to_string(),
            hostname: options.hostname.clone(),
            packs: packs.collect(),
            cases: plan.cases.len(),
            files: plan.files,
            jobs: options.jobs,
            shard: options.shard.clone(),
            rerun_options: options
                .rerun_options
                .iter()
                .map(|option| self.redactor_of_plan.redact(option).into_owned())
                .collect(),
            left_out: options.left_out.clone(),
        };
        self.send(Event::Run(Box::new(run)));
        for problem in &plan.notices {
            let problem = self.clean_of_plan(problem);
            self.send(Event::Notice(Box::new(crate::event::Notice { problem })));
        }
    }

    fn clean_of_plan(&self, problem: &Diagnostic) -> Diagnostic {
        problem.redacted(&|text| self.redactor_of_plan.redact(text).into_owned())
    }

    /// Says which requests to the webhook receiver belong to no scenario.
    fn tell_of_strays(&self) {
        let strays = self.receiver.strays();
        if strays.count == 0 {
            return;
        }
        let came = crate::value::counted(strays.count, "request");
        let first = strays.first.iter();
        let mut lines: Vec<String> = first.map(|stray| stray.told(&self.redactor)).collect();
        if strays.count > lines.len() {
            lines.push(format!("… {} more", strays.count - lines.len()));
        }
        let problem = Diagnostic::warning(
            "stray-webhook",
            format!("the webhook receiver refused {came}"),
        )
        .note(lines.join("\n"));
        let problem = problem.redacted(&|text| self.redactor.redact(text).into_owned());
        self.send(Event::Notice(Box::new(crate::event::Notice { problem })));
    }

    /// Says that a run which looks passed has done nothing.
    fn tell_of_skips(&self) {
        let (cases, skipped, invalid_files) = {
            let summary = lock(&self.summary);
            (summary.cases, summary.skipped, summary.invalid_files)
        };
        if cases == 0 || skipped < cases || invalid_files > 0 {
            return;
        }
        let which = match cases {
            1 => "the one scenario was".to_owned(),
            several => format!("all {several} scenarios were"),
        };
        let problem =
            Diagnostic::warning("nothing-run", format!("nothing was run: {which} skipped"))
                .help("select one that can be run here, or change what skips them: `skip`, `if`, `--max-wait`");
        self.send(Event::Notice(Box::new(crate::event::Notice { problem })));
    }

    fn send(&self, event: Event) {
        // What comes of an interrupt is told after it.
        self.announce_stop();
        (self.events)(event);
    }

    /// Tells once that the run is to stop, if it is.
    fn announce_stop(&self) {
        if !self.stop.is_stopping() {
            return;
        }
        // Whoever comes second waits until it is told, so that nothing is told before it.
        let mut announced = lock(&self.announced);
        if !std::mem::replace(&mut *announced, true) {
            (self.events)(Event::Interrupted(Interrupted {
                at: self.offset(),
                running: self.running.load(Ordering::Relaxed),
            }));
        }
    }

    fn offset(&self) -> Offset {
        Offset(self.started.elapsed())
    }

    fn case_begins(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    fn case_ends(&self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts and tells of a case that is over.
    fn finish(&self, finished: CaseFinished) {
        let bad = matches!(
            finished.outcome,
            Outcome::Failed | Outcome::Errored | Outcome::Invalid
        );
        if bad && self.options.fail_fast {
            self.failed_fast.store(true, Ordering::Relaxed);
        }
        lock(&self.summary).count(&finished);
        self.send(Event::CaseFinished(Box::new(finished)));
    }

    /// Takes in an exchange whose response kept the contract of the pack.
    fn cover(
        &self,
        pack: usize,
        call: Operation<'_>,
        sent: Option<&Request>,
        response: Option<&Response>,
    ) {
        let mut coverage = lock(&self.coverage);
        if let (Some(Some(recorder)), Some(response)) = (coverage.get_mut(pack), response) {
            recorder.record(call, sent, response);
        }
    }

    /// What came up of all contracts, if that was wanted and there are any.
    fn coverage(&self) -> Option<Coverage> {
        let recorders = lock(&self.coverage);
        let packs = self.packs.iter().zip(recorders.iter());
        let packs: Vec<PackCoverage> = packs
            .filter_map(|(pack, recorder)| Some(recorder.as_ref()?.report(&pack.pack.name)))
            .collect();
        let mut all = Count::default();
        for pack in &packs {
            all += pack.all;
        }
        (!packs.is_empty()).then_some(Coverage { all, packs })
    }

    fn count_checks(&self, checks: usize) {
        lock(&self.summary).checks += checks;
    }

    /// How a case ends that is not run, if it is not.
    fn without_running(&self, planned: &PlannedCase) -> Option<CaseFinished> {
        let case = || Arc::clone(&planned.case);
        let with = |outcome, problems: &[Diagnostic]| CaseFinished {
            problems: problems
                .iter()
                .map(|problem| self.clean_of_plan(problem).into())
                .collect(),
            ..self.not_started(case(), outcome, None)
        };
        let not_run =
            |reason: &str| Some(self.not_started(case(), Outcome::NotRun, Some(reason.to_owned())));
        match &planned.fate {
            Fate::Skip(reason) => {
                Some(self.not_started(case(), Outcome::Skipped, Some(reason.clone())))
            }
            Fate::Invalid(problems) => Some(with(Outcome::Invalid, problems)),
            // The run tells of it once; each case says what it was that kept it from beginning.
            Fate::Unable(problems) => Some(CaseFinished {
                reason: problems.first().map(|first| first.message.clone()),
                ..with(Outcome::Errored, problems)
            }),
            Fate::Run if self.stop.is_stopping() => not_run("the run was interrupted"),
            Fate::Run if self.failed_fast.load(Ordering::Relaxed) => {
                not_run("the run stopped at the first failure")
            }
            Fate::Run => None,
        }
    }

    fn not_started(
        &self,
        case: Arc<Case>,
        outcome: Outcome,
        reason: Option<String>,
    ) -> CaseFinished {
        CaseFinished {
            case,
            attempt: 1,
            at: self.offset(),
            outcome,
            flaky: false,
            duration: Offset::default(),
            requests: 0,
            reason,
            problems: Vec::new(),
            cleanup_problems: Vec::new(),
            warnings: Vec::new(),
            unmatched: Vec::new(),
            journal: Vec::new(),
            steps: Vec::new(),
            earlier: Vec::new(),
        }
    }

    fn pack_index(&self, pack: &Arc<BoundPack>) -> usize {
        self.packs
            .iter()
            .position(|have| Arc::ptr_eq(have, pack))
            .unwrap_or(0)
    }

    /// A redactor that knows the run's secrets and those of a file.
    fn redactor_for(&self, file: &PlannedFile) -> Redactor {
        let mut redactor = self.redactor.clone();
        for (_, secret) in &file.secrets {
            if let Some(secret) = secret.to_redact() {
                redactor.add(secret);
            }
        }
        redactor
    }

    /// Tells that one of the scenario's own steps begins. Steps within steps are not told of.
    fn step_started(&self, cx: &Cx<'_, '_>, title: impl FnOnce() -> String) {
        if !self.options.step_starts || cx.number == 0 || cx.path.contains('.') {
            return;
        }
        let event = Event::StepStarted(StepStarted {
            case: Arc::clone(&cx.attempt.planned.case),
            attempt: cx.attempt.number,
            at: self.offset(),
            step: StepName {
                path: cx.path.to_string(),
                title: cx.attempt.clean(&title()),
                number: cx.number,
                of: cx.of,
            },
        });
        self.send(event);
    }

    fn step_finished(&self, attempt: &attempt::Attempt<'_>, step: &log::StepLog) {
        if !self.options.step_ends {
            return;
        }
        let event = Event::StepFinished(Box::new(StepFinished {
            case: Arc::clone(&attempt.planned.case),
            attempt: attempt.number,
            at: self.offset(),
            record: step.record(attempt, false),
        }));
        self.send(event);
    }
}
