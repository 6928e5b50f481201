//! Looking up one name: whether it is there, and if not, what to say.

use super::super::context::Home;
use super::super::rules::{concurrent_name, misspelt_name, name_not_set_yet, undefined_name};
use super::frame::Walker;
use super::scope::{Kinds, StepInfo, responds};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::expr::{Reference, Usage, functions, key_with_hyphens, read_with_hyphens};
use crate::scenario::Rows;
use crate::source::{Place, Span};
use crate::step::Kind;

/// What can be read of a response.
const RESPONSE: [&str; 5] = ["status", "headers", "json", "text", "duration"];

impl<'a> Walker<'a, '_> {
    /// Looks up a name, and whatever attributes of it can be known.
    pub fn reference(&mut self, reference: &Reference) {
        let Some(name) = reference.path.first() else {
            return;
        };
        if name == "inputs" {
            // Without an attribute that is known, any input may be meant.
            self.read.insert(match reference.path.get(1) {
                Some(input) => format!("inputs.{input}"),
                None => "inputs".to_owned(),
            });
        }
        if self.known.vars.contains(name.as_str()) {
            self.read.insert(name.clone());
            return;
        }
        let fault = match (name.as_str(), self.kinds) {
            ("steps", Kinds::Scenario(_) | Kinds::Action(_)) => self.step_reference(reference),
            ("secrets", _) => self.secret(reference),
            ("item" | "index", Kinds::Scenario(_) | Kinds::Action(_)) => self.item(reference),
            ("case", Kinds::Scenario(index)) => self.case(reference, index),
            ("packs", Kinds::Scenario(_)) => self.pack(reference),
            ("webhooks", _) => attribute(reference, 1, &["url"]),
            ("run", Kinds::Scenario(_)) => attribute(reference, 1, &["seed", "id"]),
            ("inputs", Kinds::Action(_)) => self.input(reference),
            ("response", Kinds::Action(_)) => self.response(reference),
            _ => self.variable(reference, name),
        };
        // A name under `is defined` or `default(…)` may be missing.
        let asked = || {
            self.asked
                .iter()
                .any(|asked| reference.path.starts_with(asked))
        };
        let Some(problem) = fault else { return };
        if reference.guarded {
            self.problems.extend(misspelt_name::of(problem));
        } else if !asked() {
            self.problems.push(problem);
        }
    }

    /// A variable that is not set so far.
    fn variable(&mut self, reference: &Reference, name: &str) -> Option<Diagnostic> {
        self.read.insert(name.to_owned());
        if self.context.given.iter().any(|given| given == name) {
            return None;
        }
        let place = segment(reference, 0);
        if self.siblings.vars.contains(name) {
            return Some(concurrent_name::problem(name, place));
        }
        if let Some(set) = self.everything.vars.get(name) {
            return Some(name_not_set_yet::problem(name, place, (*set).clone()));
        }
        Some(self.never_set(reference, name, place))
    }

    fn never_set(&self, reference: &Reference, name: &str, place: Place) -> Diagnostic {
        let written_here = place.text() == name;
        let key = key_with_hyphens(&place.source.text, place.span.range());
        let problem = undefined_name::problem(format!("`{name}` is not defined"), place);
        if let Some(key) = key.filter(|_| written_here) {
            return problem.help(read_with_hyphens(&key));
        }
        let is_function = functions().iter().any(|function| {
            function.name == name && matches!(function.usage, Usage::Function | Usage::Both)
        });
        match (name, self.kinds) {
            ("inputs", Kinds::Scenario(_)) => {
                problem.help("`inputs` are there in actions only; a scenario has `vars` and `case`")
            }
            ("response", Kinds::Scenario(_)) => {
                problem.help("give the step an `id`, and read its response as `steps.<id>.json`")
            }
            ("case" | "packs" | "run", Kinds::Action(_)) => problem.help(format!(
                "an action sees nothing of its caller: hand `{name}` over as an input"
            )),
            ("fake", _) => problem.help(fake(reference)),
            (_, Kinds::Pack) => problem.help("only `secrets` and functions can be used here"),
            _ if is_function => problem.help(format!("`{name}` is a function: write `{name}(…)`")),
            _ => self.suggest(problem, name),
        }
    }

    fn suggest(&self, problem: Diagnostic, name: &str) -> Diagnostic {
        let candidates = self.known.vars.iter().copied();
        let always: &[&str] = match self.kinds {
            Kinds::Scenario(_) => &["case", "steps", "secrets", "packs", "run", "webhooks"],
            Kinds::Action(_) => &["inputs", "steps", "response", "secrets", "webhooks"],
            Kinds::Pack => &["secrets"],
        };
        let known: Vec<&str> = candidates.chain(always.iter().copied()).collect();
        if let Some(close) = did_you_mean(name, known.iter().copied()) {
            return problem.help(format!("did you mean `{close}`?"));
        }
        match self.kinds {
            Kinds::Action(action) if action.input(name).is_some() => {
                problem.help(format!("write `inputs.{name}`"))
            }
            Kinds::Action(_) => problem
                .help("an action sees nothing of its caller: declare what it needs under `inputs`"),
            Kinds::Scenario(index) if self.columns(index).contains(&name) => {
                problem.help(format!("write `case.{name}`"))
            }
            Kinds::Scenario(_) if name == "outputs" => problem.help(
                "an action's outputs are read from its step: give that an `id`, and write `steps.ID.outputs.NAME`",
            ),
            Kinds::Scenario(_) => problem.help(format!(
                "set it under `vars`, or give it with `--var {name}=…`"
            )),
            Kinds::Pack => problem,
        }
    }

    fn item(&self, reference: &Reference) -> Option<Diagnostic> {
        if self.turns > 0 {
            return None;
        }
        let name = &reference.path[0];
        let problem = undefined_name::problem(
            format!("`{name}` is not defined outside of a `for_each`"),
            segment(reference, 0),
        );
        Some(problem.help("put `for_each` on this step, or on a group round it"))
    }

    fn case(&self, reference: &Reference, index: usize) -> Option<Diagnostic> {
        let columns = self.columns(index);
        let file = self.context.file()?;
        if matches!(file.scenarios.get(index)?.rows, Rows::None) {
            let problem = undefined_name::problem(
                "this scenario has no rows, so `case` is not defined",
                segment(reference, 0),
            );
            return Some(problem.help("give the scenario `cases` or a `matrix`"));
        }
        let column = reference.path.get(1)?;
        // Rows that could not be read have no columns that are known.
        if columns.is_empty() || columns.contains(&column.as_str()) {
            return None;
        }
        let problem = undefined_name::problem(
            format!("no row has a column `{column}`"),
            segment(reference, 1),
        );
        Some(known_words(problem, column, &columns))
    }

    /// The columns of a scenario's rows.
    fn columns(&self, index: usize) -> Vec<&'a str> {
        let Some(scenario) = self
            .context
            .file()
            .and_then(|file| file.scenarios.get(index))
        else {
            return Vec::new();
        };
        let mut columns: Vec<&str> = match &scenario.rows {
            Rows::None => Vec::new(),
            Rows::Matrix { axes, .. } => axes.iter().map(|(axis, _)| axis.as_str()).collect(),
            Rows::Cases(rows) | Rows::Unreadable(rows) => rows
                .iter()
                .flat_map(|row| row.columns.iter().map(|(column, _)| column.as_str()))
                .collect(),
        };
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    fn secret(&self, reference: &Reference) -> Option<Diagnostic> {
        let secrets = match (self.context.home, self.kinds) {
            (Home::File(file), _) => &file.secrets,
            (Home::Pack(pack), _) => &pack.secrets,
        };
        let known: Vec<&str> = secrets.iter().map(|secret| secret.name.as_str()).collect();
        let name = reference.path.get(1)?;
        if known.contains(&name.as_str()) {
            return None;
        }
        let problem = undefined_name::problem(
            format!("there is no secret `{name}`"),
            segment(reference, 1),
        );
        if known.is_empty() {
            let variable = name.to_ascii_uppercase();
            return Some(problem.help(format!(
                "declare it: `secrets: {{{name}: {{env: {variable}}}}}`"
            )));
        }
        Some(known_words(problem, name, &known))
    }

    fn pack(&self, reference: &Reference) -> Option<Diagnostic> {
        let aliases: Vec<String> = self
            .context
            .packs
            .packs
            .iter()
            .map(|(alias, _)| alias.replace('-', "_"))
            .collect();
        let name = reference.path.get(1)?;
        let mut lost = self.context.packs.lost.iter();
        if !aliases.contains(name) && !lost.any(|lost| lost.replace('-', "_") == *name) {
            let problem = undefined_name::problem(
                format!("this file uses no pack `{name}`"),
                segment(reference, 1),
            );
            let known: Vec<&str> = aliases.iter().map(String::as_str).collect();
            return Some(known_words(problem, name, &known));
        }
        attribute(reference, 2, &["base_url", "env"])
    }

    fn input(&self, reference: &Reference) -> Option<Diagnostic> {
        let Kinds::Action(action) = self.kinds else {
            return None;
        };
        let known: Vec<&str> = action
            .inputs
            .iter()
            .map(|input| input.name.as_str())
            .collect();
        let name = reference.path.get(1)?;
        if known.contains(&name.as_str()) {
            return None;
        }
        let problem = undefined_name::problem(
            format!("this action has no input `{name}`"),
            segment(reference, 1),
        );
        Some(known_words(problem, name, &known))
    }

    fn response(&self, reference: &Reference) -> Option<Diagnostic> {
        if !self.known.responded {
            let problem = undefined_name::problem(
                "there is no `response` before the action's first request",
                segment(reference, 0),
            );
            return Some(problem);
        }
        attribute(reference, 1, &RESPONSE)
    }

    /// `steps.<id>` and what is read of it.
    fn step_reference(&self, reference: &Reference) -> Option<Diagnostic> {
        let id = reference.path.get(1)?;
        let place = || segment(reference, 1);
        let Some(info) = self.everything.steps.get(id.as_str()) else {
            let problem = undefined_name::problem(format!("there is no step `{id}`"), place());
            let known: Vec<&str> = self.known.steps.iter().copied().collect();
            return Some(if known.is_empty() {
                problem.help(format!("give the step that is meant an `id: {id}`"))
            } else {
                known_words(problem, id, &known)
            });
        };
        if !self.known.steps.contains(id.as_str()) {
            return Some(if self.siblings.steps.contains(id.as_str()) {
                concurrent_name::step(id, place())
            } else {
                name_not_set_yet::step(id, place(), info.step.place.clone())
            });
        }
        step_attribute(reference, info)
    }
}

