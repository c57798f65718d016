//! What requests are answered from: the stacks that are served, their backups, and the tasks.

use super::answer::Refused;
use crate::backup;
use crate::cli::context::Context;
use crate::cli::schedule::{Found, found};
use crate::domain::stack::BackupEntry;
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, Operation, StackFile, StackRef, TaskId, TaskRecord, TaskTarget};
use crate::task::{Keeping, Requester, Store};
use axum::http::StatusCode;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How often a task is looked at that is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub struct World {
    pub context: Context,
    pub store: Store,
    pub backups: PathBuf,
    pub token: Option<String>,
    endpoint: String,
}

impl World {
    pub fn new(context: Context, token: Option<String>) -> Result<Self, Fault> {
        let (store, endpoint) = (context.store()?, context.endpoint()?.to_string());
        let backups = backup::root(&context.paths.state);
        Ok(Self { context, store, backups, token, endpoint })
    }

    /// The record of what this process keeps.
    pub fn keeping(&self, address: SocketAddr) -> Result<Keeping, Fault> {
        Keeping::begin(self.store.root(), &self.endpoint, address.to_string(), Timestamp::now())
    }

    /// The stack that the arguments name, or all of them.
    pub async fn found(&self) -> Result<Found, Fault> {
        found(&self.context).await
    }

    /// Whether one stack alone is served.
    pub fn names_one(&self) -> bool {
        let global = &self.context.global;
        global.stack.is_some() || global.project.is_some() || !global.files.is_empty()
    }

    /// The name of the one stack that is served; `None` where all are.
    async fn only(&self) -> Result<Option<String>, Refused> {
        if self.names_one() {
            self.stack(None).await.map(|stack| Some(stack.reference.project))
        } else {
            Ok(None)
        }
    }

    /// The stack that a request means.
    pub async fn stack(&self, named: Option<&str>) -> Result<StackFile, Refused> {
        let mut stacks = self.found().await?.stacks;
        let known = stacks.iter().map(|stack| stack.reference.project.clone()).collect::<Vec<_>>().join(", ");
        match named {
            Some(name) => {
                stacks.retain(|stack| stack.reference.project == name);
                stacks.pop().ok_or_else(|| {
                    Refused::not_found(format!("there is no stack {name}; there are: {known}"))
                })
            }
            None if stacks.len() > 1 => {
                Err(Refused::invalid(format!("name one of the stacks as `stack`: {known}")))
            }
            None => stacks.pop().ok_or_else(|| Refused::not_found("there is no stack")),
        }
    }

    /// The stack that a backup is of. One whose files are gone is known by what its containers tell.
    pub async fn reference(&self, name: &str) -> Result<StackRef, Refused> {
        match self.stack(Some(name)).await {
            Ok(stack) => Ok(stack.reference),
            Err(refused) if refused.status == StatusCode::NOT_FOUND => Ok(StackRef::named(name)),
            Err(refused) => Err(refused),
        }
    }

    /// The task, once it is over.
    pub async fn ended(&self, id: &TaskId) -> Result<TaskRecord, Refused> {
        let (store, id) = (self.store.clone(), id.clone());
        let mut follower = aside(move || store.follow(&id)).await?;
        loop {
            follower = aside(move || follower.catch_up().map(|()| follower)).await?;
            if follower.record().state.is_over() {
                return Ok(follower.into_record());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The backups of what is served, the newest first.
    pub async fn backups(&self) -> Result<Vec<BackupEntry>, Refused> {
        let only = self.only().await?;
        let root = self.backups.clone();
        aside(move || backup::list(&root, only.as_deref())).await
    }

    /// The backup of this name. What could be a path is no name.
    pub async fn backup(&self, name: &str) -> Result<BackupEntry, Refused> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 128 || name.contains("..") || !name.chars().all(plain) {
            return Err(Refused::new(StatusCode::BAD_REQUEST, "this is no name of a backup"));
        }
        let known = self.backups().await?;
        known
            .into_iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| Refused::not_found(format!("there is no backup {name}")))
    }

    /// The tasks of what is served, the newest first.
    pub async fn tasks(&self) -> Result<Vec<TaskRecord>, Refused> {
        let only = self.only().await?;
        let store = self.store.clone();
        let mut records = aside(move || store.list()).await?;
        records.retain(|record| only.as_ref().is_none_or(|only| record.spec.target.name() == only));
        Ok(records)
    }

    /// Starts a task in the name of whoever asked over HTTP.
    pub async fn start(
        &self,
        from: SocketAddr,
        stack: StackRef,
        operation: Operation,
        email: Option<String>,
    ) -> Result<TaskId, Refused> {
        let requester = Requester { name: "http".to_owned(), address: Some(from.ip().to_string()) };
        let store = self.store.clone().with_email(email);
        self.submit(store, requester, stack, operation).await.map_err(Refused::from)
    }

    pub async fn submit(
        &self,
        store: Store,
        requester: Requester,
        stack: StackRef,
        operation: Operation,
    ) -> Result<TaskId, Fault> {
        let (request, endpoint) =
            (TaskRequest { operation, target: TaskTarget::Stack(stack) }, self.endpoint.clone());
        let submit = move || store.submit_for(requester, request, &endpoint, None, Timestamp::now());
        blocking(submit).await
    }
}

/// Files are read and workers started beside the loop that answers.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Refused> {
    blocking(work).await.map_err(Refused::from)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Fault::new(FaultKind::Internal, "answer", "the request").because(error.to_string()))
    })
}
