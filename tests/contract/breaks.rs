//! Connections that fall silent, break and come back.

use super::proxy::{Mode, Proxy};
use super::world::{Role, World, soon, until};
use futures_util::StreamExt;
use mcp_tui::domain::{FaultKind, FleetEvent};
use mcp_tui::engine::{Endpoint, Engine, LogRequest, watch};
use serde_json::json;
use tokio::sync::mpsc::Receiver;

async fn listed(events: &mut Receiver<FleetEvent>) -> Vec<mcp_tui::domain::Container> {
    until(events, "the list", |event| match event {
        FleetEvent::Listed(containers) => Some(containers),
        _ => None,
    })
    .await
}

async fn lost(events: &mut Receiver<FleetEvent>) -> FaultKind {
    until(events, "the loss", |event| match event {
        FleetEvent::Lost { fault, .. } => {
            assert!(fault.hint.is_some(), "{fault:?}");
            Some(fault.kind)
        }
        _ => None,
    })
    .await
}

pub async fn a_silence_is_noticed(world: &World) {
    let proxy = Proxy::new(&world.socket());
    let mut events = watch(Endpoint::unix(proxy.socket()));
    listed(&mut events).await;
    proxy.set(Mode::Silent);
    assert_eq!(lost(&mut events).await, FaultKind::Timeout);
    proxy.set(Mode::Open);
    listed(&mut events).await;
}

pub async fn all_is_listed_anew_after_a_restart(world: &World) {
    let stays = world.run("stays", Role::Idle, json!({})).await;
    let goes = world.run("goes", Role::Idle, json!({})).await;
    let proxy = Proxy::new(&world.socket());
    let mut events = watch(Endpoint::unix(proxy.socket()));
    let first = listed(&mut events).await;
    assert!([&stays, &goes].into_iter().all(|id| first.iter().any(|container| container.id == *id)));
    proxy.set(Mode::Closed);
    assert_eq!(lost(&mut events).await, FaultKind::Unreachable);
    // Nobody is told of this one.
    world.engine.remove_container(&goes, true, false).await.expect("it is removed");
    proxy.set(Mode::Open);
    let second = listed(&mut events).await;
    assert!(second.iter().any(|container| container.id == stays));
    assert!(!second.iter().any(|container| container.id == goes));
    // And the new connection is followed like the first.
    world.engine.kill(&stays, "SIGKILL").await.expect("it is killed");
    until(&mut events, "the end", |event| match event {
        FleetEvent::Noted(event) => (event.id == stays.0 && event.action.as_str() == "die").then_some(()),
        _ => None,
    })
    .await;
}

pub async fn a_broken_log_is_no_end(world: &World) {
    let id = world.run("ticks", Role::Ticks, json!({})).await;
    let proxy = Proxy::new(&world.socket());
    let engine = Engine::connect(&Endpoint::unix(proxy.socket())).await.expect("it answers");
    let mut lines = engine.logs(&id, LogRequest { follow: true, ..LogRequest::default() });
    soon("a line", lines.next()).await.expect("a line").expect("readable");
    proxy.set(Mode::Closed);
    let fault = loop {
        match soon("the fault", lines.next()).await.expect("a fault, not the end") {
            Ok(_) => {}
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert!(lines.next().await.is_none());
}

/// Two writes, hence two frames of 8 + 6 bytes; cut everywhere but between them and after them.
pub async fn a_cut_command_is_no_success(world: &World) {
    let id = world.run("exec", Role::Idle, json!({})).await;
    let proxy = Proxy::new(&world.socket());
    let engine = Engine::connect(&Endpoint::unix(proxy.socket())).await.expect("it answers");
    for bytes in [1, 7, 8, 9, 13, 15, 22, 27] {
        proxy.set(Mode::Cut { path: "/start", bytes });
        let command = ["sh", "-c", "echo first; sleep 0.2; echo again"].map(str::to_owned).to_vec();
        let mut exec = engine.exec(&id, command.into()).await.expect("it starts");
        let mut broken = None;
        while let Some(chunk) = soon("output", exec.next()).await {
            if let Err(fault) = chunk {
                assert_eq!(broken.replace(fault), None, "a fault is told once");
            }
        }
        let fault = broken.unwrap_or_else(|| panic!("cut after {bytes} bytes, and nobody noticed"));
        assert_eq!(fault.kind, FaultKind::Unreachable, "{fault}");
        proxy.set(Mode::Open);
        assert!(exec.finish().await.is_err(), "cut after {bytes} bytes, and called a success");
    }
}

/// Cut where a frame ends, the stream itself looks whole; that the command still runs gives it away.
pub async fn a_command_that_still_runs_is_no_success(world: &World) {
    let id = world.run("exec", Role::Idle, json!({})).await;
    let proxy = Proxy::new(&world.socket());
    let engine = Engine::connect(&Endpoint::unix(proxy.socket())).await.expect("it answers");
    proxy.set(Mode::Cut { path: "/start", bytes: 8 + 6 });
    let command = ["sh", "-c", "echo first; sleep 30"].map(str::to_owned).to_vec();
    let exec = engine.exec(&id, command.into()).await.expect("it starts");
    let fault = soon("the verdict", exec.finish()).await.expect_err("it has not ended");
    assert_eq!(fault.kind, FaultKind::Unreachable);
}
