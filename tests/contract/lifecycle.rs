//! From create to remove.

use super::world::{Role, World, soon};
use mcp_tui::domain::{ContainerState, FaultKind, Health};
use serde_json::json;
use std::time::Duration;

pub async fn describes_itself(world: &World) {
    let daemon = world.engine.daemon().await.expect("the daemon describes itself");
    assert_eq!(daemon.simulated, world.simulated);
    assert!(!daemon.name.is_empty());
    assert!(daemon.version.starts_with(|character: char| character.is_ascii_digit()), "{}", daemon.version);
    assert!(daemon.cpus.is_some_and(|cpus| cpus > 0));
    assert!(daemon.memory_bytes.is_some_and(|bytes| bytes > 1 << 20));
    assert_eq!(daemon.endpoint, world.endpoint.describe());
    let (major, minor) = world.engine.api_version();
    assert!(major == 1 && (41..=53).contains(&minor), "{major}.{minor}");
}

pub async fn runs_and_ends(world: &World) {
    let id = world.create("life", Role::Idle, json!({ "StopTimeout": 7 })).await;
    let created = world.inspect(&id).await;
    assert_eq!(created.id, id);
    assert_eq!(created.name.as_str(), world.named("life"));
    assert_eq!(created.state, ContainerState::Created);
    let details = created.details.expect("an inspect has details");
    assert_eq!((details.pid, details.started_at, details.finished_at), (None, None, None));
    assert_eq!(details.stop_grace, Some(Duration::from_secs(7)));

    world.engine.start(&id).await.expect("it starts");
    let running = world.inspect(&id).await;
    assert_eq!(running.state, ContainerState::Running);
    assert!(running.is_running());
    assert!(running.status.starts_with("Up "), "{}", running.status);
    let details = running.details.expect("details");
    assert!(details.pid.is_some_and(|pid| pid > 0));
    assert!(details.started_at.is_some());
    assert_eq!(details.restart_count, 0);
    world.engine.start(&id).await.expect("starting what runs changes nothing");

    world.speaks(&id).await;
    soon("the stop", world.engine.stop(&id, None)).await.expect("it stops");
    let ended = world.inspect(&id).await;
    assert_eq!(ended.state, ContainerState::Exited);
    assert!(ended.status.starts_with("Exited (0) "), "{}", ended.status);
    let details = ended.details.expect("details");
    assert_eq!((details.exit_code, details.oom_killed, details.pid), (0, false, None));
    assert!(details.finished_at >= details.started_at);
    world.engine.stop(&id, None).await.expect("stopping what has stopped changes nothing");

    world.engine.remove_container(&id, false, false).await.expect("it is removed");
    let fault = world.engine.inspect(&id).await.expect_err("it is gone");
    assert_eq!(fault.kind, FaultKind::NotFound);
}

pub async fn keeps_exit_codes(world: &World) {
    let id = world.run("exit", Role::Speaks, json!({})).await;
    assert_eq!(soon("the end", world.engine.wait(&id)).await.expect("it ends"), 3);
    let ended = world.inspect(&id).await;
    assert_eq!(ended.details.expect("details").exit_code, 3);
    let listed = world.engine.containers(None).await.expect("a list");
    let listed =
        listed.into_iter().find(|container| container.id == id).expect("stopped ones are listed too");
    assert!(listed.status.starts_with("Exited (3) "), "{}", listed.status);
}

pub async fn restarts(world: &World) {
    let id = world.run("restart", Role::Idle, json!({})).await;
    let before = world.inspect(&id).await.details.expect("details").started_at;
    soon("the restart", world.engine.restart(&id, Some(Duration::from_secs(5)))).await.expect("it restarts");
    let after = world.inspect(&id).await;
    assert_eq!(after.state, ContainerState::Running);
    let details = after.details.expect("details");
    assert!(details.started_at > before);
    assert_eq!(details.restart_count, 0, "only the daemon's own restarts count");
}

