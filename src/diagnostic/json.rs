//! Diagnostics for machines.

use serde::{Serialize, Serializer};

use super::Diagnostic;

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.message)
    }
}
