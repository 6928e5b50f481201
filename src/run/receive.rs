//! `receive` steps: waiting for webhooks among those that came, and saying why the others are not it.

use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;

use super::attempt::OpenPack;
use super::context::Cx;
use super::done::Done;
use super::frame::Home;
use super::inbox::{Arrival, verify};
use super::log::KeptExchange;
use super::problem::Problem;
use super::unlike;
use crate::check::{Check, Evidence, Verdict};
use crate::clock::Bell;
use crate::diagnostic::Diagnostic;
use crate::http::{Exchange, Method, Request, Response, ResponseParts, Share, Url, compacted};
use crate::pack::SignatureSpec;
use crate::receiver::Mailbox;
use crate::signature;
use crate::step::{Receive, Step};
use crate::value::{Found, Value, counted, format_duration};

/// How many of the webhooks that came a failure shows.
const SHOWN: usize = 10;
/// How many characters of each.
const SHOWN_BODY: usize = 160;

pub(super) async fn perform<'p>(cx: &Cx<'_, 'p>, step: &'p Step, receive: &'p Receive) -> Done<'p> {
    let waiting = match Waiting::begin(cx, step, receive) {
        Ok(waiting) => waiting,
        Err(problem) => return Done::errored(problem),
    };
    let done = match waiting.attend().await {
        Ok(Some(taken)) => waiting.judge(&taken).unwrap_or_else(Done::errored),
        Ok(None) => {
            let mut done = Done::default();
            done.interrupt(cx, step);
            done
        }
        Err(problem) => Done::errored(problem),
    };
    cx.attempt.inbox.end(step);
    done
}

/// A `receive` that is under way.
struct Waiting<'w, 'a, 'p> {
    cx: &'w Cx<'a, 'p>,
    step: &'p Step,
    receive: &'p Receive,
    /// How many must come, if that is said.
    count: Option<&'p Check>,
    pack: Rc<OpenPack>,
    within: Duration,
    mailbox: &'w Mailbox,
    bell: Bell,
}

impl Drop for Waiting<'_, '_, '_> {
    fn drop(&mut self) {
        self.mailbox.silence(&self.bell);
    }
}

impl<'w, 'a, 'p> Waiting<'w, 'a, 'p> {
    fn begin(cx: &'w Cx<'a, 'p>, step: &'p Step, receive: &'p Receive) -> Result<Self, Diagnostic> {
        let pack = pack_of(cx, receive)?;
        let within = receive.within.resolve(&cx.scope())?;
        let mailbox = cx.attempt.mailbox()?;
        if !cx.attempt.clock.is_virtual() {
            cx.attempt.wait_declared(within);
        }
        cx.attempt.inbox.begin(step, receive);
        Ok(Self {
            cx,
            step,
            receive,
            count: receive
                .count
                .as_ref()
                .filter(|count| count.is_stated(&cx.scope())),
            pack,
            within,
            mailbox,
            bell: mailbox.bell(),
        })
    }

    /// Waits; which webhooks were taken. `None` if Ctrl-C ended it.
    async fn attend(&self) -> Result<Option<Vec<usize>>, Diagnostic> {
        let clock = &self.cx.attempt.clock;
        let deadline = clock
            .now()
            .checked_add(SignedDuration::try_from(self.within).unwrap_or(SignedDuration::MAX))
            .unwrap_or(jiff::Timestamp::MAX);
        let mut taken = Vec::new();
        let mut over = false;
        loop {
            self.bell.listen();
            self.cx.attempt.inbox.fetch();
            self.take(&mut taken)?;
            let enough = self.count.is_none() && !taken.is_empty();
            if over || enough {
                return Ok(Some(taken));
            }
            let sleep = clock.sleep_by(&self.bell, deadline);
            let rang = if self.cx.cleaning {
                sleep.await
            } else {
                tokio::select! {
                    biased;
                    () = self.cx.attempt.shared.stop.stopped() => return Ok(None),
                    rang = sleep => rang,
                }
            };
            // What came up to the deadline still counts.
            over = !rang;
        }
    }

