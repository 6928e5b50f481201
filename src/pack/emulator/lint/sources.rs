//! Facts without a source: a reader must be able to tell the provider's word from ours.

use super::{all_effects, all_rules, all_stages};
use crate::diagnostic::Diagnostic;
use crate::pack::emulator::{Action, EmulatorFile, Fact, Stage};
use crate::source::Place;

pub(super) fn check(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    // A file that names no source at all does not mean to.
    let mut named = false;
    let mut found = Vec::new();
    let mut demand = |what: &str, facts: &[Fact], place: &Place| {
        named |= !facts.is_empty();
        if facts.is_empty() {
            found.push(
                Diagnostic::warning(
                    "missing-source",
                    format!("where this {what} comes from is not said"),
                )
                .at(place.clone())
                .help("add `source: documented …`, `observed …` or `assumed …`"),
            );
        }
    };
    if let Some(auth) = &file.auth {
        demand("auth", &auth.facts, &auth.place);
    }
    for collection in &file.collections {
        demand("collection", &collection.facts, &collection.place);
    }
    for unique in file.collections.iter().flat_map(|kind| &kind.unique) {
        demand("unique key", &unique.facts, &unique.place);
    }
    for scheme in file.idempotency.values() {
        demand("scheme", &scheme.facts, &scheme.place);
    }
    for rule in all_rules(file) {
        demand("rule", &rule.facts, &rule.place);
    }
    for stage in all_stages(file) {
        if let Stage::RateLimit(limit) = stage {
            demand("rate limit", &limit.facts, &limit.place);
        }
    }
    for route in &file.routes {
        demand("route", &route.facts, &route.place);
    }
    for event in &file.events {
        demand("event", &event.facts, &event.place);
    }
    if let Some(webhooks) = &file.webhooks {
        demand("delivery", &webhooks.facts, &webhooks.place);
    }
    for effect in all_effects(file) {
        if matches!(effect.action, Action::After { .. }) {
            demand("timer", &effect.facts, &effect.place);
        }
    }
    if named {
        problems.extend(found);
    }
}
