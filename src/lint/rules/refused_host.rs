//! `refused-host`: an absolute URL that the program would never address.

use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Kind as TemplateKind, Piece, Template};
use crate::http::{Egress, Origin, Url};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::pack::{Pack, Target};
use crate::step::Kind;
use crate::value::Value;

pub(super) const RULE: Rule = Rule {
    name: "refused-host",
    severity: Severity::Error,
    doc: "A request goes to an absolute URL whose origin is neither a base URL of its pack nor among the pack's `hosts`, or which the pack refuses. Nothing would be sent.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        let Kind::Http(http) = &visited.step.kind else {
            continue;
        };
        let Some(url) = absolute(&http.target) else {
            continue;
        };
        let Some(pack) = context.pack_of(visited.step) else {
            continue;
        };
        if let Err(refusal) = egress(pack).check(&url) {
            let problem = Diagnostic::error(RULE.name, refusal.message)
                .at(http.target.place.clone())
                .label("never addressed")
                .help(refusal.help);
            findings.add(visited.owner, problem);
        }
    }
}

/// The URL, if it is absolute and its host is written out.
fn absolute(target: &Template) -> Option<Url> {
    let text = match &target.kind {
        TemplateKind::Literal(Value::String(text)) => text.as_str(),
        TemplateKind::Text(pieces) => match pieces.first() {
            Some(Piece::Literal(text)) => text.as_str(),
            _ => return None,
        },
        _ => return None,
    };
    let (_, rest) = text.split_once("://")?;
    let whole = matches!(target.kind, TemplateKind::Literal(_));
    if !whole && !rest.contains('/') {
        return None;
    }
    Url::parse(text).ok()
}

/// What a pack allows, whatever its environment.
fn egress(pack: &Pack) -> Egress {
    let mut egress = Egress::new();
    let urls = pack
        .environments
        .iter()
        .filter_map(|environment| match &environment.target {
            Target::BaseUrl(url) => Url::parse(url).ok(),
            Target::Emulator => None,
        });
    for origin in urls.filter_map(|url| Origin::of(&url)) {
        egress.allow(origin);
    }
    for origin in pack
        .hosts
        .iter()
        .filter_map(|host| Origin::parse(host).ok())
    {
        egress.allow(origin);
    }
    for host in &pack.refuse {
        // An entry that is no host is a problem of the pack's.
        let _ = egress.refuse(host);
    }
    egress
}
