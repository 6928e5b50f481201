//! Names that are not defined where they are read, in a walk through the file as a request takes it.

mod effects;
mod events;
mod stages;

use std::collections::{HashMap, HashSet};
use std::ptr;
use std::sync::Arc;

pub(super) use events::named;

use super::all_effects;
use super::scope::{Bound, Scope};
use crate::diagnostic::Diagnostic;
use crate::expr::{ComparedWith, Expr, Reference, Setting, Template};
use crate::pack::Pack;
use crate::pack::emulator::{
    Action, Auth, EmulatorFile, Field, Reply, ReplyBody, Route, Stage, UniqueKey,
};
use crate::source::Place;

/// Says which names are not defined, and gives those of the whole file that are read: `settings.mode`, `countries`.
pub(super) fn check(
    file: &EmulatorFile,
    pack: &Pack,
    problems: &mut Vec<Diagnostic>,
) -> HashSet<String> {
    let scope = Scope {
        pack,
        file,
        request: None,
        any_request: false,
        body: None,
        inserted: inserted(file),
        bound: Vec::new(),
    };
    let mut walk = Walk {
        scope,
        calls: Vec::new(),
        timers: 0,
        found: Vec::new(),
        given: HashMap::new(),
        more: &[],
        unsure: Vec::new(),
        read: HashSet::new(),
    };
    walk.file(file);
    let mut seen = HashSet::new();
    // A procedure is walked through for each that does it, and what is wrong with it is told once.
    let once = |problem: &Diagnostic| {
        let place = problem.place.as_ref().map(|place| place.span);
        seen.insert((place, problem.message.clone()))
    };
    let mut found = walk.found;
    found.retain(once);
    problems.extend(found);
    walk.read
}

/// Collections, and a field that an `insert` sets.
fn inserted(file: &EmulatorFile) -> Vec<(&str, &str)> {
    let effects = all_effects(file).into_iter();
    let inserts = effects.filter_map(|effect| match &effect.action {
        Action::Insert {
            collection, set, ..
        } => Some((&*collection.name, set)),
        _ => None,
    });
    inserts
        .flat_map(|(collection, set)| set.iter().map(move |field| (collection, &*field.name)))
        .collect()
}

struct Walk<'a> {
    scope: Scope<'a>,
    /// The procedures that the walk is in, and how many timers it was in when it came to each.
    calls: Vec<(&'a str, usize)>,
    timers: usize,
    found: Vec<Diagnostic>,
    /// What replies say in `error`.
    given: HashMap<Arc<str>, Place>,
    /// Names that exist at this place alone.
    more: &'a [&'a str],
    /// Names that `before` binds, where it may not have come to them.
    unsure: Vec<(Arc<str>, Bound<'a>)>,
    read: HashSet<String>,
}

impl<'a> Walk<'a> {
    fn file(&mut self, file: &'a EmulatorFile) {
        for named in &file.values {
            self.template(&named.value);
            let bound = (Arc::clone(&named.name), Bound::Value);
            self.scope.bound.push(bound);
        }
        for collection in &file.collections {
            self.template(&collection.id);
            self.more = &["id"];
            self.fields(&collection.fields);
            self.more = &[];
        }
        if let Some(webhooks) = &file.webhooks {
            self.webhooks(file, webhooks);
        }
        self.scope.any_request = true;
        if let Some(auth) = &file.auth {
            self.auth(auth);
        }
        let always = self.scope.bound.len();
        for stage in &file.before {
            self.stage(stage);
        }
        for unique in file.collections.iter().flat_map(|kind| &kind.unique) {
            self.unique(unique);
        }
        let replies = [&file.errors.malformed, &file.errors.not_found];
        for reply in replies.into_iter().flatten() {
            self.reply(reply);
        }
        self.more = &["violations"];
        if let Some(reply) = &file.errors.invalid {
            self.reply(reply);
        }
        self.more = &[];
        for route in &file.routes {
            self.route(route);
        }
        // Who is refused before all of `before` is done is answered all the same.
        self.unsure = self.scope.bound.split_off(always);
        self.templates(&file.headers);
        self.errors(file);
    }

    fn unique(&mut self, unique: &'a UniqueKey) {
        self.more = &["taken"];
        self.reply(&unique.otherwise);
        self.more = &[];
        let kinds = self.scope.file.collections.iter();
        let mut kinds = kinds.filter(|kind| kind.unique.iter().any(|own| ptr::eq(own, unique)));
        let Some(kind) = kinds.next() else { return };
        let known = self.scope.fields(kind);
        for (name, place) in &unique.fields {
            if !known.contains(&&**name) {
                self.no_field(kind, name, place);
            }
        }
    }

