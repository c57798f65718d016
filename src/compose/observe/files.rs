//! Which of the files that secrets and configs are made from are not there.

use crate::compose::file::Project;
use crate::engine::Engine;
use std::collections::BTreeSet;
use std::path::Path;

/// Files that are not on this host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    pub files: BTreeSet<String>,
    /// The daemon runs on this host too, so that it will not find them either. Behind a forwarded socket, or outside the
    /// container that this program runs in, it may.
    pub for_the_daemon: bool,
}

pub async fn missing(engine: &Engine, project: Option<&Project>) -> Missing {
    let objects =
        project.into_iter().flat_map(|project| project.secrets.values().chain(project.configs.values()));
    let named = objects.map(|object| &object.file).filter(|file| !file.is_empty());
    let files: BTreeSet<String> = named.filter(|file| !Path::new(file).exists()).cloned().collect();
    if files.is_empty() {
        return Missing::default();
    }
    let here = rustix::system::uname().nodename().to_string_lossy().into_owned();
    // A daemon that does not say where it runs is not presumed to run here.
    let for_the_daemon = engine.daemon().await.is_ok_and(|daemon| *daemon.name == *here);
    Missing { files, for_the_daemon }
}
