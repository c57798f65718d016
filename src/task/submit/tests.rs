use super::*;
use crate::domain::{Operation, StackRef, TaskTarget};

fn request(project: &str) -> TaskRequest {
    let stack = StackRef {
        project: project.to_owned(),
        files: Vec::new(),
        directory: None,
        env_files: Vec::new(),
        profiles: Vec::new(),
    };
    TaskRequest { operation: Operation::Backup, target: TaskTarget::Stack(stack) }
}

#[test]
fn ids_sort_by_time_and_can_be_typed() {
    let now: Timestamp = "2026-11-20T10:31:04.9Z".parse().unwrap();
    assert_eq!(new_id(&request("mlflow"), now, 0xf_3f9c).0, "20261120T103104-backup-mlflow-3f9c");
    assert_eq!(new_id(&request("../é x"), now, 1).0, "20261120T103104-backup-..---x-0001");
}

#[test]
fn a_worker_that_cannot_begin_is_reported_with_its_last_words_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("worker");
    std::fs::write(&program, "#!/bin/sh\necho 'no such luck' >&2\nexit 3\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let store = Store::open(directory.path().join("state")).unwrap().with_program(program);
    let fault = store.submit(request("mlflow"), "unix:///nowhere", Timestamp::now()).unwrap_err();
    assert!(fault.to_string().contains("no such luck"), "{fault}");
    assert_eq!(store.ids().unwrap(), []);
}

#[test]
fn a_program_that_is_not_there_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap().with_program("/nonexistent/mcp-tui".into());
    let fault = store.submit(request("mlflow"), "unix:///nowhere", Timestamp::now()).unwrap_err();
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::NotFound, "start worker"));
}
