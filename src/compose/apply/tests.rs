use super::*;
use crate::compose::plan::up;
use crate::compose::{LoadRequest, Project, load, observe};
use crate::domain::{Container, UpOptions};
use crate::sim::{Effect, FaultRule, Occasion, Scenario, Server};
use std::path::Path;

fn shop(directory: &Path) -> Project {
    let file = directory.join("compose.yaml");
    std::fs::write(&file, "name: shop\nservices:\n  web:\n    image: nginx:alpine\n").unwrap();
    let request = LoadRequest {
        files: vec![file],
        project_name: None,
        project_directory: None,
        env_files: Vec::new(),
        profiles: Vec::new(),
        environment: std::collections::BTreeMap::default(),
    };
    load(&request).unwrap()
}

async fn bring_up(engine: &Engine, project: &Project, force_recreate: bool) -> Result<(), Fault> {
    let observed = observe(engine, "shop", Some(project)).await.unwrap();
    let options = UpOptions { force_recreate, ..UpOptions::default() };
    apply(engine, &up(project, &observed, &options).unwrap(), |_| {}).await
}

/// The shop's containers once the old one could not be replaced because the daemon refused `request`.
async fn refused(request: &str) -> (Container, Fault, Vec<Container>) {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    let endpoint: crate::engine::Endpoint = format!("unix://{}", server.socket().display()).parse().unwrap();
    let engine = Engine::connect(&endpoint).await.unwrap();
    let project = shop(directory.path());
    bring_up(&engine, &project, false).await.unwrap();
    let before = engine.containers(Some("shop")).await.unwrap().remove(0);
    server.faults().add(FaultRule {
        request: request.replace("OLD", &before.id.0),
        occasion: Occasion::Every,
        effect: Effect::Status(500, "device or resource busy".to_owned()),
    });
    let fault = bring_up(&engine, &project, true).await.unwrap_err();
    let after = engine.containers(Some("shop")).await.unwrap();
    (before, fault, after)
}

#[tokio::test]
async fn the_old_container_runs_again_when_it_cannot_be_removed() {
    let (before, fault, after) = refused("DELETE /containers/OLD").await;
    assert!(fault.to_string().contains("runs again"), "{fault}");
    let stands: Vec<_> = after.iter().map(|container| (&container.id, container.is_running())).collect();
    assert_eq!(stands, [(&before.id, true)]);
}

#[tokio::test]
async fn a_new_container_that_cannot_get_its_name_stays_and_the_fault_names_it() {
    let (before, fault, after) = refused("/rename").await;
    let stands: Vec<_> = after.iter().map(|container| container.name.to_string()).collect();
    let aside = format!("{}_{}", before.id.short(), before.name);
    assert_eq!(stands, std::slice::from_ref(&aside));
    assert!(fault.to_string().contains(&aside), "{fault}");
    assert!(fault.hint.unwrap().contains(&format!("docker rename {aside} {}", before.name)));
}
