//! What a step is called, what it consists of, and what it sets.

use super::{Kind, Step};
use crate::expr::Setting;
use crate::source::Place;
use crate::value::format_duration;

impl Step {
    /// The steps that it consists of.
    #[must_use]
    pub fn inner(&self) -> &[Self] {
        match &self.kind {
            Kind::Group(group) => &group.steps,
            Kind::Parallel(branches) => branches,
            Kind::Http(_)
            | Kind::Uses(_)
            | Kind::Receive(_)
            | Kind::Wait(_)
            | Kind::Set(_)
            | Kind::Check(_) => &[],
        }
    }

    /// The variables that it sets itself, and where.
    pub fn own_variables(&self) -> impl Iterator<Item = (&str, &Place)> {
        let set = match &self.kind {
            Kind::Set(set) => set.vars.as_slice(),
            _ => &[],
        };
        let vars = set.iter().map(|var| (var.name.as_str(), &var.place));
        let captures = self.capture.iter();
        vars.chain(captures.map(|capture| (capture.name.as_str(), &capture.place)))
    }

    /// Where it, or a step within it, sets a variable.
    #[must_use]
    pub fn sets(&self, name: &str) -> Option<&Place> {
        let mut own = self.own_variables();
        own.find(|(own, _)| *own == name)
            .map(|(_, place)| place)
            .or_else(|| self.inner().iter().find_map(|step| step.sets(name)))
    }

    /// What it does, for people: `POST /customers`, `shop/create_order`, `wait 1h`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Http(http) => format!("{} {}", http.method, http.target.place.text()),
            Kind::Uses(uses) => match &uses.action.pack {
                Some(pack) => format!("{pack}/{}", uses.action.name),
                None => format!("./{}", uses.action.name),
            },
            Kind::Receive(receive) => format!("receive {}", receive.pack.name),
            Kind::Wait(Setting::Fixed(duration)) => format!("wait {}", format_duration(*duration)),
            Kind::Wait(Setting::Dynamic(template)) => format!("wait {}", template.place.text()),
            Kind::Set(_) => "set".to_owned(),
            Kind::Check(checks) => match checks.as_slice() {
                [only] => format!("check {}", only.text()),
                all => format!("check {} expressions", all.len()),
            },
            Kind::Group(group) => format!("{} steps", group.steps.len()),
            Kind::Parallel(branches) => format!("{} branches at once", branches.len()),
        }
    }
}
