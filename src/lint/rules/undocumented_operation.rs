//! `undocumented-operation`: a request that the pack's contract does not know.

use crate::check::{Contract, Operation, OperationSpec};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::expr::{Kind as TemplateKind, Piece, Template};
use crate::lint::Rule;
use crate::lint::context::Context;
use crate::lint::findings::Findings;
use crate::step::{Http, Kind};
use crate::value::Value;

pub(super) const RULE: Rule = Rule {
    name: "undocumented-operation",
    severity: Severity::Warning,
    doc: "A request has a path, or a method for its path, that the pack's OpenAPI contract does not document. `validate: false` says that it means to.",
    find,
};

fn find(context: &Context<'_>, findings: &mut Findings) {
    for visited in &context.steps {
        let Kind::Http(http) = &visited.step.kind else {
            continue;
        };
        if !http.validate {
            continue;
        }
        let pack = context.pack_of(visited.step);
        let Some(contract) = pack.and_then(|pack| pack.contract.as_deref()) else {
            continue;
        };
        if let Some(problem) =
            sample_path(&http.target).and_then(|path| check(http, &path, contract))
        {
            findings.add(visited.owner, problem);
        }
    }
}

/// What stands in a sample path for the value of an expression.
const ANYTHING: &str = "\u{1}";

/// The path with something in place of each expression; `None` where expressions may be more than a segment.
fn sample_path(target: &Template) -> Option<String> {
    match &target.kind {
        TemplateKind::Literal(Value::String(text)) if text.starts_with('/') => Some(text.clone()),
        TemplateKind::Text(pieces) => {
            let mut path = String::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => path.push_str(text),
                    Piece::Expr(expr) if expr.text().contains("raw") => return None,
                    Piece::Expr(_) => path.push_str(ANYTHING),
                }
            }
            path.starts_with('/').then_some(path)
        }
        _ => None,
    }
}

fn check(http: &Http, path: &str, contract: &Contract) -> Option<Diagnostic> {
    let method = http.method.as_str();
    if contract.operation(Operation { method, path }).is_some() {
        return None;
    }
    let all = contract.operations();
    let of_path: Vec<&str> = all
        .iter()
        .map(|spec| spec.method.as_str())
        .filter(|method| contract.operation(Operation { method, path }).is_some())
        .collect();
    let fits = |spec: &OperationSpec| spec.method == method && fits(path, &spec.path);
    if path.contains(ANYTHING) && all.iter().any(fits) {
        return None;
    }
    let path = &path.replace(ANYTHING, "…");
    let place = http.target.place.clone();
    let mut methods: Vec<&str> = of_path;
    methods.sort_unstable();
    methods.dedup();
    let problem = if methods.is_empty() {
        let known = all
            .iter()
            .filter(|spec| spec.method == method)
            .map(|spec| spec.path.as_str());
        let problem = Diagnostic::warning(RULE.name, format!("the contract has no path `{path}`"))
            .at(place)
            .label("not documented");
        match did_you_mean(path, known) {
            Some(close) => problem.help(format!("did you mean `{method} {close}`?")),
            None => problem,
        }
    } else {
        Diagnostic::warning(
            RULE.name,
            format!("the contract has no `{method}` for this path"),
        )
        .at(place)
        .label("not documented")
        .help(format!("it has {}", methods.join(", ")))
    };
    Some(problem.help("where that is the point of the test, add `validate: false`"))
}

/// Whether a sample path may come to be a documented one: a value may be any segment.
fn fits(sample: &str, documented: &str) -> bool {
    let path = sample.split('?').next().unwrap_or_default();
    let (mut samples, mut segments) = (path.split('/'), documented.split('/'));
    loop {
        match (samples.next(), segments.next()) {
            (None, None) => return true,
            (Some(sample), Some(segment))
                if sample == segment || sample.contains(ANYTHING) || segment.starts_with('{') => {}
            _ => return false,
        }
    }
}
