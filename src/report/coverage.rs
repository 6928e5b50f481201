//! What of the packs' contracts a run exercised, as a table.

use std::fmt::Write as _;

use crate::diagnostic::wrap;
use crate::event::{Count, Coverage, Missing, OperationCoverage, PackCoverage};
use crate::value::{Value, counted};

/// Operations are not given more room than this.
const WIDEST: usize = 60;
/// Before what is missing, and before more lines of it.
const INDENT: &str = "      ";
const HANGING: &str = "  ";

/// The table of every pack, and what is missing, in `width` columns where that is not 0.
#[must_use]
pub fn coverage(coverage: &Coverage, width: usize) -> String {
    let packs = coverage.packs.iter();
    let mut text: String = packs.map(|one| pack(one, width)).collect();
    match coverage.packs.as_slice() {
        [] => text.push_str("Coverage: none of the packs has a contract\n"),
        [_] => {}
        packs => {
            let packs = counted(packs.len(), "pack");
            let _ = writeln!(text, "Coverage of {packs}: {}", share(coverage.all));
        }
    }
    text
}

fn pack(pack: &PackCoverage, columns: usize) -> String {
    let mut text = format!("Coverage of {}: {}\n", pack.pack, share(pack.all));
    let widths = pack
        .operations
        .iter()
        .map(|one| one.operation.chars().count());
    let width = widths.max().unwrap_or(0).clamp("operation".len(), WIDEST);
    let _ = writeln!(text, "  {:<width$}  statuses  values", "operation");
    for operation in &pack.operations {
        let _ = writeln!(
            text,
            "  {:<width$}  {:>8}  {:>6}",
            operation.operation,
            fraction(operation.statuses),
            fraction(operation.values)
        );
        for line in missing(operation) {
            let room = match columns {
                0 => usize::MAX,
                columns => columns.saturating_sub(INDENT.len() + HANGING.len()),
            };
            let lines = wrap(&line, room);
            let _ = writeln!(
                text,
                "{INDENT}{}",
                lines.join(&format!("\n{INDENT}{HANGING}"))
            );
        }
    }
    text
}

/// `41 of 44 (93.1 %)`
fn share(count: Count) -> String {
    let Count { covered, total } = count;
    match count.per_mille() {
        Some(per_mille) => format!("{covered} of {total} ({})", percent(per_mille)),
        None => "it documents nothing".to_owned(),
    }
}

/// `93.1 %`
#[must_use]
pub fn percent(per_mille: usize) -> String {
    match per_mille % 10 {
        0 => format!("{} %", per_mille / 10),
        tenth => format!("{}.{tenth} %", per_mille / 10),
    }
}

fn fraction(count: Count) -> String {
    match count.total {
        0 => "-".to_owned(),
        total => format!("{}/{total}", count.covered),
    }
}

fn missing(operation: &OperationCoverage) -> Vec<String> {
    let statuses: Vec<&str> = operation
        .missing
        .iter()
        .filter_map(|missing| match missing {
            Missing::Status { status } => Some(status.as_str()),
            Missing::Request { .. } | Missing::Response { .. } => None,
        })
        .collect();
    let mut lines = Vec::new();
    if !statuses.is_empty() {
        lines.push(format!("not answered: {}", statuses.join(", ")));
    }
    for missing in &operation.missing {
        match missing {
            Missing::Status { .. } => {}
            Missing::Request { place, values } => {
                lines.push(format!("not sent: {place}: {}", list(values)));
            }
            Missing::Response {
                status,
                place,
                values,
            } => lines.push(format!("not in {status}: {place}: {}", list(values))),
        }
    }
    lines
}

fn list(values: &[Value]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|value| match value {
            Value::String(text) if !text.is_empty() => text.clone(),
            other => other.to_string(),
        })
        .collect();
    texts.join(", ")
}
