//! From what is there to what the file says.

use crate::stack::{Stack, scale, steps, up};
use crate::support::engine::{docker, inspect};
use mcp_tui::domain::{Operation, UpOptions};

const SLEEPER: &str = "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    stop_grace_period: 1s\n";

fn id(name: &str) -> String {
    docker(["inspect", "--format", "{{.Id}}", name])
}

pub async fn a_second_up_changes_nothing(stack: Stack) {
    stack.up(SLEEPER).await.expect("the first up");
    let name = format!("{}-web-1", stack.name());
    let first = id(&name);
    let plan = stack.up(SLEEPER).await.expect("the second up");
    assert!(plan.summary().is_empty(), "{:?}", steps(&plan));
    assert_eq!(id(&name), first);
    assert_eq!(stack.docker.running("web"), [name]);
}

pub async fn what_changed_is_recreated(stack: Stack) {
    let other = "  other:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n";
    stack.up(&format!("{SLEEPER}{other}")).await.expect("the first up");
    let names = ["web", "other"].map(|service| format!("{}-{service}-1", stack.name()));
    let before = names.clone().map(|name| id(&name));
    let changed = SLEEPER.replace("1000", "2000");
    let plan = stack.up(&format!("{changed}{other}")).await.expect("the second up");
    assert_eq!(steps(&plan), [format!("recreate {}", names[0]), format!("start {}", names[0])]);
    assert_eq!(
        plan.summary().steps.iter().find_map(|step| step.downtime).map(|time| time.as_secs()),
        Some(1)
    );
    let after = names.clone().map(|name| id(&name));
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
    let label = "{{index .Config.Labels \"com.docker.compose.replace\"}}";
    assert_eq!(docker(["inspect", "--format", label, &names[0]]), before[0]);
    assert_eq!(stack.docker.containers().len(), 2);
}

pub async fn scales_up_and_down(stack: Stack) {
    stack.up(SLEEPER).await.expect("up");
    let names = |numbers: &[u32]| -> Vec<String> {
        numbers.iter().map(|number| format!("{}-web-{number}", stack.name())).collect()
    };
    stack.take(&scale("web", 3)).await.expect("scale up");
    assert_eq!(stack.docker.running("web"), names(&[1, 2, 3]));
    // A gap stays a gap: the next number is one more than the highest.
    docker(["rm", "--force", &names(&[2])[0]]);
    stack.take(&scale("web", 3)).await.expect("scale up over the gap");
    assert_eq!(stack.docker.running("web"), names(&[1, 3, 4]));
    stack.take(&scale("web", 1)).await.expect("scale down");
    assert_eq!(stack.docker.running("web"), names(&[1]));
    assert_eq!(stack.docker.containers(), names(&[1]));
    stack.take(&scale("web", 0)).await.expect("scale to nothing");
    assert!(stack.docker.containers().is_empty());
}

pub async fn restarts_in_place(stack: Stack) {
    stack.up(SLEEPER).await.expect("up");
    let name = format!("{}-web-1", stack.name());
    let state = |field: &str| docker(["inspect", "--format", &format!("{{{{.{field}}}}}"), &name]);
    let (first, started) = (id(&name), state("State.StartedAt"));
    stack
        .take(&Operation::Restart { services: Vec::new(), timeout: None, no_deps: false })
        .await
        .expect("restart");
    assert_eq!(id(&name), first);
    assert_ne!(state("State.StartedAt"), started);
    assert_eq!(state("State.Running"), "true");
    stack.take(&Operation::Stop { services: vec!["web".to_owned()], timeout: None }).await.expect("stop");
    assert_eq!(state("State.Running"), "false");
    stack.take(&Operation::Start { services: Vec::new() }).await.expect("start");
    assert_eq!(state("State.Running"), "true");
    // Without its file a stack is still known by its containers.
    std::fs::remove_file(stack.file()).expect("the file is there");
    stack
        .take(&Operation::Restart { services: vec!["web".to_owned()], timeout: None, no_deps: false })
        .await
        .expect("restart by labels");
    let fault = stack.take(&up(&[])).await.expect_err("up needs files");
    assert!(fault.hint.is_some(), "{fault}");
}

pub async fn keeps_anonymous_volumes(stack: Stack) {
    let text = format!("{SLEEPER}    volumes: [/data]\n");
    stack.up(&text).await.expect("up");
    let name = format!("{}-web-1", stack.name());
    docker(["exec", &name, "sh", "-c", "echo kept > /data/file"]);
    stack.up(&text.replace("1000", "2000")).await.expect("recreate");
    assert_eq!(docker(["exec", &name, "cat", "/data/file"]), "kept");
}

pub async fn goes_on_after_a_failure(stack: Stack) {
    let broken = format!(
        "{SLEEPER}  broken:\n    image: mcp-tui-test/busybox\n    command: [/no/such/program]\n    depends_on: [web]\n"
    );
    let fault = stack.up(&broken).await.expect_err("the program is not there");
    assert!(fault.object.ends_with("-broken-1"), "{fault}");
    assert_eq!(stack.docker.running("web").len(), 1, "what was started stays");
    let mended = broken.replace("[/no/such/program]", "sleep 1000");
    stack.up(&mended).await.expect("the second up");
    assert_eq!(stack.docker.running("broken").len(), 1);
    assert_eq!(stack.docker.containers().len(), 2);
}

pub async fn removes_orphans_when_asked(stack: Stack) {
    let other =
        "  other:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    stop_grace_period: 0s\n";
    stack.up(&format!("{SLEEPER}{other}")).await.expect("up");
    let plan = stack.up(SLEEPER).await.expect("up without it");
    assert!(plan.summary().warnings.iter().any(|warning| warning.contains("-other-1")));
    assert_eq!(stack.docker.containers().len(), 2);
    let operation = Operation::Up(UpOptions { remove_orphans: true, ..UpOptions::default() });
    stack.take(&operation).await.expect("up that clears");
    assert_eq!(stack.docker.containers(), [format!("{}-web-1", stack.name())]);
    assert!(inspect(&format!("{}-other-1", stack.name())).is_none());
}
