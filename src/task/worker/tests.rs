use super::*;
use crate::domain::Operation;
use crate::domain::task::BundleOperation;
use crate::domain::{StackRef, TaskTarget};
use crate::sim::{Scenario, Server};
use crate::task::hold::acquire;

fn stack(project: &str) -> TaskTarget {
    TaskTarget::Stack(StackRef::named(project))
}

fn spec(target: TaskTarget, endpoint: &str) -> TaskSpec {
    TaskSpec {
        id: TaskId("20261120T103104-stop-mlflow-3f9c".to_owned()),
        operation: Operation::Stop { services: Vec::new(), timeout: None },
        target,
        requested_by: "alice".to_owned(),
        requested_from: None,
        requested_at: Timestamp::UNIX_EPOCH,
        endpoint: endpoint.to_owned(),
        terms: crate::domain::TaskTerms::default(),
    }
}

#[tokio::test]
async fn a_container_of_a_stack_waits_for_what_is_done_to_the_stack() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    let endpoint = format!("unix://{}", server.socket().display());
    let engine = Engine::connect(&endpoint.parse().unwrap()).await.unwrap();
    let store = Store::open(directory.path().join("state")).unwrap();
    let container = engine.containers(Some("mlflow")).await.unwrap().remove(0);
    let stack_name = container.compose.map(|labels| labels.project);
    let target =
        TaskTarget::Container { id: container.id, name: container.name.to_string(), stack: stack_name };
    let of_container = spec(target, &endpoint);

    let held = acquire(&store, &spec(stack("mlflow"), &endpoint)).unwrap();
    let fault = acquire(&store, &of_container).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Locked);
    drop(held);
    let held = acquire(&store, &of_container).unwrap();
    let fault = acquire(&store, &spec(stack("mlflow"), &endpoint)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Locked);
    drop(held);
}

#[test]
fn what_is_done_with_backups_keeps_nobody_from_the_stack() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("state")).unwrap();
    let to = |operation: Operation| TaskSpec { operation, ..spec(stack("mlflow"), "") };
    let verify = to(Operation::Bundle(BundleOperation::Verify { name: "latest".to_owned(), deep: false }));
    let (stop, backup) = (spec(stack("mlflow"), ""), to(Operation::Backup));
    let refused = |spec: &TaskSpec| {
        let fault = acquire(&store, spec).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Locked);
        fault.object
    };

    let reading = acquire(&store, &verify).unwrap();
    drop(acquire(&store, &stop).unwrap());
    assert_eq!(refused(&verify), "the backups of mlflow");
    assert_eq!(refused(&backup), "the backups of mlflow");
    drop(reading);

    let stopping = acquire(&store, &stop).unwrap();
    drop(acquire(&store, &verify).unwrap());
    assert_eq!(refused(&backup), "mlflow");
    // What it has got by then it does not keep.
    drop(acquire(&store, &verify).unwrap());
    drop(stopping);

    let taking = Hold::take(&store, &backup).unwrap();
    assert_eq!((refused(&stop), refused(&verify)), ("mlflow".to_owned(), "the backups of mlflow".to_owned()));
    taking.release_stack();
    assert_eq!(refused(&verify), "the backups of mlflow");
    let stopping = acquire(&store, &stop).unwrap();
    assert!(!taking.has_whole(&store, &backup));
    drop(stopping);
    assert!(taking.has_whole(&store, &backup));
    assert_eq!(refused(&stop), "mlflow");
}

#[tokio::test]
async fn what_fails_before_there_is_a_plan_is_audited_and_a_broken_audit_log_does_not_hide_why() {
    let directory = tempfile::tempdir().unwrap();
    let endpoint = format!("unix://{}/docker.sock", directory.path().display());
    let spec = spec(stack("mlflow"), &endpoint);
    let store = Store::open(directory.path().join("state")).unwrap();
    let journal = Scribe::new(Journal::create(&directory.path().join("journal")).unwrap());
    let hold = Hold::take(&store, &spec).unwrap();
    let fault = work(&store, &spec, &journal, &hold, &|| false).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let entries = store.audit().verified().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| (entry.who.as_str(), entry.plan.as_str())).collect();
    assert_eq!(told, [("alice", "not planned")]);
    assert!(entries[0].outcome.starts_with("failed: "), "{}", entries[0].outcome);

    // A directory in its place can be neither read nor appended to.
    let log = store.root().join("audit.jsonl");
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    assert_eq!(work(&store, &spec, &journal, &hold, &|| false).await.unwrap_err(), fault);
}
