//! Reading `settings`, the knobs of a pack's emulator, and holding values to them.

use super::SettingSpec;
use super::tables::SETTING;
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, plain_value};
use crate::source::{Entry, Node};
use crate::value::{Value, a_type, equal, parse_duration};

fn decode_setting(entry: &Entry, decoder: &mut Decoder) -> Option<SettingSpec> {
    let place = decoder.key_place(&entry.key);
    decoder.check_name(&entry.key.text, "a setting", place.clone());
    let fields = decoder.fields(&entry.value, &SETTING);
    let default_node = fields.get("default")?;
    let default = plain_value(default_node);
    let allowed: Vec<Value> = fields
        .get("in")
        .map(|node| decoder.list(node).iter().map(plain_value).collect())
        .unwrap_or_default();
    if let Some(node) = fields.get("in").filter(|_| allowed.is_empty()) {
        let problem = Diagnostic::error("bad-setting", "no value is allowed, not even the default")
            .at(decoder.place(node))
            .label("an empty list")
            .help("list the allowed values, or leave `in` out where any value of the default's kind will do");
        decoder.problem(problem);
    }
    if !allowed.is_empty() && !allowed.iter().any(|value| equal(value, &default)) {
        let problem = Diagnostic::error(
            "bad-setting",
            "the default is not one of the allowed values",
        )
        .at(decoder.place(default_node))
        .label("not in `in`");
        decoder.problem(problem);
    }
    Some(SettingSpec {
        name: entry.key.text.clone(),
        place,
        default,
        allowed,
    })
}

impl SettingSpec {
    /// Decodes a map of settings.
    pub(super) fn decode_map(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        decoder
            .map(node)
            .iter()
            .filter_map(|entry| decode_setting(entry, decoder))
            .collect()
    }

    /// Holds a value to the setting. Without `in`, it has to be what the default is: a duration, if that is one. A default of
    /// `null` says nothing of what else there may be.
    ///
    /// # Errors
    /// The value is none of those that are allowed, or is not what the default is.
    pub fn accept(&self, value: &Value) -> Result<(), String> {
        let duration = is_duration(&self.default);
        let alike = match &self.allowed[..] {
            [] if self.default.is_null() => true,
            [] if duration => is_duration(value),
            [] => a_type(&self.default) == a_type(value),
            allowed => allowed.iter().any(|allowed| equal(allowed, value)),
        };
        if alike {
            return Ok(());
        }
        let example = plain_text(&self.default);
        let expected = match &self.allowed[..] {
            [] if duration => format!("a duration such as {example}"),
            [] => format!("{} such as {example}", a_type(&self.default)),
            allowed => allowed
                .iter()
                .map(plain_text)
                .collect::<Vec<_>>()
                .join(" or "),
        };
        let name = &self.name;
        Err(format!(
            "the setting `{name}` can't be {value}: expected {expected}"
        ))
    }
}

fn is_duration(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| parse_duration(text).is_ok())
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
