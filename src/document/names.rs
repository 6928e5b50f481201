//! Names that users give to things: which are allowed, and what a name should look like instead.

use super::Decoder;
use crate::diagnostic::Diagnostic;
use crate::expr::reserved_words;
use crate::source::Place;

/// Whether `text` may name a step, an action, a variable, an input: `[a-z_][a-z0-9_]*`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    starts_well(text)
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Whether `text` may name what is read as an attribute, such as an input or a column, which keep the provider's own
/// names: a name that may also have capitals.
#[must_use]
pub fn is_attribute(text: &str) -> bool {
    is_name(&text.to_ascii_lowercase())
}

/// Whether `text` may name a scenario or a pack: a name that may also have hyphens.
#[must_use]
pub fn is_hyphenated_name(text: &str) -> bool {
    starts_well(text)
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

fn starts_well(text: &str) -> bool {
    matches!(text.bytes().next(), Some(b'a'..=b'z' | b'_'))
}

/// `text` as a name, as near as it goes: `customerId` becomes `customer_id`.
fn as_name(text: &str, hyphens: bool) -> String {
    let mut name = String::new();
    let mut previous = '_';
    for letter in text.chars() {
        let upper_after_lower = letter.is_ascii_uppercase()
            && (previous.is_ascii_lowercase() || previous.is_ascii_digit());
        if upper_after_lower {
            name.push('_');
        }
        match letter.to_ascii_lowercase() {
            lower @ ('a'..='z' | '0'..='9' | '_') => name.push(lower),
            '-' if hyphens => name.push('-'),
            _ if name.is_empty() || name.ends_with(['_', '-']) => {}
            _ => name.push(if hyphens { '-' } else { '_' }),
        }
        previous = letter;
    }
    let name = name.trim_end_matches(['_', '-']);
    if starts_well(name) {
        name.to_owned()
    } else {
        format!("_{name}").trim_end_matches('_').to_owned()
    }
}

const RULE: &str = "names are lower-case letters, digits and `_`, and begin with no digit";

/// What is wrong with `text` as the name of a variable: it is no name, a word of the expression language, or always in
/// scope. `place` is where it stands.
#[must_use]
pub fn bad_variable(text: &str, place: Place) -> Option<Diagnostic> {
    if reserved_words().contains(&text) {
        let message = format!("`{text}` can't be the name of a variable");
        let problem = Diagnostic::error("reserved-name", message)
            .at(place)
            .label("has a meaning of its own in expressions")
            .help(format!("choose another name, such as `the_{text}`"));
        return Some(problem);
    }
    (!is_name(text)).then(|| bad_name(text, "a variable", place, RULE, false))
}

fn bad_name(text: &str, what: &str, place: Place, rule: &str, hyphens: bool) -> Diagnostic {
    let close = as_name(text, hyphens);
    let help = if close.is_empty() {
        rule.to_owned()
    } else {
        format!("{rule}; write `{close}`")
    };
    Diagnostic::error("bad-name", format!("`{text}` can't be the name of {what}"))
        .at(place)
        .label("not a name")
        .help(help)
}

impl Decoder {
    /// Checks the name of a step, an action, an input: `what` says of what.
    pub fn check_name(&mut self, text: &str, what: &str, place: Place) -> bool {
        if is_name(text) {
            return true;
        }
        self.problem(bad_name(text, what, place, RULE, false));
        false
    }

    /// Checks the name of an input, an output or a column.
    pub fn check_attribute(&mut self, text: &str, what: &str, place: Place) -> bool {
        if is_attribute(text) {
            return true;
        }
        let rule = "names are letters, digits and `_`, and begin with no digit";
        self.problem(bad_name(text, what, place, rule, false));
        false
    }

    /// Checks the name of a variable, which must not be a word of the expression language or always in scope.
    pub fn check_variable(&mut self, text: &str, place: Place) -> bool {
        let problem = bad_variable(text, place);
        let good = problem.is_none();
        self.problems.extend(problem);
        good
    }

    /// Checks the name of a scenario or a pack.
    pub fn check_hyphenated_name(&mut self, text: &str, what: &str, place: Place) -> bool {
        if is_hyphenated_name(text) {
            return true;
        }
        let rule =
            "ids are lower-case letters, digits, `_` and `-`, and begin with a letter or `_`";
        self.problem(bad_name(text, what, place, rule, true));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_hyphenated_names() {
        for (text, name, hyphenated) in [
            ("customer_id", true, true),
            ("_x1", true, true),
            ("kyb-approve", false, true),
            ("1st", false, false),
            ("-x", false, false),
            ("Acme", false, false),
            ("", false, false),
            ("größe", false, false),
        ] {
            assert_eq!(is_name(text), name, "{text}");
            assert_eq!(is_hyphenated_name(text), hyphenated, "{text}");
        }
    }

    #[test]
    fn a_bad_name_is_answered_with_a_good_one() {
        for (text, hyphens, expected) in [
            ("customerId", false, "customer_id"),
            ("Customer ID", false, "customer_id"),
            ("kyb-approve", false, "kyb_approve"),
            ("KYB approve!", true, "kyb-approve"),
            ("2nd", false, "_2nd"),
            ("ü", false, ""),
        ] {
            assert_eq!(as_name(text, hyphens), expected, "{text}");
        }
    }
}
