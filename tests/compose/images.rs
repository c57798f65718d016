//! Images on their way to this server: from a registry of the test's own, and from Dockerfiles.

use crate::registry::{Access, PASSWORD, Registry, USER};
use crate::stack::{Stack, down, steps, up};
use crate::support::engine::docker;
use crate::support::workplace::Workplace;
use mcp_tui::compose::apply;
use mcp_tui::domain::{
    BuildOptions, Fault, FaultKind, Operation, PullOptions, PushOptions, StepVerb, TaskEvent, UpOptions,
};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tempfile::TempDir;

const MEGABYTE: usize = 1 << 20;
pub const IMAGE: &str = "mcp-tui-test/busybox";

/// A tag that is taken off again, so that the image goes with it.
pub struct Tag(pub String);

impl Drop for Tag {
    fn drop(&mut self) {
        drop(Command::new("docker").args(["image", "rm", "--force", &self.0]).output());
    }
}

fn sleeper(image: &str) -> String {
    format!(
        "services:\n  web:\n    image: {image}\n    command: sleep 1000\n    init: true\n    stop_grace_period: 0s\n"
    )
}

/// What the Engine presents to registries from now on.
pub fn credentials(stack: &mut Stack, config: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("config.json"), config).expect("a file");
    stack.engine = stack.engine.clone().with_credentials_in(directory.path());
    directory
}

pub async fn told(stack: &Stack, operation: &Operation) -> (Result<(), Fault>, Vec<TaskEvent>) {
    let plan = match stack.plan(operation).await {
        Ok(plan) => plan,
        Err(fault) => return (Err(fault), Vec::new()),
    };
    let mut events = Vec::new();
    let result = apply(&stack.engine, &plan, |event| events.push(event)).await;
    (result, events)
}

pub fn build() -> Operation {
    Operation::Build(BuildOptions::default())
}

fn up_building() -> Operation {
    Operation::Up(UpOptions { build: true, ..UpOptions::default() })
}

fn image_id(name: &str) -> String {
    docker(["image", "inspect", "--format", "{{.Id}}", name])
}

pub async fn up_pulls_what_is_missing(stack: Stack) {
    let registry = Registry::start(Access::Everybody);
    let reference = registry.offer(IMAGE, "team/app", 3 * MEGABYTE);
    let _tag = Tag(reference.clone());
    stack.write("compose.yaml", &sleeper(&reference));
    let (result, events) = told(&stack, &up(&[])).await;
    result.expect("the image is pulled and the container started");
    assert_eq!(stack.docker.running("web").len(), 1);
    let mut bytes = events.iter().filter_map(|event| match event {
        TaskEvent::StepProgress { step: 0, done, total, .. } => done.zip(*total),
        _ => None,
    });
    let (done, total) = bytes.next_back().expect("progress in bytes");
    assert!(done == total && total >= 3 * MEGABYTE as u64, "{done} of {total}");
    let layers = events.iter().rev().find_map(|event| match event {
        TaskEvent::StepParts { parts, .. } => Some(parts),
        _ => None,
    });
    assert!(layers.expect("layers").iter().all(|layer| layer.over), "{layers:?}");
    let plans: Vec<_> = events
        .iter()
        .filter_map(|event| if let TaskEvent::Planned { plan } = event { Some(plan) } else { None })
        .collect();
    assert_eq!(plans.len(), 1, "planned again with the image at hand");
    assert_eq!(plans[0].steps[0].verb, StepVerb::Pull);
    let label = docker([
        "inspect",
        "--format",
        "{{index .Config.Labels \"com.docker.compose.image\"}}",
        &stack.docker.running("web")[0],
    ]);
    assert_eq!(label, image_id(&reference));
    let plan = stack.take(&up(&[])).await.expect("the second up");
    assert!(plan.summary().is_empty(), "{:?}", steps(&plan));
}