    /// The form of errors, once it is known what replies say in them.
    fn errors(&mut self, file: &'a EmulatorFile) {
        let Some(json) = &file.errors.json else {
            return;
        };
        self.more = &["error", "status"];
        let headers = file.errors.headers.iter().map(|(_, template)| template);
        let mut read = HashSet::new();
        for template in headers.chain([json]) {
            self.template(template);
            for reference in template.references() {
                if let [first, name, ..] = reference.path.as_slice()
                    && first == "error"
                {
                    read.insert(name.clone());
                    if !self.given.contains_key(name.as_str()) {
                        let message = format!("no reply says `{name}` in its `error`");
                        self.fault("undefined-name", message, &reference.place);
                    }
                } else if reference.path == ["error"] {
                    return;
                }
            }
        }
        self.more = &[];
        let unread = |(name, _): &(&Arc<str>, &Place)| !read.contains(&***name);
        let unread: Vec<_> = self.given.iter().filter(unread).collect();
        let problem = |(name, place): (&Arc<str>, &Place)| {
            let message = format!("the form of errors never reads `error.{name}`");
            Diagnostic::error("unused", message).at(place.clone())
        };
        self.found.extend(unread.into_iter().map(problem));
    }

    fn auth(&mut self, auth: &'a Auth) {
        self.condition(auth.condition.as_ref());
        self.templates(&auth.headers);
        if let Some(reply) = &auth.missing {
            self.reply(reply);
        }
        self.reply(&auth.otherwise);
    }

    fn route(&mut self, route: &'a Route) {
        let depth = self.scope.bound.len();
        self.scope.request = Some(route);
        self.scope.body = route.stages.iter().find_map(|stage| match stage {
            Stage::Request(check) => check.json.as_deref(),
            _ => None,
        });
        for stage in &route.stages {
            self.stage(stage);
        }
        self.reply(&route.respond);
        self.scope.bound.truncate(depth);
        self.scope.request = None;
        self.scope.body = None;
    }

    fn reply(&mut self, reply: &Reply) {
        self.template(&reply.status);
        self.templates(&reply.headers);
        let drop = reply.drop.as_ref();
        self.references(&drop.map(Setting::references).unwrap_or_default());
        let delay = reply.delay.as_ref();
        self.references(&delay.map(Setting::references).unwrap_or_default());
        match &reply.body {
            ReplyBody::Empty => {}
            ReplyBody::Json(template) | ReplyBody::Text(template) => self.template(template),
            ReplyBody::Error(said) => {
                self.fields(said);
                let said = said
                    .iter()
                    .map(|one| (Arc::clone(&one.name), one.place.clone()));
                self.given.extend(said);
                if self.scope.file.errors.json.is_none() {
                    let message = "the file does not say what form errors have";
                    let problem = Diagnostic::error("missing-key", message)
                        .at(reply.place.clone())
                        .help("say it at the top of the file: `errors: { json: { code: '${{ error.code }}' } }`");
                    self.found.push(problem);
                }
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            self.template(&field.value);
        }
    }

    fn templates(&mut self, templates: &[(String, Template)]) {
        for (_, template) in templates {
            self.template(template);
        }
    }

    fn template(&mut self, template: &Template) {
        self.references(&template.references());
    }

    fn condition(&mut self, condition: Option<&Expr>) {
        if let Some(condition) = condition {
            let references = condition.references();
            self.references(&references);
            for reference in &references {
                self.impossible(reference);
            }
        }
    }

    /// Says of a setting that is held against a value which it never has.
    fn impossible(&mut self, reference: &Reference) {
        let [first, name] = reference.path.as_slice() else {
            return;
        };
        let mut settings = self.scope.pack.settings.iter();
        let setting = settings.find(|setting| first == "settings" && setting.name == *name);
        let Some(setting) = setting else { return };
        for compared in &reference.compared {
            let ComparedWith::Constants(values) = &compared.with else {
                continue;
            };
            let mut wrong = values
                .iter()
                .filter_map(|value| setting.accept(value).err());
            if let Some(reason) = wrong.next() {
                self.fault("bad-setting", reason, &compared.place);
            }
        }
    }

    fn references(&mut self, references: &[Reference]) {
        for reference in references {
            self.read.insert(match reference.path.as_slice() {
                [first, second, ..] if first == "settings" => format!("{first}.{second}"),
                path => path.first().cloned().unwrap_or_default(),
            });
            // Of several that do a procedure, one may bind a name and another not, which it then has to ask.
            if reference.guarded && !self.calls.is_empty() {
                continue;
            }
            let name = reference.path.first().map_or("", String::as_str);
            if self.unsure.iter().any(|(bound, _)| **bound == *name) {
                if !reference.guarded {
                    let message = format!("`{name}` may not be bound yet");
                    let problem = Diagnostic::error("undefined-name", message)
                        .at(reference.place.clone())
                        .help(format!(
                            "a request may be refused before it is: ask with `{name} | default(…)`"
                        ));
                    self.found.push(problem);
                }
                continue;
            }
            self.found.extend(self.scope.fault(reference, self.more));
        }
    }

    fn fault(&mut self, code: &'static str, message: String, place: &Place) {
        let problem = Diagnostic::error(code, message).at(place.clone());
        self.found.push(problem);
    }
}
