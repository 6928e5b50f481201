//! What `uses` steps give their actions.

use super::context::{Context, Owner};
use crate::pack::{Action, InputSpec};
use crate::source::Place;
use crate::step::{Kind, Uses};
use crate::value::Value;

/// Every use of an action that exists.
pub(super) fn each_use<'a>(
    context: &Context<'a>,
    mut look: impl FnMut(Owner, &'a Uses, &'a Action),
) {
    for visited in &context.steps {
        if let Kind::Uses(uses) = &visited.step.kind
            && let Some(action) = context.action(&uses.action)
        {
            look(visited.owner, uses, action);
        }
    }
}

/// A value that is written out and that a `uses` step gives to an input of its action. One that stands in a row of data
/// is none: which rows a step is run with, its conditions decide.
pub(super) struct LiteralInput<'a> {
    pub owner: Owner,
    pub uses: &'a Uses,
    pub action: &'a Action,
    pub spec: &'a InputSpec,
    pub value: &'a Value,
    pub place: &'a Place,
}

/// Every literal that an action is given and that it is to accept: not those of negative tests.
pub(super) fn each_literal_input<'a>(
    context: &Context<'a>,
    mut look: impl FnMut(&LiteralInput<'a>),
) {
    each_use(context, |owner, uses, action| {
        if !uses.validate {
            return;
        }
        for input in &uses.with {
            if let (Some(spec), Some(value)) = (action.input(&input.name), input.value.as_literal())
            {
                look(&LiteralInput {
                    owner,
                    uses,
                    action,
                    spec,
                    value,
                    place: &input.value.place,
                });
            }
        }
    });
}
