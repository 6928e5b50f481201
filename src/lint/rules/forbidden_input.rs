//! `forbidden-input`: a literal value that an action sends on as it is, and that the pack's contract does not allow.

use super::forbidden_value;
use crate::check::RequestBreach;
use crate::diagnostic::Severity;
use crate::lint::Rule;
use crate::lint::context::{Context, Visited};
use crate::lint::findings::Findings;
use crate::lint::inputs::{LiteralInput, each_literal_input};
use crate::lint::requests::Sketch;
use crate::step::{Kind, Step};

pub(super) const RULE: Rule = Rule {
    name: "forbidden-input",
    severity: Severity::Error,
    doc: "A `uses` step gives its action a literal value that the action sends on as it is, in a body, header or query, and that breaks the schema there in the pack's OpenAPI contract. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    each_literal_input(context, |input| {
        let spec = input.spec;
        // Another rule says that it breaks the input's own schema.
        if spec.breach(input.value).is_some() {
            return;
        }
        let steps = http_steps(&input.action.steps);
        let breach = steps
            .into_iter()
            .find_map(|step| breach(context, step, input));
        if let Some((breach, call)) = breach {
            let name = format!("input `{}` of `{call}`", spec.name);
            let place = input.place.clone();
            let problem = forbidden_value::problem(RULE.name, &name, &breach, place);
            findings.add(
                input.owner,
                problem.also(spec.place.clone(), "declared here"),
            );
        }
    });
}

/// What the contract has against the value where a request of the action sends it, and which request that is.
fn breach(
    context: &Context<'_>,
    step: &Step,
    input: &LiteralInput<'_>,
) -> Option<(RequestBreach, String)> {
    let pack = match &input.uses.action.pack {
        Some(alias) => context.packs.get(Some(alias))?,
        None => context.pack_of(step)?,
    };
    let visited = Visited {
        step,
        owner: input.owner,
        action: Some(input.action),
        cleans: false,
    };
    let request = Sketch::of(visited, pack)?;
    let breach = request.breach_of_input(&input.spec.name, input.value)?;
    Some((breach, request.call()))
}

/// The requests of steps, those in groups too.
fn http_steps(steps: &[Step]) -> Vec<&Step> {
    let inner = steps.iter().flat_map(|step| http_steps(step.inner()));
    let own = steps
        .iter()
        .filter(|step| matches!(step.kind, Kind::Http(_)));
    own.chain(inner).collect()
}