/// How a made-up value is written, such as `fake.company()`.
fn fake(reference: &Reference) -> String {
    let name = reference.path[..reference.path.len().min(2)].join(".");
    let names = functions().iter().map(|function| function.name);
    let known: Vec<&str> = names.filter(|name| name.starts_with("fake.")).collect();
    if known.contains(&name.as_str()) {
        return format!("`{name}` is a function: write `{name}()`");
    }
    match did_you_mean(&name, known).filter(|_| name != "fake") {
        Some(close) => format!("did you mean `{close}()`?"),
        None => "made-up values are functions, such as `fake.company()`".to_owned(),
    }
}

/// What is read of a step: parts of its response, outputs of its action, turns of its loop.
fn step_attribute(reference: &Reference, info: &StepInfo<'_>) -> Option<Diagnostic> {
    let id = &reference.path[1];
    let part = reference.path.get(2)?;
    let step = info.step;
    let uses = matches!(step.kind, Kind::Uses(_));
    let place = || segment(reference, 2);
    match part.as_str() {
        "events" | "count" if matches!(step.kind, Kind::Receive(_)) => None,
        "turns" if step.for_each.is_some() => None,
        "turns" => Some(
            undefined_name::problem(format!("the step `{id}` has no turns"), place())
                .help("only a step with `for_each` has turns"),
        ),
        "outputs" if uses => output(reference, info),
        "outputs" => Some(
            undefined_name::problem(format!("the step `{id}` has no outputs"), place())
                .help("only a `uses` step has outputs; a response is read as `json`"),
        ),
        "status" | "duration" if matches!(step.kind, Kind::Receive(_)) => Some(
            undefined_name::problem(format!("a webhook has no `{part}`"), place())
                .help("it has: headers, json, text, and of the step: events, count"),
        ),
        part if !RESPONSE.contains(&part) => Some(no_part(reference, part, uses)),
        _ if responds(step) => None,
        _ => Some(undefined_name::problem(
            format!("the step `{id}` has no response: it is no request"),
            place(),
        )),
    }
}

