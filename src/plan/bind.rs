//! Binding packs to environments: where requests go, what may be addressed, and what the declared secrets are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{BoundPack, SecretValue};
use crate::diagnostic::Diagnostic;
use crate::http::{Base, Egress, Origin};
use crate::pack::{Environment, Pack, SecretSpec, Target, emulator};
use crate::value::Secret;

/// The environment that packs run in unless something else is asked for.
pub const DEFAULT_ENVIRONMENT: &str = "emulator";

/// Which environment each pack runs in, as `--env` says.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    /// `--env NAME`: for every pack.
    pub all: Option<String>,
    /// `--env PACK=NAME`.
    pub by_pack: BTreeMap<String, String>,
}

impl Environments {
    /// Some environment of each of these packs, the emulator where there is one: for looking at what nothing is sent of.
    #[must_use]
    pub fn some_of(packs: &[Arc<Pack>]) -> Self {
        let first = packs.iter().filter_map(|pack| {
            let mut environments = pack.environments.iter();
            let emulated = environments.any(|known| known.name == DEFAULT_ENVIRONMENT);
            let first = pack.environments.first().filter(|_| !emulated)?;
            Some((pack.name.clone(), first.name.clone()))
        });
        Self {
            all: None,
            by_pack: first.collect(),
        }
    }

    /// The environment of a pack.
    #[must_use]
    pub fn of(&self, pack: &str) -> &str {
        self.asked(pack).unwrap_or(DEFAULT_ENVIRONMENT)
    }

    /// The environment that was asked for, for this pack or for all.
    #[must_use]
    pub fn asked(&self, pack: &str) -> Option<&str> {
        let asked = self.by_pack.get(pack).or(self.all.as_ref());
        asked.map(String::as_str)
    }
}

/// Why a pack can't be bound.
#[derive(Clone, Debug)]
pub enum Unbound {
    /// It has no environment of the name that was asked for, or none was asked for and it has no emulator: that is wrong
    /// with the command, not with a file.
    Environment,
    Pack(Box<Diagnostic>),
}

/// Looks up an environment variable.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Binds packs, each once a run.
pub struct Bindings<'a> {
    environments: &'a Environments,
    env: Lookup<'a>,
    bound: Vec<(Arc<Pack>, Result<Arc<BoundPack>, Unbound>)>,
}

impl<'a> Bindings<'a> {
    #[must_use]
    pub fn new(environments: &'a Environments, env: Lookup<'a>) -> Self {
        Self {
            environments,
            env,
            bound: Vec::new(),
        }
    }

    /// The pack in its environment.
    ///
    /// # Errors
    /// The pack has no such environment, or one of its addresses is not one.
    pub fn bind(&mut self, pack: &Arc<Pack>) -> Result<Arc<BoundPack>, Unbound> {
        let mut known = self.bound.iter();
        if let Some((_, bound)) = known.find(|(known, _)| Arc::ptr_eq(known, pack)) {
            return bound.clone();
        }
        let bound = self.bind_anew(pack);
        self.bound.push((Arc::clone(pack), bound.clone()));
        bound
    }

    fn bind_anew(&self, pack: &Arc<Pack>) -> Result<Arc<BoundPack>, Unbound> {
        let name = self.environments.of(&pack.name);
        let mut known = pack.environments.iter();
        let environment = known
            .find(|environment| environment.name == name)
            .ok_or_else(|| match pack.environments.as_slice() {
                [] => Unbound::Pack(Box::new(no_environment(pack))),
                _ => Unbound::Environment,
            })?;
        let base_url = match &environment.target {
            Target::Emulator => match emulator::faults(pack).as_slice() {
                [] => None,
                problems => return Err(Unbound::Pack(Box::new(invalid_emulator(pack, problems)))),
            },
            Target::BaseUrl(url) => Some(Arc::new(Base::new(url))),
        };
        Ok(Arc::new(BoundPack {
            egress: egress(pack, environment, base_url.as_deref())
                .map_err(|problem| Unbound::Pack(Box::new(problem)))?
                .into(),
            secrets: self.secrets(&pack.secrets, base_url.is_none()),
            pack: Arc::clone(pack),
            environment: environment.name.clone(),
            base_url,
        }))
    }

    /// The values of declared secrets.
    #[must_use]
    pub fn secrets(&self, specs: &[SecretSpec], on_emulator: bool) -> Vec<(String, SecretValue)> {
        specs
            .iter()
            .map(|spec| (spec.name.clone(), self.secret(spec, on_emulator)))
            .collect()
    }

    fn secret(&self, spec: &SecretSpec, on_emulator: bool) -> SecretValue {
        if let (true, Some(text)) = (on_emulator, &spec.emulator) {
            return SecretValue::Test(text.clone());
        }
        match (self.env)(&spec.env) {
            Some(text) if !text.is_empty() => SecretValue::Real(Secret::new(text)),
            found => {
                let state = if found.is_some() { "empty" } else { "not set" };
                let problem = Diagnostic::error(
                    "missing-secret",
                    format!(
                        "the secret `{}` has no value: the environment variable `{}` is {state}",
                        spec.name, spec.env
                    ),
                )
                .at(spec.place.clone())
                .label("declared here");
                let problem = if on_emulator {
                    problem.help(format!(
                        "give it a value for the emulator: `{}: {{env: {}, emulator: test-value}}`",
                        spec.name, spec.env
                    ))
                } else {
                    problem.help(format!("set `{}` before the run", spec.env))
                };
                SecretValue::Missing(problem)
            }
        }
    }
}

fn no_environment(pack: &Pack) -> Diagnostic {
    let message = format!("the pack `{}` has no environment to run in", pack.name);
    Diagnostic::error("unknown-environment", message)
        .at(pack.name_place.clone())
        .help("give it an `emulator.yaml`, or `environments` in its `pack.yaml`")
}

/// That a pack's emulator can't be used; its other environments can.
fn invalid_emulator(pack: &Pack, problems: &[Diagnostic]) -> Diagnostic {
    let message = format!("the emulator of the pack `{}` is invalid", pack.origin);
    let mut problem = Diagnostic::error("invalid-pack", message).at(pack.name_place.clone());
    if let Some((first, more)) = problems.split_first() {
        problem = problem.note(first.one_line());
        if !more.is_empty() {
            problem = problem.note(format!("and {} more", more.len()));
        }
    }
    let problem = problem.help("`probity lint` shows all of it");
    let mut others = pack.environments.iter();
    let other = others.find(|other| matches!(other.target, Target::BaseUrl(_)));
    match other {
        Some(other) => problem.help(format!(
            "its other environments can be used: `--env {}={}`",
            pack.name, other.name
        )),
        None => problem,
    }
}

fn egress(
    pack: &Pack,
    environment: &Environment,
    base_url: Option<&Base>,
) -> Result<Egress, Diagnostic> {
    let refusal = |refusal: crate::http::Refusal| {
        Diagnostic::error("host", refusal.message)
            .at(environment.place.clone())
            .help(refusal.help)
    };
    let mut egress = Egress::new();
    if let Some(url) = base_url {
        let origin = url.origin().ok_or_else(|| {
            let message = format!("`{}` is not an http or https URL", url.text());
            Diagnostic::error("url", message).at(environment.place.clone())
        })?;
        egress.allow(origin);
    }
    for host in &pack.hosts {
        egress.allow(Origin::parse(host).map_err(refusal)?);
    }
    for host in &pack.refuse {
        egress.refuse(host).map_err(refusal)?;
    }
    Ok(egress)
}