pub async fn is_killed(world: &World) {
    let id = world.run("kill", Role::Idle, json!({})).await;
    world.engine.kill(&id, "SIGKILL").await.expect("it is killed");
    assert_eq!(soon("the end", world.engine.wait(&id)).await.expect("it ends"), 137);
    let fault = world.engine.kill(&id, "SIGKILL").await.expect_err("what has ended cannot be killed");
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.hint.is_some());
}

pub async fn is_renamed(world: &World) {
    let id = world.create("old", Role::Idle, json!({})).await;
    world.engine.rename(&id, &world.named("new")).await.expect("it is renamed");
    assert_eq!(world.inspect(&id).await.name.as_str(), world.named("new"));
    assert_eq!(world.engine.find_container(&world.named("old")).await, Ok(None));
}

pub async fn finds_by_name(world: &World) {
    let id = world.create("needle", Role::Idle, json!({})).await;
    world.create("needle-2", Role::Idle, json!({})).await;
    let found = world.engine.find_container(&world.named("needle")).await.expect("the daemon answers");
    let found = found.expect("it is found");
    assert_eq!(found.id, id);
    assert!(found.details.is_some());
    assert_eq!(world.engine.find_container(&world.named("needl")).await, Ok(None), "a part is no name");
    assert_eq!(world.engine.find_container(&world.named("nee.le")).await, Ok(None), "a name is no pattern");
}

pub async fn lists_a_project(world: &World) {
    let labels = |service: &str, number: u32| {
        json!({ "Labels": {
            "com.docker.compose.project": world.name,
            "com.docker.compose.service": service,
            "com.docker.compose.container-number": number.to_string(),
            "com.docker.compose.oneoff": "False",
            "com.docker.compose.config-hash": "0123abcd",
            "com.docker.compose.depends_on": "db:service_healthy:false,cache:service_started:true",
            "com.docker.compose.project.working_dir": "/srv/stack",
            "com.docker.compose.project.config_files": "/srv/stack/compose.yaml,/srv/stack/more.yaml",
        }})
    };
    let first = world.run("api-1", Role::Idle, labels("api", 1)).await;
    let second = world.create("api-2", Role::Idle, labels("api", 2)).await;
    world.create("other", Role::Idle, json!({})).await;
    let mut listed = world.engine.containers(Some(&world.name)).await.expect("a list");
    listed.sort_by_key(mcp_tui::domain::Container::tag);
    assert_eq!(listed.iter().map(|container| &container.id).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!(listed[0].state, ContainerState::Running);
    assert_eq!(listed[1].state, ContainerState::Created);
    assert_eq!(listed[1].tag(), "api-2");
    assert_eq!(listed[0].details, None, "a list has no details");
    let compose = listed[0].compose.as_ref().expect("it belongs to a project");
    assert_eq!(compose.number, Some(1));
    assert!(!compose.oneoff);
    assert_eq!(compose.config_hash.as_deref(), Some("0123abcd"));
    assert_eq!(compose.depends_on, ["db:service_healthy:false", "cache:service_started:true"]);
    assert_eq!(compose.config_files, ["/srv/stack/compose.yaml", "/srv/stack/more.yaml"]);
    assert_eq!(compose.working_dir.as_deref(), Some("/srv/stack"));
    assert_eq!(world.inspect(&first).await.compose.as_ref(), Some(compose), "inspect and list agree");
}

pub async fn tells_health(world: &World) {
    let check = json!({ "Healthcheck": {
        "Test": ["CMD-SHELL", "echo fine"], "Interval": 200_000_000, "Timeout": 5_000_000_000_i64, "Retries": 1,
    }});
    let id = world.run("health", Role::Idle, check).await;
    world
        .eventually("the container turns healthy", async || {
            (world.inspect(&id).await.health == Some(Health::Healthy)).then_some(())
        })
        .await;
    let healthy = world.inspect(&id).await;
    assert!(healthy.status.ends_with("(healthy)"), "{}", healthy.status);
    assert_eq!(healthy.details.expect("details").failing_streak, 0);
    let listed = world.engine.containers(None).await.expect("a list");
    let listed = listed.into_iter().find(|container| container.id == id).expect("it is listed");
    assert_eq!(listed.health, Some(Health::Healthy));
}
