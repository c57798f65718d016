//! A worker that died told nobody of it. Whoever runs next does so for it: the next worker, and `serve`.

use super::{AuditEntry, Store, notify};
use crate::domain::notify::NotifySettings;
use crate::domain::task::Told;
use crate::domain::{Fault, TaskRecord, TaskState, units};
use jiff::Timestamp;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

/// In the task's directory: somebody has taken it upon them.
const CLAIM: &str = "told";
/// What was heard of last longer ago is no news.
const NEWS: Duration = Duration::from_hours(48);

/// Leaves in the audit log which tasks were interrupted, and tells those who are to hear of an end. Each task is told of
/// once, whoever else looks.
pub async fn tell(store: &Store, settings: &NotifySettings, now: Timestamp) {
    let reader = store.clone();
    let claimed = match tokio::task::spawn_blocking(move || claim(&reader, now)).await {
        Ok(Ok(claimed)) => claimed,
        Ok(Err(fault)) => return log::warn!("{fault}"),
        Err(error) => return log::warn!("interrupted tasks: {error}"),
    };
    for record in claimed {
        if let Err(fault) = store.audit().append(&entry(&record, now)) {
            log::warn!("{fault}");
        }
        let mut told = |told: Told| {
            if let Some(cause) = told.undelivered {
                log::warn!("{}: undelivered: {cause}", told.to);
            }
        };
        notify::tell(settings, &record, &mut told).await;
    }
}

fn claim(store: &Store, now: Timestamp) -> Result<Vec<TaskRecord>, Fault> {
    let mut claimed = Vec::new();
    for record in store.list()? {
        if record.state != TaskState::Interrupted || units::since(record.ended(), now) > NEWS {
            continue;
        }
        let path = store.directory(&record.spec.id).join(CLAIM);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(_) => claimed.push(record),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => log::warn!("{}", Fault::io("write", path.display(), &error)),
        }
    }
    Ok(claimed)
}

fn entry(record: &TaskRecord, now: Timestamp) -> AuditEntry {
    let fault = record.fault.as_ref().map_or_else(String::new, |fault| format!(": {fault}"));
    AuditEntry {
        time: now,
        outcome: format!("{}{fault}", record.state.word()),
        ..AuditEntry::of(&record.spec, record.plan.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Operation, StackRef, TaskId, TaskSpec, TaskTarget, TaskTerms};
    use crate::task::{Journal, ProcessMark, files};

    /// A task whose worker is this process, or one that is gone.
    fn task(store: &Store, id: &str, mark: &ProcessMark) {
        let spec = TaskSpec {
            id: TaskId(id.to_owned()),
            operation: Operation::Backup,
            target: TaskTarget::Stack(StackRef::named("mlflow")),
            requested_by: "alice".to_owned(),
            requested_from: None,
            requested_at: Timestamp::now(),
            endpoint: "unix:///var/run/docker.sock".to_owned(),
            terms: TaskTerms::default(),
        };
        files::make_directory(&store.directory(&spec.id)).unwrap();
        let path = store.directory(&spec.id).join("spec.json");
        files::write_atomically(&path, &serde_json::to_vec(&spec).unwrap()).unwrap();
        let started = crate::domain::TaskEvent::Started {
            pid: mark.pid,
            boot_id: mark.boot_id.clone(),
            start_ticks: mark.start_ticks,
        };
        Journal::create(&store.journal_path(&spec.id)).unwrap().append(started, Timestamp::now()).unwrap();
    }

    fn outcomes(store: &Store) -> Vec<(String, String)> {
        let entries = store.audit().verified().unwrap_or_default();
        entries.into_iter().map(|entry| (entry.task.0, entry.outcome)).collect()
    }

    #[tokio::test]
    async fn each_interrupted_task_is_told_of_once() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path().join("state")).unwrap();
        let own = ProcessMark::current().unwrap();
        let dead = ProcessMark { start_ticks: own.start_ticks + 1, ..own.clone() };
        task(&store, "dead", &dead);
        task(&store, "alive", &own);
        let settings = NotifySettings::default();
        tell(&store, &settings, Timestamp::now()).await;
        tell(&store, &settings, Timestamp::now()).await;
        let told = outcomes(&store);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "dead");
        assert!(told[0].1.starts_with("interrupted: ") && told[0].1.contains("worker died"), "{told:?}");
    }

    #[tokio::test]
    async fn what_was_interrupted_long_ago_is_no_news() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path().join("state")).unwrap();
        let own = ProcessMark::current().unwrap();
        task(&store, "dead", &ProcessMark { start_ticks: own.start_ticks + 1, ..own });
        let later = Timestamp::now() + NEWS * 2;
        tell(&store, &NotifySettings::default(), later).await;
        assert_eq!(outcomes(&store), []);
    }
}
