//! Names in effects, and of the records and collections that they change.

use std::sync::Arc;

use super::super::scope::named;
use super::{Bound, Walk};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::expr::Setting;
use crate::pack::emulator::{
    Action, Call, Collection, CollectionName, Effect, Field, Selection, Target,
};
use crate::source::Place;

impl<'a> Walk<'a> {
    pub(super) fn effects(&mut self, effects: &'a [Effect]) {
        for effect in effects {
            self.condition(effect.condition.as_ref());
            self.action(&effect.action);
        }
    }

    pub(super) fn action(&mut self, action: &'a Action) {
        match action {
            Action::Insert {
                collection,
                set,
                name,
            } => {
                self.fields(set);
                let Some(kind) = self.collection(collection) else {
                    return;
                };
                self.close_fields(kind, set);
                if let Some(name) = name {
                    let bound = (Arc::clone(name), Bound::Record(kind));
                    self.scope.bound.push(bound);
                }
            }
            Action::Update { target, set } => {
                self.fields(set);
                if let Some(kind) = self.target(target) {
                    self.known_fields(kind, set);
                }
            }
            Action::Delete(target) => {
                self.target(target);
            }
            Action::After { delay, name, call } => {
                if let Setting::Dynamic(template) = delay {
                    self.template(template);
                }
                if let Some(name) = name {
                    self.template(name);
                }
                self.timers += 1;
                self.call(call);
                self.timers -= 1;
            }
            Action::Do(call) => self.call(call),
            Action::Cancel(name) => self.template(name),
            Action::Emit { name, with } => self.emit(name, with),
            Action::Redeliver { id, headers } => {
                self.template(id);
                self.templates(headers);
            }
        }
    }

    pub(super) fn call(&mut self, call: &'a Call) {
        match call {
            Call::Effects(effects) => self.effects(effects),
            Call::Procedure { name, place } => {
                let file = self.scope.file;
                let Some((name, procedure)) = file.procedures.get_key_value(name) else {
                    let known = file.procedures.keys().map(String::as_str);
                    let problem = Diagnostic::error(
                        "undefined-name",
                        format!("there is no procedure `{name}`"),
                    )
                    .at(place.clone())
                    .suggest(name, known);
                    self.found.push(problem);
                    return;
                };
                if let Some((_, timers)) = self.calls.iter().rfind(|(call, _)| call == name) {
                    if *timers == self.timers {
                        let message = format!("`{name}` does itself without end");
                        self.fault("endless", message, place);
                    }
                    return;
                }
                self.calls.push((name, self.timers));
                self.effects(&procedure.effects);
                self.calls.pop();
            }
        }
    }

    pub(super) fn target(&mut self, target: &'a Target) -> Option<&'a Collection> {
        match target {
            Target::Where(selection) => self.selection(selection),
            Target::Record { name, place } => match self.scope.get(name) {
                Some(Bound::Record(kind)) => Some(kind),
                Some(Bound::Value) => {
                    let message = format!("`{name}` is a value, not a record");
                    self.fault("not-a-record", message, place);
                    None
                }
                None => {
                    let records = self.scope.bound.iter().map(|(name, _)| &**name);
                    let mut problem = Diagnostic::error(
                        "undefined-name",
                        format!("there is no record `{name}` here"),
                    )
                    .at(place.clone())
                    .suggest(name, records);
                    if self.scope.collection(name).is_some() {
                        let help = "it is a collection: say with `where` which of its records";
                        problem = problem.help(help);
                    }
                    self.found.push(problem);
                    None
                }
            },
        }
    }

    pub(super) fn selection(&mut self, selection: &'a Selection) -> Option<&'a Collection> {
        if let Some(id) = &selection.id {
            self.template(id);
        }
        self.fields(&selection.fields);
        let kind = self.collection(&selection.collection)?;
        self.known_fields(kind, &selection.fields);
        Some(kind)
    }

    pub(super) fn collection(&mut self, name: &CollectionName) -> Option<&'a Collection> {
        let found = self.scope.collection(&name.name);
        if found.is_some() {
            return found;
        }
        let known = self.scope.file.collections.iter().map(|one| &*one.name);
        let message = format!("there is no collection `{}`", name.name);
        let problem = Diagnostic::error("undefined-name", message).at(name.place.clone());
        let close = did_you_mean(&name.name, known.clone());
        self.found.push(match &close {
            Some(close) => problem.help(format!("did you mean `{close}`?")),
            None if self.scope.file.collections.is_empty() => {
                problem.help("declare it under `collections`")
            }
            None => problem.help(format!(
                "there are: {}",
                known.collect::<Vec<_>>().join(", ")
            )),
        });
        // It is read as the one that was meant, so that nothing else is said that only follows from it.
        self.scope.collection(&close?)
    }

    pub(super) fn known_fields(&mut self, kind: &'a Collection, set: &[Field]) {
        let known = self.scope.fields(kind);
        for Field { name, place, .. } in set {
            if !known.contains(&&**name) {
                self.no_field(kind, name, place);
            }
        }
    }

    /// An `insert` may set what the collection does not name, unless it looks like a slip of the pen.
    fn close_fields(&mut self, kind: &Collection, set: &[Field]) {
        for Field { name, place, .. } in set {
            let mut known = named(kind).chain(["id"]);
            if known.clone().any(|known| known == &**name) {
                continue;
            }
            if let Some(close) = did_you_mean(name, &mut known) {
                let message = format!("`{}` names no field `{name}`", kind.name);
                let problem = Diagnostic::warning("undefined-name", message)
                    .at(place.clone())
                    .help(format!("did you mean `{close}`?"))
                    .help("if not, name it in its collection's `fields` too");
                self.found.push(problem);
            }
        }
    }

    pub(super) fn no_field(&mut self, kind: &'a Collection, name: &str, place: &Place) {
        let message = format!("a record of `{}` has no field `{name}`", kind.name);
        let problem = Diagnostic::error("undefined-name", message)
            .at(place.clone())
            .suggest(name, self.scope.fields(kind))
            .help("name it in its collection's `fields`, with `${{ omit }}` if it is not there at first");
        self.found.push(problem);
    }
}
