//! `/backups`: listed, taken, verified and removed.

use super::answer::{Answer, Document, Refused};
use super::world::World;
use crate::domain::stack::BackupEntry;
use crate::domain::task::BundleOperation;
use crate::domain::{Operation, units};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// One backup, with the fields that clients of the service before this one know, and some more.
#[derive(Debug, Serialize)]
pub struct Listed {
    name: String,
    path: PathBuf,
    size: String,
    created_at: Timestamp,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    stack: String,
    size_bytes: u64,
    pinned: bool,
    proof: &'static str,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Databases are compressed by their own tools.
    #[serde(default = "yes")]
    compress: bool,
    /// Who is told of the end, beside those of the settings.
    email: Option<String>,
    /// Needed where several stacks are served.
    stack: Option<String>,
}

fn yes() -> bool {
    true
}

impl Listed {
    fn of(entry: BackupEntry) -> Self {
        Self {
            size: units::bytes(entry.size_bytes).replace(' ', ""),
            created_at: entry.created,
            kind: "compressed",
            status: if entry.proof.failed.is_some() { "damaged" } else { "completed" },
            size_bytes: entry.size_bytes,
            pinned: entry.pinned,
            proof: entry.proof.level.word(),
            name: entry.name,
            stack: entry.stack,
            path: entry.directory,
        }
    }
}

pub(super) async fn list(State(world): State<Arc<World>>) -> Result<Answer<Vec<Listed>>, Refused> {
    let entries = world.backups().await?;
    Ok(Answer(StatusCode::OK, entries.into_iter().map(Listed::of).collect()))
}

pub(super) async fn create(
    State(world): State<Arc<World>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Document(wanted): Document<Wanted>,
) -> Result<Answer<Value>, Refused> {
    let email = address(wanted.email.as_deref())?;
    let stack = world.stack(wanted.stack.as_deref()).await?;
    let id = world.start(from, stack.reference, Operation::Backup, email).await?;
    let message = if wanted.compress {
        "the backup is started"
    } else {
        "the backup is started; its parts are compressed all the same, as their tools write them"
    };
    Ok(Answer(StatusCode::ACCEPTED, json!({ "task_id": id.0, "message": message, "status": "pending" })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Have the services' own tools read it through as well.
    #[serde(default)]
    deep: bool,
}

pub(super) async fn verify(
    State(world): State<Arc<World>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
    Document(wanted): Document<Verification>,
) -> Result<Answer<Value>, Refused> {
    let entry = world.backup(&name).await?;
    let stack = world.reference(&entry.stack).await?;
    let operation = Operation::Bundle(BundleOperation::Verify { name: entry.name, deep: wanted.deep });
    let id = world.start(from, stack, operation, None).await?;
    let message = format!("{name} is being verified");
    Ok(Answer(StatusCode::ACCEPTED, json!({ "task_id": id.0, "message": message, "status": "pending" })))
}

/// One mailbox in one line.
fn address(text: Option<&str>) -> Result<Option<String>, Refused> {
    let Some(text) = text else { return Ok(None) };
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    let plain =
        text.len() <= 254 && !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == ',');
    match parts.filter(|_| plain) {
        Some(_) => Ok(Some(text.to_owned())),
        None => Err(Refused::invalid("`email` is no address such as ops@example.org")),
    }
}

/// A task as any other change, under the stack's lock: neither what is being restored nor what is being compared may go.
/// It takes a moment, and its end is the answer.
pub(super) async fn remove(
    State(world): State<Arc<World>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
) -> Result<Answer<Value>, Refused> {
    let entry = world.backup(&name).await?;
    let stack = world.reference(&entry.stack).await?;
    let operation = Operation::Bundle(BundleOperation::Remove { name: entry.name });
    let id = world.start(from, stack, operation, None).await?;
    let record = world.ended(&id).await?;
    if let Some(fault) = record.fault {
        return Err(Refused::from(fault));
    }
    let message = format!("{name} is removed");
    Ok(Answer(StatusCode::OK, json!({ "task_id": id.0, "message": message, "removed": name })))
}
