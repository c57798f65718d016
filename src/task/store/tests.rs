use super::*;
use crate::domain::task::{TaskEvent, TaskState};
use crate::domain::{Operation, StackRef, TaskTarget};
use crate::task::{Journal, ProcessMark};
use jiff::Timestamp;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

fn store_with(directory: &tempfile::TempDir, ids: &[&str]) -> Store {
    let store = Store::open(directory.path().join("state")).unwrap();
    for id in ids {
        let spec = TaskSpec {
            id: TaskId((*id).to_owned()),
            operation: Operation::Stop { services: Vec::new(), timeout: None },
            target: TaskTarget::Stack(StackRef {
                project: "mlflow".to_owned(),
                files: Vec::new(),
                directory: None,
                env_files: Vec::new(),
                profiles: Vec::new(),
            }),
            requested_by: "alice".to_owned(),
            requested_from: None,
            requested_at: Timestamp::now(),
            endpoint: "unix:///var/run/docker.sock".to_owned(),
            terms: crate::domain::TaskTerms::default(),
        };
        let path = store.directory(&spec.id);
        files::make_directory(&path).unwrap();
        files::write_atomically(&path.join("spec.json"), &serde_json::to_vec(&spec).unwrap()).unwrap();
    }
    store
}

fn started(mark: &ProcessMark) -> TaskEvent {
    TaskEvent::Started { pid: mark.pid, boot_id: mark.boot_id.clone(), start_ticks: mark.start_ticks }
}

#[test]
fn the_state_directory_is_closed_to_others() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with(&directory, &["a"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for path in [store.root(), &store.tasks(), &store.locks(), &store.directory(&TaskId("a".to_owned()))] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
    assert_eq!(mode(&store.directory(&TaskId("a".to_owned())).join("spec.json")), 0o600);
}

#[test]
fn the_newest_task_comes_first_and_a_part_of_an_id_finds_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with(&directory, &["20261120T1-up-a-11", "20261121T1-up-b-22"]);
    let ids: Vec<_> = store.list().unwrap().into_iter().map(|record| record.spec.id.0).collect();
    assert_eq!(ids, ["20261121T1-up-b-22", "20261120T1-up-a-11"]);
    assert_eq!(store.find("up-b").unwrap().0, "20261121T1-up-b-22");
    assert_eq!(store.find("up").unwrap_err().kind, FaultKind::Invalid);
    assert_eq!(store.find("../../etc").unwrap_err().kind, FaultKind::NotFound);
}

#[test]
fn of_many_tasks_the_newest_are_looked_at_and_of_them_only_the_unknown() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with(&directory, &["1", "2", "4"]);
    files::make_directory(&store.directory(&TaskId("3".to_owned()))).unwrap();
    let newest = |limit| {
        let looked = std::cell::RefCell::new(Vec::new());
        let known = |id: &TaskId| {
            looked.borrow_mut().push(id.0.clone());
            id.0 == "4"
        };
        let ids: Vec<String> = store.newest(limit, known).unwrap().into_iter().map(|id| id.0).collect();
        (ids, looked.into_inner())
    };
    assert_eq!(newest(2).0, ["4", "2"], "3 has no specification yet");
    assert_eq!(newest(1), (vec!["4".to_owned()], vec!["4".to_owned()]), "the rest is left alone");
}

#[test]
fn of_two_tasks_in_one_second_the_later_comes_first() {
    let directory = tempfile::tempdir().unwrap();
    // Written in this order, so asked for in this order; by their ids alone they would stand the other way round.
    let store = store_with(&directory, &["20261120T103104-up-a-11", "20261120T103104-backup-a-22"]);
    let ids: Vec<_> = store.list().unwrap().into_iter().map(|record| record.spec.id.0).collect();
    assert_eq!(ids, ["20261120T103104-backup-a-22", "20261120T103104-up-a-11"]);
}

#[test]
fn a_task_whose_worker_was_killed_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with(&directory, &["a"]);
    let id = TaskId("a".to_owned());
    assert_eq!(store.record(&id).unwrap().state, TaskState::Pending);

    let mut worker = Command::new("sleep").arg("60").spawn().unwrap();
    let mark = ProcessMark::of(worker.id()).unwrap();
    let mut journal = Journal::create(&store.journal_path(&id)).unwrap();
    journal.append(started(&mark), Timestamp::now()).unwrap();
    let mut follower = store.follow(&id).unwrap();
    follower.poll().unwrap();
    assert_eq!(follower.record().state, TaskState::Running);

    worker.kill().unwrap();
    worker.wait().unwrap();
    follower.poll().unwrap();
    assert_eq!(follower.record().state, TaskState::Interrupted);
    assert!(store.record(&id).unwrap().fault.unwrap().hint.is_some());
}

#[test]
fn a_task_is_cancelled_by_ending_its_own_worker_and_no_stranger() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with(&directory, &["own", "stranger", "new"]);
    let mut worker = Command::new("sleep").arg("60").spawn().unwrap();
    let mark = ProcessMark::of(worker.id()).unwrap();
    let begin = |id: &str, mark: &ProcessMark| {
        let id = TaskId(id.to_owned());
        Journal::create(&store.journal_path(&id)).unwrap().append(started(mark), Timestamp::now()).unwrap();
        id
    };
    let stranger = begin("stranger", &ProcessMark { start_ticks: mark.start_ticks + 1, ..mark.clone() });
    let own = begin("own", &mark);
    for id in [&stranger, &TaskId("new".to_owned())] {
        assert_eq!(store.cancel(id).unwrap_err().kind, FaultKind::Conflict);
    }
    assert!(mark.is_alive(), "a process that only has the same number is left alone");
    store.cancel(&own).unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&worker.wait().unwrap()), Some(15));
    let fault = store.cancel(&own).unwrap_err();
    assert!(fault.kind == FaultKind::Conflict && fault.to_string().contains("is over"), "{fault}");
}

#[test]
fn an_ending_stands_although_the_worker_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let store = store_with(&directory, &["a"]);
    let id = TaskId("a".to_owned());
    let gone = ProcessMark { pid: 1, boot_id: "another boot".to_owned(), start_ticks: 1 };
    let mut journal = Journal::create(&store.journal_path(&id)).unwrap();
    journal.append(started(&gone), Timestamp::now()).unwrap();
    let finished = TaskEvent::Finished { state: TaskState::Completed, fault: None };
    journal.append(finished, Timestamp::now()).unwrap();
    assert_eq!(store.record(&id).unwrap().state, TaskState::Completed);
}
