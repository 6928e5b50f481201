//! Reading and evaluating `expect` maps.

use super::{Check, Evidence, Expect, Verdict};
use crate::document::Decoder;
use crate::expr::Scope;
use crate::source::Node;

impl Expect {
    /// Decodes an `expect` map, or a `where`, `until` or `fail_on`, which are expect maps too.
    pub fn decode(node: &Node, decoder: &mut Decoder) -> Self {
        Self {
            place: decoder.place(node),
            checks: Vec::new(),
        }
    }
}

impl Check {
    #[must_use]
    pub fn evaluate(&self, evidence: Evidence<'_>, scope: &dyn Scope) -> Verdict {
        let _ = (evidence, scope);
        todo!()
    }
}
