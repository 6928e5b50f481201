//! Routes and rules that no request ever reaches, and procedures that nothing does.

use super::all_effects;
use crate::diagnostic::Diagnostic;
use crate::pack::emulator::{Action, Call, EmulatorFile, Pattern, Rule, Segment, Stage};

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
        for stage in &route.stages {
            if let Stage::Rules(rules) = stage {
                check_rules(rules, problems);
            }
        }
    }
    check_rules(&file.rules, problems);
    check_procedures(file, problems);
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