pub async fn a_newer_image_recreates(stack: Stack) {
    let registry = Registry::start(Access::Everybody);
    let reference = registry.offer(IMAGE, "team/app", 1000);
    let _tag = Tag(reference.clone());
    let always = Operation::Up(UpOptions { pull: Some("always".to_owned()), ..UpOptions::default() });
    stack.write("compose.yaml", &sleeper(&reference));
    stack.take(&up(&[])).await.expect("up");
    let name = stack.docker.running("web").remove(0);
    let id = || docker(["inspect", "--format", "{{.Id}}", &name]);
    let first = id();
    stack.take(&always).await.expect("the same image again");
    assert_eq!(id(), first, "the image is the same");
    let old = Tag(image_id(&reference));
    registry.offer(IMAGE, "team/app", 2000);
    stack.take(&up(&[])).await.expect("up that does not pull");
    assert_eq!(id(), first, "nobody asked for a newer image");
    stack.take(&always).await.expect("the newer image");
    assert_ne!(id(), first);
    drop(old);
}

pub async fn credentials_open_a_registry(mut stack: Stack) {
    for access in [Access::Basic, Access::Bearer] {
        let registry = Registry::start(access);
        let reference = registry.offer(IMAGE, "team/app", 1000);
        let _tag = Tag(reference.clone());
        stack.write("compose.yaml", &sleeper(&reference));
        let _none = credentials(&mut stack, "{}");
        let fault = stack.take(&up(&[])).await.expect_err("nobody said who asks");
        assert_eq!((fault.kind, &fault.object), (FaultKind::Permission, &reference));
        assert!(fault.hint.is_some_and(|hint| hint.contains(&registry.host())));
        let _wrong = credentials(&mut stack, &registry.docker_config().replace("c2VzYW1l", "c2VzYW1h"));
        let fault = stack.take(&up(&[])).await.expect_err("the password is wrong");
        assert_eq!(fault.kind, FaultKind::Permission);
        assert!(fault.to_string().contains("does not accept"), "{fault}");
        assert!(!fault.to_string().contains("sesam"), "{fault}");
        assert!(stack.docker.networks().is_empty(), "nothing is begun without the image");
        let _right = credentials(&mut stack, &registry.docker_config());
        stack.take(&up(&[])).await.expect("the password is right");
        assert_eq!(stack.docker.running("web").len(), 1);
        stack.take(&down(false)).await.expect("down");
    }
}

