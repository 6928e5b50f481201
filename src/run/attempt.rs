//! One attempt at a case: everything that it shares between its steps and with nothing else.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::frame::Home;
use super::inbox::Inbox;
use super::log::StepLog;
use super::problem::{Problem, worst_of};
use super::registered::{Cleanup, is_within};
use super::scope::FileReader;
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::event::Outcome;
use crate::http::{Base, Client, CookieJar, Egress};
use crate::pack::{Instance, InstanceReport, InstanceSpec};
use crate::plan::{BoundPack, PlannedCase, SecretValue};
use crate::random::Stream;
use crate::step::Step;
use crate::value::{Extent, Map, Redactor, Value, format_duration, format_measured};

/// Steps that a problem with a time limit shows.
const SHOWN_UNDER_WAY: usize = 4;

/// Steps after which an attempt lets others have the thread: steps that wait for nothing would keep it for ever.
const STEPS_IN_A_ROW: usize = 32;

/// One attempt at a case.
pub(super) struct Attempt<'p> {
    pub shared: &'p Shared,
    pub client: &'p Client,
    pub planned: &'p PlannedCase,
    /// From 1.
    pub number: u32,
    /// The case's id and the attempt's number as text: they name its streams of randomness.
    names: [String; 2],
    pub clock: Clock,
    /// When the attempt began, by its clock.
    pub began: jiff::Timestamp,
    pub packs: Vec<(String, Rc<OpenPack>)>,
    pub jar: CookieJar,
    pub inbox: Inbox<'p>,
    pub redactor: RefCell<Redactor>,
    pub cleanups: RefCell<Vec<Rc<Cleanup<'p>>>>,
    pub log: RefCell<Vec<StepLog>>,
    /// What went wrong so far, the first first.
    pub problems: RefCell<Vec<Problem>>,
    /// What is said without being held against the case.
    pub warnings: RefCell<Vec<Problem>>,
    pub requests: Cell<usize>,
    /// Steps that began, those within others too.
    begun: Cell<usize>,
    pub checks: Cell<usize>,
    /// Declared waits so far, which the time limit leaves out.
    pub waited: Cell<Duration>,
    /// The steps that have begun and not ended, by their paths, the outer before the inner.
    pub under_way: RefCell<Vec<(Rc<str>, &'p Step)>>,
    /// Ctrl-C kept a step from beginning or from coming to its end.
    pub cut_short: Cell<bool>,
    /// Settings for the emulators, by the pack's alias.
    pub settings: RefCell<Vec<(String, Map<String, Value>)>>,
}

/// A pack as one attempt uses it.
pub(super) struct OpenPack {
    pub alias: String,
    pub bound: Arc<BoundPack>,
    /// Place in the run's list of packs.
    pub index: usize,
    /// Where its requests go, known once it is first addressed: only then is the emulator's instance opened.
    destination: RefCell<Option<Rc<Destination>>>,
    /// What `set: {headers: …}` asked for; `None` removes a header.
    pub headers: RefCell<Vec<(String, Option<String>)>>,
}

/// Where a pack's requests go.
pub(super) struct Destination {
    pub base: Arc<Base>,
    /// What may be addressed on behalf of the pack.
    pub egress: Arc<Egress>,
    /// The header that says which instance is meant, where it is an emulator.
    pub transport: Vec<(String, String)>,
    instance: Option<Instance>,
}

impl OpenPack {
    /// The emulator's instance, if one was opened.
    fn instance(&self) -> Option<Instance> {
        self.destination.borrow().as_ref()?.instance.clone()
    }
}

impl<'p> Attempt<'p> {
    pub fn new(
        shared: &'p Shared,
        client: &'p Client,
        planned: &'p PlannedCase,
        number: u32,
    ) -> Self {
        let file = &planned.file;
        let clock = if file.all_on_emulators() {
            Clock::virtual_from_start()
        } else {
            Clock::real(shared.options.wall)
        };
        let packs = file.packs.iter().map(|(alias, bound)| {
            let open = OpenPack {
                alias: alias.clone(),
                bound: Arc::clone(bound),
                index: shared.pack_index(bound),
                destination: RefCell::default(),
                headers: RefCell::default(),
            };
            (alias.clone(), Rc::new(open))
        });
        Self {
            shared,
            client,
            planned,
            number,
            names: [planned.case.id.to_string(), number.to_string()],
            began: clock.now(),
            clock,
            packs: packs.collect(),
            jar: CookieJar::default(),
            inbox: Inbox::new(&file.document.setup, planned.scenario()),
            redactor: RefCell::new(shared.redactor_for(file)),
            cleanups: RefCell::default(),
            log: RefCell::default(),
            problems: RefCell::default(),
            warnings: RefCell::default(),
            requests: Cell::default(),
            begun: Cell::default(),
            checks: Cell::default(),
            waited: Cell::default(),
            under_way: RefCell::default(),
            cut_short: Cell::default(),
            settings: RefCell::default(),
        }
    }

