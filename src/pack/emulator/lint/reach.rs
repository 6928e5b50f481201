//! Routes and rules that no request ever reaches, and procedures that nothing does.

use std::collections::HashSet;

use super::{all_effects, all_stages};
use crate::diagnostic::Diagnostic;
use crate::pack::Pack;
use crate::pack::emulator::{Action, Call, EmulatorFile, Pattern, Rule, Segment, Stage};
use crate::source::Place;

pub(super) fn check(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    for (index, route) in file.routes.iter().enumerate() {
        let earlier = file.routes[..index]
            .iter()
            .find(|earlier| earlier.method == route.method && covers(&earlier.path, &route.path));
        if let Some(earlier) = earlier {
            problems.push(
                Diagnostic::error("unreachable", "no request ever reaches this route")
                    .at(route.place.clone())
                    .also(
                        earlier.place.clone(),
                        "this one answers all of its requests",
                    )
                    .help("put the more specific route first, or remove one of them"),
            );
        }
    }
    for stage in all_stages(file) {
        if let Stage::Rules(rules) = stage {
            check_rules(rules, problems);
        }
    }
    check_procedures(file, problems);
    check_schemes(file, problems);
}

/// Whether every path of `later` is one of `earlier`.
fn covers(earlier: &Pattern, later: &Pattern) -> bool {
    let segments = earlier.segments.iter().zip(&later.segments);
    earlier.segments.len() == later.segments.len()
        && segments.into_iter().all(|pair| match pair {
            (Segment::Name(_), Segment::Name(_)) => true,
            (Segment::Name(_), Segment::Literal(text)) => !text.is_empty(),
            (Segment::Literal(one), Segment::Literal(other)) => one == other,
            (Segment::Literal(_), Segment::Name(_)) => false,
        })
}

fn check_rules(rules: &[Rule], problems: &mut Vec<Diagnostic>) {
    let condition = |rule: &Rule| rule.condition.text().trim().to_owned();
    for (index, rule) in rules.iter().enumerate() {
        let earlier = rules[..index].iter().find(|earlier| {
            let earlier = condition(earlier);
            earlier == "true" || earlier == condition(rule)
        });
        if let Some(earlier) = earlier {
            problems.push(
                Diagnostic::error("unreachable", "this rule never answers")
                    .at(rule.place.clone())
                    .also(earlier.place.clone(), "this one always answers first"),
            );
        }
    }
}

fn check_procedures(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    let effects = all_effects(file);
    let done = |name: &str| {
        effects.iter().any(|effect| match &effect.action {
            Action::Do(Call::Procedure { name: done, .. })
            | Action::After {
                call: Call::Procedure { name: done, .. },
                ..
            } => done == name,
            _ => false,
        })
    };
    for (name, procedure) in &file.procedures {
        if !done(name) {
            problems.push(
                Diagnostic::warning("unused", format!("nothing does the procedure `{name}`"))
                    .at(procedure.place.clone()),
            );
        }
    }
}

fn check_schemes(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    let named: Vec<&str> = all_stages(file)
        .flat_map(|stage| match stage {
            Stage::Idempotency(names) => names.as_slice(),
            _ => &[],
        })
        .map(|(name, _)| &**name)
        .collect();
    // One that is misspelt is told where it is named.
    if named
        .iter()
        .any(|name| !file.idempotency.contains_key(*name))
    {
        return;
    }
    for (name, scheme) in &file.idempotency {
        if !named.contains(&name.as_str()) {
            let message = format!("no stage names the scheme `{name}`");
            problems.push(
                Diagnostic::warning("unused", message)
                    .at(scheme.place.clone())
                    .help(format!(
                        "add `idempotency: {name}` to a route or to `before`"
                    )),
            );
        }
    }
}

/// Names of the whole file that nothing reads.
pub(super) fn check_read(
    file: &EmulatorFile,
    pack: &Pack,
    read: &HashSet<String>,
    problems: &mut Vec<Diagnostic>,
) {
    let mut unread = |what: &str, name: &str, place: &Place| {
        let message = format!("nothing in the emulator reads the {what} `{name}`");
        problems.push(Diagnostic::warning("unused", message).at(place.clone()));
    };
    for setting in &pack.settings {
        if !read.contains("settings") && !read.contains(&format!("settings.{}", setting.name)) {
            unread("setting", &setting.name, &setting.place);
        }
    }
    for value in &file.values {
        if !read.contains(&*value.name) {
            unread("value", &value.name, &value.place);
        }
    }
}
