//! Names in the stages that a request goes through.

use std::sync::Arc;

use super::{Bound, Walk};
use crate::diagnostic::Diagnostic;
use crate::expr::{Setting, Template};
use crate::pack::emulator::{Changed, LetValue, Otherwise, RateLimit, Rule, Stage};
use crate::source::Place;

impl<'a> Walk<'a> {
    pub(super) fn stage(&mut self, stage: &'a Stage) {
        match stage {
            Stage::Let(lets) => {
                for one in lets {
                    let bound = self.let_value(&one.value);
                    self.scope.bound.push((Arc::clone(&one.name), bound));
                }
            }
            Stage::Request(check) => {
                self.more = &["violations"];
                if let Some(reply) = &check.otherwise {
                    self.reply(reply);
                }
                self.more = &[];
            }
            Stage::Rules(rules) => self.rules(rules),
            Stage::RateLimit(limit) => self.rate_limit(limit),
            Stage::Idempotency(names) => {
                for (name, place) in names {
                    self.scheme(name, place);
                }
            }
            Stage::Effects(effects) => self.effects(effects),
        }
    }

    pub(super) fn rate_limit(&mut self, limit: &'a RateLimit) {
        self.condition(limit.condition.as_ref());
        if let Some(key) = &limit.key {
            self.template(key);
        }
        self.references(&limit.limit.references());
        self.references(&limit.window.references());
        self.more = &["retry_after", "remaining"];
        self.reply(&limit.otherwise);
        self.templates(&limit.headers);
        self.more = &[];
    }

    pub(super) fn scheme(&mut self, name: &str, place: &Place) {
        let schemes = &self.scope.file.idempotency;
        let Some(scheme) = schemes.get(name) else {
            let problem =
                Diagnostic::error("undefined-name", format!("there is no scheme `{name}`"))
                    .at(place.clone())
                    .suggest(name, schemes.keys().map(String::as_str));
            self.found.push(problem);
            return;
        };
        for template in [
            Some(&scheme.key),
            scheme.scope.as_ref(),
            scheme.compare.as_ref(),
        ] {
            self.references(&template.map(Template::references).unwrap_or_default());
        }
        let window = scheme.window.as_ref();
        self.references(&window.map(Setting::references).unwrap_or_default());
        if let Changed::Reply(reply) = &scheme.changed {
            self.reply(reply);
        }
        self.templates(&scheme.headers);
        self.more = &["status"];
        self.condition(scheme.remember.as_ref());
        self.more = &[];
    }

    pub(super) fn let_value(&mut self, value: &'a LetValue) -> Bound<'a> {
        match value {
            LetValue::Template(template) => {
                self.template(template);
                Bound::Value
            }
            LetValue::All(listing) => {
                let kind = self.selection(&listing.select);
                if let Some(show) = &listing.show {
                    let item = kind.map_or(Bound::Value, Bound::Record);
                    self.scope.bound.push((Arc::from("item"), item));
                    self.template(show);
                    self.scope.bound.pop();
                }
                if let Some(page) = &listing.page {
                    for template in [&page.limit, &page.after, &page.before]
                        .into_iter()
                        .flatten()
                    {
                        self.template(template);
                    }
                    self.more = &["violations"];
                    if let Some(reply) = &page.otherwise {
                        self.reply(reply);
                    }
                    self.more = &[];
                }
                Bound::Value
            }
            LetValue::Find(find) => {
                if let Otherwise::Reply(reply) = &find.otherwise {
                    self.reply(reply);
                }
                let collection = self.selection(&find.select);
                collection.map_or(Bound::Value, Bound::Record)
            }
        }
    }

    pub(super) fn rules(&mut self, rules: &'a [Rule]) {
        for rule in rules {
            let depth = self.scope.bound.len();
            self.condition(Some(&rule.condition));
            self.effects(&rule.effects);
            self.reply(&rule.respond);
            self.scope.bound.truncate(depth);
        }
    }
}
