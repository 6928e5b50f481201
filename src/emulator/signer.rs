//! What signs the events of a pack's instances: the pack's declaration, and the keys that were read for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::pack::SignatureSpec;
use crate::signature::{Scheme, SigningKey};

/// How many keys are kept: a pack has one, or a few to sign wrongly with.
const KEPT: usize = 16;

/// One for all instances of a pack.
pub(super) struct Signer {
    pub(super) spec: SignatureSpec,
    read: Mutex<HashMap<String, Arc<SigningKey>>>,
}

impl Signer {
    pub(super) fn new(spec: SignatureSpec) -> Self {
        Self {
            spec,
            read: Mutex::default(),
        }
    }

    /// The key of this text. To read one of Ed25519 costs as much as to sign; a secret of HMAC is its text, and each
    /// subscriber has another.
    ///
    /// # Errors
    /// The text is no such key.
    pub(super) fn key(&self, text: &str) -> Result<Arc<SigningKey>, String> {
        let scheme = self.spec.declaration.scheme;
        let read = || SigningKey::parse(scheme, text).map(Arc::new);
        match scheme {
            Scheme::HmacSha256 => read(),
            Scheme::Ed25519 => {
                let mut keys = self.read.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(key) = keys.get(text) {
                    return Ok(Arc::clone(key));
                }
                let key = read()?;
                if keys.len() == KEPT {
                    keys.clear();
                }
                keys.insert(text.to_owned(), Arc::clone(&key));
                Ok(key)
            }
        }
    }
}
