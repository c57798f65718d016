//! The stack that a restore works on, and what is done to its things whatever kind they are of.

use super::database::Databases;
use super::directory::Directories;
use super::look::{container_of, server_of};
use super::services;
use super::settle::Teller;
use super::state::Ran;
use super::target::{DatabaseTarget, DirectoryTarget, Target};
use crate::backup::job::PostgresServer;
use crate::backup::workshop::Workshop;
use crate::domain::{Container, Fault, FaultKind, StepVerb};
use crate::engine::Engine;
use std::collections::{BTreeMap, BTreeSet};

pub struct Site<'run> {
    pub engine: &'run Engine,
    pub workshop: &'run Workshop,
    /// The stack's, inspected.
    pub containers: &'run [Container],
}

impl Site<'_> {
    pub fn server(&self, target: &DatabaseTarget, all: &[Target]) -> Result<PostgresServer, Fault> {
        let names: BTreeSet<&str> = all
            .iter()
            .filter_map(|target| match target {
                Target::Database(target) => Some(target.database.as_str()),
                Target::Directory(_) => None,
            })
            .collect();
        server_of(self.containers, &target.service, &target.user, &names)
    }

    /// A server that was stopped since is started: nothing can be said to it otherwise.
    pub async fn wake(&self, targets: &[Target], say: &mut Teller<'_>) -> Result<Vec<Container>, Fault> {
        let mut woken = self.containers.to_vec();
        for (databases, _) in [split(targets)] {
            for service in databases.keys() {
                let Some(container) = container_of(&woken, service).cloned() else { continue };
                if container.is_running() {
                    continue;
                }
                let ran = Ran {
                    container: container.id.clone(),
                    name: container.name.to_string(),
                    service: (*service).to_owned(),
                    well: true,
                };
                say.begin(StepVerb::StartContainer, &ran.name);
                let started = services::start(self.engine, &ran, &|_| ()).await;
                say.end(started.as_ref().err());
                started?;
                let fresh = self.engine.inspect(&container.id).await?;
                woken.retain(|container| container.id != fresh.id);
                woken.push(fresh);
            }
        }
        Ok(woken)
    }

    pub fn directories(&self) -> Directories<'_> {
        Directories { workshop: self.workshop }
    }

    pub async fn switch(&self, targets: &[&Target], all: &[Target]) -> Result<(), Fault> {
        self.each(targets, all, What::Forward).await
    }

    /// Whatever of it was switched. It can be done any number of times.
    pub async fn switch_back(&self, all: &[Target]) -> Result<(), Fault> {
        self.each(&all.iter().collect::<Vec<_>>(), all, What::Back).await
    }

    pub async fn discard(&self, all: &[Target]) -> Result<(), Fault> {
        self.each(&all.iter().collect::<Vec<_>>(), all, What::Discard).await
    }

    pub async fn accept(&self, all: &[Target]) -> Result<(), Fault> {
        self.each(&all.iter().collect::<Vec<_>>(), all, What::Accept).await
    }

    async fn each(&self, targets: &[&Target], all: &[Target], what: What) -> Result<(), Fault> {
        let (databases, directories) = split(targets.iter().copied());
        for of_server in databases.values() {
            let Some(first) = of_server.first() else { continue };
            let server = self.server(first, all)?;
            let databases = Databases { engine: self.engine, server: &server };
            match what {
                What::Forward => databases.switch(of_server).await?,
                What::Back => databases.switch_back(of_server).await?,
                What::Discard => {
                    for target in of_server {
                        databases.discard(target).await?;
                    }
                }
                What::Accept => {
                    for target in of_server {
                        databases.accept(target).await?;
                    }
                }
            }
        }
        for target in directories {
            if !self.is_there(target).await? {
                continue;
            }
            let directories = self.directories();
            match what {
                What::Forward => directories.switch(target).await?,
                What::Back => directories.switch_back(target).await?,
                What::Discard => directories.discard(target).await?,
                What::Accept => directories.accept(target).await?,
            }
        }
        Ok(())
    }

    /// Others' containers are not ours to stop, and what they write would go to the wrong side.
    pub async fn nobody_else(&self, targets: &[Target]) -> Result<(), Fault> {
        let own = |container: &Container| self.containers.iter().any(|own| own.id == container.id);
        for container in
            self.engine.containers(None).await?.iter().filter(|one| one.is_running() && !own(one))
        {
            let writes_to = |target: &&DirectoryTarget| {
                let mut mounts = container.mounts.iter().filter(|mount| mount.read_write);
                matches!(target.place, super::target::Place::Volume(_))
                    && mounts.any(|mount| target.place.is_seen_at(mount))
            };
            if let Some(target) = split(targets).1.into_iter().find(writes_to) {
                return Err(Fault::new(FaultKind::Conflict, "restore", &target.label)
                    .because(format!("{} uses it, which is not of this stack", container.name))
                    .hint(format!("stop it first: `docker stop {}`", container.name)));
            }
        }
        Ok(())
    }

    /// To mount a volume that is gone would make it anew.
    async fn is_there(&self, target: &DirectoryTarget) -> Result<bool, Fault> {
        match &target.place {
            super::target::Place::Volume(name) => Ok(self.engine.volume(name).await?.is_some()),
            super::target::Place::Host(_) => Ok(true),
        }
    }

    /// Starts those that are still there, in their order. One that does not come up keeps no other one down; the fault
    /// has all that went wrong.
    pub async fn start(&self, ran: &[Ran], say: &mut Teller<'_>) -> Result<(), Fault> {
        let mut faults = Vec::new();
        for one in ran {
            say.begin(StepVerb::StartContainer, &one.name);
            match services::start(self.engine, one, &|_| ()).await {
                Ok(remark) => {
                    say.end(None);
                    if let Some(text) = remark {
                        say.line(text);
                    }
                }
                Err(fault) if fault.kind == FaultKind::NotFound => {
                    say.end(None);
                    say.line(format!("warning: {} is gone and cannot be started again", one.name));
                }
                Err(fault) => {
                    say.end(Some(&fault));
                    faults.push(fault);
                }
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Fault::merged(faults)) }
    }

    pub async fn stop(&self, ran: &[Ran], say: &mut Teller<'_>) -> Result<(), Fault> {
        for one in ran.iter().rev() {
            say.begin(StepVerb::StopContainer, &one.name);
            let stopped = services::stop(self.engine, one).await;
            say.end(stopped.as_ref().err());
            stopped?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum What {
    Forward,
    Back,
    Discard,
    Accept,
}

/// The databases by the services of their servers, and the directories.
fn split<'list>(
    targets: impl IntoIterator<Item = &'list Target>,
) -> (BTreeMap<&'list str, Vec<&'list DatabaseTarget>>, Vec<&'list DirectoryTarget>) {
    let (mut databases, mut directories) = (BTreeMap::<&str, Vec<_>>::new(), Vec::new());
    for target in targets {
        match target {
            Target::Database(target) => databases.entry(target.service.as_str()).or_default().push(target),
            Target::Directory(target) => directories.push(target),
        }
    }
    (databases, directories)
}
