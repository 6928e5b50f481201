//! What rules look at: a scenario file or a pack, every step of it, and what the names in it stand for.

use std::cell::OnceCell;

use super::names::{self, Names};
use super::requests::{self, Sketch};
use crate::check::Expect;
use crate::pack::{Action, Pack};
use crate::scenario::{FilePacks, ScenarioFile};
use crate::step::{ActionName, Kind, Step};

/// The documents that are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Home<'a> {
    File(&'a ScenarioFile),
    Pack(&'a Pack),
}

/// On whose behalf something is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The file as a whole, or the pack.
    File,
    /// Place in the file's scenarios.
    Scenario(usize),
}

/// A step, wherever it stands, groups and cleanups included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visited<'a> {
    pub step: &'a Step,
    pub owner: Owner,
    /// The action that it is a step of.
    pub action: Option<&'a Action>,
    /// It is one of a cleanup or a teardown, at least where it stands.
    pub cleans: bool,
}

/// What a rule has at hand.
pub(super) struct Context<'a> {
    pub home: Home<'a>,
    /// The packs that a scenario file uses.
    pub packs: &'a FilePacks,
    /// Names of variables that the command line gives.
    pub given: &'a [String],
    /// Every step, each once for the scenario that it stands in, or for the file.
    pub steps: Vec<Visited<'a>>,
    names: OnceCell<Names>,
    requests: OnceCell<Vec<Sketch<'a>>>,
}

impl<'a> Context<'a> {
    pub fn new(home: Home<'a>, packs: &'a FilePacks, given: &'a [String]) -> Self {
        let mut context = Self {
            home,
            packs,
            given,
            steps: Vec::new(),
            names: OnceCell::new(),
            requests: OnceCell::new(),
        };
        match home {
            Home::File(file) => {
                context.visit(&file.setup, Owner::File, None, false);
                for (index, scenario) in file.scenarios.iter().enumerate() {
                    context.visit(&scenario.steps, Owner::Scenario(index), None, false);
                    context.visit(&scenario.teardown, Owner::Scenario(index), None, true);
                }
                context.visit(&file.teardown, Owner::File, None, true);
            }
            Home::Pack(_) => {}
        }
        for action in context.own_actions() {
            context.visit(&action.steps, Owner::File, Some(action), false);
        }
        context
    }

    fn visit(&mut self, steps: &'a [Step], owner: Owner, action: Option<&'a Action>, cleans: bool) {
        for step in steps {
            self.steps.push(Visited {
                step,
                owner,
                action,
                cleans,
            });
            self.visit(step.inner(), owner, action, cleans);
            self.visit(&step.cleanup, owner, action, true);
        }
    }

    /// The actions of the file, or of the pack, by name.
    pub fn own_actions(&self) -> Vec<&'a Action> {
        let actions = match self.home {
            Home::File(file) => &file.actions,
            Home::Pack(pack) => &pack.actions,
        };
        actions.values().map(|action| &**action).collect()
    }

    /// The scenario file, if that is what is looked at.
    pub fn file(&self) -> Option<&'a ScenarioFile> {
        match self.home {
            Home::File(file) => Some(file),
            Home::Pack(_) => None,
        }
    }

    /// What the expressions read, and what is there to be read.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| names::walk(self))
    }

    /// The captures by which webhooks are verified, as the packs at hand say.
    pub fn signing_captures(&self) -> Vec<String> {
        let used = self.packs.packs.iter().map(|(_, pack)| &**pack);
        let own = match self.home {
            Home::File(_) => None,
            Home::Pack(pack) => Some(pack),
        };
        let signatures = used.chain(own).filter_map(|pack| pack.signature.as_ref());
        signatures
            .flat_map(|signature| signature.key.references())
            .filter_map(|reference| match reference.path.as_slice() {
                [captures, name, ..] if captures == "captures" => Some(name.clone()),
                _ => None,
            })
            .collect()
    }

    /// Every request of a pack with a contract, but those that mean to break it.
    pub fn requests(&self) -> &[Sketch<'a>] {
        self.requests.get_or_init(|| requests::all(self))
    }

    /// The pack that a step addresses.
    pub fn pack_of(&self, step: &Step) -> Option<&'a Pack> {
        match self.home {
            Home::Pack(pack) => Some(pack),
            Home::File(_) => {
                let alias = step.pack.as_ref().map(|pack| pack.name.as_str());
                self.packs.get(alias).map(|pack| &**pack)
            }
        }
    }

    /// The action that a step names.
    pub fn action(&self, name: &ActionName) -> Option<&'a Action> {
        let actions = match (&name.pack, self.home) {
            (None, Home::File(file)) => &file.actions,
            (None, Home::Pack(pack)) => &pack.actions,
            (Some(alias), Home::File(_)) => &self.packs.get(Some(alias))?.actions,
            (Some(_), Home::Pack(_)) => return None,
        };
        actions.get(&name.name).map(|action| &**action)
    }
}

/// All expect maps of a step: its own, those of its poll and of its replay, and its `where`.
pub(super) fn expects(step: &Step) -> impl Iterator<Item = &Expect> {
    let poll = step.poll.iter();
    let condition = match &step.kind {
        Kind::Receive(receive) => receive.condition.as_ref(),
        _ => None,
    };
    let replay = step
        .replay
        .iter()
        .filter_map(|replay| replay.changed.as_ref());
    step.expect
        .iter()
        .chain(condition)
        .chain(poll.flat_map(|poll| std::iter::once(&poll.until).chain(&poll.fail_on)))
        .chain(replay.map(|changed| &changed.expect))
}
