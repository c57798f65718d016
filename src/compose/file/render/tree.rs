//! JSON that keeps the order of its keys.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Tree {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(IndexMap<String, Tree>),
}

impl Default for Tree {
    fn default() -> Self {
        Self::Map(IndexMap::new())
    }
}

impl Tree {
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&serde_json::to_string(value)?)
    }

    fn entries_mut(&mut self) -> Option<&mut IndexMap<String, Self>> {
        match self {
            Self::Map(entries) => Some(entries),
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Float(_)
            | Self::Text(_)
            | Self::List(_) => None,
        }
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entries_mut()?.get_mut(key)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.entries_mut().into_iter().flat_map(IndexMap::values_mut)
    }

    pub fn items_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let items = match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Text(_) | Self::Map(_) => {
                None
            }
        };
        items.into_iter().flatten()
    }

    pub fn insert(&mut self, key: &str, value: Self) {
        if let Self::Map(entries) = self {
            entries.insert(key.to_owned(), value);
        }
    }

    /// Puts an entry before another one, or last where that is missing.
    pub fn insert_before(&mut self, next: &str, key: &str, value: Self) {
        if let Self::Map(entries) = self {
            let at = entries.get_index_of(next).unwrap_or(entries.len());
            entries.shift_insert(at, key.to_owned(), value);
        }
    }

    pub fn remove(&mut self, key: &str) {
        self.remove_if(key, |_| true);
    }

    pub fn remove_null(&mut self, key: &str) {
        self.remove_if(key, |value| *value == Self::Null);
    }

    pub fn remove_empty(&mut self, key: &str) {
        self.remove_if(key, |value| *value == Self::default());
    }

    fn remove_if(&mut self, key: &str, unwanted: impl Fn(&Self) -> bool) {
        if let Self::Map(entries) = self
            && entries.get(key).is_some_and(unwanted)
        {
            entries.shift_remove(key);
        }
    }
}
