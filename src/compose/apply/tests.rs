use super::*;
use crate::compose::file::{Condition, Dependency, Hook};
use crate::compose::plan::up;
use crate::compose::{LoadRequest, Project, load, observe};
use crate::domain::{Container, UpOptions};
use crate::sim::{Effect, FaultRule, Occasion, Scenario, Server};
use std::path::Path;

mod updates;

fn shop(directory: &Path) -> Project {
    let file = directory.join("compose.yaml");
    std::fs::write(&file, "name: shop\nservices:\n  web:\n    image: nginx:alpine\n").unwrap();
    let request = LoadRequest { files: vec![file], ..LoadRequest::default() };
    load(&request).unwrap()
}

async fn bring_up(engine: &Engine, project: &Project, force_recreate: bool) -> Result<(), Fault> {
    let observed = observe(engine, "shop", Some(project)).await.unwrap();
    let options = UpOptions { force_recreate, ..UpOptions::default() };
    Box::pin(apply(engine, &up(project, &observed, &options).unwrap(), |_| {})).await
}

/// A shop that runs, for as long as its server and directory are kept.
struct Shop {
    server: Server,
    engine: Engine,
    project: Project,
    _directory: tempfile::TempDir,
}

async fn opened() -> Shop {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    let endpoint: crate::engine::Endpoint = format!("unix://{}", server.socket().display()).parse().unwrap();
    let engine = Engine::connect(&endpoint).await.unwrap();
    let project = shop(directory.path());
    Shop { server, engine, project, _directory: directory }
}

impl Shop {
    fn strike(&self, request: &str, occasion: Occasion, effect: Effect) {
        self.server.faults().add(FaultRule { request: request.to_owned(), occasion, effect });
    }

    /// Puts a new container in the place of the one there is.
    async fn replacement(&self) -> ActionPlan {
        let observed = observe(&self.engine, "shop", Some(&self.project)).await.unwrap();
        let options = UpOptions { force_recreate: true, ..UpOptions::default() };
        up(&self.project, &observed, &options).unwrap()
    }

    /// The names of the containers, and whether they run.
    async fn stands(&self) -> Vec<(String, bool)> {
        let containers = self.engine.containers(Some("shop")).await.unwrap();
        containers.iter().map(|container| (container.name.to_string(), container.is_running())).collect()
    }

    /// A second `up` makes everything well.
    async fn is_mended(&self) {
        self.server.faults().clear();
        bring_up(&self.engine, &self.project, false).await.unwrap();
        assert_eq!(self.stands().await, [("shop-web-1".to_owned(), true)]);
    }
}

#[rstest::rstest]
#[case::the_network("POST /networks/create", "shop_default")]
#[case::the_container("POST /containers/create", "shop-web-1")]
#[tokio::test]
async fn an_answer_that_is_lost_is_told_and_a_second_up_mends_it(
    #[case] request: &str,
    #[case] object: &str,
) {
    let shop = opened().await;
    shop.strike(request, Occasion::Nth(1), Effect::CutAfter(0));
    let fault = bring_up(&shop.engine, &shop.project, false).await.unwrap_err();
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Unreachable, object), "{fault}");
    assert!(fault.hint.is_some(), "{fault}");
    shop.is_mended().await;
}

#[tokio::test]
async fn a_look_that_is_cut_off_is_taken_again() {
    let shop = opened().await;
    bring_up(&shop.engine, &shop.project, false).await.unwrap();
    let before = shop.engine.containers(Some("shop")).await.unwrap().remove(0);
    let plan = shop.replacement().await;
    // The old container cannot be removed, and whether it ran before is asked while the daemon is away.
    shop.strike(&format!("GET /containers/{}/json", before.id.0), Occasion::Nth(1), Effect::CutAfter(0));
    shop.strike(
        &format!("DELETE /containers/{}", before.id.0),
        Occasion::Every,
        Effect::Status(500, "device or resource busy".to_owned()),
    );
    let fault = apply(&shop.engine, &plan, |_| {}).await.unwrap_err();
    assert!(fault.to_string().contains("runs again"), "{fault}");
    shop.is_mended().await;
}

#[tokio::test]
async fn a_hook_that_never_ends_is_not_waited_for_once_it_is_cancelled() {
    let mut shop = opened().await;
    let hook = Hook { command: Some(vec!["forever".to_owned()]), ..Hook::default() };
    shop.project.services.get_mut("web").unwrap().post_start.push(hook);
    shop.strike("POST /exec/", Occasion::Every, Effect::Silence);
    let observed = observe(&shop.engine, "shop", Some(&shop.project)).await.unwrap();
    let plan = up(&shop.project, &observed, &UpOptions::default()).unwrap();
    let last = plan.actions().len() - 1;
    let cancelled = std::cell::Cell::new(false);
    let is_cancelled = || cancelled.get();
    let told = |event: TaskEvent| {
        if matches!(event, TaskEvent::StepStarted { step } if step == last) {
            cancelled.set(true);
        }
    };
    let work = apply_unless(&shop.engine, &plan, told, &is_cancelled);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), work).await;
    let fault = ended.expect("it ends").unwrap_err();
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Cancelled, "shop-web-1"), "{fault}");
    assert_eq!(shop.stands().await, [("shop-web-1".to_owned(), true)]);
}

