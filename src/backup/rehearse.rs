//! A restore that harms nobody: into containers and volumes of its own, of the images that were recorded. What came of it
//! is compared with what the manifest says. Then the stack's services are started on it, in a network that leads nowhere
//! and without a published port, until they are healthy and their checks are answered. All of it is removed.

mod barred;
mod databases;
mod files;
mod lend;
mod services;
mod stage;
mod standing;

use super::deep::command;
use super::feed::{Feed, Watch};
use super::find::{Found, find};
use super::manifest::{Content, Manifest, Server};
use super::seal::Keys;
use super::source::Shelf;
use super::stream::Ended;
use super::workshop::Workshop;
use super::{ManifestPart, check, proof, read_manifest};
use crate::compose::Project;
use crate::domain::stack::{Proof, ProofLevel, Recovery};
use crate::domain::{ContainerId, Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskEvent, units};
use crate::engine::Engine;
use jiff::Timestamp;
use services::{Original, Teller};
use stage::Restored;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

pub struct Rehearsal {
    found: Found,
    manifest: Manifest,
    keys: Keys,
    tasks: Vec<Task>,
    /// The stack as its files have it today, with the services that are not started, and why; or why there is none.
    stack: Result<(Box<Project>, BTreeMap<String, String>), String>,
}

/// One step.
enum Task {
    /// That it is whole.
    Sums,
    /// A server with its roles and databases, by the numbers of their parts.
    Postgres {
        server: Box<Server>,
        globals: Option<usize>,
        databases: Vec<usize>,
    },
    Redis(usize),
    Archive(usize),
    /// The stack's own, on what the others brought back.
    Services,
}

/// An encrypted one needs the file of an identity, or the one that the environment names.
pub fn prepare(
    root: &Path,
    stack: &str,
    name: &str,
    identity: Option<&Path>,
    project: Result<Option<Project>, Fault>,
) -> Result<Rehearsal, Fault> {
    let found = find(root, Some(stack), name)?;
    let manifest = read_manifest(&found.directory)?;
    let (keys, mut tasks) = (Keys::of(&found, &manifest, identity)?, tasks(&manifest));
    let stack = match project {
        Ok(Some(project)) => {
            let left_out = barred::barred(&project);
            Ok((Box::new(project), left_out))
        }
        Ok(None) => Err("the stack's files are not known".to_owned()),
        Err(fault) => Err(format!("the stack's files cannot be read: {}", fault.causes.join("; "))),
    };
    // On nothing that came back, that they start proves nothing.
    let has_any = stack.as_ref().is_ok_and(|(project, left_out)| project.services.len() > left_out.len());
    if tasks.len() > 1 && has_any {
        tasks.push(Task::Services);
    }
    Ok(Rehearsal { found, manifest, keys, tasks, stack })
}

fn tasks(manifest: &Manifest) -> Vec<Task> {
    let mut tasks = vec![Task::Sums];
    let mut servers: Vec<(Server, Option<usize>, Vec<usize>)> = Vec::new();
    for (number, part) in manifest.parts.iter().enumerate() {
        let (server, is_globals) = match &part.content {
            Content::PostgresGlobals(server) => (server, true),
            Content::Postgres(database) => (&database.server, false),
            Content::Redis(_) => {
                tasks.push(Task::Redis(number));
                continue;
            }
            Content::Volume(_) | Content::Bind(_) | Content::Files(_) => {
                tasks.push(Task::Archive(number));
                continue;
            }
            Content::Exec { .. } | Content::Compose | Content::Images => continue,
        };
        let known = servers.iter().position(|(other, ..)| other.service == server.service);
        let at = known.unwrap_or_else(|| {
            servers.push((server.clone(), None, Vec::new()));
            servers.len() - 1
        });
        if is_globals {
            servers[at].1 = Some(number);
        } else {
            servers[at].2.push(number);
        }
    }
    let postgres =
        |(server, globals, databases)| Task::Postgres { server: Box::new(server), globals, databases };
    tasks.splice(1..1, servers.into_iter().map(postgres));
    tasks
}

