//! `uses` steps: an action runs in a frame of its own, and its response becomes the step's.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::attempt::OpenPack;
use super::context::{Caller, Cx};
use super::done::Done;
use super::frame::{Frame, Home, Outputs, StepState};
use super::headers::{merge_header, render_entries};
use super::request::retries;
use super::scope::StepScope;
use super::step::run_all;
use crate::check::Expect;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome as Rendered, Scope};
use crate::pack::{AS_IS, Action, InputSpec};
use crate::source::Place;
use crate::step::{Step, Uses, given_map};
use crate::value::{Map, Value};

pub(super) async fn perform<'p>(cx: &Cx<'_, 'p>, step: &'p Step, uses: &'p Uses) -> Done<'p> {
    match call(cx, step, uses).await {
        Ok(done) => done,
        Err(problem) => Done::errored(problem),
    }
}

async fn call<'p>(cx: &Cx<'_, 'p>, step: &'p Step, uses: &'p Uses) -> Result<Done<'p>, Diagnostic> {
    let (action, pack) = find(cx, uses)?;
    let calls = std::iter::once(&uses.action.place).chain(cx.frame.home.calls());
    let calls: Rc<[Place]> = calls.cloned().collect();
    let frame = Frame::new(Home::Action {
        action,
        pack: pack.clone(),
        inputs: HashMap::new(),
        calls: Rc::clone(&calls),
    });
    let inputs = match inputs(cx, action, uses, &frame) {
        Ok(inputs) => inputs,
        Err(problems) => return Ok(Done::all_errored(problems)),
    };
    let frame = Frame::new(Home::Action {
        action,
        pack: pack.clone(),
        inputs,
        calls,
    });
    let inner = Cx {
        frame: Rc::clone(&frame),
        turn: None,
        pack: pack.or_else(|| cx.pack.clone()),
        caller: Rc::new(caller(cx, step, uses)?),
        ..cx.clone()
    };
    let ended = run_all(&inner, &action.steps, &format!("{}.uses", cx.path)).await;
    let mut done = Done {
        over: ended.stop,
        problems: ended.problems,
        ..Done::default()
    };
    let answered = answered(action, &frame);
    done.state = StepState {
        outputs: Some(Outputs {
            action,
            frame: Rc::clone(&frame),
            path: Rc::clone(&cx.path),
            response: answered.response.clone(),
        }),
        ..answered
    };
    Ok(done)
}

/// The action that a step names: of the frame's own file or pack, or of a pack that the scenario's file uses.
fn find<'p>(
    cx: &Cx<'_, 'p>,
    uses: &Uses,
) -> Result<(&'p Action, Option<Rc<OpenPack>>), Diagnostic> {
    let planned = cx.attempt.planned;
    let name = &uses.action;
    let home = match &*cx.frame.home {
        Home::Action { pack, .. } => pack.clone(),
        Home::Pack { pack } => Some(Rc::clone(pack)),
        Home::Scenario { .. } => None,
    };
    let unknown = || {
        Diagnostic::error(
            "unknown-action",
            format!("there is no action `{}`", name.name),
        )
        .at(name.place.clone())
    };
    let open = match &name.pack {
        Some(alias) => Some(cx.attempt.pack(Some(alias)).ok_or_else(unknown)?),
        None => home,
    };
    let action = match &open {
        None => planned.file.document.actions.get(&name.name),
        // The pack is borrowed from the plan, which outlives the attempt.
        Some(open) => planned
            .file
            .packs
            .iter()
            .find(|(_, bound)| Arc::ptr_eq(bound, &open.bound))
            .and_then(|(_, bound)| bound.pack.actions.get(&name.name)),
    };
    Ok((action.ok_or_else(unknown)?, open))
}

