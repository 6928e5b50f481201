//! The walk through one frame of variables: a scenario's, or an action's.

use std::collections::HashSet;

use super::super::context::{Context, Owner};
use super::scope::{Everything, Kinds, Known};
use super::{Defined, DefinedBy, Names, Reader};
use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, FromValue, Reference, Setting, Template};
use crate::pack::Action;
use crate::scenario::{PackSettings, Rows, Scenario, ScenarioFile};
use crate::step::{Kind, Step, Variable};

/// Goes through a frame as a run would, and looks up every name where it is read.
pub(super) struct Walker<'a, 'c> {
    pub context: &'c Context<'a>,
    pub kinds: Kinds<'a>,
    pub owner: Owner,
    pub known: Known<'a>,
    pub everything: Everything<'a>,
    /// How many `for_each` stand round the current step.
    pub turns: usize,
    /// What branches that run at the same time set.
    pub siblings: Known<'a>,
    /// What conditions round the current step ask for with `is defined`: inside, it is there.
    pub asked: Vec<Vec<String>>,
    /// Cleanups for the end, and how many `for_each` stood round their steps.
    pub cleanups: Vec<(&'a [Step], usize)>,
    pub read: HashSet<String>,
    pub problems: Vec<Diagnostic>,
}

impl<'a, 'c> Walker<'a, 'c> {
    pub fn new(context: &'c Context<'a>, owner: Owner, kinds: Kinds<'a>) -> Self {
        Self {
            context,
            kinds,
            owner,
            known: Known::default(),
            everything: Everything::default(),
            turns: 0,
            siblings: Known::default(),
            asked: Vec::new(),
            cleanups: Vec::new(),
            read: HashSet::new(),
            problems: Vec::new(),
        }
    }

    pub fn finish(self, reader: Reader, names: &mut Names) {
        let owner = self.owner;
        let problems = self.problems.into_iter();
        names
            .problems
            .extend(problems.map(|problem| (owner, problem)));
        names.read.push((reader, self.read));
    }

    /// One scenario, with what its file does before and after it.
    pub fn scenario(&mut self, file: &'a ScenarioFile, index: usize) {
        let scenario = &file.scenarios[index];
        let lists = [
            &file.setup,
            &scenario.steps,
            &scenario.teardown,
            &file.teardown,
        ];
        for var in file.vars.iter().chain(&scenario.vars) {
            self.everything.vars.entry(&var.name).or_insert(&var.place);
        }
        for steps in lists {
            self.everything.add_steps(steps, self.context);
        }
        self.rows(scenario);
        self.vars(&file.vars);
        self.vars(&scenario.vars);
        self.settings(&file.settings);
        self.settings(&scenario.settings);
        self.templates(scenario.skip.as_deref());
        self.exprs(scenario.condition.iter());
        self.optional_setting(scenario.timeout.as_ref());
        self.steps(&file.setup);
        self.steps(&scenario.steps);
        self.run_cleanups();
        self.steps(&scenario.teardown);
        self.steps(&file.teardown);
        self.run_cleanups();
    }

    /// Cells are rendered before there are variables.
    fn rows(&mut self, scenario: &'a Scenario) {
        match &scenario.rows {
            Rows::None => {}
            Rows::Matrix { axes, exclude } => {
                self.templates(axes.iter().flat_map(|(_, values)| values));
                self.templates(exclude.iter().flatten().map(|(_, value)| value));
            }
            Rows::Cases(rows) | Rows::Unreadable(rows) => {
                let cells = rows.iter().flat_map(|row| &row.columns);
                self.templates(cells.map(|(_, cell)| cell));
            }
        }
    }

    fn vars(&mut self, vars: &'a [Variable]) {
        for var in vars {
            self.template(&var.value);
            self.known.vars.insert(&var.name);
        }
    }

    fn settings(&mut self, settings: &'a [PackSettings]) {
        for setting in settings.iter().flat_map(|settings| &settings.values) {
            self.template(&setting.value);
        }
    }

