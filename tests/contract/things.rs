//! Networks, volumes, images, files.

use super::world::{IMAGE, Role, World};
use mcp_tui::domain::disk_use::DiskPart;
use serde_json::{Value, json};
use std::process::Command;

pub async fn keeps_networks(world: &World) {
    let name = world.named("net");
    assert_eq!(world.engine.network(&name).await, Ok(None));
    let labels = json!({
        "com.docker.compose.project": world.name, "com.docker.compose.network": "backend",
    });
    let body = json!({ "Driver": "bridge", "Labels": labels });
    let id = world.engine.create_network(&name, &body).await.expect("it is created");
    let found = world.engine.network(&name).await.expect("an answer").expect("it is found");
    assert_eq!((found.id.as_str(), found.name.as_str(), found.driver.as_str()), (&*id, &*name, "bridge"));
    assert_eq!((found.project.as_deref(), found.key.as_deref()), (Some(&*world.name), Some("backend")));
    assert_eq!(found.endpoints, Some(0));

    let container = world.run("on", Role::Idle, json!({})).await;
    let endpoint = json!({ "Aliases": ["api"] });
    world.engine.connect_network(&name, &container, &endpoint).await.expect("it is attached");
    let attached = world.inspect(&container).await;
    let attachment =
        attached.networks.iter().find(|attachment| attachment.network == name).expect("it is attached");
    assert!(attachment.address.is_some());
    assert_eq!(world.engine.network(&name).await.expect("an answer").expect("found").endpoints, Some(1));

    world.engine.remove_container(&container, true, true).await.expect("it is removed");
    world.engine.remove_network(&name).await.expect("it is removed");
    assert_eq!(world.engine.network(&name).await, Ok(None));
}

pub async fn keeps_volumes(world: &World) {
    let name = world.named("data");
    assert_eq!(world.engine.volume(&name).await, Ok(None));
    let labels = json!({
        "com.docker.compose.project": world.name, "com.docker.compose.volume": "data",
    });
    let body = json!({ "Name": name, "Labels": labels });
    assert_eq!(world.engine.create_volume(&body).await, Ok(name.clone()));
    assert_eq!(
        world.engine.create_volume(&body).await,
        Ok(name.clone()),
        "one that exists is taken as it is"
    );
    let found = world.engine.volume(&name).await.expect("an answer").expect("it is found");
    assert_eq!((found.name.as_str(), found.driver.as_str()), (&*name, "local"));
    assert_eq!((found.project.as_deref(), found.key.as_deref()), (Some(&*world.name), Some("data")));
    let resources = world.engine.resources().await.expect("an overview");
    assert!(resources.volumes.iter().any(|volume| volume.name.as_str() == name));
    let more = json!({ "HostConfig": { "Binds": [format!("{name}:/data:ro")] } });
    let container = world.create("holder", Role::Idle, more).await;
    let mounts = world.inspect(&container).await.mounts;
    assert_eq!(mounts.len(), 1);
    assert_eq!((&*mounts[0].kind, &*mounts[0].source, &*mounts[0].target), ("volume", &*name, "/data"));
    assert!(!mounts[0].read_write);
    world.engine.remove_container(&container, true, true).await.expect("it is removed");
    assert!(
        world.engine.volume(&name).await.expect("an answer").is_some(),
        "a named volume outlives its container"
    );
    world.engine.remove_volume(&name).await.expect("it is removed");
    assert_eq!(world.engine.volume(&name).await, Ok(None));
}

pub async fn knows_images(world: &World) {
    let image = world.engine.image(IMAGE).await.expect("an answer").expect("it is there");
    assert!(image.id.starts_with("sha256:"));
    assert!(image.tags.iter().any(|tag| tag.starts_with(IMAGE)), "{:?}", image.tags);
    let listed = world.engine.images().await.expect("a list");
    assert!(listed.iter().any(|listed| listed.id == image.id));
    let by_id = world.engine.image(&image.id).await.expect("an answer").expect("it is there by its id");
    assert_eq!(by_id.id, image.id);
    assert_eq!(world.engine.image("mcp-tui-test/no-such:1").await, Ok(None));
    let container = world.create("of", Role::Idle, json!({})).await;
    assert_eq!(world.inspect(&container).await.image_id, image.id);
}

