//! `cancel`s of what nothing ever does later.

use super::all_effects;
use crate::diagnostic::Diagnostic;
use crate::expr::{Kind, Piece, Template};
use crate::pack::emulator::{Action, EmulatorFile};

pub(super) fn check(file: &EmulatorFile, problems: &mut Vec<Diagnostic>) {
    let effects = all_effects(file);
    let names = effects.iter().filter_map(|effect| match &effect.action {
        Action::After { name, .. } => name.as_ref(),
        _ => None,
    });
    let names: Vec<&Template> = names.collect();
    for effect in &effects {
        let Action::Cancel(cancelled) = &effect.action else {
            continue;
        };
        let pattern = pattern(cancelled);
        if names
            .iter()
            .any(|name| meet(&self::pattern(name), &pattern))
        {
            continue;
        }
        let mut problem = Diagnostic::error("undefined-name", "no `after` has a name like this")
            .at(cancelled.place.clone());
        let texts = names.iter().map(|name| shown(name)).collect::<Vec<_>>();
        problem = problem.help(if texts.is_empty() {
            "give the `after` that this is to stop a `name`".to_owned()
        } else {
            format!("there are: {}", texts.join(", "))
        });
        problems.push(problem);
    }
}

/// The letters of a name; `None` stands for whatever an expression may give.
fn pattern(template: &Template) -> Vec<Option<char>> {
    match &template.kind {
        Kind::Literal(value) => match value.as_str() {
            Some(text) => text.chars().map(Some).collect(),
            None => value.to_string().chars().map(Some).collect(),
        },
        Kind::Text(pieces) => pieces
            .iter()
            .flat_map(|piece| match piece {
                Piece::Literal(text) => text.chars().map(Some).collect(),
                Piece::Expr(_) => vec![None],
            })
            .collect(),
        Kind::Expr(_) | Kind::List(_) | Kind::Map(_) => vec![None],
    }
}

/// Whether there is a text that is of both patterns.
fn meet(one: &[Option<char>], other: &[Option<char>]) -> bool {
    // `row[j]`: whether what is left of `one` meets what is left of `other` from `j` on.
    let end = other.len();
    let mut row: Vec<bool> = (0..=end)
        .map(|j| other[j..].iter().all(Option::is_none))
        .collect();
    for letter in one.iter().rev() {
        let below = row.clone();
        row[end] = letter.is_none() && below[end];
        for j in (0..end).rev() {
            row[j] = match (letter, &other[j]) {
                (None, _) | (_, None) => below[j] || row[j + 1] || below[j + 1],
                (Some(one), Some(other)) => one == other && below[j + 1],
            };
        }
    }
    row[0]
}

fn shown(template: &Template) -> String {
    let text = &template.place.source.text[template.place.span.range()];
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::meet;

    fn pattern(text: &str) -> Vec<Option<char>> {
        text.chars().map(|c| (c != '*').then_some(c)).collect()
    }

    #[test]
    fn patterns_meet_where_one_text_is_of_both() {
        for (one, other, expected) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a", "ab", false),
            ("*", "", true),
            ("*", "abc", true),
            ("expiry of *", "expiry of *", true),
            ("expiry of *", "expiry of ", true),
            ("expiry of *", "expiry *", true),
            ("expiry of *", "review of *", false),
            ("expiry of *", "expiry off", false),
            ("*a", "b*", true),
            ("a*b", "*c", false),
            ("a*b", "ab", true),
            ("a*b*c", "axxc", false),
            ("a*b*c", "axbxc", true),
        ] {
            let (left, right) = (pattern(one), pattern(other));
            assert_eq!(meet(&left, &right), expected, "{one} {other}");
            assert_eq!(meet(&right, &left), expected, "{other} {one}");
        }
    }
}
