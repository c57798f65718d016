//! What goes wrong between a plan and its end: it is told with the object's name, and asking again mends it.

use crate::stack::{Stack, down, steps, up};
use crate::support::engine::{docker, inspect};
use mcp_tui::compose::apply;
use mcp_tui::domain::{Fault, FaultKind, Operation, StepVerb, TaskEvent, UpOptions};

const PAIR: &str = "services:\n  db:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    volumes: ['data:/data']\n  \
                    web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    depends_on: [db]\nvolumes:\n  data:\n";

/// The fault is one that a person can act on.
fn told(fault: &Fault, object: &str) {
    assert_eq!(fault.object, object, "{fault:?}");
    assert!(fault.hint.as_ref().is_some_and(|hint| !hint.is_empty()), "{fault:?}");
}

/// All services run, under their own names, and nothing is left to be done.
async fn mended(stack: &Stack, services: &[&str]) {
    let names: Vec<String> = services.iter().map(|service| format!("{}-{service}-1", stack.name())).collect();
    assert_eq!(stack.docker.containers(), names);
    for service in services {
        assert_eq!(stack.docker.running(service).len(), 1, "{service} runs");
    }
    let again = stack.plan(&up(&[])).await.expect("a plan");
    assert!(again.summary().is_empty(), "{:?}", steps(&again));
}

pub async fn an_image_that_goes_before_it_is_used_is_told(stack: Stack) {
    let image = format!("{}-image:1", stack.name());
    docker(["tag", "mcp-tui-test/busybox", &image]);
    stack.write("compose.yaml", &format!("services:\n  web:\n    image: {image}\n    command: sleep 1000\n    init: true\n    pull_policy: never\n"));
    let plan = stack.plan(&up(&[])).await.expect("a plan");
    docker(["rmi", &image]);
    let result = apply(&stack.engine, &plan, |_| {}).await;
    let second = stack.take(&up(&[])).await;
    docker(["tag", "mcp-tui-test/busybox", &image]);
    let third = stack.take(&up(&[])).await;
    let left = stack.docker.running("web").len();
    stack.take(&down(true)).await.expect("down");
    docker(["rmi", &image]);
    let fault = result.expect_err("the image is gone");
    told(&fault, &format!("{}-web-1", stack.name()));
    assert!(fault.to_string().contains(&image), "{fault}");
    told(&second.expect_err("it is still gone"), &image);
    third.expect("the image is back");
    assert_eq!(left, 1);
}

pub async fn a_container_removed_under_our_hands_is_made_again(stack: Stack) {
    stack.up(PAIR).await.expect("up");
    let (db, web) = (format!("{}-db-1", stack.name()), format!("{}-web-1", stack.name()));
    // It was to be started.
    stack.take(&Operation::Stop { services: Vec::new(), timeout: Some(0) }).await.expect("stop");
    let plan = stack.plan(&up(&[])).await.expect("a plan");
    docker(["rm", "--force", &web]);
    let fault = apply(&stack.engine, &plan, |_| {}).await.expect_err("it is gone");
    told(&fault, &web);
    assert_eq!(fault.kind, FaultKind::NotFound);
    stack.take(&up(&[])).await.expect("up again");
    mended(&stack, &["db", "web"]).await;

    // It was to be replaced: that it is gone already is no harm.
    let recreate = Operation::Up(UpOptions { force_recreate: true, ..UpOptions::default() });
    let plan = stack.plan(&recreate).await.expect("a plan");
    docker(["rm", "--force", &db]);
    apply(&stack.engine, &plan, |_| {}).await.expect("nothing is in the way");
    mended(&stack, &["db", "web"]).await;

    // It was to be taken down.
    let plan = stack.plan(&down(true)).await.expect("a plan");
    docker(["rm", "--force", &db]);
    apply(&stack.engine, &plan, |_| {}).await.expect("that is what was wanted");
    assert!(stack.docker.containers().is_empty() && stack.docker.volumes().is_empty());
}

pub async fn one_removed_between_two_steps_is_made_again(stack: Stack) {
    stack.write("compose.yaml", PAIR);
    let plan = stack.plan(&up(&[])).await.expect("a plan");
    let web = format!("{}-web-1", stack.name());
    let all = plan.summary().steps;
    let started =
        all.iter().position(|step| step.verb == StepVerb::StartContainer && step.object.ends_with("-db-1"));
    let fault = apply(&stack.engine, &plan, |event| {
        // The other one was made before, and is started after this one.
        if matches!(event, TaskEvent::StepFinished { step, .. } if Some(step) == started) {
            docker(["rm", "--force", &web]);
        }
    });
    told(&fault.await.expect_err("it is gone"), &web);
    assert_eq!(stack.docker.running("db").len(), 1, "what was started stays");
    stack.take(&up(&[])).await.expect("up again");
    mended(&stack, &["db", "web"]).await;
}

