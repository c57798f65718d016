//! The stacks' files, read at the start and again when one of them changes.

use super::fleet::Known;
use crate::app::Msg;
use crate::compose::file::{self, LoadRequest, process_environment};
use crate::config::stacks::discover;
use crate::domain::stack::Overlay;
use crate::domain::{Fault, Safe, StackFile, StackOrigin, StackRef};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A burst of changes to the fleet is one.
const APART: Duration = Duration::from_millis(250);

/// Where to look for stacks.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub directories: Vec<PathBuf>,
    /// A project given on the command line, shown besides those found.
    pub given: Option<LoadRequest>,
    /// Where the built-in stacks are written out; in the demo a directory of its own.
    pub data_directory: PathBuf,
    /// Whether the files are read that containers' labels name. A simulated server has none on this host.
    pub follows_labels: bool,
    /// What the labels told last.
    pub labelled: BTreeMap<String, StackRef>,
}

/// What the files say, read together.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub files: Vec<StackFile>,
    pub faults: Vec<Fault>,
    /// By project, why the files that its containers' labels name are out of reach.
    pub unread: BTreeMap<String, Fault>,
    /// The whole projects, by name.
    pub projects: Projects,
}

pub type Projects = BTreeMap<String, Stack>;

#[derive(Debug, Clone)]
pub struct Stack {
    pub file: StackFile,
    /// As the files have it, whatever is deployed.
    pub project: Arc<file::Project>,
}

impl Search {
    /// All stacks there are, those outside of the search path too, and what is wrong with the others.
    fn load(&self) -> Loaded {
        let (sources, faults) = discover(&self.directories, &self.data_directory);
        let mut loaded = Loaded { faults, ..Loaded::default() };
        if let Some(request) = &self.given {
            loaded.take(file::load(request), StackOrigin::Given, BTreeMap::new());
        }
        let mut broken = Vec::new();
        for source in sources {
            if !loaded.take(file::load(&request(source.directory)), source.origin, source.overlays) {
                broken.extend(source.files);
            }
        }
        for stack in StackRef::outside(self.labelled.clone(), &loaded.files, &broken) {
            loaded.take_labelled(&stack);
        }
        loaded
    }
}

/// The request that loads a stack found on the search path: by what `COMPOSE_FILE` in its own `.env` says, else by the
/// files of the usual names. Whoever set that variable for the console meant the directory they were in.
pub fn request(directory: PathBuf) -> LoadRequest {
    let mut environment = process_environment();
    environment.remove("COMPOSE_FILE");
    LoadRequest { project_directory: Some(directory), environment, ..LoadRequest::default() }
}

impl Loaded {
    /// Says whether it could be read.
    fn take(
        &mut self,
        read: Result<file::Project, Vec<Fault>>,
        origin: StackOrigin,
        overlays: BTreeMap<String, PathBuf>,
    ) -> bool {
        let readable = read.is_ok();
        match read {
            // The earlier one in the search path wins, as with commands in PATH.
            Ok(project) if self.projects.contains_key(&project.name) => {}
            Ok(project) => {
                let overlays = overlays.into_iter().map(|(name, file)| Overlay { name, file });
                let file = StackFile { overlays: overlays.collect(), ..project.stack_file(origin) };
                self.files.push(file.clone());
                self.projects.insert(project.name.clone(), Stack { file, project: Arc::new(project) });
            }
            Err(mut more) => self.faults.append(&mut more),
        }
        readable
    }

    /// A stack that only its containers tell of. A built-in one of that name is not the one that runs.
    fn take_labelled(&mut self, stack: &StackRef) {
        self.files.retain(|file| file.reference.project != stack.project);
        self.projects.remove(&stack.project);
        match file::load_labelled(&LoadRequest::of(stack, process_environment())) {
            Err(faults) if file::out_of_reach(&faults) => {
                self.unread.insert(stack.project.clone(), Fault::merged(faults));
            }
            read => {
                self.take(read, StackOrigin::Labels, BTreeMap::new());
            }
        }
    }

    fn sources(&self) -> BTreeSet<PathBuf> {
        self.projects.values().flat_map(|stack| stack.project.sources()).collect()
    }
}

