//! `no-webhooks`: a `receive` of a pack that does not say how its webhooks are signed.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Rule;
use crate::lint::context::{Context, Home};
use crate::lint::findings::Findings;
use crate::pack::Pack;
use crate::step::Kind;

pub(super) const RULE: Rule = Rule {
    name: "no-webhooks",
    severity: Severity::Error,
    doc: "A step waits for webhooks of a pack that has none: without `webhooks` in its manifest, nothing says how they are signed, so none could be trusted.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        let Kind::Receive(receive) = &visited.step.kind else {
            continue;
        };
        let name = receive.pack.name.as_str();
        let pack: Option<&Pack> = match context.home {
            Home::Pack(pack) => Some(pack),
            Home::File(_) => context.packs.get(Some(name)).map(|pack| &**pack),
        };
        if let Some(pack) = pack.filter(|pack| pack.signature.is_none()) {
            let problem = Diagnostic::error(
                RULE.name,
                format!("the pack `{}` has no webhooks", pack.name),
            )
            .at(receive.pack.place.clone())
            .label("never sends any")
            .help("its `pack.yaml` says under `webhooks` how the provider signs them");
            findings.add(visited.owner, problem);
        }
    }
}
