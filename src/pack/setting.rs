//! Reading `settings`, the knobs of a pack's emulator, and holding values to them.

use super::SettingSpec;
use super::tables::SETTING;
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, plain_value};
use crate::source::{Entry, Node};
use crate::value::{Value, type_name};

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
    if !allowed.is_empty()
        && !allowed
            .iter()
            .any(|value| crate::value::equal(value, &default))
    {
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

    /// Why a value can't be given to the setting.
    ///
    /// # Errors
    /// The value is none of those that are allowed, or of another type than the default.
    pub fn accept(&self, value: &Value) -> Result<(), String> {
        if self.allowed.is_empty() {
            let (ours, theirs) = (type_name(&self.default), type_name(value));
            let alike = ours == theirs || (value.is_number() && self.default.is_number());
            return if alike {
                Ok(())
            } else {
                Err(format!("expected {ours}, found {theirs}"))
            };
        }
        if self
            .allowed
            .iter()
            .any(|allowed| crate::value::equal(allowed, value))
        {
            return Ok(());
        }
        let allowed: Vec<String> = self.allowed.iter().map(plain_text).collect();
        Err(format!("expected {}", allowed.join(", ")))
    }
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