    /// The case's id, and the attempt's number, as text.
    pub fn names(&self) -> &[String; 2] {
        &self.names
    }

    /// The stream of randomness of a place in this attempt.
    pub fn stream(&self, path: &str) -> Stream {
        let [case, attempt] = &self.names;
        Stream::at(self.shared.options.seed, &[case, attempt, path])
    }

    /// The pack with this alias, or the file's default one.
    pub fn pack(&self, alias: Option<&str>) -> Option<Rc<OpenPack>> {
        let index = match alias {
            Some(alias) => self.packs.iter().position(|(name, _)| name == alias)?,
            None => self.planned.file.default_pack?,
        };
        Some(Rc::clone(&self.packs[index].1))
    }

    pub fn pack_names(&self) -> Vec<String> {
        self.packs
            .iter()
            .map(|(alias, _)| alias.replace('-', "_"))
            .collect()
    }

    /// Where a pack's requests go; opens the emulator's instance if this is the first.
    pub fn destination(&self, pack: &OpenPack) -> Result<Rc<Destination>, Diagnostic> {
        if let Some(known) = &*pack.destination.borrow() {
            return Ok(Rc::clone(known));
        }
        let mut egress = Arc::clone(&pack.bound.egress);
        let (base, instance) = if let Some(base) = &pack.bound.base_url {
            (Arc::clone(base), None)
        } else {
            let instance = self.open_instance(pack)?;
            (Arc::new(Base::new(&instance.base_url)), Some(instance))
        };
        if instance.is_some()
            && let Some(origin) = base.origin()
        {
            Arc::make_mut(&mut egress).allow_emulator(origin);
        }
        let destination = Rc::new(Destination {
            base,
            egress,
            transport: instance
                .iter()
                .map(|instance| (instance.header.0.to_owned(), instance.header.1.clone()))
                .collect(),
            instance,
        });
        *pack.destination.borrow_mut() = Some(Rc::clone(&destination));
        Ok(destination)
    }

    fn open_instance(&self, pack: &OpenPack) -> Result<Instance, Diagnostic> {
        let [case, attempt] = &self.names;
        let settings = self.settings.borrow();
        let settings = settings.iter().find(|(alias, _)| *alias == pack.alias);
        let spec = InstanceSpec {
            pack: &pack.bound.pack,
            clock: self.clock.clone(),
            seed: self.shared.options.seed,
            stream: &[case, attempt],
            settings: settings
                .map(|(_, values)| values.clone())
                .unwrap_or_default(),
        };
        self.shared.sandboxes.open(spec).map_err(|message| {
            Diagnostic::error(
                "emulator",
                format!("the emulator of `{}` can't start: {message}", pack.alias),
            )
        })
    }

    /// What the emulator of a pack has told its subscribers in vain.
    pub fn undelivered(&self, pack: &OpenPack) -> Vec<String> {
        let instance = pack.instance();
        instance.map_or_else(Vec::new, |instance| {
            self.shared.sandboxes.undelivered(&instance)
        })
    }

    /// Closes the emulators' instances; what is worth telling of all of them.
    pub fn close(&self) -> InstanceReport {
        let mut all = InstanceReport::default();
        for (_, pack) in &self.packs {
            // Its address stays known: reports made from here on still hide it.
            if let Some(instance) = pack.instance() {
                let report = self.shared.sandboxes.close(&instance);
                all.unmatched.extend(report.unmatched);
                all.unmade.extend(report.unmade);
                all.journal.extend(report.journal);
            }
        }
        all
    }

    /// The folder whose files a frame's documents may name.
    pub fn files<'a>(&'a self, home: &Home<'p>) -> FileReader<'a> {
        match home {
            Home::Action {
                pack: Some(open), ..
            } => {
                let pack = self
                    .packs
                    .iter()
                    .find(|(_, pack)| Arc::ptr_eq(&pack.bound, &open.bound))
                    .map_or(&self.planned.file.folder, |(_, pack)| {
                        &pack.bound.pack.folder
                    });
                FileReader {
                    folder: pack,
                    beside: "",
                }
            }
            _ => FileReader {
                folder: &self.planned.file.folder,
                beside: &self.planned.file.beside,
            },
        }
    }