#[tokio::test]
async fn a_wait_timeout_binds_the_wait_for_a_dependency() {
    let mut shop = opened().await;
    let mut needed = shop.project.services["web"].clone();
    needed.name = "needed".to_owned();
    let dependency = Dependency { condition: Condition::Completed, required: true, restart: false };
    shop.project.services.get_mut("web").unwrap().depends_on.insert("needed".to_owned(), dependency);
    shop.project.services.insert("needed".to_owned(), needed);
    let observed = observe(&shop.engine, "shop", Some(&shop.project)).await.unwrap();
    let options = UpOptions { wait: true, wait_timeout: Some(0), ..UpOptions::default() };
    let plan = up(&shop.project, &observed, &options).unwrap();
    let work = apply(&shop.engine, &plan, |_| {});
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), work).await;
    let fault = ended.expect("it ends").unwrap_err();
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Refused, "shop-needed-1"), "{fault}");
    assert!(fault.hint.unwrap().contains("--wait-timeout"));
}

#[tokio::test]
async fn a_hook_that_fails_is_told_by_its_program_and_its_key() {
    let mut shop = opened().await;
    let hook = Hook { command: Some(vec!["absent".to_owned(), "hunter2".to_owned()]), ..Hook::default() };
    shop.project.services.get_mut("web").unwrap().post_start.push(hook);
    let fault = bring_up(&shop.engine, &shop.project, false).await.unwrap_err();
    let text = format!("{fault:?}");
    assert!(text.contains("`absent` ended") && text.contains("services.web.post_start[0]"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn nothing_is_changed_when_nobody_knows_whether_the_old_container_runs() {
    let shop = opened().await;
    bring_up(&shop.engine, &shop.project, false).await.unwrap();
    let before = shop.engine.containers(Some("shop")).await.unwrap().remove(0);
    let plan = shop.replacement().await;
    shop.strike(
        &format!("GET /containers/{}/json", before.id.0),
        Occasion::Every,
        Effect::Status(500, "device or resource busy".to_owned()),
    );
    let fault = apply(&shop.engine, &plan, |_| {}).await.unwrap_err();
    assert_eq!(fault.object, "shop-web-1", "{fault}");
    let after = shop.engine.containers(Some("shop")).await.unwrap();
    let stands: Vec<_> = after.iter().map(|container| (&container.id, container.is_running())).collect();
    assert_eq!(stands, [(&before.id, true)]);
}

#[tokio::test]
async fn a_new_container_that_could_not_get_its_name_gets_it_from_the_next_up() {
    let shop = opened().await;
    bring_up(&shop.engine, &shop.project, false).await.unwrap();
    shop.strike("/rename", Occasion::Every, Effect::Status(500, "device or resource busy".to_owned()));
    bring_up(&shop.engine, &shop.project, true).await.unwrap_err();
    let left = shop.engine.containers(Some("shop")).await.unwrap().remove(0);
    assert_ne!(left.name.as_str(), "shop-web-1");
    shop.is_mended().await;
    let mended = shop.engine.containers(Some("shop")).await.unwrap().remove(0);
    assert_eq!(mended.id, left.id, "it is not made once more");
}

#[tokio::test]
async fn a_daemon_that_restarts_in_mid_up_leaves_nothing_that_a_second_up_does_not_mend() {
    let shop = opened().await;
    let observed = observe(&shop.engine, "shop", Some(&shop.project)).await.unwrap();
    let plan = up(&shop.project, &observed, &UpOptions::default()).unwrap();
    let restarted = std::cell::Cell::new(false);
    // Where the call gets through before the daemon goes, its answer does not.
    shop.strike("POST /containers/create", Occasion::Nth(1), Effect::CutAfter(0));
    let result = apply(&shop.engine, &plan, |event| {
        if matches!(event, TaskEvent::StepFinished { .. }) && !restarted.replace(true) {
            shop.server.faults().restart(std::time::Duration::from_millis(300));
        }
    })
    .await;
    assert!(restarted.get());
    let fault = result.unwrap_err();
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Unreachable, "shop-web-1"), "{fault}");
    assert!(fault.hint.is_some(), "{fault}");
    let look = async || shop.engine.containers(None).await;
    away::outlasting(&|| false, look).await.unwrap();
    assert!(shop.engine.networks().await.unwrap().iter().any(|network| &*network.name == "shop_default"));
    let running = shop.stands().await.into_iter().filter(|(_, runs)| *runs);
    assert_eq!(running.count(), 0, "nothing is started after the failure");
    shop.is_mended().await;
}

/// The shop's containers once the old one could not be replaced because the daemon refused `request`.
async fn refused(request: &str) -> (Container, Fault, Vec<Container>) {
    let shop = opened().await;
    let (engine, project) = (&shop.engine, &shop.project);
    bring_up(engine, project, false).await.unwrap();
    let before = engine.containers(Some("shop")).await.unwrap().remove(0);
    shop.server.faults().add(FaultRule {
        request: request.replace("OLD", &before.id.0),
        occasion: Occasion::Every,
        effect: Effect::Status(500, "device or resource busy".to_owned()),
    });
    let fault = bring_up(engine, project, true).await.unwrap_err();
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
