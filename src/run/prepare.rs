//! Before a case's first step: its row, its variables, the settings of its emulators, and whether it is to run at all.

use std::rc::Rc;
use std::sync::Arc;

use super::attempt::Attempt;
use super::frame::{Frame, Home};
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::expr::Outcome as Rendered;
use crate::scenario::PackSettings;
use crate::step::Variable;
use crate::value::{Map, Value};

/// Whether a case is to run.
pub(super) enum Prepared<'p> {
    Run(Rc<Frame<'p>>),
    Skip(String),
}

/// The case's row, its variables and the emulators' settings; whether it is to run at all.
pub(super) fn prepare<'p>(attempt: &Attempt<'p>) -> Result<Prepared<'p>, Diagnostic> {
    let bare = Frame::new(Home::Scenario { case: None });
    let planned = attempt.planned;
    let (file, scenario) = (&planned.file.document, planned.scenario());
    let scope = StepScope::new(attempt, &bare, None, "case");
    let case = match &planned.row {
        None => None,
        Some(row) => {
            let mut values = Map::new();
            for (name, template) in &row.columns {
                if let Rendered::Value(value) = template.render(&scope)? {
                    values.insert(name.clone(), value);
                }
            }
            Some(Arc::new(Value::Object(values)))
        }
    };
    let frame = Frame::new(Home::Scenario { case });
    for (name, value) in &attempt.shared.options.vars {
        frame.set(name, value.clone());
    }
    set_vars(attempt, &frame, &file.vars, "vars")?;
    set_vars(attempt, &frame, &scenario.vars, "scenario.vars")?;
    let scope = StepScope::new(attempt, &frame, None, "case");
    if let Some(reason) = &scenario.skip {
        return Ok(Prepared::Skip(reason.render_text(&scope)?));
    }
    if let Some(condition) = &scenario.condition
        && !condition.test(&scope)?
    {
        return Ok(Prepared::Skip(format!(
            "`if` is false: {}",
            condition.text()
        )));
    }
    for settings in file.settings.iter().chain(&scenario.settings) {
        set_settings(attempt, settings, &scope)?;
    }
    Ok(Prepared::Run(frame))
}

/// Sets variables from top to bottom; those given on the command line stay as they are.
fn set_vars<'p>(
    attempt: &Attempt<'p>,
    frame: &Rc<Frame<'p>>,
    vars: &[Variable],
    place: &str,
) -> Result<(), Diagnostic> {
    let env = &*attempt.shared.env;
    for variable in vars {
        let given = attempt
            .shared
            .options
            .vars
            .iter()
            .any(|(name, _)| *name == variable.name);
        if given {
            continue;
        }
        let mut scope = StepScope::new(attempt, frame, None, &format!("{place}.{}", variable.name));
        scope.env = Some(env);
        match variable.value.render(&scope)? {
            Rendered::Value(value) => frame.set(&variable.name, value),
            Rendered::Omit => {
                let problem = Diagnostic::error(
                    "omit",
                    format!("the variable `{}` can't be `omit`", variable.name),
                );
                return Err(problem.at(variable.value.place.clone()));
            }
        }
    }
    Ok(())
}

fn set_settings(
    attempt: &Attempt<'_>,
    settings: &PackSettings,
    scope: &StepScope<'_, '_>,
) -> Result<(), Diagnostic> {
    let alias = &settings.pack.name;
    let pack = attempt.pack(Some(alias)).ok_or_else(|| {
        Diagnostic::error("unknown-pack", format!("the file uses no pack `{alias}`"))
            .at(settings.pack.place.clone())
    })?;
    let mut values = Map::new();
    for setting in &settings.values {
        let Rendered::Value(value) = setting.value.render(scope)? else {
            continue;
        };
        if let Some(spec) = pack
            .bound
            .pack
            .settings
            .iter()
            .find(|spec| spec.name == setting.name)
        {
            spec.accept(&value).map_err(|reason| {
                Diagnostic::error("setting", reason).at(setting.value.place.clone())
            })?;
        }
        values.insert(setting.name.clone(), value);
    }
    let mut all = attempt.settings.borrow_mut();
    match all.iter_mut().find(|(name, _)| name == alias) {
        Some((_, have)) => have.extend(values),
        None => all.push((alias.clone(), values)),
    }
    Ok(())
}
