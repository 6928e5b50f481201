//! What a step reads, and what of that must be there before it.

use std::collections::HashSet;

use super::{Auth, Body, CaptureFrom, Http, Kind, Poll, Replay, Step};
use crate::check::{Check, Expect};
use crate::expr::{Expr, Reference, Setting, Template};

impl Step {
    /// Everything that it and the steps in it read; what its cleanups read is not among it.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let read = Reads::of(self).found.into_iter();
        read.map(|(reference, _)| reference).collect()
    }

    /// What of that must be there before it: it does not set it itself, and does not ask for it with `is defined` or
    /// `default(…)`.
    #[must_use]
    pub fn needs(&self) -> Vec<Reference> {
        let read = Reads::of(self).found.into_iter();
        read.filter_map(|(reference, needed)| needed.then_some(reference))
            .collect()
    }
}

/// The walk through a step, in the order of a run.
#[derive(Default)]
struct Reads<'s> {
    /// What is read, and whether it must be there before.
    found: Vec<(Reference, bool)>,
    /// The variables that were set on the way.
    vars: HashSet<&'s str>,
    /// The ids of the steps on the way.
    steps: HashSet<&'s str>,
    /// There was a request, and so there is a `response`.
    responded: bool,
    /// What conditions round the current step ask for.
    asked: Vec<Vec<String>>,
}

impl<'s> Reads<'s> {
    fn of(step: &'s Step) -> Self {
        let mut reads = Self::default();
        reads.step(step);
        reads
    }

    fn add(&mut self, references: impl IntoIterator<Item = Reference>) {
        for reference in references {
            let mut asked = self.asked.iter();
            let asked = asked.any(|asked| reference.path.starts_with(asked));
            let needed = !reference.guarded && !asked && !self.is_own(&reference.path);
            self.found.push((reference, needed));
        }
    }

    fn is_own(&self, path: &[String]) -> bool {
        let mut path = path.iter().map(String::as_str);
        match path.next() {
            Some("steps") => path.next().is_some_and(|id| self.steps.contains(id)),
            Some("response") => self.responded,
            Some(name) => self.vars.contains(name),
            None => false,
        }
    }

    fn step(&mut self, step: &'s Step) {
        let asked = self.asked.len();
        self.templates(step.for_each.as_deref());
        for reference in step.condition.iter().flat_map(Expr::references) {
            if reference.guarded {
                self.asked.push(reference.path.clone());
            }
            self.add([reference]);
        }
        self.templates(step.name.as_deref());
        self.setting(step.timeout.as_ref());
        self.kind(&step.kind);
        if let Some(retry) = &step.retry {
            self.add(retry.attempts.references());
            self.add(retry.every.references());
            self.add(retry.backoff.references());
        }
        if let Some(poll) = &step.poll {
            self.poll(poll);
        }
        self.steps.extend(step.id.as_deref());
        self.responded |= matches!(step.kind, Kind::Http(_) | Kind::Uses(_) | Kind::Receive(_));
        for capture in &step.capture {
            if let CaptureFrom::Expr(expr) = &capture.from {
                self.add(expr.references());
            }
            self.templates(capture.default.as_deref());
            self.vars.insert(&capture.name);
        }
        self.expect(step.expect.as_ref());
        if let Some(replay) = &step.replay {
            self.replay(replay);
        }
        self.add(step.soft.references());
        self.asked.truncate(asked);
    }

    fn kind(&mut self, kind: &'s Kind) {
        match kind {
            Kind::Http(http) => self.http(http),
            Kind::Uses(uses) => {
                self.templates(uses.with.iter().map(|input| &input.value));
                self.templates(uses.given.as_deref());
                self.add(uses.headers.references());
            }
            Kind::Receive(receive) => {
                self.expect(receive.condition.as_ref());
                self.add(receive.count.iter().flat_map(Check::references));
                self.add(receive.within.references());
            }
            Kind::Wait(duration) => self.add(duration.references()),
            Kind::Set(set) => {
                for variable in &set.vars {
                    self.templates([&variable.value]);
                    self.vars.insert(&variable.name);
                }
                self.pairs(&set.headers);
            }
            Kind::Check(checks) => self.add(checks.iter().flat_map(Expr::references)),
            Kind::Group(group) => {
                if let Some(repeat) = &group.repeat {
                    self.add(repeat.condition.references());
                    self.add(repeat.max.references());
                }
                group.steps.iter().for_each(|step| self.step(step));
            }
            Kind::Parallel(branches) => branches.iter().for_each(|step| self.step(step)),
        }
    }

    fn http(&mut self, http: &'s Http) {
        self.templates([&http.target]);
        self.add(http.query.references());
        self.add(http.headers.references());
        self.add(http.follow_redirects.references());
        match http.body.as_deref() {
            Some(Body::Json(body) | Body::Text(body) | Body::File(body)) => self.templates([body]),
            Some(Body::Form(fields) | Body::Multipart(fields)) => self.add(fields.references()),
            None => {}
        }
        match http.auth.as_deref() {
            Some(Auth::Basic { username, password }) => self.templates([username, password]),
            Some(Auth::Bearer(token)) => self.templates([token]),
            None => {}
        }
    }

    fn poll(&mut self, poll: &'s Poll) {
        self.expect([&poll.until].into_iter().chain(&poll.fail_on));
        self.add(poll.every.references());
        self.add(poll.timeout.references());
        self.add(poll.backoff.references());
        self.setting(poll.max_every.as_ref());
    }

    fn replay(&mut self, replay: &'s Replay) {
        self.add(replay.concurrent.iter().flat_map(Setting::references));
        self.add(replay.same.iter().flat_map(Setting::references));
        if let Some(changed) = &replay.changed {
            self.templates([&changed.json]);
            self.expect([&changed.expect]);
        }
    }

    fn templates(&mut self, templates: impl IntoIterator<Item = &'s Template>) {
        self.add(templates.into_iter().flat_map(Template::references));
    }

    fn pairs(&mut self, pairs: &'s [(String, Template)]) {
        self.templates(pairs.iter().map(|(_, template)| template));
    }

    fn expect(&mut self, expects: impl IntoIterator<Item = &'s Expect>) {
        self.add(expects.into_iter().flat_map(Expect::references));
    }

    fn setting(&mut self, setting: Option<&'s Setting<std::time::Duration>>) {
        self.add(setting.into_iter().flat_map(Setting::references));
    }
}