/// The inputs: what the caller gives, and defaults for the rest; or what is wrong with each that is.
fn inputs<'p>(
    cx: &Cx<'_, 'p>,
    action: &'p Action,
    uses: &Uses,
    frame: &Rc<Frame<'p>>,
) -> Result<HashMap<String, Option<Arc<Value>>>, Vec<Diagnostic>> {
    let scope = cx.scope();
    let own_scope = Cx {
        frame: Rc::clone(frame),
        turn: None,
        ..cx.at(format!("{}.inputs", cx.path))
    }
    .scope();
    let given = given_inputs(action, uses, &scope).map_err(|problem| vec![problem])?;
    let (mut inputs, mut problems) = (HashMap::new(), Vec::new());
    for spec in &action.inputs {
        match input(action, spec, (uses, &given), &scope, &own_scope) {
            Ok(value) => _ = inputs.insert(spec.name.clone(), value.map(Arc::new)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(inputs)
    } else {
        Err(problems)
    }
}

/// The inputs that one expression gives, all of which the action has to know.
fn given_inputs(
    action: &Action,
    uses: &Uses,
    scope: &StepScope<'_, '_>,
) -> Result<Map<String, Value>, Diagnostic> {
    let Some(template) = &uses.given else {
        return Ok(Map::new());
    };
    let given = given_map(template, scope)?;
    if let Some(name) = given.keys().find(|name| action.input(name).is_none()) {
        let known = action.inputs.iter().map(|spec| spec.name.as_str());
        let message = format!("the action `{}` has no input `{name}`", action.name);
        let problem = Diagnostic::error("unknown-input", message)
            .at(template.place.clone())
            .label("gives an unknown input");
        return Err(problem.suggest(name, known));
    }
    Ok(given)
}

/// One input: what the caller gives, or its default.
fn input(
    action: &Action,
    spec: &InputSpec,
    (uses, all): (&Uses, &Map<String, Value>),
    scope: &StepScope<'_, '_>,
    own_scope: &StepScope<'_, '_>,
) -> Result<Option<Value>, Diagnostic> {
    let given = uses.with.iter().find(|input| input.name == spec.name);
    let mut value = match given {
        Some(input) => match input.value.render(scope)? {
            Rendered::Value(value) => Some(value),
            Rendered::Omit => None,
        },
        None => all.get(&spec.name).cloned(),
    };
    if let (None, Some(default)) = (&value, &spec.default)
        && let Rendered::Value(default) = default.render(own_scope)?
    {
        value = Some(default);
    }
    let whole = uses.given.as_ref().filter(|_| value.is_some());
    let otherwise = whole.map_or(&uses.action.place, |template| &template.place);
    let place = given.map_or(otherwise, |input| &input.value.place);
    if uses.validate {
        validate(action, spec, value.as_ref(), place)?;
    }
    Ok(value)
}

fn validate(
    action: &Action,
    spec: &InputSpec,
    value: Option<&Value>,
    place: &Place,
) -> Result<(), Diagnostic> {
    let problem = match value {
        Some(value) => spec.refusal(value, place),
        None if spec.optional => None,
        None => {
            let message = format!("the action `{}` needs `{}`", action.name, spec.name);
            let problem = Diagnostic::error("missing-input", message)
                .at(place.clone())
                .label("no value")
                .also(spec.place.clone(), "declared here");
            Some(problem.help(AS_IS))
        }
    };
    problem.map_or(Ok(()), Err)
}

/// What the step hands down into the action.
fn caller(cx: &Cx<'_, '_>, step: &Step, uses: &Uses) -> Result<Caller, Diagnostic> {
    let scope = cx.scope();
    // Of two callers, the outer one wins: what the inner one writes is of the outer one's action.
    let mut headers = render_entries(&uses.headers, &scope)?;
    for header in cx.caller.headers.iter().cloned() {
        merge_header(&mut headers, header);
    }
    let states = |wanted: fn(&Expect, &dyn Scope) -> bool| {
        let mut expect = step.expect.iter();
        expect.any(|expect| wanted(expect, &scope))
    };
    Ok(Caller {
        headers,
        states_status: cx.caller.states_status || states(Expect::states_status),
        states_error: cx.caller.states_error || states(Expect::states_error),
        contract_off: cx.caller.contract_off || super::checks::contract_off(step),
        replays: cx.caller.replays || step.replay.is_some(),
        retry: retries(cx, step)?,
    })
}

/// The response of the step that the action names, or of its last `http` step, with what belongs to it.
fn answered<'p>(action: &Action, frame: &Frame<'p>) -> StepState<'p> {
    let of_step = |state: &StepState<'p>| StepState {
        response: state.response.clone(),
        answered_in: state.answered_in.clone(),
        request: state.request.clone(),
        ..StepState::default()
    };
    match &action.response {
        Some(id) => {
            let steps = frame.steps.borrow();
            steps.get(id).map(of_step).unwrap_or_default()
        }
        None => of_step(&frame.last.borrow()),
    }
}

/// Whether a step is the one whose response is its action's.
pub(super) fn is_response_step(cx: &Cx<'_, '_>, step: &Step) -> bool {
    let Home::Action { action, .. } = &*cx.frame.home else {
        return false;
    };
    match &action.response {
        Some(id) => step.id.as_ref() == Some(id),
        None => last_request(&action.steps).is_some_and(|last| std::ptr::eq(last, step)),
    }
}

/// The last step of a list that sends a request, in groups too.
fn last_request(steps: &[Step]) -> Option<&Step> {
    steps.iter().rev().find_map(|step| match &step.kind {
        crate::step::Kind::Http(_) | crate::step::Kind::Uses(_) => Some(step),
        crate::step::Kind::Group(group) => last_request(&group.steps),
        crate::step::Kind::Parallel(branches) => last_request(branches),
        crate::step::Kind::Receive(_)
        | crate::step::Kind::Wait(_)
        | crate::step::Kind::Set(_)
        | crate::step::Kind::Check(_) => None,
    })
}
