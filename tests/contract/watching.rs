//! The stream of facts.

use super::refusals::{free_port, published};
use super::world::{self, Role, World, soon};
use mcp_tui::domain::{Container, ContainerId, ContainerState, FleetEvent, Health};
use mcp_tui::engine::watch;
use serde_json::json;
use tokio::sync::mpsc::Receiver;

/// Takes facts until one is what is waited for; the connection holds.
async fn until<T>(
    events: &mut Receiver<FleetEvent>,
    what: &str,
    mut wanted: impl FnMut(FleetEvent) -> Option<T>,
) -> T {
    let wanted = |event| {
        assert!(!matches!(event, FleetEvent::Lost { .. }), "{event:?}");
        wanted(event)
    };
    world::until(events, what, wanted).await
}

async fn changed(
    events: &mut Receiver<FleetEvent>,
    id: &ContainerId,
    what: &str,
    wanted: impl Fn(&Container) -> bool,
) -> Container {
    until(events, what, |event| match event {
        FleetEvent::Changed(container) if container.id == *id && wanted(&container) => Some(*container),
        _ => None,
    })
    .await
}

async fn begun(world: &World) -> Receiver<FleetEvent> {
    let mut events = watch(world.endpoint.clone());
    until(&mut events, "the list", |event| matches!(event, FleetEvent::Listed(_)).then_some(())).await;
    events
}

pub async fn lists_first(world: &World) {
    let id = world.run("listed", Role::Idle, json!({})).await;
    let mut events = watch(world.endpoint.clone());
    let first = soon("the list", events.recv()).await.expect("a fact");
    let FleetEvent::Listed(containers) = first else { panic!("{first:?}") };
    let mine = containers.iter().find(|container| container.id == id).expect("it is listed");
    assert_eq!((mine.state, &mine.details), (ContainerState::Running, &None));
    let second = soon("the daemon", events.recv()).await.expect("a fact");
    let FleetEvent::Connected(daemon) = second else { panic!("{second:?}") };
    assert_eq!(daemon.simulated, world.simulated);
}

pub async fn details_follow(world: &World) {
    let id = world.run("detailed", Role::Idle, json!({})).await;
    let mut events = begun(world).await;
    let container = changed(&mut events, &id, "the details", |container| container.details.is_some()).await;
    assert!(container.details.is_some_and(|details| details.pid.is_some()));
}

pub async fn tells_why_a_start_failed(world: &World) {
    let port = free_port();
    let more = || published(port);
    world.run("holds-the-port", Role::Idle, more()).await;
    let mut events = begun(world).await;
    let id = world.create("wants-the-port", Role::Idle, more()).await;
    world.engine.start(&id).await.expect_err("the port is taken");
    let why = changed(&mut events, &id, "the reason", |container| {
        container.details.as_ref().is_some_and(|details| details.error.is_some())
    });
    let error = why.await.details.and_then(|details| details.error).expect("it was waited for");
    assert!(error.contains("port is already allocated"), "{error}");
}

pub async fn sees_a_life(world: &World) {
    let mut events = begun(world).await;
    let id = world.create("life", Role::Idle, json!({})).await;
    changed(&mut events, &id, "the creation", |container| container.state == ContainerState::Created).await;
    world.engine.start(&id).await.expect("it starts");
    changed(&mut events, &id, "the start", |container| container.state == ContainerState::Running).await;
    world.engine.rename(&id, &world.named("renamed")).await.expect("it is renamed");
    changed(&mut events, &id, "the name", |container| container.name.as_str() == world.named("renamed"))
        .await;
    world.engine.kill(&id, "SIGKILL").await.expect("it is killed");
    let mut exit_code = None;
    until(&mut events, "the end", |event| match event {
        FleetEvent::Noted(event) if event.id == id.0 && event.action.as_str() == "die" => {
            exit_code = event.exit_code;
            None
        }
        FleetEvent::Changed(container) if container.id == id => {
            (container.state == ContainerState::Exited).then_some(())
        }
        _ => None,
    })
    .await;
    assert_eq!(exit_code, Some(137), "the event says how it ended");
    world.engine.remove_container(&id, true, false).await.expect("it is removed");
    until(&mut events, "the removal", |event| (event == FleetEvent::Removed(id.clone())).then_some(())).await;
}

pub async fn sees_health(world: &World) {
    let mut events = begun(world).await;
    let check = json!({ "Healthcheck": {
        "Test": ["CMD-SHELL", "true"], "Interval": 200_000_000, "Timeout": 5_000_000_000_i64, "Retries": 1,
    }});
    let id = world.run("health", Role::Idle, check).await;
    changed(&mut events, &id, "the verdict", |container| container.health == Some(Health::Healthy)).await;
}

pub async fn sees_illness_and_recovery(world: &World) {
    let mut events = begun(world).await;
    let check = json!({ "Healthcheck": {
        "Test": ["CMD-SHELL", "echo looked; test -e /tmp/well"],
        "Interval": 200_000_000, "Timeout": 5_000_000_000_i64, "Retries": 1,
    }});
    let id = world.run("health", Role::Idle, check).await;
    let ill =
        changed(&mut events, &id, "the illness", |container| container.health == Some(Health::Unhealthy))
            .await;
    let details = ill.details.expect("details");
    assert!(details.failing_streak > 0);
    assert_eq!(details.health_output.as_deref(), Some("looked"));
    let heal = ["touch", "/tmp/well"].map(str::to_owned).to_vec();
    assert_eq!(world.engine.exec(&id, heal.into()).await.expect("it runs").finish().await, Ok(0));
    changed(&mut events, &id, "the recovery", |container| container.health == Some(Health::Healthy)).await;
}
