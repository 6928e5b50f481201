//! What is remembered until a certain instant.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::Timestamp;

/// How many entries there are before those that are over are looked for.
const FEW: usize = 1000;

#[derive(Debug)]
pub(super) struct Expiring<K, V> {
    held: HashMap<K, Held<V>>,
    sweep_at: usize,
}

#[derive(Debug)]
struct Held<V> {
    value: V,
    /// The instant from which on it is forgotten; `None`: never.
    until: Option<Timestamp>,
}

impl<V> Held<V> {
    fn lives(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl<K, V> Default for Expiring<K, V> {
    fn default() -> Self {
        Self {
            held: HashMap::new(),
            sweep_at: FEW,
        }
    }
}

impl<K: Hash + Eq, V> Expiring<K, V> {
    pub(super) fn get(&self, key: &K, now: Timestamp) -> Option<&V> {
        let held = self.held.get(key).filter(|held| held.lives(now))?;
        Some(&held.value)
    }

    /// The value, and when it is forgotten.
    pub(super) fn get_mut(
        &mut self,
        key: &K,
        now: Timestamp,
    ) -> Option<(&mut V, Option<Timestamp>)> {
        let held = self.held.get_mut(key).filter(|held| held.lives(now))?;
        Some((&mut held.value, held.until))
    }

    pub(super) fn insert(&mut self, key: K, value: V, until: Option<Timestamp>, now: Timestamp) {
        if self.held.len() >= self.sweep_at {
            self.held.retain(|_, held| held.lives(now));
            self.sweep_at = FEW.max(2 * self.held.len());
        }
        self.held.insert(key, Held { value, until });
    }
}
