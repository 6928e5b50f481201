//! The walk through steps, in the order in which a run evaluates what is in them.

use super::frame::Walker;
use super::scope::responds;
use crate::expr::Expr;
use crate::step::{
    Auth, Body, CaptureFrom, Entries, Group, Http, Kind, Poll, Replay, Retry, Step, Uses,
};

impl<'a> Walker<'a, '_> {
    pub fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &'a Step) {
        self.templates(step.for_each.as_deref());
        if step.for_each.is_some() {
            self.turns += 1;
        }
        let asked = self.asked.len();
        self.condition(step);
        self.templates(step.name.as_deref());
        self.optional_setting(step.timeout.as_ref());
        self.kind(&step.kind);
        if let Some(retry) = &step.retry {
            self.retry(retry);
        }
        if let Some(poll) = &step.poll {
            self.poll(poll);
        }
        self.known.steps.extend(step.id.as_deref());
        self.known.responded |= responds(step);
        for capture in &step.capture {
            if let CaptureFrom::Expr(expr) = &capture.from {
                self.references(expr.references());
            }
            self.templates(capture.default.as_deref());
            self.known.vars.insert(&capture.name);
        }
        if let Some(expect) = &step.expect {
            self.references(expect.references());
        }
        if let Some(replay) = &step.replay {
            self.replay(replay);
        }
        self.setting(&step.soft);
        let own = step.own_variables();
        self.known.vars.extend(own.map(|(name, _)| name));
        if !step.cleanup.is_empty() {
            self.cleanups.push((&step.cleanup, self.turns));
        }
        self.asked.truncate(asked);
        if step.for_each.is_some() {
            self.turns -= 1;
        }
    }

    /// A step that asks whether a name is defined may read it.
    fn condition(&mut self, step: &'a Step) {
        for reference in step.condition.iter().flat_map(Expr::references) {
            self.reference(&reference);
            if reference.guarded {
                self.asked.push(reference.path);
            }
        }
    }

    fn kind(&mut self, kind: &'a Kind) {
        match kind {
            Kind::Http(http) => self.http(http),
            Kind::Uses(uses) => self.uses(uses),
            Kind::Receive(receive) => {
                if let Some(condition) = &receive.condition {
                    self.references(condition.references());
                }
                if let Some(count) = &receive.count {
                    self.references(count.references());
                }
                self.setting(&receive.within);
            }
            Kind::Wait(duration) => self.setting(duration),
            Kind::Set(set) => {
                for var in &set.vars {
                    self.template(&var.value);
                    self.known.vars.insert(&var.name);
                }
                self.pairs(&set.headers);
            }
            Kind::Check(exprs) => self.exprs(exprs.iter()),
            Kind::Group(group) => self.group(group),
            Kind::Parallel(branches) => self.parallel(branches),
        }
    }

    fn http(&mut self, http: &'a Http) {
        self.template(&http.target);
        self.entries(&http.query);
        self.entries(&http.headers);
        match http.body.as_deref() {
            Some(Body::Json(body) | Body::Text(body) | Body::File(body)) => self.template(body),
            Some(Body::Form(fields) | Body::Multipart(fields)) => self.entries(fields),
            None => {}
        }
        match http.auth.as_deref() {
            Some(Auth::Basic { username, password }) => {
                self.template(username);
                self.template(password);
            }
            Some(Auth::Bearer(token)) => self.template(token),
            None => {}
        }
        self.setting(&http.follow_redirects);
    }

    fn uses(&mut self, uses: &'a Uses) {
        self.templates(uses.with.iter().map(|input| &input.value));
        self.templates(uses.given.as_deref());
        self.entries(&uses.headers);
    }

    fn entries(&mut self, entries: &'a Entries) {
        self.pairs(entries);
        self.templates(entries.given());
    }

    /// The condition of a repeated group is evaluated before its first turn, too.
    fn group(&mut self, group: &'a Group) {
        if let Some(repeat) = &group.repeat {
            self.references(repeat.condition.references());
            self.setting(&repeat.max);
        }
        self.steps(&group.steps);
    }

    /// Branches see what was there before them, not what the others set meanwhile.
    fn parallel(&mut self, branches: &'a [Step]) {
        self.set_at_once(branches);
        let before = self.known.clone();
        let outer = self.siblings.clone();
        let mut after = before.clone();
        for (index, branch) in branches.iter().enumerate() {
            self.known = before.clone();
            self.siblings = outer.clone();
            for (other, sibling) in branches.iter().enumerate() {
                if other != index {
                    self.siblings.add_all(std::slice::from_ref(sibling));
                }
            }
            self.step(branch);
            after.join(std::mem::take(&mut self.known));
        }
        self.known = after;
        self.siblings = outer;
    }

    fn poll(&mut self, poll: &'a Poll) {
        self.setting(&poll.every);
        self.setting(&poll.backoff);
        self.optional_setting(poll.max_every.as_ref());
        self.setting(&poll.timeout);
        let conditions = std::iter::once(&poll.until).chain(&poll.fail_on);
        for condition in conditions {
            self.references(condition.references());
        }
    }

    fn replay(&mut self, replay: &'a Replay) {
        self.optional_setting(replay.concurrent.as_ref());
        self.optional_setting(replay.same.as_ref());
        if let Some(changed) = &replay.changed {
            self.templates(std::iter::once(&changed.json));
            self.references(changed.expect.references());
        }
    }

    fn retry(&mut self, retry: &'a Retry) {
        self.setting(&retry.attempts);
        self.setting(&retry.every);
        self.setting(&retry.backoff);
    }
}
