//! The stacks' files, read at the start and again when one of them changes.

use crate::app::Msg;
use crate::compose::file::{self, LoadRequest};
use crate::config::stacks::discover;
use crate::domain::{Fault, Safe, StackFile, StackOrigin};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Where to look for stacks.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub directories: Vec<PathBuf>,
    /// A project given on the command line, shown besides those found.
    pub given: Option<LoadRequest>,
    /// Where the built-in stacks are written out; in the demo a directory of its own.
    pub data_directory: PathBuf,
}

impl Search {
    /// All stacks there are, and what is wrong with the others.
    pub fn load(&self) -> (Vec<StackFile>, Vec<Fault>) {
        let (sources, mut faults) = discover(&self.directories, &self.data_directory);
        let mut stacks = Vec::new();
        if let Some(request) = &self.given {
            take(file::load(request), StackOrigin::Given, &mut stacks, &mut faults);
        }
        for source in sources {
            let origin = source.origin;
            take(file::load(&request(source.files, source.directory)), origin, &mut stacks, &mut faults);
        }
        (stacks, faults)
    }
}

/// The request that loads a stack found on the search path.
pub fn request(files: Vec<PathBuf>, directory: PathBuf) -> LoadRequest {
    LoadRequest {
        files,
        project_directory: Some(directory),
        environment: std::env::vars().collect(),
        ..LoadRequest::default()
    }
}

fn take(
    loaded: Result<file::Project, Vec<Fault>>,
    origin: StackOrigin,
    stacks: &mut Vec<StackFile>,
    faults: &mut Vec<Fault>,
) {
    match loaded {
        Ok(project) => {
            let stack = project.stack_file(origin);
            // The earlier one in the search path wins, as with commands in PATH.
            if !stacks.iter().any(|known| known.reference.project == stack.reference.project) {
                stacks.push(stack);
            }
        }
        Err(mut more) => faults.append(&mut more),
    }
}

/// Sends the stacks to the console, and to the feeds that need their checks.
pub async fn run(search: Search, facts: mpsc::Sender<Msg>, stacks: watch::Sender<Vec<StackFile>>) {
    let mut stamp = None;
    loop {
        let search = search.clone();
        let before = stamp.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let now = search.stamp();
            (before.as_ref() != Some(&now)).then(|| (now, search.load()))
        });
        if let Ok(Some((now, (files, faults)))) = looked.await {
            stamp = Some(now);
            for fault in &faults {
                log::warn!("{}", Safe::new(fault.to_string()));
            }
            stacks.send_replace(files.clone());
            if facts.send(Msg::Stacks { files, faults }).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = facts.closed() => return,
        }
    }
}

impl Search {
    /// Changes whenever a Compose file does, or the `.env` whose variables it uses. It need not be there: one that
    /// appears is a change as well.
    fn stamp(&self) -> Vec<(PathBuf, Option<SystemTime>)> {
        let (sources, _) = discover(&self.directories, &self.data_directory);
        let found = sources.into_iter().flat_map(|source| with_variables(source.files));
        let given = self.given.iter().flat_map(|request| {
            let directory = request.project_directory.iter().map(|directory| directory.join(".env"));
            with_variables(request.files.clone())
                .into_iter()
                .chain(directory)
                .chain(request.env_files.clone())
        });
        let modified = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
        found.chain(given).map(|path| (path.clone(), modified(&path))).collect()
    }
}

fn with_variables(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut beside: Vec<_> = files.iter().map(|file| file.with_file_name(".env")).collect();
    beside.dedup();
    files.append(&mut beside);
    files
}

#[cfg(test)]
mod tests;