/// Sends the stacks to the console, and to the feeds that need their checks or all that they say.
pub async fn run(
    search: Search,
    known: Known,
    facts: mpsc::Sender<Msg>,
    stacks: watch::Sender<Vec<StackFile>>,
    projects: watch::Sender<Option<Projects>>,
) {
    let mut fleet = known.changes();
    let mut stamp: Option<Stamp> = None;
    let mut search = search;
    loop {
        let labelled = labelled(&known);
        if search.follows_labels && labelled != search.labelled {
            // Other stacks than before, whether or not a file has changed.
            search.labelled = labelled;
            stamp = None;
        }
        let (asked, before) = (search.clone(), stamp.clone());
        let looked = tokio::task::spawn_blocking(move || asked.look(before.as_ref()));
        if let Ok(Some((now, loaded))) = looked.await {
            let Loaded { files, faults, unread, projects: read } = loaded;
            stamp = Some(now);
            for fault in &faults {
                log::warn!("{}", Safe::new(fault.to_string()));
            }
            for fault in unread.values() {
                log::info!("{}", Safe::new(fault.to_string()));
            }
            stacks.send_replace(files.clone());
            projects.send_replace(Some(read));
            if facts.send(Msg::Stacks { files, faults, unread }).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = relabelled(&known, &mut fleet, &search.labelled), if search.follows_labels => {}
            () = facts.closed() => return,
        }
    }
}

fn labelled(known: &Known) -> BTreeMap<String, StackRef> {
    StackRef::labelled(known.fleet().containers.values())
}

/// Resolves when the labels tell of other files than these. A container that only starts or stops tells nothing new.
async fn relabelled(known: &Known, fleet: &mut watch::Receiver<u64>, before: &BTreeMap<String, StackRef>) {
    while fleet.changed().await.is_ok() {
        tokio::time::sleep(APART).await;
        fleet.mark_unchanged();
        if labelled(known) != *before {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// When each of the files was last modified; `None` for one that is not there, since one that appears is a change as
/// well.
type Stamp = BTreeMap<PathBuf, Option<SystemTime>>;

impl Search {
    /// What the files say, unless none has changed since `before`.
    fn look(&self, before: Option<&Stamp>) -> Option<(Stamp, Loaded)> {
        let known = before.into_iter().flat_map(|before| before.keys().cloned());
        let mut now = stamp(self.files().into_iter().chain(known));
        if before == Some(&now) {
            return None;
        }
        let loaded = self.load();
        // What was read besides is known only now. What is known already keeps its earlier time: an edit made while
        // the files were read is seen the next time.
        let mut wanted: BTreeSet<PathBuf> = self.files().into_iter().chain(loaded.sources()).collect();
        if !loaded.faults.is_empty() || !loaded.unread.is_empty() {
            // What a broken stack was made from is not told; its mending may be in any of the files known before.
            wanted.extend(now.keys().cloned());
        }
        now.retain(|path, _| wanted.contains(path));
        for (path, modified) in stamp(wanted) {
            now.entry(path).or_insert(modified);
        }
        Some((now, loaded))
    }

    /// The files that are known before any is read: the Compose files, their overlays and the `.env` beside them.
    fn files(&self) -> Vec<PathBuf> {
        let (sources, _) = discover(&self.directories, &self.data_directory);
        let found = sources.into_iter().flat_map(|source| {
            let files = source.files.into_iter().chain(source.overlays.into_values());
            with_variables(files.collect())
        });
        let given = self.given.iter().flat_map(|request| {
            let directory = request.project_directory.iter().map(|directory| directory.join(".env"));
            with_variables(request.files.clone())
                .into_iter()
                .chain(directory)
                .chain(request.env_files.clone())
        });
        let labelled = self.labelled.values().flat_map(|stack| {
            let directory = stack.directory.iter().map(|directory| directory.join(".env"));
            with_variables(stack.files.clone()).into_iter().chain(directory).chain(stack.env_files.clone())
        });
        found.chain(given).chain(labelled).collect()
    }
}

fn stamp(files: impl IntoIterator<Item = PathBuf>) -> Stamp {
    let modified = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
    files.into_iter().map(|path| (path.clone(), modified(&path))).collect()
}

fn with_variables(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut beside: Vec<_> = files.iter().map(|file| file.with_file_name(".env")).collect();
    beside.dedup();
    files.append(&mut beside);
    files
}

#[cfg(test)]
mod tests;
