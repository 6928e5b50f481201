//! Changes of state, now and on the clock.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::frame::{Bound, Frame};
use super::instance::{Halt, Instance, Step};
use super::journal::By;
use super::store::RecordRef;
use super::timers::Timer;
use crate::clock::Clock;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, Setting, Template};
use crate::pack::EmulatorFile;
use crate::pack::emulator::{Action, Call, Collection, CollectionName, Effect, Field, Target};
use crate::source::Place;
use crate::value::{Map, Value};

/// How deep procedures may call procedures.
const DEPTH: usize = 32;
/// How many timers may fire before one request: a chain that sets itself anew could go on for ever.
const TIMERS_AT_ONCE: usize = 10_000;

impl Instance {
    /// Fires every timer that is due by `now`, in order of due instant and then of setting, those that they set
    /// included. Each reads the clock as it stood when it was due.
    pub(super) fn run_due(&mut self, now: Timestamp) -> Step<()> {
        for _ in 0..TIMERS_AT_ONCE {
            let Some((due, mut timer)) = self.timers.take_due(now) else {
                return Ok(());
            };
            self.moment = Clock::standing_at(due);
            match self.call(&timer.call, &mut timer.frame, 0) {
                Err(Halt::Answered((_, answered))) => {
                    let message =
                        "what was done later met a unique key, and nobody is there to be answered";
                    return Err(problem("taken", message, answered.place.as_ref()));
                }
                done => done?,
            }
        }
        Err(problem(
            "too-many-timers",
            "timers set one another without end",
            None,
        ))
    }

    pub(super) fn perform(
        &mut self,
        effects: &[Effect],
        frame: &mut Frame,
        depth: usize,
    ) -> Step<()> {
        for effect in effects {
            if self.holds(effect.condition.as_ref(), frame)? {
                self.act(effect, frame, depth)?;
            }
        }
        Ok(())
    }

    fn act(&mut self, effect: &Effect, frame: &mut Frame, depth: usize) -> Step<()> {
        match &effect.action {
            Action::Insert {
                collection,
                set,
                name,
            } => self.insert(collection, set, name.as_ref(), frame),
            Action::Update { target, set } => {
                for record in self.targets(target, frame)? {
                    let set = self.fields(set, frame)?;
                    self.update(&record, set, frame)?;
                }
                Ok(())
            }
            Action::Delete(target) => {
                let gone = self.targets(target, frame)?;
                frame.remember(&self.store);
                for record in gone {
                    self.store.delete(&record);
                }
                Ok(())
            }
            Action::After { delay, name, call } => self.schedule(delay, name.as_ref(), call, frame),
            Action::Do(call) => self.call(call, frame, depth + 1),
            Action::Cancel(name) => {
                let name = name.render_text(&self.view(Some(frame)))?;
                self.timers.cancel(&name);
                Ok(())
            }
            Action::Emit { name, with } => self.emit(name, with, frame),
            Action::Redeliver { id, headers } => self.redeliver(id, headers, frame),
        }
    }