    /// Takes what matches: the first, or with a `count` all.
    fn take(&self, taken: &mut Vec<usize>) -> Result<(), Diagnostic> {
        let mut arrivals = self.cx.attempt.inbox.arrivals.borrow_mut();
        for index in 0..arrivals.len() {
            if arrivals[index].taken.is_some() || !self.is_for_pack(&arrivals[index]) {
                continue;
            }
            if !self.matches(&arrivals[index])? {
                continue;
            }
            let duplicate = self.is_duplicate(&arrivals, index);
            arrivals[index].taken = Some(Rc::clone(&self.cx.path));
            if duplicate {
                continue;
            }
            taken.push(index);
            if self.count.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_for_pack(&self, arrival: &Arrival) -> bool {
        self.cx.attempt.is_for(&arrival.delivered, &self.pack)
    }

    /// Whether one with the same `unique` value was taken before, by whichever step.
    fn is_duplicate(&self, arrivals: &[Arrival], index: usize) -> bool {
        let Some(value) = self.unique_value(&arrivals[index]) else {
            return false;
        };
        arrivals[..index].iter().any(|earlier| {
            earlier.taken.is_some()
                && self.is_for_pack(earlier)
                && self
                    .unique_value(earlier)
                    .is_some_and(|other| crate::value::equal(&other, &value))
        })
    }

    fn unique_value(&self, arrival: &Arrival) -> Option<Value> {
        let path = self.receive.unique.as_ref()?;
        let json = arrival.response.json().ok()?;
        match path.find(&json) {
            Found::One(value) => Some(value.clone()),
            Found::Many(_) | Found::Missing { .. } | Found::TooMuch { .. } => None,
        }
    }

    fn matches(&self, arrival: &Arrival) -> Result<bool, Diagnostic> {
        let Some(condition) = &self.receive.condition else {
            return Ok(true);
        };
        let verdict = self.signature_for_where(arrival)?;
        condition.holds(Self::evidence(arrival, verdict.as_ref()), &self.cx.scope())
    }

    fn evidence<'e>(
        arrival: &'e Arrival,
        signature: Option<&'e signature::Verdict>,
    ) -> Evidence<'e> {
        Evidence {
            response: Some(&arrival.response),
            signature,
            ..Evidence::default()
        }
    }

    /// Verifying costs something, and few ask for it here.
    fn signature_for_where(
        &self,
        arrival: &Arrival,
    ) -> Result<Option<signature::Verdict>, Diagnostic> {
        let asks = self
            .receive
            .condition
            .as_ref()
            .is_some_and(|condition| condition.states_signature(&self.cx.scope()));
        if asks {
            self.verify(arrival).map(Some)
        } else {
            Ok(None)
        }
    }

    fn signature_spec(&self) -> Result<&SignatureSpec, Diagnostic> {
        self.pack.bound.pack.signature.as_ref().ok_or_else(|| {
            let name = &self.receive.pack.name;
            Diagnostic::error("no-webhooks", format!("the pack `{name}` has no webhooks")).at(self
                .receive
                .pack
                .place
                .clone())
        })
    }

    fn verify(&self, arrival: &Arrival) -> Result<signature::Verdict, Diagnostic> {
        verify(
            self.cx,
            &self.pack,
            self.signature_spec()?,
            &arrival.delivered,
        )
    }

