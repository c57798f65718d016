use super::*;
use crate::domain::{ComposeLabels, DownOptions, UpOptions, fixtures};
use crate::engine::Endpoint;
use crate::sim::{Scenario, Server};
use std::path::PathBuf;

/// A stack that runs, whose files are as broken as `text` is; `None` when they are gone.
fn stack(directory: &Path, project: &str, text: Option<&str>) -> StackRef {
    let file = directory.join("compose.yaml");
    if let Some(text) = text {
        std::fs::write(&file, text).unwrap();
    }
    StackRef {
        project: project.to_owned(),
        files: vec![file],
        directory: Some(directory.to_owned()),
        env_files: Vec::new(),
        profiles: Vec::new(),
    }
}

async fn planned(socket: PathBuf, stack: &StackRef, operation: Operation) -> Result<Plan, Fault> {
    let endpoint: Endpoint = format!("unix://{}", socket.display()).parse().unwrap();
    let engine = Engine::connect(&endpoint).await.unwrap();
    let nowhere = Path::new("/nonexistent");
    plan(&engine, nowhere, &TaskRequest { operation, target: TaskTarget::Stack(stack.clone()) }).await
}

#[tokio::test]
async fn what_runs_can_be_stopped_and_saved_when_its_files_are_gone_or_broken() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    for text in [None, Some("services: [")] {
        let files = tempfile::tempdir().unwrap();
        let stack = stack(files.path(), "mlflow", text);
        for operation in [
            Operation::Stop { services: Vec::new(), timeout: None },
            Operation::Restart { services: Vec::new(), timeout: None, no_deps: false },
            Operation::Start { services: Vec::new() },
            Operation::Down(DownOptions::default()),
            Operation::Backup,
        ] {
            let verb = operation.verb();
            let plan = planned(server.socket(), &stack, operation).await.unwrap();
            assert!(!plan.steps.is_empty(), "{verb}");
            let named = plan.warnings.iter().any(|warning| warning.contains("compose.yaml"));
            assert!(named, "{verb}: {:?}", plan.warnings);
        }
        let up = Operation::Up(UpOptions::default());
        let fault = planned(server.socket(), &stack, up).await.unwrap_err();
        assert!(fault.to_string().contains("compose.yaml"), "{fault}");
    }
}

#[tokio::test]
async fn files_that_cannot_be_read_are_a_fault_when_nothing_runs_either() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    let stack = stack(directory.path(), "nothing-of-it-runs", None);
    for operation in [Operation::Stop { services: Vec::new(), timeout: None }, Operation::Backup] {
        let fault = planned(server.socket(), &stack, operation).await.unwrap_err();
        assert!(fault.to_string().contains("compose.yaml"), "{fault}");
    }
}

#[test]
fn an_overlay_that_is_left_out_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let plain = stack(directory.path(), "shop", Some("services: {web: {image: nginx}}"));
    let overlay = directory.path().join("compose.prod.yaml");
    let mut container = fixtures::replica("shop", "web", 1);
    let labels = fixtures::labels("shop", "web", 1);
    let config_files = [&plain.files[0], &overlay].map(|file| file.display().to_string()).into();
    container.compose = Some(ComposeLabels { config_files, ..labels });
    let containers = [container];
    let caution = other_files(&plain, &containers).unwrap();
    assert!(caution.contains("compose.prod.yaml as well"), "{caution}");
    let laid = StackRef { files: vec![plain.files[0].clone(), overlay], ..plain };
    assert_eq!(other_files(&laid, &containers), None);
}