impl Rehearsal {
    pub fn plan(&self) -> Plan {
        let part = |number: usize| self.manifest.parts.get(number).map_or("", |part| part.part.path.as_str());
        let step = |task: &Task| {
            let (object, reason) = match task {
                Task::Sums => (self.found.name.clone(), "every byte is read".to_owned()),
                Task::Postgres { server, databases, .. } => {
                    let names: Vec<&str> = databases.iter().map(|number| part(*number)).collect();
                    (
                        format!("PostgreSQL of {}", server.service),
                        format!("restored from {}", names.join(", ")),
                    )
                }
                Task::Redis(number) => ("Redis".to_owned(), format!("restored from {}", part(*number))),
                Task::Archive(number) => ("files".to_owned(), format!("unpacked from {}", part(*number))),
                Task::Services => (
                    self.started().join(", "),
                    "started on it, on a network of their own, until their checks are answered".to_owned(),
                ),
            };
            PlannedStep::new(StepVerb::Check, object, reason)
        };
        Plan {
            title: format!("rehearse {} of {}", self.found.name, self.found.stack),
            steps: self.tasks.iter().map(step).collect(),
            equivalent: format!("see {}/RESTORE.md", self.found.directory.display()),
            warnings: self.warnings(),
            ..Plan::default()
        }
    }

    /// The services that are started, as far as their images are here.
    fn started(&self) -> Vec<&str> {
        let Ok((project, left_out)) = &self.stack else { return Vec::new() };
        let names = project.services.keys().map(String::as_str);
        names.filter(|name| !left_out.contains_key(*name)).collect()
    }

    fn starts(&self) -> bool {
        matches!(self.tasks.last(), Some(Task::Services))
    }

    fn warnings(&self) -> Vec<String> {
        match &self.stack {
            Err(why) => vec![format!("no service is started on what comes back: {why}")],
            Ok((_, left_out)) => {
                let beside = "what is started runs beside the stack in use and takes memory as that does";
                let beside = self.starts().then(|| beside.to_owned());
                let missing =
                    left_out.iter().map(|(name, reason)| format!("{name} is not started: {reason}"));
                beside.into_iter().chain(missing).collect()
            }
        }
    }

    fn part(&self, number: usize) -> Result<&ManifestPart, Fault> {
        self.manifest.parts.get(number).ok_or_else(|| {
            Fault::new(FaultKind::Internal, "rehearse", &self.found.name)
                .because("the plan names no part of it")
        })
    }
}

/// Whatever comes of it, nothing stays of it but what was found out.
pub async fn rehearse(
    engine: &Engine,
    root: &Path,
    rehearsal: &Rehearsal,
    progress: &mut dyn FnMut(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), Fault> {
    let workshop = Workshop::open(engine, root).await?;
    let progress = RefCell::new(progress);
    let tell = |event: TaskEvent| (progress.borrow_mut())(event);
    let mut began = None;
    let mut ended = Ok(());
    let mut back = Back::default();
    for (step, task) in rehearsal.tasks.iter().enumerate() {
        if is_cancelled() {
            ended = Err(Fault::new(FaultKind::Cancelled, "rehearse", &rehearsal.found.name)
                .because("ended on request; nothing was left behind"));
            break;
        }
        tell(TaskEvent::StepStarted { step });
        let report = |done: u64, total: Option<u64>| {
            tell(TaskEvent::StepProgress { step, done: Some(done), total, text: units::bytes(done) });
        };
        let told = |text: String| tell(TaskEvent::StepProgress { step, done: None, total: None, text });
        let said = |text: String| tell(TaskEvent::Output { text });
        if !matches!(task, Task::Sums) {
            began.get_or_insert_with(Instant::now);
        }
        let watch = Reporter { report: &report, told: &told, said: &said, cancelled: is_cancelled };
        ended = Box::pin(one(&workshop, root, rehearsal, task, (&watch, &mut back))).await;
        tell(TaskEvent::StepFinished { step, fault: ended.as_ref().err().cloned() });
        if ended.is_err() {
            back.failed_at_services = matches!(task, Task::Services);
            break;
        }
    }
    let took = began.map(|began| began.elapsed());
    workshop.clear_own().await;
    let directory = &rehearsal.found.directory;
    let mut known = proof::read(directory);
    match &ended {
        Ok(()) => {
            let text = passed(&mut known, took, back.services, Timestamp::now());
            tell(TaskEvent::Output { text });
        }
        // The data is good, whatever else does not work. That the daemon was away says nothing of the services either.
        Err(fault)
            if back.failed_at_services
                && matches!(fault.kind, FaultKind::Refused | FaultKind::Invalid | FaultKind::NotFound) =>
        {
            known.came_back_without_services(fault.causes.join("; "), Timestamp::now());
        }
        // That it could not be tried says nothing about the backup.
        Err(fault) if fault.kind == FaultKind::Invalid => {
            let level = if began.is_some() { ProofLevel::Restored } else { ProofLevel::Intact };
            known.fail(level, fault.causes.join("; "), Timestamp::now());
        }
        Err(_) => return ended,
    }
    proof::write(directory, &known)?;
    ended
}

/// What the steps have come to.
#[derive(Default)]
struct Back {
    restored: Restored,
    /// Those that were started on it and are well.
    services: Vec<String>,
    failed_at_services: bool,
}

/// What is known of it now, in words. `took` is absent where there was nothing to restore.
fn passed(known: &mut Proof, took: Option<Duration>, services: Vec<String>, now: Timestamp) -> String {
    let Some(took) = took else {
        known.pass(ProofLevel::Intact, now);
        return "warning: every byte is there, and nothing is proven by that: no part can be restored"
            .to_owned();
    };
    known.pass(ProofLevel::Restored, now);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let on_it = match services.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} ran on it"),
        several => format!("; {} services ran on it: {}", several.len(), several.join(", ")),
    };
    known.not_run = None;
    known.proven = Some(Recovery { at: now, took_ms, services });
    format!("proven: restored in {}{on_it}", units::duration(took))
}

