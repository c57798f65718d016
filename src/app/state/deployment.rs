//! How a stack is deployed at present, as far as its containers tell: with which overlays, and which profiles.

use super::State;
use crate::domain::{StackFile, StackRef};

impl State {
    /// What loads a stack as it is deployed, so that nothing that is done to it takes an overlay away in silence; as its
    /// files have it where nothing of it exists.
    pub(super) fn deployed(&self, file: &StackFile) -> StackRef {
        let project = &file.reference.project;
        let mut reference = file.reference.clone();
        let labelled = StackRef::labelled_as(project, self.fleet.containers().values());
        if let Some(files) = labelled.and_then(|labelled| file.deployed_from(&labelled)) {
            reference.files = files;
        }
        let exists = |service: &String| {
            self.tree.service(project, service).is_some_and(|node| !node.containers.is_empty())
        };
        // Those of which all is there: one that is only partly there would start what nobody asked for.
        let there = file.profiles.iter().filter(|profile| profile.services.iter().all(exists));
        for profile in there {
            if !reference.profiles.contains(&profile.name) {
                reference.profiles.push(profile.name.clone());
            }
        }
        reference
    }
}
