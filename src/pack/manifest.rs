//! `pack.yaml`, decoded.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Action, EmulatorFile, SignatureSpec};
use crate::check::Contract;
use crate::diagnostic::Diagnostic;
use crate::expr::{Setting, Template};
use crate::source::{Folder, Place, Source};
use crate::value::Value;

/// A provider pack.
#[derive(Debug)]
pub struct Pack {
    pub name: String,
    /// Where its name stands.
    pub name_place: Place,
    pub version: semver::Version,
    pub title: Option<String>,
    pub docs: Option<String>,
    pub source: Arc<Source>,
    pub folder: Folder,
    /// Where it was found, as the run's header says it: `scenarios/shop` or `built in`.
    pub origin: String,
    pub environments: Vec<Environment>,
    /// Origins that may be addressed besides the base URL's.
    pub hosts: Vec<String>,
    /// Hosts that are never addressed, in any environment.
    pub refuse: Vec<String>,
    pub secrets: Vec<SecretSpec>,
    pub request: RequestDefaults,
    /// How its webhooks are signed; `None` where the pack has none.
    pub signature: Option<SignatureSpec>,
    pub settings: Vec<SettingSpec>,
    pub contract: Option<Arc<Contract>>,
    /// What the `emulator` environment serves.
    pub emulator: Option<Arc<EmulatorFile>>,
    /// What is wrong with that, which keeps only those from using the pack who use its emulator.
    pub emulator_problems: Vec<Diagnostic>,
    pub actions: BTreeMap<String, Arc<Action>>,
    /// What lint found in it, once it was looked at.
    pub lint: OnceLock<Arc<[Diagnostic]>>,
}

/// One of a pack's environments.
#[derive(Clone, Debug)]
pub struct Environment {
    pub name: String,
    pub place: Place,
    pub target: Target,
}

/// What an environment addresses.
#[derive(Clone, Debug)]
pub enum Target {
    Emulator,
    BaseUrl(String),
}

/// A secret that the pack (or a scenario file) declares.
#[derive(Clone, Debug)]
pub struct SecretSpec {
    pub name: String,
    pub place: Place,
    /// The environment variable that holds it.
    pub env: String,
    /// The value on the emulator: a test value, not a secret.
    pub emulator: Option<String>,
}

/// What every request of the pack starts from.
#[derive(Clone, Debug)]
pub struct RequestDefaults {
    pub headers: Vec<(String, Template)>,
    pub timeout: Option<Setting<Duration>>,
    pub rate_limit: Option<RateLimit>,
    pub max_in_flight: Option<usize>,
}

/// `60/1m`: at most so many requests in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    pub requests: u32,
    pub per: Duration,
}

/// A knob of the pack's emulator.
#[derive(Clone, Debug)]
pub struct SettingSpec {
    pub name: String,
    pub place: Place,
    pub default: Value,
    /// The values it may have; empty is any of the default's type.
    pub allowed: Vec<Value>,
}
