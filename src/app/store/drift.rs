//! Whether what runs is what the files say.

use crate::domain::Drift;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriftStore {
    services: BTreeMap<(String, String), Drift>,
}

impl DriftStore {
    pub fn apply(&mut self, services: BTreeMap<(String, String), Drift>) -> bool {
        let changed = services != self.services;
        self.services = services;
        changed
    }

    /// `None` where it was not told, or where there is no container that it could be told of.
    pub fn get(&self, project: &str, service: &str) -> Option<Drift> {
        self.services.get(&(project.to_owned(), service.to_owned())).copied()
    }
}
