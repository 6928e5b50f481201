//! `actions/<name>.yaml`, decoded.

use crate::expr::Template;
use crate::source::Place;
use crate::step::Step;
use crate::value::Value;

/// A reusable step with typed inputs.
#[derive(Clone, Debug)]
pub struct Action {
    pub name: String,
    pub description: Option<String>,
    pub place: Place,
    pub inputs: Vec<InputSpec>,
    pub steps: Vec<Step>,
    /// Evaluated when read.
    pub outputs: Vec<(String, Template)>,
    /// The `id` of the step whose response is the action's; `None` is the last `http` step.
    pub response: Option<String>,
}

/// One input of an action.
#[derive(Clone, Debug)]
pub struct InputSpec {
    pub name: String,
    pub place: Place,
    /// A JSON Schema that the value must hold to.
    pub schema: Value,
    pub optional: bool,
    pub default: Option<Template>,
}
