//! Scalars with a meaning: durations, counts and switches, given literally or by an expression.

use std::ops::Range;
use std::time::Duration;

use super::Decoder;
use crate::diagnostic::Diagnostic;
use crate::expr::Setting;
use crate::source::{Node, Place, Text, Yaml};
use crate::value::{Map, Value, number_from_text, parse_duration};

/// Whether the node is a string with `${{ … }}` in it.
#[must_use]
pub fn has_expression(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.contains("${{"))
}

/// A piece of a string node as a node of its own, which knows its place as well as the whole did.
#[must_use]
pub fn inner(node: &Node, text: &str, range: Range<usize>) -> Node {
    let verbatim_at = match &node.value {
        Yaml::String(whole) => whole
            .verbatim_at
            .map(|at| at.saturating_add(u32::try_from(range.start).unwrap_or(u32::MAX))),
        _ => None,
    };
    Node {
        span: node.inner_span(range.clone()),
        value: Yaml::String(Text {
            value: text[range].to_owned(),
            verbatim_at,
        }),
    }
}

/// A YAML tree as a JSON value, without looking for expressions in it.
#[must_use]
pub fn plain_value(node: &Node) -> Value {
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Number(text) => number_from_text(text).map_or(Value::Null, Value::Number),
        Yaml::String(text) => Value::String(text.value.clone()),
        Yaml::List(items) => Value::Array(items.iter().map(plain_value).collect()),
        Yaml::Map(entries) => Value::Object(
            entries
                .iter()
                .map(|entry| (entry.key.text.clone(), plain_value(&entry.value)))
                .collect::<Map<_, _>>(),
        ),
    }
}

impl Decoder {
    /// A string in which no expression may stand; `what` names it in the message.
    pub fn plain(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.text(node)?;
        if has_expression(node) {
            self.no_expression(node, what);
            return None;
        }
        Some(text)
    }

    /// Holds `version`, where a document has it, to the one version of the language that there is.
    pub fn check_version(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        if matches!(&node.value, Yaml::Number(text) if text == "1") {
            return;
        }
        let problem = Diagnostic::error(
            "bad-version",
            "this program reads version 1 of the scenario language",
        )
        .at(self.place(node))
        .label("expected `1`")
        .help("write `version: 1`, or use the program that this file was written for");
        self.problem(problem);
    }

    /// Says that an expression can't stand here.
    pub fn no_expression(&mut self, node: &Node, what: &str) {
        let problem = Diagnostic::error(
            "no-expression",
            format!("{what} can't be given by an expression"),
        )
        .at(self.place(node))
        .label("must be written out")
        .help("it is read before anything runs: write the value itself");
        self.problem(problem);
    }

    /// A list of plain strings, such as tags.
    pub fn words(&mut self, node: &Node, what: &str) -> Vec<(String, Node)> {
        if node.as_str().is_some() {
            let problem = Diagnostic::error("wrong-type", "expected a list, found a string")
                .at(self.place(node))
                .label("expected a list")
                .help(format!("write `[{}]`", node.as_str().unwrap_or_default()));
            self.problem(problem);
            return Vec::new();
        }
        self.list(node)
            .iter()
            .filter_map(|item| Some((self.plain(item, what)?, item.clone())))
            .collect()
    }

    /// `true` or `false`, written out; `what` names it in the message.
    pub fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        if has_expression(node) {
            self.no_expression(node, what);
            return None;
        }
        self.boolean(node)
    }

    /// A whole number from `least` on, written out.
    pub fn count(&mut self, node: &Node, least: u64, what: &str) -> Option<u64> {
        if has_expression(node) {
            self.no_expression(node, what);
            return None;
        }
        let number = match &node.value {
            Yaml::Number(text) => text.parse::<u64>().ok(),
            _ => None,
        };
        if let Some(number) = number.filter(|number| *number >= least) {
            return Some(number);
        }
        let problem = Diagnostic::error(
            "wrong-type",
            format!("{what} is a whole number from {least} on"),
        )
        .at(self.place(node))
        .label(format!("expected a whole number from {least} on"));
        self.problem(problem);
        None
    }

    /// A duration with its unit, written out.
    pub fn duration(&mut self, node: &Node) -> Option<Duration> {
        let message = match &node.value {
            Yaml::String(text) => match parse_duration(&text.value) {
                Ok(duration) => return Some(duration),
                Err(message) => message,
            },
            Yaml::Number(text) => {
                let problem =
                    Diagnostic::error("bad-duration", format!("the duration `{text}` has no unit"))
                        .at(self.place(node))
                        .label("seconds, minutes, hours?")
                        .help(format!("write `{text}s` if seconds are meant"));
                self.problem(problem);
                return None;
            }
            _ => {
                self.expected("a duration such as `5s`", node);
                return None;
            }
        };
        let problem = Diagnostic::error("bad-duration", message)
            .at(self.place(node))
            .label("not a duration")
            .help("durations are a number and a unit: `200ms`, `5s`, `2m`, `1h`, `7d`");
        self.problem(problem);
        None
    }

    /// Says what is wrong with a regular expression, and where in it.
    pub fn bad_regex(&mut self, place: Place, error: &regex::Error) {
        let reason = error.to_string();
        // The message is drawn over several lines, with what is wrong on the last.
        let reason = reason.lines().last().unwrap_or_default();
        let reason = reason.strip_prefix("error: ").unwrap_or(reason);
        let problem = Diagnostic::error("bad-regex", format!("not a regular expression: {reason}"))
            .at(place)
            .label("not a regular expression")
            .help("put a pattern into single quotes, so that `\\` and `{` mean what they say");
        self.problem(problem);
    }

    pub fn duration_setting(&mut self, node: &Node) -> Option<Setting<Duration>> {
        self.setting(node, Self::duration)
    }

    pub fn boolean_setting(&mut self, node: &Node) -> Option<Setting<bool>> {
        self.setting(node, Self::boolean)
    }

    pub fn count_setting(&mut self, node: &Node, least: u64, what: &str) -> Option<Setting<u64>> {
        self.setting(node, |decoder, node| decoder.count(node, least, what))
    }

    /// A factor that a pause grows by: a number from 1 on.
    pub fn factor_setting(&mut self, node: &Node, what: &str) -> Option<Setting<f64>> {
        self.setting(node, |decoder, node| {
            let number = match &node.value {
                Yaml::Number(text) => text.parse::<f64>().ok(),
                _ => None,
            };
            let factor = number.filter(|factor| (1.0..=1000.0).contains(factor));
            if factor.is_none() {
                let problem =
                    Diagnostic::error("wrong-type", format!("{what} is a number from 1 to 1000"))
                        .at(decoder.place(node))
                        .label("expected a number from 1 to 1000");
                decoder.problem(problem);
            }
            factor
        })
    }

    /// A value that is read by `fixed`, or an expression that gives it later.
    fn setting<T>(
        &mut self,
        node: &Node,
        fixed: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<Setting<T>> {
        if has_expression(node) {
            return Some(Setting::Dynamic(Box::new(self.template(node))));
        }
        fixed(self, node).map(Setting::Fixed)
    }
}
