//! How the header of a signature is written: `t=…,v1=…`, `sha256=…`, or the signature alone.

use std::fmt;

/// The items of the header, separated by commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(pub Vec<Item>);

/// An item and the text before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Timestamp { prefix: String },
    Signature { prefix: String },
}

/// What was read from a header.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) timestamp: Option<String>,
    pub(super) signatures: Vec<String>,
}

impl Form {
    /// The signature alone.
    #[must_use]
    pub fn bare() -> Self {
        Self(vec![Item::Signature {
            prefix: String::new(),
        }])
    }

    /// Whether the time of signing is one of its items.
    #[must_use]
    pub fn has_timestamp(&self) -> bool {
        self.0
            .iter()
            .any(|item| matches!(item, Item::Timestamp { .. }))
    }

    /// The header's value; the item of the signature once for each.
    pub(super) fn write(&self, timestamp: &str, signatures: &[String]) -> String {
        let mut items = Vec::new();
        for item in &self.0 {
            match item {
                Item::Timestamp { prefix } => items.push(format!("{prefix}{timestamp}")),
                Item::Signature { prefix } => {
                    items.extend(signatures.iter().map(|text| format!("{prefix}{text}")));
                }
            }
        }
        items.join(",")
    }

    /// What a header's value holds. Items that the form does not know, such as those of a newer scheme, are passed over.
    pub(super) fn read(&self, value: &str) -> Read {
        let mut read = Read::default();
        for text in value.split(',').map(str::trim) {
            // The longest prefix decides, so that `t=` does not take what is `t=v1=`'s.
            let item = self
                .0
                .iter()
                .filter(|item| text.starts_with(item.prefix()))
                .max_by_key(|item| item.prefix().len());
            let Some(item) = item else { continue };
            let rest = text[item.prefix().len()..].to_owned();
            match item {
                Item::Timestamp { .. } => {
                    read.timestamp.get_or_insert(rest);
                }
                Item::Signature { .. } if !rest.is_empty() => read.signatures.push(rest),
                Item::Signature { .. } => {}
            }
        }
        read
    }
}

impl Item {
    fn prefix(&self) -> &str {
        match self {
            Self::Timestamp { prefix } | Self::Signature { prefix } => prefix,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let name = match item {
                Item::Timestamp { .. } => "${{ timestamp }}",
                Item::Signature { .. } => "${{ signature }}",
            };
            write!(f, "{comma}{}{name}", item.prefix())?;
        }
        Ok(())
    }
}