/// Something is read of a step that no step has.
fn no_part(reference: &Reference, part: &str, uses: bool) -> Diagnostic {
    let id = &reference.path[1];
    let mut known = RESPONSE.to_vec();
    known.extend(uses.then_some("outputs"));
    let message = format!("`steps.{id}` has no `{part}`");
    let problem = undefined_name::problem(message, segment(reference, 2));
    let is_typo = did_you_mean(part, known.iter().copied()).is_some();
    let problem = known_words(problem, part, &known);
    if is_typo {
        return problem;
    }
    problem.help(format!(
        "a field of the body is read as `steps.{id}.json.{part}`"
    ))
}

fn output(reference: &Reference, info: &StepInfo<'_>) -> Option<Diagnostic> {
    let (action, name) = (info.action?, reference.path.get(3)?);
    let known: Vec<&str> = action
        .outputs
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    if known.contains(&name.as_str()) {
        return None;
    }
    let problem = undefined_name::problem(
        format!("the action `{}` has no output `{name}`", action.name),
        segment(reference, 3),
    );
    Some(known_words(problem, name, &known))
}

/// An attribute that must be one of a few words.
fn attribute(reference: &Reference, at: usize, known: &[&str]) -> Option<Diagnostic> {
    let name = reference.path.get(at)?;
    if known.contains(&name.as_str()) {
        return None;
    }
    let owner = reference.path[..at].join(".");
    let problem =
        undefined_name::problem(format!("`{owner}` has no `{name}`"), segment(reference, at));
    Some(known_words(problem, name, known))
}

/// Adds the closest of the words that would have been right, or all of them.
fn known_words(problem: Diagnostic, word: &str, known: &[&str]) -> Diagnostic {
    if let Some(close) = did_you_mean(word, known.iter().copied()) {
        return problem.help(format!("did you mean `{close}`?"));
    }
    if known.is_empty() {
        return problem.help("there are none");
    }
    let mut known = known.to_vec();
    known.sort_unstable();
    problem.help(format!("there are: {}", known.join(", ")))
}

/// Where one part of a dotted path stands; the whole path, where it is not written with dots alone.
fn segment(reference: &Reference, index: usize) -> Place {
    let place = &reference.place;
    let text = place
        .source
        .text
        .get(place.span.range())
        .unwrap_or_default();
    if text != reference.path.join(".") {
        return place.clone();
    }
    let before: usize = reference.path[..index]
        .iter()
        .map(|part| part.len() + 1)
        .sum();
    let start = place.span.start as usize + before;
    let end = start + reference.path[index].len();
    Place::new(&place.source, Span::new(start, end))
}