/// Both are asked until they have said the same of each kind of thing once: others make and remove things between the two
/// questions.
pub async fn knows_its_disk(world: &World) {
    let name = world.named("filled");
    let created = world.engine.create_volume(&json!({ "Name": name })).await;
    assert_eq!(created, Ok(name.clone()));
    let more = json!({ "HostConfig": { "Binds": [format!("{name}:/data")] } });
    let container = world.run("fills", Role::Idle, more).await;
    let mut disk = world.engine.disk_use().await.expect("an answer");
    for (name, part) in [("images", disk.images), ("containers", disk.containers), ("volumes", disk.volumes)]
    {
        assert!(part.count > 0 && part.active > 0 && part.active <= part.count, "{name}: {part:?}");
        assert!(part.reclaimable_bytes <= part.bytes, "{name}: {part:?}");
    }
    assert!(disk.images.bytes > 0, "{disk:?}");
    let mut differing: Vec<&str> = disk.parts().iter().map(|(name, _)| *name).collect();
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        differing.retain(|_| !world.simulated);
        if differing.is_empty() {
            break;
        }
        told = told_by_docker();
        // The client has the four in the same order.
        let parts = disk.parts();
        let same = |name: &str| {
            let of_docker = parts.iter().zip(&told).find(|((known, _), _)| *known == name);
            of_docker.is_some_and(|((_, part), told)| agrees(part, told))
        };
        differing.retain(|name| !same(name));
        disk = world.engine.disk_use().await.expect("an answer");
    }
    assert_eq!(differing, [""; 0], "docker system df says otherwise: {told:?}; and the engine: {disk:?}");
    world.engine.remove_container(&container, true, true).await.expect("it is removed");
    world.engine.remove_volume(&name).await.expect("it is removed");
}

/// Each takes a few seconds, where there are many things.
const ROUNDS: usize = 20;

/// Nothing when the daemon counts for somebody else.
fn told_by_docker() -> Vec<Value> {
    let output = Command::new("docker").args(["system", "df", "--format", "{{json .}}"]).output();
    let text = String::from_utf8_lossy(&output.expect("the docker client").stdout).into_owned();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn agrees(part: &DiskPart, told: &Value) -> bool {
    let is = |key: &str, expected: &str| told[key].as_str().is_some_and(|told| told == expected);
    let reclaimable = told["Reclaimable"].as_str().and_then(|text| text.split(' ').next());
    is("TotalCount", &part.count.to_string())
        && is("Active", &part.active.to_string())
        && is("Size", &docker_size(part.bytes))
        && reclaimable == Some(&docker_size(part.reclaimable_bytes))
}

/// Four significant digits, and powers of 1000, as Docker's client writes a size.
#[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of digits")]
fn docker_size(bytes: u64) -> String {
    let (mut rest, mut unit) = (bytes as f64, 0);
    let units = ["B", "kB", "MB", "GB", "TB"];
    while rest >= 1000.0 && unit + 1 < units.len() {
        rest /= 1000.0;
        unit += 1;
    }
    let digits = if rest == 0.0 { 0 } else { (3.0 - rest.log10().floor()).max(0.0) as usize };
    let text = format!("{rest:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", units[unit])
}

pub async fn takes_files(world: &World) {
    let id = world.run("files", Role::Idle, json!({})).await;
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    header.set_mode(0o644);
    archive.append_data(&mut header, "note.txt", &b"hello\n"[..]).expect("an archive");
    let archive = archive.into_inner().expect("an archive");
    world.engine.put_archive(&id, "/tmp", archive.into()).await.expect("it is unpacked");
    let read = ["cat", "/tmp/note.txt"].map(str::to_owned).to_vec();
    let mut exec = world.engine.exec(&id, read.into()).await.expect("it runs");
    let chunk = exec.next().await.expect("output").expect("readable");
    assert_eq!(chunk, mcp_tui::engine::ExecChunk::Stdout(b"hello\n"[..].into()));
    assert_eq!(exec.finish().await, Ok(0));
}