pub async fn a_credential_helper_is_asked(stack: Stack) {
    let registry = Registry::start(Access::Basic);
    let reference = registry.offer(IMAGE, "team/app", 1000);
    let _tag = Tag(reference.clone());
    let place = Workplace::new();
    let file = place.write("work/compose.yaml", &sleeper(&reference));
    let config = format!(r#"{{ "credHelpers": {{ "{}": "trial" }} }}"#, registry.host());
    place.write(".docker/config.json", &config);
    let answer = format!(r#"{{"Username":"{USER}","Secret":"{PASSWORD}"}}"#);
    let script = place.write(
        "bin/docker-credential-trial",
        &format!("#!/bin/sh\n[ \"$1 $(cat)\" = 'get {}' ] && echo '{answer}'\n", registry.host()),
    );
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let name = stack.name();
    let file = file.display().to_string();
    let up = |path: &str| {
        let mut command = place.command(["-f", &file, "-p", name, "up"]);
        let output = command.env("PATH", path).output().expect("the program runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    };
    let path = std::env::var("PATH").expect("a path");
    let (done, said) = up(&path);
    assert!(!done && said.contains("docker-credential-trial"), "without the helper: {said}");
    let (done, said) = up(&format!("{}:{path}", place.path("bin").display()));
    assert!(done, "{said}");
    assert_eq!(stack.docker.running("web").len(), 1);
    assert!(!said.contains(PASSWORD), "{said}");
    let written = Command::new("grep")
        .args(["-rlF", PASSWORD, &place.path("state").display().to_string()])
        .output()
        .expect("grep");
    assert!(written.stdout.is_empty(), "{}", String::from_utf8_lossy(&written.stdout));
}

pub async fn a_pull_that_breaks_off_is_told_and_mended(stack: Stack) {
    let registry = Registry::start(Access::Everybody);
    let reference = registry.offer(IMAGE, "team/app", 4 * MEGABYTE);
    let _tag = Tag(reference.clone());
    registry.break_after(MEGABYTE);
    stack.write("compose.yaml", &sleeper(&reference));
    let fault = stack.take(&up(&[])).await.expect_err("the connection was cut");
    assert_eq!(fault.object, reference);
    assert!(fault.to_string().contains("had broken") && fault.hint.is_some(), "{fault}");
    assert!(stack.docker.containers().is_empty() && stack.docker.networks().is_empty());
    registry.mend();
    stack.take(&up(&[])).await.expect("the second up");
    assert_eq!(stack.docker.running("web").len(), 1);
}

pub async fn an_image_that_no_registry_has_is_told(stack: Stack) {
    let registry = Registry::start(Access::Everybody);
    let reference = format!("{}/team/none:1", registry.host());
    stack.write("compose.yaml", &sleeper(&reference));
    let fault = stack.take(&up(&[])).await.expect_err("there is no such image");
    assert_eq!((fault.kind, &fault.object), (FaultKind::NotFound, &reference));
    assert!(fault.hint.is_some());
    let ignoring = PullOptions { ignore_pull_failures: true, ..PullOptions::default() };
    let (result, events) = told(&stack, &Operation::Pull(ignoring)).await;
    result.expect("failures are ignored");
    let warned = |event: &TaskEvent| matches!(event, TaskEvent::Output { text } if text.contains(&reference));
    assert!(events.iter().any(warned), "{events:?}");
}

pub async fn what_cannot_be_pulled_is_built(stack: Stack) {
    let registry = Registry::start(Access::Everybody);
    let reference = format!("{}/team/own:1", registry.host());
    let _tag = Tag(reference.clone());
    stack.write("Dockerfile", &format!("FROM {IMAGE}\nCMD [\"sleep\", \"1000\"]\n"));
    let text = format!(
        "services:\n  web:\n    image: {reference}\n    build: .\n    init: true\n    stop_grace_period: 0s\n"
    );
    let plan = stack.up(&text).await.expect("it is built");
    assert!(steps(&plan)[1].starts_with("build image"), "{:?}", steps(&plan));
    assert_eq!(stack.docker.running("web").len(), 1);
    stack.take(&Operation::Push(PushOptions::default())).await.expect("it is pushed");
    assert!(registry.requests().iter().any(|request| request.starts_with("PUT /v2/team/own/manifests/")));
}

pub async fn a_build_has_its_context_arguments_and_target(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    stack.write(".dockerignore", "*\n!kept*\nkept.secret\n");
    for file in ["kept", "kept.secret", "other"] {
        stack.write(file, file);
    }
    stack.write(
        "Dockerfile",
        &format!(
            "FROM {IMAGE} AS first\nARG WORD=none\nRUN echo \"$WORD\" > /word\nCOPY . /all\nFROM first AS second\nRUN touch /second\n"
        ),
    );
    stack.write(
        "compose.yaml",
        "services:\n  app:\n    build:\n      context: .\n      target: first\n      args: {WORD: from the file}\n      labels: {own: label}\n",
    );
    let (result, events) = told(&stack, &build()).await;
    result.expect("it is built");
    let lines = events.iter().filter(|event| matches!(event, TaskEvent::StepOutput { .. }));
    assert!(lines.count() > 4, "what the builder writes is told");
    let seen =
        docker(["run", "--rm", &name, "sh", "-c", "cat /word; ls /all; ls -d /second 2>&1 | head -c 3"]);
    assert_eq!(seen.lines().collect::<Vec<_>>(), ["from the file", "kept", "ls:"]);
    let label = |key: &str| {
        docker(["image", "inspect", "--format", &format!("{{{{index .Config.Labels \"{key}\"}}}}"), &name])
    };
    assert_eq!(label("own"), "label");
    let more = BuildOptions {
        args: [("WORD".to_owned(), Some("from the line".to_owned()))].into(),
        quiet: true,
        ..BuildOptions::default()
    };
    let (result, events) = told(&stack, &Operation::Build(more)).await;
    result.expect("it is built again");
    assert!(!events.iter().any(|event| matches!(event, TaskEvent::StepOutput { .. })));
    assert_eq!(docker(["run", "--rm", &name, "cat", "/word"]), "from the line");
}

pub async fn an_inline_dockerfile_is_built_and_a_change_recreates(stack: Stack) {
    let _tag = Tag(format!("{}-web", stack.name()));
    let text = format!(
        "services:\n  web:\n    init: true\n    stop_grace_period: 0s\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM {IMAGE}\n        COPY data /data\n        CMD [\"sleep\", \"1000\"]\n"
    );
    stack.write("data", "one");
    stack.up(&text).await.expect("up");
    let name = stack.docker.running("web").remove(0);
    let id = || docker(["inspect", "--format", "{{.Id}}", &name]);
    let (first, old) = (id(), Tag(image_id(&format!("{}-web", stack.name()))));
    stack.take(&up_building()).await.expect("the same again");
    assert_eq!(id(), first, "nothing has changed");
    stack.write("data", "two");
    stack.take(&up(&[])).await.expect("up that does not build");
    assert_eq!(id(), first);
    let plan = stack.take(&up_building()).await.expect("a new image");
    assert!(
        plan.summary().steps.iter().any(|step| step.verb == StepVerb::RecreateContainer),
        "the card says what may be stopped"
    );
    assert_ne!(id(), first);
    assert_eq!(docker(["exec", &name, "cat", "/data"]), "two");
    drop(old);
}

pub async fn a_step_that_fails_is_told_with_its_words(stack: Stack) {
    stack.write("Dockerfile", &format!("FROM {IMAGE}\nRUN echo the disk is made of cheese; exit 3\n"));
    let fault = stack.up("services:\n  web:\n    build: .\n").await.expect_err("the step fails").to_string();
    for part in ["-web", "at [2/2] RUN", "exit 3", "exit code: 3", "wrote last: the disk is made of cheese"] {
        assert!(fault.contains(part), "{part}: {fault}");
    }
    assert!(stack.docker.networks().is_empty());
}

pub async fn what_a_build_lacks_is_told(stack: Stack) {
    stack.write("Dockerfile", &format!("FROM {IMAGE} AS first\n"));
    stack.write("lost", &format!("FROM {IMAGE}\nCOPY lost-and-found /\n"));
    stack.write("nobody", "FROM mcp-tui-test/no-such-base\n");
    for (build, part) in [
        ("./none", "its context"),
        ("{context: ., dockerfile: none}", "its Dockerfile"),
        ("{context: ., target: third}", "third"),
        ("{context: ., dockerfile: lost}", "lost-and-found"),
        ("{context: ., dockerfile: nobody}", "no-such-base"),
        ("{context: ., secrets: [key]}", "secret key"),
        ("{context: ., additional_contexts: {other: ./}}", "additional_contexts"),
        ("{context: ., platforms: [linux/amd64, linux/arm64]}", "platforms"),
        ("{context: ., network: elsewhere}", "build.network"),
    ] {
        let secrets = "secrets: {key: {file: ./no-such-key}}\n";
        stack.write("compose.yaml", &format!("services:\n  web:\n    build: {build}\n{secrets}"));
        let fault = stack.take(&Operation::Build(BuildOptions::default())).await.expect_err(build);
        assert!(fault.to_string().contains(part), "{build}: {fault}");
        assert!(fault.object.contains("web") && fault.hint.is_some(), "{build}: {fault}");
    }
}

pub async fn a_large_context_is_sent_as_it_is_read(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    let file = std::fs::File::create(stack.directory.path().join("large")).expect("a file");
    file.set_len(200 * MEGABYTE as u64).expect("a large file");
    stack.write("Dockerfile", &format!("FROM {IMAGE}\nCOPY large /\n"));
    stack.write("compose.yaml", "services:\n  app:\n    build: .\n");
    let before = resident();
    let (result, events) = told(&stack, &build()).await;
    result.expect("it is built");
    let sent =
        |event: &TaskEvent| matches!(event, TaskEvent::StepProgress { text, .. } if text.contains("context"));
    assert!(events.iter().any(sent), "{events:?}");
    let grown = resident().saturating_sub(before);
    assert!(grown < 60 * MEGABYTE, "{} MiB more are held at the peak", grown / MEGABYTE);
}

/// The most memory that this process has held.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process's status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("its peak");
    line.split_whitespace().nth(1).and_then(|number| number.parse::<usize>().ok()).expect("a number") * 1024
}
