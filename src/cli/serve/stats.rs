//! `/stats` and `/health`.

use super::answer::{Answer, Refused};
use super::world::{World, aside};
use crate::domain::stack::bytes_on_disk;
use crate::domain::{Fault, TaskState, units};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use rustix::fs::{Access, StatVfs, access, statvfs};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A daemon that does not answer within this time counts as being away.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn stats(State(world): State<Arc<World>>) -> Result<Answer<Value>, Refused> {
    let (backups, tasks) = (world.backups().await?, world.tasks().await?);
    let root = world.backups.clone();
    let disk = aside(move || disk_usage(&root)).await?;
    let count = |state: TaskState| tasks.iter().filter(|record| record.state == state).count();
    let total = bytes_on_disk(&backups);
    let created = |entry: Option<&crate::domain::stack::BackupEntry>| entry.map(|entry| entry.created);
    Ok(Answer(
        StatusCode::OK,
        json!({
            "backup_count": backups.len(),
            "total_size": total,
            "oldest_backup": created(backups.last()),
            "latest_backup": created(backups.first()),
            "disk_usage": disk,
            "task_stats": {
                "total": tasks.len(),
                "pending": count(TaskState::Pending),
                "running": count(TaskState::Running),
                "completed": count(TaskState::Completed),
                "failed": count(TaskState::Failed),
                "cancelled": count(TaskState::Cancelled),
                "interrupted": count(TaskState::Interrupted),
            },
        }),
    ))
}

/// As `df -h` tells it, of the directory or of the nearest one above that is there.
fn disk_usage(root: &Path) -> Result<Value, Fault> {
    let nearest = nearest(root);
    let StatVfs { f_frsize, f_blocks, f_bfree, f_bavail, .. } = statvfs(&nearest)
        .map_err(|error| Fault::io("look at the disk of", nearest.display(), &error.into()))?;
    let bytes = |blocks: u64| units::bytes(blocks.saturating_mul(f_frsize)).replace(' ', "");
    let used = f_blocks.saturating_sub(f_bfree);
    // What only root may fill is no room.
    let share = (used * 100).div_ceil((used + f_bavail).max(1));
    Ok(json!({
        "total": bytes(f_blocks),
        "used": bytes(used),
        "available": bytes(f_bavail),
        "use_percentage": format!("{share}%"),
    }))
}

fn nearest(path: &Path) -> PathBuf {
    path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

/// The scripts of the service before this one are this program itself: it is there as long as its file is.
pub(super) async fn health(State(world): State<Arc<World>>) -> Answer<Value> {
    let root = nearest(&world.backups);
    let writable = tokio::task::spawn_blocking(move || access(&root, Access::WRITE_OK).is_ok());
    let docker = async {
        let engine = world.context.engine().await?;
        engine.daemon().await
    };
    let docker = tokio::time::timeout(PATIENCE, docker).await.is_ok_and(|daemon| daemon.is_ok());
    let program = std::env::current_exe().is_ok_and(|path| path.exists());
    let writable = writable.await.unwrap_or(false);
    let healthy = writable && program && docker;
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let answer = json!({
        "status": if healthy { "healthy" } else { "unhealthy" },
        "checks": {
            "backup_directory": writable,
            "backup_script": program,
            "restore_script": program,
            "docker": docker,
        },
        "timestamp": Timestamp::now(),
    });
    Answer(status, answer)
}
