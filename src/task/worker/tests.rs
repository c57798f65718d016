use super::*;
use crate::domain::Operation;
use crate::domain::StackRef;
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
