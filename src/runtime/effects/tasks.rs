//! Tasks are started, gone on with, asked to end, and their records removed. All of it blocks, and stands aside.

use super::Context;
use crate::app::Msg;
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, TaskId};
use crate::task::Store;
use jiff::Timestamp;
use std::time::Duration;

pub(super) async fn start(
    context: Context,
    request: u64,
    task: TaskRequest,
    continues: Option<TaskId>,
) -> Msg {
    let endpoint = match &context.endpoint {
        Ok(endpoint) => endpoint.to_string(),
        Err(fault) => return Msg::TaskStarted { request, result: Err(fault.clone()) },
    };
    let submit = move |store: &Store| submit(store, task, continues, &endpoint);
    let result = aside(&context, "start the task", submit).await;
    context.started.notify_one();
    Msg::TaskStarted { request, result }
}

pub(super) async fn cancel(context: Context, id: TaskId) -> Msg {
    let asked = id.clone();
    let result = aside(&context, "cancel task", move |store| store.cancel(&asked)).await;
    Msg::CancelAsked { id, result }
}

pub(super) async fn forget(context: Context, older_than: Duration) -> Msg {
    let cleaned =
        aside(&context, "clean up tasks", move |store| store.clean(older_than, Timestamp::now(), false))
            .await;
    context.started.notify_one();
    Msg::TasksForgotten(cleaned.and_then(|cleaned| match cleaned.faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(cleaned.removed.len()),
    }))
}

async fn aside<T: Send + 'static>(
    context: &Context,
    operation: &str,
    work: impl FnOnce(&Store) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let store = context.store.clone();
    tokio::task::spawn_blocking(move || work(&store)).await.unwrap_or_else(|error| {
        Err(Fault::new(FaultKind::Internal, operation, "").because(error.to_string()))
    })
}

/// A task that is gone on with is so on the daemon that it was for, and that must be the one that is shown.
fn submit(
    store: &Store,
    task: TaskRequest,
    continues: Option<TaskId>,
    endpoint: &str,
) -> Result<TaskId, Fault> {
    let now = Timestamp::now();
    let Some(before) = continues else { return store.submit(task, endpoint, now) };
    if store.resumable(&before)?.spec.endpoint != endpoint {
        return Err(Fault::new(FaultKind::Conflict, "resume task", &before.0)
            .because("it was for another daemon than the one that is shown")
            .hint(format!("`mcp-tui tasks resume {}` goes on with it there", before.0)));
    }
    store.resume(&before, now)
}