    /// An action: inputs' defaults, steps, cleanups, outputs.
    pub fn action(&mut self, action: &'a Action) {
        self.everything.add_steps(&action.steps, self.context);
        // Defaults are rendered before there are inputs.
        self.kinds = Kinds::Pack;
        self.templates(
            action
                .inputs
                .iter()
                .filter_map(|input| input.default.as_ref()),
        );
        self.kinds = Kinds::Action(action);
        self.steps(&action.steps);
        self.templates(action.outputs.iter().map(|(_, output)| output));
        self.run_cleanups();
    }

    /// Cleanups see whatever was set by the end.
    fn run_cleanups(&mut self) {
        while let Some((steps, turns)) = self.cleanups.pop() {
            let known = self.known.clone();
            let outer = std::mem::replace(&mut self.turns, turns);
            let others = std::mem::take(&mut self.cleanups);
            self.steps(steps);
            // Those of the cleanup's own steps see what these set.
            self.run_cleanups();
            self.cleanups = others;
            self.turns = outer;
            self.known = known;
        }
    }

    pub fn template(&mut self, template: &Template) {
        self.references(template.references());
    }

    pub fn templates<'t>(&mut self, templates: impl IntoIterator<Item = &'t Template>) {
        for template in templates {
            self.template(template);
        }
    }

    pub fn pairs(&mut self, pairs: &[(String, Template)]) {
        self.templates(pairs.iter().map(|(_, template)| template));
    }

    pub fn exprs<'t>(&mut self, exprs: impl Iterator<Item = &'t Expr>) {
        for expr in exprs {
            self.references(expr.references());
        }
    }

    pub fn setting<T: FromValue>(&mut self, setting: &Setting<T>) {
        self.references(setting.references());
    }

    pub fn optional_setting<T: FromValue>(&mut self, setting: Option<&Setting<T>>) {
        if let Some(setting) = setting {
            self.setting(setting);
        }
    }

    pub fn references(&mut self, references: Vec<Reference>) {
        for reference in references {
            self.reference(&reference);
        }
    }
}

/// What a file's own variables and steps give a name to.
pub(super) fn define_file(file: &ScenarioFile, names: &mut Names) {
    let mut define = |vars: &[Variable], lists: [&[Step]; 2], owner: Owner| {
        names
            .defined
            .extend(vars.iter().map(|var| variable(var, owner, None)));
        for steps in lists {
            define_steps(steps, owner, None, names);
        }
    };
    define(&file.vars, [&file.setup, &file.teardown], Owner::File);
    for (index, scenario) in file.scenarios.iter().enumerate() {
        let lists = [&*scenario.steps, &*scenario.teardown];
        define(&scenario.vars, lists, Owner::Scenario(index));
    }
}

/// What an action's inputs and steps give a name to.
pub(super) fn define_action(action: &Action, names: &mut Names) {
    let inputs = action.inputs.iter().map(|input| Defined {
        name: format!("inputs.{}", input.name),
        place: input.place.clone(),
        kind: DefinedBy::Input,
        owner: Owner::File,
        action: Some(action.name.clone()),
    });
    names.defined.extend(inputs);
    define_steps(&action.steps, Owner::File, Some(&action.name), names);
}

fn define_steps(steps: &[Step], owner: Owner, action: Option<&String>, names: &mut Names) {
    for step in steps {
        if let Kind::Set(set) = &step.kind {
            let vars = set.vars.iter();
            names
                .defined
                .extend(vars.map(|var| variable(var, owner, action)));
        }
        names
            .defined
            .extend(step.capture.iter().map(|capture| Defined {
                name: capture.name.clone(),
                place: capture.place.clone(),
                kind: if capture.secret {
                    DefinedBy::SecretCapture
                } else {
                    DefinedBy::Capture
                },
                owner,
                action: action.cloned(),
            }));
        define_steps(step.inner(), owner, action, names);
        define_steps(&step.cleanup, owner, action, names);
    }
}

fn variable(var: &Variable, owner: Owner, action: Option<&String>) -> Defined {
    Defined {
        name: var.name.clone(),
        place: var.place.clone(),
        kind: DefinedBy::Variable,
        owner,
        action: action.cloned(),
    }
}
