//! The story of the built-in scenario.

use super::Stage;
use crate::sim::SimGpu;
use serde_json::Value;

fn lost(gpus: &[SimGpu]) -> Vec<u32> {
    gpus.iter().filter(|gpu| gpu.reading.is_err()).map(|gpu| gpu.index).collect()
}

#[test]
fn the_platform_is_there_as_compose_would_have_made_it() {
    let stage = Stage::held("mcp");
    let client = stage.client();
    let listed = client
        .get("/containers/json?filters=%7B%22label%22%3A%5B%22com.docker.compose.project%3Dmcp%22%5D%7D");
    let containers = listed.json();
    let containers = containers.as_array().unwrap();
    assert_eq!(containers.len(), 13);
    let label = |container: &Value, key: &str| {
        container["Labels"][format!("com.docker.compose.{key}")].as_str().map(str::to_owned)
    };
    let services: std::collections::BTreeSet<String> =
        containers.iter().filter_map(|container| label(container, "service")).collect();
    assert_eq!(services.len(), 11);
    for container in containers {
        assert_eq!(container["State"], "running");
        for key in [
            "config-hash",
            "container-number",
            "image",
            "oneoff",
            "version",
            "depends_on",
            "project.working_dir",
            "project.config_files",
        ] {
            assert!(label(container, key).is_some(), "{key} of {}", container["Names"]);
        }
    }
    let info = client.get("/info").json();
    assert_eq!(
        (info["Name"].as_str(), info["Labels"][0].as_str()),
        (Some("gpu-01"), Some("mcp-tui.simulated=true"))
    );
}

#[test]
fn a_gpu_is_lost_and_a_replica_dies_and_comes_back() {
    let stage = Stage::held("mcp");
    let client = stage.client();
    let gpus = stage.server.gpus();
    assert_eq!((gpus.len(), lost(&gpus)), (4, vec![]));
    let on_second = gpus[1].reading.as_ref().unwrap();
    assert_eq!(on_second.processes.len(), 3, "three replicas share it");
    let third = "/containers/mcp-mcp-inference-3/json";

    stage.pass(9);
    let unhealthy = client.get(third).json();
    assert_eq!(unhealthy["State"]["Health"]["Status"], "unhealthy");
    stage.pass(2);
    let dead = client.get(third).json();
    assert_eq!(dead["State"]["Status"], "restarting");
    assert_eq!(
        (dead["State"]["ExitCode"].as_i64(), dead["State"]["OOMKilled"].as_bool()),
        (Some(137), Some(true))
    );
    let logs = client.get("/containers/mcp-mcp-inference-3/logs?stderr=1&tail=8").text();
    assert!(logs.contains("CUDA out of memory. Tried to allocate 2.00 GiB"), "{logs}");
    assert_eq!(stage.server.gpus()[1].reading.as_ref().unwrap().processes.len(), 2);

    stage.pass(14);
    assert_eq!(lost(&stage.server.gpus()), [2]);
    let back = client.get(third).json();
    assert_eq!((back["State"]["Status"].as_str(), back["RestartCount"].as_u64()), (Some("running"), Some(1)));
    assert_eq!(back["State"]["Health"]["Status"], "healthy");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let told = || {
        let script = include_str!("../scenarios/mcp.yaml");
        let script = format!("begins: 2026-03-01T08:00:00Z\n{script}");
        let stage = Stage::of(crate::sim::Scenario::parse(&script).unwrap().held());
        stage.pass(120);
        let client = stage.client();
        let logs = client.get("/containers/mcp-api/logs?stdout=1&stderr=1&tail=50").body;
        (logs, client.get("/containers/json").text(), format!("{:?}", stage.server.gpus()))
    };
    assert_eq!(told(), told());
}

#[test]
fn a_long_leap_stays_bounded_and_in_order() {
    let stage = Stage::held("mcp");
    stage.pass(40 * 86_400);
    let body = stage.client().get("/containers/mcp-training/logs?stdout=1&stderr=1&timestamps=1").body;
    let lines = super::client::frames(&body);
    assert!((1000..50_001).contains(&lines.len()), "{}", lines.len());
    assert!(lines.iter().map(|(_, line)| line.split(' ').next()).is_sorted());
}

#[test]
fn an_image_that_was_rebuilt_leaves_older_containers_on_the_older_one() {
    let stage = Stage::held("mcp");
    let client = stage.client();
    let present = client.get("/images/nginx:alpine/json").json()["Id"].clone();
    let nginx = client.get("/containers/mcp-nginx/json").json();
    assert_ne!(nginx["Image"], present);
    assert_eq!(nginx["Config"]["Labels"]["com.docker.compose.image"], nginx["Image"]);
    let older = client.get(&format!("/images/{}/json", nginx["Image"].as_str().unwrap())).json();
    assert_eq!(older["RepoTags"], serde_json::json!([]), "nothing names it any more");
    let redis = client.get("/containers/mcp-redis/json").json();
    assert_eq!(redis["Image"], client.get("/images/redis:7-alpine/json").json()["Id"]);
}
