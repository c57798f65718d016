//! `/restore`: puts back what a backup holds.

use super::answer::{Answer, Document, Refused};
use super::world::World;
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
