//! What an Engine refuses, and whether an operator is told what to do.

use super::world::{Role, World};
use futures_util::StreamExt;
use mcp_tui::domain::{ContainerId, Fault, FaultKind};
use mcp_tui::engine::LogRequest;
use serde_json::{Value, json};
use std::net::TcpListener;

/// Of this kind, with the daemon's words and a hint.
fn expect(fault: &Fault, kind: FaultKind, words: &str) {
    assert_eq!(fault.kind, kind, "{fault:?}");
    assert!(fault.to_string().to_lowercase().contains(words), "{fault}");
    assert!(fault.hint.is_some(), "{fault:?}");
}

pub async fn unknown_container(world: &World) {
    let nobody = ContainerId("0".repeat(64));
    let engine = &world.engine;
    for fault in [
        engine.start(&nobody).await.expect_err("nothing to start"),
        engine.stop(&nobody, None).await.expect_err("nothing to stop"),
        engine.inspect(&nobody).await.expect_err("nothing to inspect"),
        engine.remove_container(&nobody, true, false).await.expect_err("nothing to remove"),
        engine
            .logs(&nobody, LogRequest::default())
            .next()
            .await
            .expect("a fault")
            .expect_err("nothing to read"),
        engine.exec(&nobody, vec!["true".to_owned()].into()).await.err().expect("nowhere to run"),
    ] {
        expect(&fault, FaultKind::NotFound, "no such container");
    }
}

pub async fn taken_name(world: &World) {
    world.create("twin", Role::Idle, json!({})).await;
    let fault = world.try_create("twin", Role::Idle, json!({})).await.expect_err("the name is taken");
    expect(&fault, FaultKind::Conflict, "already in use by container");
}

pub async fn unknown_image(world: &World) {
    let more = json!({ "Image": "mcp-tui-test/no-such:1" });
    let fault = world.try_create("image", Role::Idle, more).await.expect_err("there is no such image");
    expect(&fault, FaultKind::NotFound, "no such image");
}

/// One that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// What a container is created with that publishes its port 80 there.
pub fn published(port: u16) -> Value {
    json!({
        "ExposedPorts": { "80/tcp": {} },
        "HostConfig": { "PortBindings": { "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": port.to_string() }] } },
    })
}

pub async fn taken_port(world: &World) {
    let port = free_port();
    let more = || published(port);
    let first = world.run("first", Role::Idle, more()).await;
    let ports = world.inspect(&first).await.ports;
    assert_eq!(ports.len(), 1);
    assert_eq!((ports[0].host_port, ports[0].container_port, &*ports[0].protocol), (Some(port), 80, "tcp"));
    let second = world.create("second", Role::Idle, more()).await;
    let fault = world.engine.start(&second).await.expect_err("the port is taken");
    expect(&fault, FaultKind::Conflict, "port is already allocated");
}

pub async fn network_in_use(world: &World) {
    let name = world.named("net");
    world.engine.create_network(&name, &json!({ "Driver": "bridge" })).await.expect("it is created");
    let container = world.run("on", Role::Idle, json!({ "HostConfig": { "NetworkMode": name } })).await;
    let fault = world.engine.remove_network(&name).await.expect_err("it is in use");
    expect(&fault, FaultKind::Conflict, "has active endpoints");
    world.engine.remove_container(&container, true, false).await.expect("it is removed");
}

pub async fn volume_in_use(world: &World) {
    let name = world.named("data");
    world.engine.create_volume(&json!({ "Name": name })).await.expect("it is created");
    let more = json!({ "HostConfig": { "Binds": [format!("{name}:/data")] } });
    let container = world.create("holder", Role::Idle, more).await;
    let fault = world.engine.remove_volume(&name).await.expect_err("it is in use");
    expect(&fault, FaultKind::Conflict, "volume is in use");
    world.engine.remove_container(&container, true, false).await.expect("it is removed");
}

pub async fn unknown_program(world: &World) {
    let id = world.create("program", Role::Idle, json!({ "Cmd": ["no-such-program"] })).await;
    let fault = world.engine.start(&id).await.expect_err("there is no such program");
    expect(&fault, FaultKind::Invalid, "executable file not found");
    let details = world.inspect(&id).await.details.expect("details");
    assert!(
        details.error.is_some_and(|error| error.contains("no-such-program")),
        "the container keeps the reason"
    );
}

pub async fn unreadable_log(world: &World) {
    let more = json!({ "HostConfig": { "LogConfig": { "Type": "none" } } });
    let id = world.run("mute", Role::Idle, more).await;
    assert_eq!(world.inspect(&id).await.details.expect("details").log_driver, "none");
    let mut lines = world.engine.logs(&id, LogRequest { follow: true, ..LogRequest::default() });
    let fault = lines.next().await.expect("a fault").expect_err("nothing to read");
    expect(&fault, FaultKind::Refused, "does not support reading");
    assert!(lines.next().await.is_none(), "a fault ends the log");
}
