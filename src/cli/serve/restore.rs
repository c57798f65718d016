//! `/restore`: puts back what a backup holds, and decides about what that has put out of use.

use super::answer::{Answer, Document, Refused};
use super::world::{World, aside};
use crate::backup::restore::Pending;
use crate::domain::Operation;
use crate::domain::task::{RestoreMode, RestoreOptions};
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    backup_name: String,
    #[serde(default)]
    mode: RestoreMode,
    #[serde(default)]
    force: bool,
}

pub(super) async fn start(
    State(world): State<Arc<World>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Document(wanted): Document<Wanted>,
) -> Result<Answer<Value>, Refused> {
    let entry = world.backup(&wanted.backup_name).await?;
    let stack = world.reference(&entry.stack).await?;
    let options = RestoreOptions {
        name: entry.name,
        mode: wanted.mode,
        force: wanted.force,
        ..RestoreOptions::default()
    };
    let id = world.start(from, stack, Operation::Restore(options), None).await?;
    let message = format!("the restore is started: {}", wanted.mode.word());
    Ok(Answer(StatusCode::ACCEPTED, json!({ "task_id": id.0, "message": message, "status": "pending" })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// Needed where several stacks are served.
    stack: Option<String>,
}

pub(super) async fn accept(
    world: State<Arc<World>>,
    from: ConnectInfo<SocketAddr>,
    of: Document<Of>,
) -> Result<Answer<Value>, Refused> {
    decide(world, from, of, Operation::RestoreAccept, "what the restore put out of use is being removed")
        .await
}

pub(super) async fn undo(
    world: State<Arc<World>>,
    from: ConnectInfo<SocketAddr>,
    of: Document<Of>,
) -> Result<Answer<Value>, Refused> {
    decide(world, from, of, Operation::RestoreUndo, "what was there before the restore is being put back")
        .await
}

async fn decide(
    State(world): State<Arc<World>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Document(of): Document<Of>,
    operation: Operation,
    message: &str,
) -> Result<Answer<Value>, Refused> {
    let stack = world.stack(of.stack.as_deref()).await?.reference;
    // Said at once, and not by a task that fails.
    let (root, project) = (world.backups.clone(), stack.project.clone());
    if aside(move || Pending::read(&root, &project)).await?.is_none() {
        let detail = format!("no restore of {} waits for a decision", stack.project);
        return Err(Refused::not_found(detail));
    }
    let id = world.start(from, stack, operation, None).await?;
    Ok(Answer(StatusCode::ACCEPTED, json!({ "task_id": id.0, "message": message, "status": "pending" })))
}