pub async fn an_interrupted_recreate_is_finished(stack: Stack) {
    stack.up(PAIR).await.expect("up");
    let web = format!("{}-web-1", stack.name());
    // As it is once the old one is removed and the new one has not got its name.
    docker(["stop", "--time", "0", &web]);
    let aside = format!("0123456789ab_{web}");
    docker(["rename", &web, &aside]);
    let id = inspect(&aside).expect("it is there")["Id"].clone();
    let plan = stack.take(&up(&[])).await.expect("up");
    assert!(steps(&plan).contains(&format!("rename {aside}")), "{:?}", steps(&plan));
    mended(&stack, &["db", "web"]).await;
    assert_eq!(inspect(&web).expect("it is there")["Id"], id, "with what it holds");
}

pub async fn a_dependency_that_ends_or_is_never_healthy_is_told_and_mended(stack: Stack) {
    let text = PAIR.replace("depends_on: [db]", "depends_on: {db: {condition: service_healthy}}");
    let check = "    healthcheck: {test: 'true', interval: 1s, retries: 1}\n    volumes: ['data:/data']";
    let text = text.replace("    volumes: ['data:/data']", check);
    let broken = text.replacen("command: sleep 1000", "command: sh -c 'exit 7'", 1);
    let fault = stack.up(&broken).await.expect_err("it ends");
    told(&fault, &format!("{}-db-1", stack.name()));
    assert!(fault.to_string().contains("exit code 7"), "{fault}");
    assert!(stack.docker.running("web").is_empty());
    let sick = text.replace("test: 'true'", "test: 'echo not well; false'");
    let fault = stack.up(&sick).await.expect_err("it is never healthy");
    told(&fault, &format!("{}-db-1", stack.name()));
    assert!(fault.to_string().contains("not well"), "{fault}");
    assert!(stack.docker.running("web").is_empty());
    stack.up(&text).await.expect("up again");
    mended(&stack, &["db", "web"]).await;
}

pub async fn a_volume_in_use_is_told_and_mended(stack: Stack) {
    stack.up(PAIR).await.expect("up");
    let volume = format!("{}_data", stack.name());
    let user = format!("{}-user", stack.name());
    let plan = stack.plan(&down(true)).await.expect("a plan");
    docker([
        "create",
        "--name",
        &user,
        "--volume",
        &format!("{volume}:/data"),
        "mcp-tui-test/busybox",
        "true",
    ]);
    let result = apply(&stack.engine, &plan, |_| {}).await;
    // With the user in sight the volume is left alone, which is said.
    let second = stack.take(&down(true)).await;
    let kept = stack.docker.volumes();
    docker(["rm", "--force", &user]);
    let fault = result.expect_err("somebody uses it");
    told(&fault, &volume);
    assert_eq!(fault.kind, FaultKind::Conflict);
    let warnings = second.expect("down goes on without it").summary().warnings.join("\n");
    assert!(warnings.contains(&volume) && warnings.contains(&user), "{warnings}");
    assert_eq!(kept, [volume]);
    stack.take(&down(true)).await.expect("down again");
    assert!(stack.docker.volumes().is_empty() && stack.docker.networks().is_empty());
    assert!(stack.docker.containers().is_empty());
}

pub async fn a_network_with_endpoints_is_told_and_mended(stack: Stack) {
    stack.up(PAIR).await.expect("up");
    let network = format!("{}_default", stack.name());
    let guest = format!("{}-guest", stack.name());
    let plan = stack.plan(&down(false)).await.expect("a plan");
    docker([
        "run",
        "--detach",
        "--init",
        "--name",
        &guest,
        "--network",
        &network,
        "mcp-tui-test/busybox",
        "sleep",
        "1000",
    ]);
    let result = apply(&stack.engine, &plan, |_| {}).await;
    let second = stack.take(&down(false)).await;
    let kept = stack.docker.networks();
    docker(["rm", "--force", &guest]);
    let fault = result.expect_err("somebody is attached");
    told(&fault, &network);
    assert!(stack.docker.containers().is_empty());
    let warnings = second.expect("down goes on without it").summary().warnings.join("\n");
    assert!(warnings.contains(&network) && warnings.contains(&guest), "{warnings}");
    assert_eq!(kept, [network]);
    stack.take(&down(false)).await.expect("down again");
    assert!(stack.docker.networks().is_empty());
    stack.take(&up(&[])).await.expect("up");
    mended(&stack, &["db", "web"]).await;
}

pub async fn a_name_taken_after_the_plan_is_told_and_mended(stack: Stack) {
    stack.write("compose.yaml", PAIR);
    let plan = stack.plan(&up(&[])).await.expect("a plan");
    let web = format!("{}-web-1", stack.name());
    docker(["create", "--name", &web, "mcp-tui-test/busybox", "true"]);
    let result = apply(&stack.engine, &plan, |_| {}).await;
    docker(["rm", "--force", &web]);
    let fault = result.expect_err("the name is taken");
    told(&fault, &web);
    assert_eq!(fault.kind, FaultKind::Conflict);
    stack.take(&up(&[])).await.expect("up again");
    mended(&stack, &["db", "web"]).await;
}