    /// Lets time limits, signals and other cases have their turn, now and then.
    pub async fn give_way(&self) {
        let begun = self.begun.get() + 1;
        self.begun.set(begun);
        if begun.is_multiple_of(STEPS_IN_A_ROW) {
            tokio::task::yield_now().await;
        }
    }

    pub fn count_request(&self) {
        self.requests.set(self.requests.get() + 1);
    }

    /// One that was counted was not sent after all.
    pub fn uncount_request(&self) {
        self.requests.set(self.requests.get().saturating_sub(1));
    }

    pub fn count_checks(&self, checks: usize) {
        self.checks.set(self.checks.get() + checks);
    }

    /// Adds to the declared waits, so that the time limit moves on.
    pub fn wait_declared(&self, wait: Duration) {
        self.waited.set(self.waited.get().saturating_add(wait));
    }

    /// A step begins.
    pub fn begin(&self, path: &Rc<str>, step: &'p Step) {
        let mut steps = self.under_way.borrow_mut();
        steps.push((Rc::clone(path), step));
    }

    /// A step ends, and with it those within it that were given up.
    pub fn end(&self, path: &str) {
        let mut steps = self.under_way.borrow_mut();
        steps.retain(|(begun, _)| !is_within(begun, path));
    }

    /// Takes what was logged under a path out of the log.
    pub fn forget(&self, within: &str) {
        let mut log = self.log.borrow_mut();
        log.retain(|entry| !entry.path.starts_with(within));
    }

    /// Adds to a problem with a time limit which steps had not ended: those within the step of this path, or all.
    pub fn show_under_way(&self, mut problem: Diagnostic, within: Option<&str>) -> Diagnostic {
        let steps = self.under_way.borrow();
        let given_up = steps.iter().filter(|(path, _)| match within {
            Some(outer) => &**path != outer && is_within(path, outer),
            None => true,
        });
        for (_, step) in given_up.take(SHOWN_UNDER_WAY) {
            problem = problem.also(step.place.clone(), "was under way");
        }
        problem
    }

    /// The steps are given up where they are.
    pub fn give_up(&self, problem: Diagnostic) {
        let problem = self.show_under_way(problem, None);
        self.under_way.borrow_mut().clear();
        self.problems.borrow_mut().push(Problem::errored(problem));
    }

    /// How the attempt stands: the worst of what went wrong.
    pub fn outcome(&self) -> Outcome {
        worst_of(&self.problems.borrow())
    }

    /// How much of the scenario's time has passed: exact on a virtual clock, else measured.
    pub fn passed(&self, time: Duration) -> String {
        if self.clock.is_virtual() {
            format_duration(time)
        } else {
            format_measured(time)
        }
    }

    /// Replaces emulators' addresses in a text by `{pack}`, so that no port is shown.
    pub fn hide_addresses(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (alias, pack) in &self.packs {
            let Some(instance) = pack.instance() else {
                continue;
            };
            // It also stands alone: in a `Host` header, or in a link that an answer makes of one.
            let Some((_, authority)) = instance.base_url.split_once("://") else {
                continue;
            };
            if text.contains(authority) {
                let shown = format!("{{{alias}}}");
                text = text.replace(&instance.base_url, &shown);
                text = text.replace(authority, &shown);
            }
        }
        text
    }

    /// Whether a URL is one of the case's own emulators'.
    pub fn is_emulators(&self, url: &str) -> bool {
        let mut instances = self.packs.iter().filter_map(|(_, pack)| pack.instance());
        instances.any(|instance| {
            let path = url.strip_prefix(&instance.base_url);
            path.is_some_and(|path| path.is_empty() || path.starts_with(['/', '?', '#']))
        })
    }

    /// A text as it may leave the program: without secrets and without an emulator's port.
    pub fn clean(&self, text: &str) -> String {
        self.clean_part(text, Extent::Whole)
    }

    /// The same of a text that may be the start of a longer one.
    pub fn clean_part(&self, text: &str, extent: Extent) -> String {
        self.hide_addresses(&self.redactor.borrow().redact_part(text, extent))
    }

    /// A diagnostic as it may leave the program.
    pub fn clean_diagnostic(&self, diagnostic: &Diagnostic) -> Diagnostic {
        diagnostic.redacted(&|text| self.clean(text))
    }

    /// The first declared secret without a value that one of the case's packs, or its file, is missing.
    pub fn redact_secret(&self, text: &str) {
        self.redactor
            .borrow_mut()
            .add(&crate::value::Secret::new(text));
    }
}

impl SecretValue {
    /// The text to redact, unless it is a test value.
    pub(super) fn to_redact(&self) -> Option<&crate::value::Secret> {
        match self {
            Self::Real(secret) => Some(secret),
            Self::Test(_) | Self::Missing(_) => None,
        }
    }
}
