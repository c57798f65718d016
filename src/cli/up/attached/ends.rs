//! How the containers end that an `up` has brought up.

use super::Stay;
use crate::cli::brought::service;
use crate::cli::logs::Closed;
use crate::cli::output::{Output, print_json};
use crate::domain::{Container, ContainerId, Fault, FaultKind};
use crate::engine::Engine;
use futures_util::StreamExt as _;
use futures_util::stream::{self, FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;

/// A container's log ends a moment after the container.
const LAST_LINES_LIMIT: Duration = Duration::from_secs(2);
/// Starts that are this old are looked at too: the daemon's clock may not be ours.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);

pub enum Cause {
    /// A container ended that takes the others with it; its exit code.
    Ended(i64),
    AllEnded,
    Interrupted,
}

pub struct Ends<'run> {
    pub engine: &'run Engine,
    pub project: &'run str,
    /// The services that are brought up, and those of them whose lines are shown.
    pub brought: &'run BTreeSet<String>,
    pub shown: &'run BTreeSet<String>,
    pub closed: Closed,
    pub stay: &'run Stay,
    pub output: Output,
}

impl Ends<'_> {
    /// Until a container ends that takes the others with it, or none runs any more and none is started again.
    pub async fn follow(mut self, containers: Vec<Container>) -> Result<Cause, Fault> {
        let engine = self.engine;
        let since = Timestamp::now() - OVERLAP;
        let mut events = engine.project_events(self.project, Some(since), None).chain(stream::pending());
        let mut living: BTreeSet<_> = containers.iter().map(|container| container.id.clone()).collect();
        let wait = |container: Container| async move {
            let ended = engine.wait(&container.id).await;
            (container, ended)
        };
        let mut waits: FuturesUnordered<_> = containers.into_iter().map(wait).collect();
        while !waits.is_empty() {
            let (container, ended) = tokio::select! {
                Some(event) = events.next() => {
                    let event = event?;
                    if event.action == "start" && !living.contains(&event.container)
                        && let Some(container) = self.running(&event.container).await?
                    {
                        living.insert(container.id.clone());
                        waits.push(wait(container));
                    }
                    continue;
                }
                Some(ended) = waits.next() => ended,
            };
            // What its restart policy starts again has not ended for good. Its next end may be near.
            match self.running(&container.id).await? {
                Some(again) => waits.push(wait(again)),
                None => {
                    living.remove(&container.id);
                }
            }
            let code = match ended {
                Err(fault) if fault.kind == FaultKind::NotFound => continue,
                ended => ended?,
            };
            self.last_lines(&container).await;
            self.tell(&container, code)?;
            if self.stay.ends_all(code) {
                return Ok(Cause::Ended(code));
            }
        }
        Ok(Cause::AllEnded)
    }

    /// The container, if it is one of ours and runs or is about to.
    async fn running(&self, id: &ContainerId) -> Result<Option<Container>, Fault> {
        match self.engine.inspect(id).await {
            Ok(container) => {
                let ours = service(&container).is_some_and(|service| self.brought.contains(service));
                Ok(Some(container).filter(|container| ours && container.is_running()))
            }
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn last_lines(&mut self, container: &Container) {
        if service(container).is_some_and(|service| self.shown.contains(service)) {
            let read = self.closed.wait_for(|closed| closed.contains(&container.id));
            // That its log goes on, or is not read, only has the word of its end come sooner.
            drop(tokio::time::timeout(LAST_LINES_LIMIT, read).await);
        }
    }

    fn tell(&self, container: &Container, code: i64) -> Result<(), Fault> {
        if self.output.json {
            return print_json(&serde_json::json!({ "container": container.name, "exit_code": code }));
        }
        self.output.line(format!("{} exited with code {code}", container.tag()))
    }
}
