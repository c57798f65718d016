//! `/tasks` and `/cleanup`.

use super::answer::{Answer, Document, Refused};
use super::world::{World, aside};
use crate::domain::{Operation, TaskRecord, TaskState};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Records of younger tasks stay.
const KEPT: Duration = Duration::from_hours(24);

#[derive(Debug, Serialize)]
pub struct Listed {
    task_id: String,
    status: &'static str,
    message: String,
    created_at: Timestamp,
    completed_at: Option<Timestamp>,
    result: Option<Value>,
    operation: &'static str,
    stack: String,
    requested_by: String,
    steps_done: usize,
    steps: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    status: Option<TaskState>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl Listed {
    fn of(record: &TaskRecord, world: &World) -> Self {
        let spec = &record.spec;
        let what = format!("{} {}", spec.operation.verb(), spec.target.name());
        let message = match (&record.fault, &record.waits_for, record.state) {
            (Some(fault), _, state) => format!("{what} {}: {fault}", state.word()),
            (None, Some(owner), _) => format!("{what} waits: {owner}"),
            (None, None, state) => format!("{what} {}", state.word()),
        };
        let hint = record.fault.as_ref().and_then(|fault| fault.hint.clone());
        let told: Vec<Value> = record
            .told
            .iter()
            .map(|told| json!({ "to": told.to, "undelivered": told.undelivered }))
            .collect();
        let backup_dir = matches!(spec.operation, Operation::Backup)
            .then(|| world.backups.join(spec.target.name()).display().to_string());
        let result = record.state.is_over().then(|| {
            json!({
                "stdout": record.output.join("\n"),
                "stderr": record.fault.as_ref().map(ToString::to_string).unwrap_or_default(),
                "backup_dir": backup_dir,
                "hint": hint,
                "undone": record.left(),
                "told": told,
            })
        });
        let (steps_done, steps) = record.progress();
        Self {
            task_id: spec.id.0.clone(),
            status: record.state.word(),
            message,
            created_at: spec.requested_at,
            completed_at: record.finished,
            result,
            operation: spec.operation.verb(),
            stack: spec.target.name().to_owned(),
            requested_by: match &spec.requested_from {
                Some(from) => format!("{} from {from}", spec.requested_by),
                None => spec.requested_by.clone(),
            },
            steps_done,
            steps,
        }
    }
}

pub(super) async fn list(
    State(world): State<Arc<World>>,
    which: Result<Query<Which>, axum::extract::rejection::QueryRejection>,
) -> Result<Answer<Vec<Listed>>, Refused> {
    let Query(which) = which.map_err(|error| Refused::invalid(error.body_text()))?;
    let records = world.tasks().await?;
    let wanted = records.iter().filter(|record| which.status.is_none_or(|state| record.state == state));
    Ok(Answer(StatusCode::OK, wanted.map(|record| Listed::of(record, &world)).collect()))
}

pub(super) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Result<Answer<Listed>, Refused> {
    let records = world.tasks().await?;
    let record = records.iter().find(|record| record.spec.id.0 == id);
    let record = record.ok_or_else(|| Refused::not_found("there is no task of this id"))?;
    Ok(Answer(StatusCode::OK, Listed::of(record, &world)))
}

pub(super) async fn cleanup(
    State(world): State<Arc<World>>,
    Document(Nothing {}): Document<Nothing>,
) -> Result<Answer<Value>, Refused> {
    let store = world.store.clone();
    let cleaned = aside(move || store.clean(KEPT, Timestamp::now(), false)).await?;
    let removed = cleaned.removed.len();
    let message = format!("the records of {removed} tasks are removed");
    let answer = json!({ "message": message, "removed": removed, "remaining": cleaned.kept });
    Ok(Answer(StatusCode::OK, answer))
}
