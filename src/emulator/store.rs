//! The records that an instance keeps: collections in the order of the pack's file, records in the order of their making.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::pack::EmulatorFile;
use crate::value::{Map, Value, equal};

/// All records of an instance.
#[derive(Debug)]
pub(super) struct Store {
    collections: IndexMap<Arc<str>, Records>,
}

type Records = IndexMap<Arc<str>, Arc<Value>>;

/// A record by its collection and id, wherever it is read: it shows the record as it is then.
#[derive(Clone, Debug)]
pub(super) struct RecordRef {
    pub(super) collection: Arc<str>,
    pub(super) id: Arc<str>,
    /// How it looked when it was last bound, for after it is gone.
    pub(super) last: Arc<Value>,
}

impl RecordRef {
    /// Its id, as its `id` field has it.
    pub(super) fn own_id(&self) -> Value {
        let id = self.last.get("id").cloned();
        id.unwrap_or_else(|| Value::from(&*self.id))
    }
}

impl Store {
    pub(super) fn new(file: &EmulatorFile) -> Self {
        let names = file.collections.iter().map(|kind| Arc::clone(&kind.name));
        Self {
            collections: names.map(|name| (name, Records::new())).collect(),
        }
    }

    pub(super) fn collections(&self) -> impl Iterator<Item = (&str, Value)> {
        self.collections.iter().map(|(name, records)| {
            let records = records.values().map(|record| (**record).clone()).collect();
            (&**name, Value::Array(records))
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.collections.keys().map(|name| &**name)
    }

    /// The records of a collection, oldest first.
    pub(super) fn list(&self, collection: &str) -> Option<Value> {
        let records = self.collections.get(collection)?;
        Some(Value::Array(
            records.values().map(|record| (**record).clone()).collect(),
        ))
    }

    /// The record as it is now, or as it was when it was last seen.
    pub(super) fn read(&self, record: &RecordRef) -> Arc<Value> {
        self.collections
            .get(&record.collection)
            .and_then(|records| records.get(&record.id))
            .map_or_else(|| Arc::clone(&record.last), Arc::clone)
    }

    /// Whether the record is still there.
    pub(super) fn has(&self, record: &RecordRef) -> bool {
        self.collections
            .get(&record.collection)
            .is_some_and(|records| records.contains_key(&record.id))
    }

    /// Adds a record; `None` if its id is taken.
    pub(super) fn insert(
        &mut self,
        collection: &str,
        id: &str,
        record: Value,
    ) -> Option<RecordRef> {
        let (index, name, records) = self.collections.get_full_mut(collection)?;
        let _ = index;
        if records.contains_key(id) {
            return None;
        }
        let (id, last) = (Arc::<str>::from(id), Arc::new(record));
        records.insert(Arc::clone(&id), Arc::clone(&last));
        Some(RecordRef {
            collection: Arc::clone(name),
            id,
            last,
        })
    }

    /// Sets fields of a record; one that is gone stays gone.
    pub(super) fn update(&mut self, record: &RecordRef, set: Map<String, Value>) {
        let Some(held) = self.held(record) else {
            return;
        };
        if let Value::Object(fields) = Arc::make_mut(held) {
            fields.extend(set);
        }
    }

    pub(super) fn delete(&mut self, record: &RecordRef) {
        if let Some(records) = self.collections.get_mut(&record.collection) {
            records.shift_remove(&record.id);
        }
    }

    fn held(&mut self, record: &RecordRef) -> Option<&mut Arc<Value>> {
        self.collections
            .get_mut(&record.collection)?
            .get_mut(&record.id)
    }

    /// The records of a collection that have an id, where one is asked for, and all of `fields`; oldest first.
    pub(super) fn select(
        &self,
        collection: &str,
        id: Option<&str>,
        fields: &Map<String, Value>,
    ) -> Vec<RecordRef> {
        let Some((_, name, records)) = self.collections.get_full(collection) else {
            return Vec::new();
        };
        let matches = |record: &Value| {
            fields
                .iter()
                .all(|(field, wanted)| record.get(field).is_some_and(|value| equal(value, wanted)))
        };
        let reference = |(id, record): (&Arc<str>, &Arc<Value>)| RecordRef {
            collection: Arc::clone(name),
            id: Arc::clone(id),
            last: Arc::clone(record),
        };
        match id {
            Some(id) => records
                .get_key_value(id)
                .filter(|(_, record)| matches(record))
                .map(reference)
                .into_iter()
                .collect(),
            None => records
                .iter()
                .filter(|(_, record)| matches(record))
                .map(reference)
                .collect(),
        }
    }
}
