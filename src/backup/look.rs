//! Finds out what there is to take: sources of the file met with containers, databases and volumes as they are now.

mod derive;
mod postgres;
pub mod redis;
mod volumes;

pub use derive::derive;

use super::job::{ExecJob, Job, PathJob, Place, Survey};
use super::manifest::{DataMount, Mounted, SEALED};
use super::papers;
use super::seal::Recipients;
use crate::compose::Project;
use crate::domain::container::ContainerDetails;
use crate::domain::stack::BackupSource;
use crate::domain::{Container, Fault, FaultKind, StackFile};
use crate::engine::{Engine, ExecRequest};
use std::collections::BTreeSet;
use std::path::Path;

/// What the sources are looked for among.
pub struct Scene<'a> {
    pub engine: &'a Engine,
    pub stack: &'a StackFile,
    /// The stack's containers, inspected.
    pub containers: &'a [Container],
    /// What the files say; absent when they cannot be read.
    pub project: Option<&'a Project>,
}

/// Changes nothing. A source that cannot be taken is a fault: a backup with a hole is worse than none.
pub async fn look(scene: &Scene<'_>) -> Result<Survey, Fault> {
    let Scene { stack, containers, .. } = scene;
    let project = &stack.reference.project;
    if stack.backup.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "back up", project)
            .because("the stack names nothing to back up, and has no database and no volume")
            .hint("name what to save under `x-mcp.backup` in the stack's file"));
    }
    let mut survey = Survey {
        stack: project.clone(),
        jobs: Vec::new(),
        policy: stack.backup_policy.clone(),
        recipients: Recipients::parse(&stack.backup_policy.encrypt)?,
        images: images(containers),
        warnings: Vec::new(),
        withheld: Vec::new(),
    };
    for source in &stack.backup {
        match source {
            BackupSource::Postgres { service, database, user } => {
                let wanted =
                    postgres::Wanted { service, database: database.as_deref(), user: user.as_deref() };
                postgres::look(scene, &wanted, &mut survey).await?;
            }
            BackupSource::Redis { service } => redis::look(scene, service, &mut survey).await?,
            BackupSource::Exec { service, command, path } => {
                let place = place(scene, service).await?;
                let path = format!("exec/{path}.zst");
                survey.jobs.push(Job::Exec(ExecJob { place, command: command.clone(), path }));
            }
            BackupSource::Volume { name, key } => {
                volumes::look(scene, name, key.as_deref(), &mut survey).await?;
            }
            BackupSource::Bind { path, service, target } => {
                let seen = service.clone().zip(target.clone());
                let seen = seen.map(|(service, target)| Mounted { service, target });
                let name = format!("binds/{}.tar.zst", file_name(path));
                let job = PathJob { host: path.clone(), seen, is_file_source: false, path: name };
                survey.jobs.push(Job::Path(job));
            }
            BackupSource::Files { path } => {
                let name = format!("files/{}.tar.zst", file_name(path));
                let job = PathJob { host: path.clone(), seen: None, is_file_source: true, path: name };
                survey.jobs.push(Job::Path(job));
            }
        }
    }
    papers::add(scene, &mut survey).await?;
    apart(&mut survey.jobs);
    if !survey.recipients.is_empty() {
        survey.jobs.iter_mut().for_each(|job| job.path_mut().push_str(SEALED));
    }
    if let Some(left_out) = volumes::left_out(scene, &survey) {
        survey.warnings.push(left_out);
    }
    Ok(survey)
}

/// Two parts must never share a file, whatever their sources are called.
fn apart(jobs: &mut [Job]) {
    let mut taken = BTreeSet::new();
    for job in jobs {
        let path = job.path_mut();
        let mut number = 2;
        let wanted = path.clone();
        while !taken.insert(path.clone()) {
            let (directory, name) = wanted.rsplit_once('/').unwrap_or(("", &wanted));
            *path = format!("{directory}/{number}-{name}");
            number += 1;
        }
    }
}

/// What the stack's containers run, which is on this host; each by its name and once.
fn images(containers: &[Container]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let names = containers.iter().map(|container| container.image.to_string());
    names.filter(|name| known.insert(name.clone())).collect()
}

/// The service's running container with the lowest number, and whether tools in it can be given an end.
async fn place(scene: &Scene<'_>, service: &str) -> Result<Place, Fault> {
    let container = running(scene, service)?;
    let mut place = Place::of(container, service);
    let words = ["timeout", "-s", "TERM", "5", "true"].map(str::to_owned).to_vec();
    let tried = super::stream::text(scene.engine, &place.container, ExecRequest::from(words)).await?;
    place.ends_tools = tried.code == 0;
    Ok(place)
}

fn running<'list>(scene: &Scene<'list>, service: &str) -> Result<&'list Container, Fault> {
    let project = &scene.stack.reference.project;
    let of_service = scene.containers.iter().filter(|container| {
        container
            .compose
            .as_ref()
            .is_some_and(|labels| labels.project == *project && labels.service == service && !labels.oneoff)
    });
    of_service
        .filter(|container| container.is_running())
        .min_by_key(|container| container.compose.as_ref().and_then(|labels| labels.number))
        .ok_or_else(|| {
            Fault::new(FaultKind::Conflict, "back up", format!("{project}/{service}"))
                .because("the service has no running container, and what it holds is told by itself alone")
                .hint(format!("start it first: `mcp-tui -s {project} up {service}`"))
        })
}

fn container<'list>(scene: &Scene<'list>, place: &Place) -> Option<&'list Container> {
    scene.containers.iter().find(|container| container.id == place.container)
}

/// A variable of the container's environment; one that is empty is not set.
fn variable<'text>(details: Option<&'text ContainerDetails>, name: &str) -> Option<&'text str> {
    let lines = &details?.environment;
    let value = lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    (!value.is_empty()).then_some(value)
}

/// The named volume that a directory of the container lies in.
fn data_mount(container: &Container, directory: &str) -> Option<DataMount> {
    let named = container.mounts.iter().filter(|mount| mount.kind == "volume");
    let around = named.filter(|mount| crate::compose::within(directory, &mount.target));
    let nearest = around.max_by_key(|mount| Path::new(&mount.target).components().count())?;
    Some(DataMount { volume: nearest.source.clone(), target: nearest.target.clone() })
}

/// What a file can be called after a name or a path.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let name: String = name.trim_matches('/').chars().map(plain).take(100).collect();
    // No file of ours is hidden, and none is called `..`.
    let name = name.trim_start_matches('.');
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

/// Who of the stack's services sees a volume, and where.
fn mounted(containers: &[Container], volume: &str) -> Vec<Mounted> {
    let mut found = BTreeSet::new();
    for container in containers {
        let Some(labels) = &container.compose else { continue };
        for mount in container.mounts.iter().filter(|mount| mount.kind == "volume" && mount.source == volume)
        {
            found.insert((labels.service.clone(), mount.target.clone()));
        }
    }
    found.into_iter().map(|(service, target)| Mounted { service, target }).collect()
}