/// Whoever is told how far a step is, of how much, and asked whether to go on.
struct Reporter<'run> {
    report: &'run dyn Fn(u64, Option<u64>),
    told: &'run dyn Fn(String),
    said: &'run dyn Fn(String),
    cancelled: &'run dyn Fn() -> bool,
}

impl Reporter<'_> {
    /// Gives the part to the command as its input.
    async fn feed(
        &self,
        workshop: &Workshop,
        container: &ContainerId,
        words: &[&str],
        (bundle, part): (&Shelf, &ManifestPart),
    ) -> Result<Ended, Fault> {
        let told = |done: u64| (self.report)(done, Some(part.raw_bytes()));
        let watch = Watch { told: &told, cancelled: self.cancelled };
        let feed = Feed::new(bundle, part, None);
        feed.into_tool(workshop.engine(), container, &command(words), &watch).await
    }
}

async fn one(
    workshop: &Workshop,
    root: &Path,
    rehearsal: &Rehearsal,
    task: &Task,
    (watch, back): (&Reporter<'_>, &mut Back),
) -> Result<(), Fault> {
    let restored = &mut back.restored;
    let shelf = &Shelf { directory: rehearsal.found.directory.clone(), keys: rehearsal.keys.clone() };
    match task {
        Task::Sums => {
            let told = |done| (watch.report)(done, None);
            let watch = Watch { told: &told, cancelled: watch.cancelled };
            check::check(None, root, &rehearsal.found, &watch).await.map(drop)
        }
        Task::Postgres { server, globals, databases } => {
            let globals = globals.map(|number| rehearsal.part(number)).transpose()?;
            let parts =
                databases.iter().map(|number| rehearsal.part(*number)).collect::<Result<Vec<_>, _>>()?;
            let project = rehearsal.stack.as_ref().ok().map(|(project, _)| project);
            let service = project.and_then(|project| project.service(&server.service));
            let place = (server.as_ref(), service);
            databases::postgres(workshop, shelf, place, (globals, &parts), (watch, restored)).await
        }
        Task::Redis(number) => {
            databases::redis(workshop, shelf, rehearsal.part(*number)?, watch, restored).await
        }
        Task::Archive(number) => {
            files::archive(workshop, shelf, rehearsal.part(*number)?, watch, restored).await
        }
        Task::Services => {
            let Ok((project, left_out)) = &rehearsal.stack else { return Ok(()) };
            let original = Original { project, left_out };
            let teller = Teller { told: watch.told, said: watch.said, cancelled: watch.cancelled };
            let bundle = (shelf, &rehearsal.manifest);
            back.services = services::run(workshop, bundle, original, restored, &teller).await?;
            Ok(())
        }
    }
}

/// What was restored is not what was taken.
fn differs(object: &str, cause: String) -> Fault {
    Fault::new(FaultKind::Invalid, "rehearse", object)
        .because(cause)
        .hint("do not rely on this backup: take another one, and rehearse that")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::only_outputs(None, ProofLevel::Intact, false)]
    #[case::databases(Some(Duration::from_secs(3)), ProofLevel::Restored, true)]
    fn what_was_never_restored_is_not_proven(
        #[case] took: Option<Duration>,
        #[case] level: ProofLevel,
        #[case] is_proven: bool,
    ) {
        let mut proof = Proof::default();
        let told = passed(&mut proof, took, Vec::new(), Timestamp::UNIX_EPOCH);
        assert_eq!((proof.level, proof.proven.is_some()), (level, is_proven));
        assert_eq!(told.starts_with("proven"), is_proven);
    }
}
