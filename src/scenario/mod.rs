//! A scenario file as a typed document.

mod cases;
mod csv;
mod decode;
mod expand;
mod packs;
mod rows;
mod split;
pub mod tables;

pub use decode::load;
pub use packs::FilePacks;
pub(crate) use packs::not_listed;
use split::lies_in;
pub use split::{Split, by_scenario};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::expr::{Expr, Setting, Template};
use crate::pack::{Action, SecretSpec};
use crate::source::{Place, Source, Span};
use crate::step::{PackName, Step, Variable};

/// A file of scenarios.
#[derive(Debug)]
pub struct ScenarioFile {
    pub source: Arc<Source>,
    /// The suite's name; by default the file's name without `.scenario.yaml`.
    pub name: String,
    pub description: Option<String>,
    pub packs: Vec<PackUse>,
    /// The alias of the pack that `http` steps address by default; `None` is the only or first one.
    pub default_pack: Option<PackName>,
    pub tags: Vec<String>,
    pub vars: Vec<Variable>,
    pub secrets: Vec<SecretSpec>,
    pub actions: BTreeMap<String, Arc<Action>>,
    pub settings: Vec<PackSettings>,
    pub setup: Vec<Step>,
    pub teardown: Vec<Step>,
    pub scenarios: Vec<Scenario>,
}

/// A pack that a file uses, and the alias by which it calls it.
#[derive(Clone, Debug)]
pub struct PackUse {
    pub alias: String,
    pub pack: String,
    /// The versions that will do, as in `acme@^1`.
    pub versions: Option<semver::VersionReq>,
    pub place: Place,
}

/// `settings: {pack: {name: value}}` for one pack.
#[derive(Clone, Debug)]
pub struct PackSettings {
    pub pack: PackName,
    pub values: Vec<Variable>,
}

/// One scenario: a test case, or one for each row.
#[derive(Debug)]
pub struct Scenario {
    pub id: String,
    /// Where its id stands.
    pub place: Place,
    /// The whole scenario, id included: problems inside of it are its own.
    pub span: Span,
    pub name: Option<String>,
    pub description: Option<String>,
    pub tags: Vec<String>,
    pub skip: Option<Box<Template>>,
    pub condition: Option<Expr>,
    pub vars: Vec<Variable>,
    pub rows: Rows,
    pub settings: Vec<PackSettings>,
    pub timeout: Option<Setting<Duration>>,
    pub reruns: Option<u64>,
    pub steps: Vec<Step>,
    pub teardown: Vec<Step>,
}

/// The rows of data that a scenario is run with.
#[derive(Clone, Debug)]
pub enum Rows {
    None,
    /// The product of the axes, less the excluded combinations.
    Matrix {
        axes: Vec<(String, Vec<Template>)>,
        exclude: Vec<Vec<(String, Template)>>,
    },
    Cases(Vec<Row>),
    /// They can't all be read, or there are none, so that the scenario is invalid: what of them could be read.
    Unreadable(Vec<Row>),
}

/// One row: its columns in written order.
#[derive(Clone, Debug)]
pub struct Row {
    pub place: Place,
    pub columns: Vec<(String, Template)>,
}
