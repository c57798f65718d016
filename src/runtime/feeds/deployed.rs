//! The projects as they are deployed: with the overlays that their containers were made with, lest a stack that was
//! deployed with one be told to differ from its files in all that the overlay says.

use super::stacks::{Projects, Stack};
use crate::compose::file::{LoadRequest, Project, load, process_environment};
use crate::domain::{Container, Safe, StackRef};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Those that were read with other files than their own, by name and files; `None` where they cannot be.
#[derive(Default)]
pub struct Deployed {
    read: BTreeMap<(String, Vec<PathBuf>), Option<Arc<Project>>>,
}

impl Deployed {
    /// The files have changed.
    pub fn forget(&mut self) {
        self.read.clear();
    }

    pub async fn projects(
        &mut self,
        stacks: &Projects,
        containers: &[Container],
    ) -> BTreeMap<String, Arc<Project>> {
        let mut projects = BTreeMap::new();
        let labelled = StackRef::labelled(containers);
        for (name, stack) in stacks {
            let files = labelled.get(name).and_then(|labelled| stack.file.deployed_from(labelled));
            let files = files.filter(|files| *files != stack.file.reference.files);
            let project = match files {
                None => Some(stack.project.clone()),
                Some(files) => self.read_with(stack, files).await,
            };
            projects.extend(project.map(|project| (name.clone(), project)));
        }
        projects
    }

    async fn read_with(&mut self, stack: &Stack, files: Vec<PathBuf>) -> Option<Arc<Project>> {
        let key = (stack.file.reference.project.clone(), files.clone());
        if let Some(known) = self.read.get(&key) {
            return known.clone();
        }
        let mut reference = stack.file.reference.clone();
        reference.files = files;
        let reading =
            tokio::task::spawn_blocking(move || load(&LoadRequest::of(&reference, process_environment())));
        let project = match reading.await {
            Ok(Ok(project)) => Some(Arc::new(project)),
            Ok(Err(faults)) => {
                for fault in faults {
                    log::info!("{}", Safe::new(fault.to_string()));
                }
                None
            }
            Err(error) => {
                log::warn!("a stack's files were not read: {error}");
                None
            }
        };
        self.read.insert(key, project.clone());
        project
    }
}
