//! Brings changed files into all containers of a service.

mod tell;

use super::backlog::Owed;
use super::passes;
use crate::cli::output::Output;
use crate::cli::report;
use crate::compose::command;
use crate::compose::watch::{Job, Parcel, removable};
use crate::domain::{Container, ContainerState, Fault, FaultKind};
use crate::engine::{Engine, ExecRequest, Replacing};
use futures_util::future::join_all;
use std::time::Instant;
use tell::{show, tell};

/// How many paths are removed by one command: argument lists have an end.
const REMOVED_AT_ONCE: usize = 200;

/// A container that cannot be brought up to date keeps the others from nothing. What failed for a reason that passes
/// stays owed, and the reason is given.
pub async fn deliver(
    engine: &Engine,
    project: &str,
    owed: &mut Owed,
    output: Output,
) -> Result<Option<Fault>, Fault> {
    let service = owed.job.service.clone();
    let mut all = engine.containers(Some(project)).await?;
    all.retain(|container| {
        let labels = container.compose.as_ref();
        labels.is_some_and(|labels| labels.service == service && !labels.oneoff)
            && takes_files(container.state)
    });
    let restart = owed.job.restart;
    let fresh = std::mem::replace(&mut owed.job, Job { service, restart, ..Job::default() });
    let fresh = Job { restart: false, ..fresh };
    // Most often all have missed the same.
    let mut shares: Vec<(Job, Vec<Container>)> = Vec::new();
    let mut before = std::mem::take(&mut owed.containers);
    if all.is_empty() {
        shares.push((fresh.clone(), Vec::new()));
    }
    for container in all {
        let job = before.remove(&container.id).map_or_else(|| fresh.clone(), |old| old.and(fresh.clone()));
        match shares.iter_mut().find(|(share, _)| *share == job) {
            Some((_, containers)) => containers.push(container),
            None => shares.push((job, vec![container])),
        }
    }
    let mut later = None;
    for (job, containers) in shares.into_iter().filter(|(job, _)| job.concerns_containers()) {
        later = share(engine, (&job, &containers), owed, output).await?.or(later);
    }
    Ok(later)
}

/// Files can be put into a container that stands still, and are there when it goes on.
fn takes_files(state: ContainerState) -> bool {
    match state {
        ContainerState::Created
        | ContainerState::Running
        | ContainerState::Paused
        | ContainerState::Restarting
        | ContainerState::Exited
        | ContainerState::Unknown => true,
        ContainerState::Removing | ContainerState::Dead => false,
    }
}

/// The same for some of the containers.
async fn share(
    engine: &Engine,
    (job, containers): (&Job, &[Container]),
    owed: &mut Owed,
    output: Output,
) -> Result<Option<Fault>, Fault> {
    let began = Instant::now();
    let files = job.files.clone();
    // Looking may take a while, and the signals are listened to by this thread.
    let parcel = tokio::task::spawn_blocking(move || Parcel::of(&files))
        .await
        .map_err(|error| Fault::new(FaultKind::Internal, "read", "changed files").caused_by(&error))?;
    for (path, why) in &parcel.left_out {
        let fault = Fault::new(FaultKind::Refused, "synchronise", path.display().to_string());
        report::warn(&fault.because(why.as_str()), output);
    }
    let all = containers.iter().map(|container| bring(engine, container, &parcel, job, output));
    let (mut reached, mut later) = (0, None);
    for (container, result) in containers.iter().zip(join_all(all).await) {
        match result {
            Ok(()) => reached += 1,
            Err((fault, left)) if passes(&fault) || fault.kind == FaultKind::Conflict => {
                owed.containers.insert(container.id.clone(), left);
                later = Some(fault);
            }
            Err((fault, _)) => report::warn(&fault, output),
        }
    }
    // Of what nobody has got there is only to be told why.
    if reached > 0 || later.is_none() {
        tell(job, &parcel, (reached, containers.len()), began, output)?;
    }
    Ok(later)
}

/// With a fault comes what the container has not got.
async fn bring(
    engine: &Engine,
    container: &Container,
    parcel: &Parcel,
    job: &Job,
    output: Output,
) -> Result<(), (Fault, Job)> {
    let failed = |fault| (fault, job.clone());
    let named = |fault: Fault| Fault { object: container.name.to_string(), ..fault };
    // First what is gone: a directory may have come in the place of a file.
    remove(engine, container, parcel, job, output).await.map_err(failed)?;
    if parcel.count() > 0 {
        let (archive, sending) = parcel.archive();
        let sent = engine.write_archive(&container.id, "/", archive, Replacing::Anything).await;
        sent.map_err(|fault| failed(sending.cause_of(named(fault))))?;
    }
    for (number, command) in job.commands.iter().enumerate() {
        let run = async {
            if !runs(container)? {
                return Ok(());
            }
            let request = command::request(&command.hook);
            let place = (&container.id, container.name.as_str());
            let lines = command::run(engine, place, request, Some(&command.key)).await?;
            lines.iter().try_for_each(|line| show(output, container, line))
        };
        run.await.map_err(|fault| {
            let commands = job.commands[number..].to_vec();
            (fault, Job { service: job.service.clone(), commands, ..Job::default() })
        })?;
    }
    Ok(())
}

/// Whether commands can be run in it. One that only stands still for now is waited for; one that has ended needs no
/// telling, for it begins with the files.
fn runs(container: &Container) -> Result<bool, Fault> {
    let waits = |how: &str| {
        Err(Fault::new(FaultKind::Conflict, "synchronise", container.name.as_str())
            .because(format!("the container {how}, and runs no command meanwhile")))
    };
    match container.state {
        ContainerState::Running => Ok(true),
        ContainerState::Paused => waits("is paused"),
        ContainerState::Restarting => waits("restarts"),
        ContainerState::Created
        | ContainerState::Exited
        | ContainerState::Removing
        | ContainerState::Dead
        | ContainerState::Unknown => Ok(false),
    }
}

async fn remove(
    engine: &Engine,
    container: &Container,
    parcel: &Parcel,
    job: &Job,
    output: Output,
) -> Result<(), Fault> {
    let mounts: Vec<&str> = container.mounts.iter().map(|mount| mount.target.as_str()).collect();
    let (removed, kept) = removable(&parcel.gone, &job.targets, &mounts);
    let stays = |path: &str, why: &str| {
        let fault = Fault::new(FaultKind::Refused, "remove", format!("{}:{path}", container.name));
        report::warn(&fault.because(why).hint("remove it in the container, if it is to go"), output);
    };
    for path in kept {
        stays(path, "it is gone here, but is a rule's own target or has to do with a mount there");
    }
    if removed.is_empty() {
        return Ok(());
    }
    if !runs(container)? {
        for path in removed {
            stays(path, "it is gone here, but the container does not run");
        }
        return Ok(());
    }
    for paths in removed.chunks(REMOVED_AT_ONCE) {
        let words = ["rm", "-rf", "--"].into_iter();
        let request = ExecRequest {
            command: words.chain(paths.iter().copied()).map(str::to_owned).collect(),
            user: Some("0".to_owned()),
            ..ExecRequest::default()
        };
        let place = (&container.id, container.name.as_str());
        command::run(engine, place, request, None).await.map_err(|fault| {
            fault.because("files that are gone here are still there").hint("the image may have no `rm`")
        })?;
    }
    Ok(())
}