    /// What came of it: the webhooks that were taken, and whether they were as many as wanted.
    fn judge(&self, taken: &[usize]) -> Result<Done<'p>, Diagnostic> {
        let arrivals = self.cx.attempt.inbox.arrivals.borrow();
        let mut done = Done {
            note: Some(note(taken.len(), arrivals.len())),
            ..Done::default()
        };
        for index in taken {
            let arrival = &arrivals[*index];
            done.signatures.push(self.verify(arrival)?);
            done.exchanges.push(self.exchange(arrival));
            done.state.events.push(arrival.response.clone());
        }
        done.state.response = done.state.events.first().cloned();
        done.state.receives = true;
        let failure = match self.count {
            None if taken.is_empty() => {
                let message = format!(
                    "no webhook of `{}` that matches came within {}",
                    self.receive.pack.name,
                    format_duration(self.within)
                );
                let place = self
                    .receive
                    .condition
                    .as_ref()
                    .map_or(&self.step.place, |all| &all.place);
                Some(
                    Diagnostic::error("receive", message)
                        .at(place.clone())
                        .label("nothing matches"),
                )
            }
            None => None,
            Some(check) => {
                let evidence = Evidence {
                    count: Some(taken.len()),
                    ..Evidence::default()
                };
                done.checks += 1;
                self.cx.attempt.count_checks(1);
                match check.evaluate(evidence, &self.cx.scope()) {
                    Verdict::Passed => None,
                    Verdict::Failed(problem) => Some(problem.label(format!(
                        "{} came within {}",
                        counted(taken.len(), "webhook"),
                        format_duration(self.within)
                    ))),
                    Verdict::Errored(problem) => return Err(problem),
                }
            }
        };
        if let Some(problem) = failure {
            let problem = self.with_arrivals(problem, &arrivals)?;
            let problem = self.with_undelivered(problem);
            done.problems.push(Problem::failed(problem));
            done.over = true;
        } else if taken.is_empty() {
            self.warn_of_unlike(&arrivals);
        }
        Ok(done)
    }

    /// That none came proves little if nobody knew where to send one, or it was looked for by what no webhook has.
    fn warn_of_unlike(&self, arrivals: &[Arrival]) {
        if arrivals.is_empty() && !self.cx.attempt.inbox.told.get() {
            let problem = Problem::warning(unlike::untold(&self.step.place));
            self.cx.attempt.warnings.borrow_mut().push(problem);
            return;
        }
        let Some(condition) = &self.receive.condition else {
            return;
        };
        let own = arrivals.iter().filter(|arrival| self.is_for_pack(arrival));
        let came: Vec<_> = own.map(|arrival| &arrival.response).collect();
        let warnings = unlike::warnings(condition, &came, &self.cx.scope());
        let mut known = self.cx.attempt.warnings.borrow_mut();
        known.extend(warnings.into_iter().map(Problem::warning));
    }

    /// The webhook as reports show exchanges: what was sent to us, and how we answered.
    fn exchange(&self, arrival: &Arrival) -> KeptExchange {
        let url = self.cx.attempt.webhook_url(&Home::Scenario { case: None });
        let url = Url::parse(&format!("{url}/{}", arrival.delivered.rest))
            .unwrap_or_else(|_| arrival.response.url.clone());
        let parts: &ResponseParts = &arrival.response;
        let answer = ResponseParts {
            headers: Vec::new(),
            body: bytes::Bytes::new(),
            wire_bytes: 0,
            ..parts.clone()
        };
        let mut request = Request::new(Method::POST, url);
        request.headers.clone_from(&arrival.delivered.headers);
        request.body = Some(arrival.delivered.body.clone());
        let exchange = Exchange {
            request,
            response: Ok(Response::from(answer)),
            // It takes none of ours.
            duration: Duration::ZERO,
            sent: true,
            share: Share::default(),
        };
        KeptExchange::webhook(exchange)
    }

    /// Adds the webhooks that did come, each with what made it not match.
    fn with_arrivals(
        &self,
        problem: Diagnostic,
        arrivals: &[Arrival],
    ) -> Result<Diagnostic, Diagnostic> {
        if arrivals.is_empty() {
            return Ok(problem
                .note("no webhook came at all")
                .help("is `${{ webhooks.url }}` registered with the provider before the step that makes it send one?"));
        }
        let mut lines = vec!["webhooks that came:".to_owned()];
        for (index, arrival) in arrivals.iter().take(SHOWN).enumerate() {
            let after = arrival
                .delivered
                .at
                .duration_since(self.cx.attempt.began)
                .unsigned_abs();
            lines.push(format!(
                "{:>3}. after {}: {}",
                index + 1,
                self.cx.attempt.passed(after),
                self.why_not(arrival)?
            ));
            lines.push(format!("     {}", self.body(arrival)));
        }
        if arrivals.len() > SHOWN {
            lines.push(format!("     … {} more", arrivals.len() - SHOWN));
        }
        Ok(problem.note(lines.join("\n")))
    }

    /// Adds what the emulator has sent and nobody took, or has not sent at all.
    fn with_undelivered(&self, problem: Diagnostic) -> Diagnostic {
        let undelivered = self.cx.attempt.undelivered(&self.pack);
        if undelivered.is_empty() {
            return problem;
        }
        let mut lines = vec!["webhooks that failed:".to_owned()];
        for (index, text) in undelivered.iter().take(SHOWN).enumerate() {
            lines.push(format!("{:>3}. {text}", index + 1));
        }
        if undelivered.len() > SHOWN {
            lines.push(format!("     … {} more", undelivered.len() - SHOWN));
        }
        problem.note(lines.join("\n"))
    }

    /// Redacted before it is shortened, so that no part of a secret is left.
    fn body(&self, arrival: &Arrival) -> String {
        let text = self.cx.attempt.clean(&arrival.response.text());
        let text = match arrival.response.json() {
            Ok(_) => compacted(&text),
            Err(_) => text,
        };
        self.cx.attempt.redactor.borrow().excerpt(&text, SHOWN_BODY)
    }

    fn why_not(&self, arrival: &Arrival) -> Result<String, Diagnostic> {
        if let Some(step) = &arrival.taken {
            return Ok(if **step == *self.cx.path {
                "it matches".to_owned()
            } else {
                format!("taken by `{step}`")
            });
        }
        if !self.is_for_pack(arrival) {
            return Ok("it came to another pack's URL".to_owned());
        }
        let Some(condition) = &self.receive.condition else {
            return Ok("it came after the step was over".to_owned());
        };
        let verdict = self.signature_for_where(arrival)?;
        let evidence = Self::evidence(arrival, verdict.as_ref());
        let redactor = self.cx.attempt.redactor.borrow().clone();
        let evidence = Evidence {
            redactor: Some(&redactor),
            ..evidence
        };
        for verdict in condition.evaluate(evidence, &self.cx.scope()) {
            match verdict {
                Verdict::Passed => {}
                Verdict::Failed(problem) => return Ok(problem.into_message()),
                Verdict::Errored(problem) => return Err(problem),
            }
        }
        Ok("it came after the step was over".to_owned())
    }
}

fn note(taken: usize, came: usize) -> String {
    format!("{taken} of {} that came", counted(came, "webhook"))
}

/// The pack whose webhooks are meant. In an action of a pack, the pack itself goes by its own name.
fn pack_of(cx: &Cx<'_, '_>, receive: &Receive) -> Result<Rc<OpenPack>, Diagnostic> {
    let name = &receive.pack.name;
    if let Home::Action {
        pack: Some(own), ..
    } = &*cx.frame.home
        && own.bound.pack.name == *name
    {
        return Ok(Rc::clone(own));
    }
    cx.attempt.pack(Some(name)).ok_or_else(|| {
        Diagnostic::error("unknown-pack", format!("this file uses no pack `{name}`"))
            .at(receive.pack.place.clone())
    })
}
