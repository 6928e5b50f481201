//! What a step is called, and what it reads.

use super::{Auth, Body, Capture, Kind, Step};
use crate::check::{Check, Expect};
use crate::expr::{Expr, Reference, Setting, Template};
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

    /// Where it, or a step within it, sets a variable.
    #[must_use]
    pub fn sets(&self, name: &str) -> Option<&Place> {
        let captured = self.capture.iter().find(|capture| capture.name == name);
        let captured = captured.map(|capture| &capture.place);
        let set = || match &self.kind {
            Kind::Set(set) => set.vars.iter().find(|var| var.name == name),
            _ => None,
        };
        captured
            .or_else(|| set().map(|var| &var.place))
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

    /// Everything that it and the steps in it read; what its cleanups read is not among it.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let mut all = Vec::new();
        self.collect(&mut all);
        all
    }

    fn collect(&self, all: &mut Vec<Reference>) {
        let templates = [self.name.as_deref(), self.for_each.as_deref()];
        all.extend(
            templates
                .into_iter()
                .flatten()
                .flat_map(Template::references),
        );
        all.extend(self.condition.iter().flat_map(Expr::references));
        all.extend(self.expect.iter().flat_map(Expect::references));
        all.extend(self.timeout.iter().flat_map(Setting::references));
        all.extend(self.soft.references());
        all.extend(self.capture.iter().flat_map(Capture::references));
        if let Some(poll) = &self.poll {
            all.extend(poll.until.references());
            all.extend(poll.fail_on.iter().flat_map(Expect::references));
            all.extend(poll.every.references());
            all.extend(poll.timeout.references());
            all.extend(poll.backoff.references());
            all.extend(poll.max_every.iter().flat_map(Setting::references));
        }
        if let Some(retry) = &self.retry {
            all.extend(retry.attempts.references());
            all.extend(retry.every.references());
            all.extend(retry.backoff.references());
        }
        self.collect_kind(all);
    }

    fn collect_kind(&self, all: &mut Vec<Reference>) {
        let named = |list: &[(String, Template)]| -> Vec<Reference> {
            list.iter()
                .flat_map(|(_, template)| template.references())
                .collect()
        };
        match &self.kind {
            Kind::Http(http) => {
                all.extend(http.target.references());
                all.extend(named(&http.query));
                all.extend(named(&http.headers));
                all.extend(http.follow_redirects.references());
                match http.body.as_deref() {
                    Some(Body::Json(template) | Body::Text(template) | Body::File(template)) => {
                        all.extend(template.references());
                    }
                    Some(Body::Form(fields) | Body::Multipart(fields)) => all.extend(named(fields)),
                    None => {}
                }
                match http.auth.as_deref() {
                    Some(Auth::Basic { username, password }) => {
                        all.extend(username.references());
                        all.extend(password.references());
                    }
                    Some(Auth::Bearer(token)) => all.extend(token.references()),
                    None => {}
                }
            }
            Kind::Uses(uses) => {
                all.extend(uses.with.iter().flat_map(|input| input.value.references()));
                all.extend(named(&uses.headers));
            }
            Kind::Receive(receive) => {
                all.extend(receive.condition.iter().flat_map(Expect::references));
                all.extend(receive.count.iter().flat_map(Check::references));
                all.extend(receive.within.references());
            }
            Kind::Wait(duration) => all.extend(duration.references()),
            Kind::Set(set) => {
                all.extend(
                    set.vars
                        .iter()
                        .flat_map(|variable| variable.value.references()),
                );
                all.extend(named(&set.headers));
            }
            Kind::Check(checks) => all.extend(checks.iter().flat_map(Expr::references)),
            Kind::Group(group) => {
                group.steps.iter().for_each(|step| step.collect(all));
                if let Some(repeat) = &group.repeat {
                    all.extend(repeat.condition.references());
                    all.extend(repeat.max.references());
                }
            }
            Kind::Parallel(branches) => branches.iter().for_each(|step| step.collect(all)),
        }
    }
}