    fn insert(
        &mut self,
        collection: &CollectionName,
        set: &[Field],
        name: Option<&Arc<str>>,
        frame: &mut Frame,
    ) -> Step<()> {
        let file = Arc::clone(&self.file);
        let kind = kind(&file, &collection.name)
            .ok_or_else(|| unknown("collection", &collection.name, &collection.place))?;
        let mut set = self.fields(set, frame)?;
        let id = match set.shift_remove("id") {
            Some(id) => id,
            None => match self.value(&kind.id, frame)? {
                Outcome::Value(id) => id,
                Outcome::Omit => Value::Null,
            },
        };
        let mut fresh = frame.clone();
        fresh.bind_value("id", id.clone());
        let mut record = Map::new();
        record.insert("id".to_owned(), id.clone());
        for field in &kind.fields {
            let value = match set.shift_remove(&*field.name) {
                Some(value) => Outcome::Value(value),
                None => self.value(&field.value, &fresh)?,
            };
            if let Outcome::Value(value) = value {
                record.insert(field.name.to_string(), value);
            }
        }
        record.extend(set);
        let key = match &id {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.check_unique(kind, None, &record, frame)?;
        let inserted = self
            .store
            .insert(&collection.name, &key, Value::Object(record))
            .ok_or_else(|| {
                let message = format!("`{}` has a record `{key}` already", collection.name);
                problem("taken-id", &message, Some(&collection.place))
            })?;
        if let Some(name) = name {
            frame.bind(name, Bound::Record(inserted));
        }
        Ok(())
    }

    fn update(
        &mut self,
        record: &RecordRef,
        set: Map<String, Value>,
        frame: &mut Frame,
    ) -> Step<()> {
        let file = Arc::clone(&self.file);
        if let Some(kind) = kind(&file, &record.collection)
            && !kind.unique.is_empty()
            && let Value::Object(mut whole) = (*self.store.read(record)).clone()
        {
            whole.extend(set.clone());
            self.check_unique(kind, Some(&record.id), &whole, frame)?;
        }
        self.store.update(record, set);
        Ok(())
    }

    /// Refuses a record that has what another one must have alone; `own` is its id if it is there already.
    fn check_unique(
        &self,
        kind: &Collection,
        own: Option<&str>,
        record: &Map<String, Value>,
        frame: &mut Frame,
    ) -> Step<()> {
        for unique in &kind.unique {
            let mut fields = Map::new();
            for (name, _) in &unique.fields {
                if let Some(value) = record.get(&**name).filter(|value| !value.is_null()) {
                    fields.insert(name.to_string(), value.clone());
                }
            }
            if fields.len() < unique.fields.len() {
                continue;
            }
            let held = self.store.select(&kind.name, None, &fields);
            if let Some(taken) = held.into_iter().find(|held| Some(&*held.id) != own) {
                frame.bind_value("taken", (*taken.last).clone());
                let by = By::Taken(Arc::clone(&kind.name));
                return self.refuse(&unique.otherwise, by, frame);
            }
        }
        Ok(())
    }

    fn targets(&self, target: &Target, frame: &Frame) -> Step<Vec<RecordRef>> {
        match target {
            Target::Where(selection) => self.select(selection, frame),
            Target::Record { name, place } => match frame.get(name) {
                Some(Bound::Record(record)) => Ok(vec![record.clone()]),
                // A look-up with `else: null` that found nothing.
                Some(Bound::Value(value)) if value.is_null() => Ok(Vec::new()),
                Some(Bound::Value(_)) => {
                    let message = format!("`{name}` is a value, not a record");
                    Err(problem("not-a-record", &message, Some(place)))
                }
                None => Err(unknown("record", name, place)),
            },
        }
    }

    fn call(&mut self, call: &Call, frame: &mut Frame, depth: usize) -> Step<()> {
        if depth > DEPTH {
            let message = "procedures call one another without end";
            return Err(problem("too-deep", message, None));
        }
        match call {
            Call::Effects(effects) => self.perform(effects, frame, depth),
            Call::Procedure { name, place } => {
                let file = Arc::clone(&self.file);
                let procedure = file
                    .procedures
                    .get(name)
                    .ok_or_else(|| unknown("procedure", name, place))?;
                self.perform(&procedure.effects, frame, depth)
            }
        }
    }

    fn schedule(
        &mut self,
        delay: &Setting<Duration>,
        name: Option<&Template>,
        call: &Call,
        frame: &Frame,
    ) -> Step<()> {
        let name = self.text(name, frame)?;
        let due = self.later(delay, frame)?;
        let timer = Timer {
            name,
            call: call.clone(),
            frame: frame.clone(),
        };
        self.timers.set(due, timer);
        Ok(())
    }

    /// The instant that is so much later than this one.
    pub(super) fn later(&self, by: &Setting<Duration>, frame: &Frame) -> Step<Timestamp> {
        let by = by.resolve(&self.view(Some(frame)))?;
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        Ok(self.moment.now().checked_add(by).unwrap_or(Timestamp::MAX))
    }
}

fn kind<'a>(file: &'a EmulatorFile, name: &str) -> Option<&'a Collection> {
    file.collections.iter().find(|kind| *kind.name == *name)
}

fn unknown(what: &str, name: &str, place: &Place) -> Halt {
    problem(
        "undefined-name",
        &format!("there is no {what} `{name}`"),
        Some(place),
    )
}

fn problem(code: &'static str, message: &str, place: Option<&Place>) -> Halt {
    let mut problem = Diagnostic::error(code, message);
    problem.place = place.cloned();
    problem.into()
}
