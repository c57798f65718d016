use super::*;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case("Up 3 days (healthy)", Some(Health::Healthy))]
#[case("Up 2 seconds (health: starting)", Some(Health::Starting))]
#[case("Up 1 hour (unhealthy)", Some(Health::Unhealthy))]
#[case("Up 1 hour (Paused)", None)]
#[case("Exited (0) 3 hours ago", None)]
#[case("", None)]
fn older_daemons_tell_health_in_words(#[case] status: &str, #[case] health: Option<Health>) {
    assert_eq!(health_in(status), health);
}

#[test]
fn a_listed_container_is_read_whole() {
    let summary = serde_json::from_value(json!({
        "Id": "abc", "Names": ["/other/alias", "/web-1"], "Image": "nginx:alpine\u{1b}[2J", "ImageID": "sha256:1",
        "Created": 1_795_170_664, "State": "running", "Status": "Up 3 days (healthy)",
        "Ports": [
            { "PrivatePort": 443, "Type": "tcp" },
            { "IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp" },
        ],
        "Labels": { "com.docker.compose.project": "web", "com.docker.compose.service": "front" },
        "NetworkSettings": { "Networks": { "b": { "IPAddress": "" }, "a": { "IPAddress": "172.18.0.2", "IPPrefixLen": 16 } } },
        "Mounts": [{ "Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data", "Destination": "/data", "RW": false }],
    }))
    .unwrap();
    let container = listed(summary).unwrap();
    assert_eq!(container.name.as_str(), "web-1", "not the alias that a link gave it");
    assert!(!container.image.contains('\u{1b}'), "what a terminal would obey is gone");
    assert_eq!((container.state, container.health), (ContainerState::Running, Some(Health::Healthy)));
    assert_eq!(container.ports.iter().map(|port| port.host_port).collect::<Vec<_>>(), [Some(8080), None]);
    assert_eq!(container.networks.iter().map(|network| &*network.network).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((container.networks[1].address, container.networks[1].prefix), (None, None));
    assert_eq!(container.networks[0].prefix, Some(16));
    assert_eq!((&*container.mounts[0].source, container.mounts[0].read_write), ("data", false));
    assert_eq!(container.compose.unwrap().service, "front");
}

#[test]
fn an_inspected_container_has_details() {
    let answer = serde_json::from_value(json!({
        "Id": "abc", "Name": "/train", "Created": "2026-11-20T10:00:00Z", "Image": "sha256:1", "RestartCount": 4,
        "State": {
            "Status": "restarting", "ExitCode": 137, "OOMKilled": true, "Pid": 0, "Error": "",
            "StartedAt": "2026-11-20T10:00:01Z", "FinishedAt": "2026-11-20T10:00:02.5Z",
            "Health": { "Status": "unhealthy", "FailingStreak": 3, "Log": [
                { "ExitCode": 1, "Output": "old" }, { "ExitCode": 1, "Output": "refused\n" },
            ]},
        },
        "Config": { "Image": "trainer", "Tty": false, "StopTimeout": 120, "Env": ["A=b"] },
        "HostConfig": {
            "LogConfig": { "Type": "local", "Config": {} },
            "RestartPolicy": { "Name": "unless-stopped", "MaximumRetryCount": 0 },
            "DeviceRequests": [
                { "Driver": "nvidia", "Count": 0, "DeviceIDs": ["0", "2"], "Capabilities": [["gpu"]] },
                { "Driver": "", "Count": -1, "Capabilities": [["gpu"]] },
                { "Driver": "cdi", "DeviceIDs": ["vendor.com/fpga=0"] },
            ],
        },
        "NetworkSettings": { "Ports": { "80/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "8080" }], "53/udp": null } },
    }))
    .unwrap();
    let container = inspected(answer, "2026-11-20T10:00:12.5Z".parse().unwrap()).unwrap();
    assert_eq!(container.status.as_str(), "Restarting (137) 10 seconds ago");
    assert_eq!(container.health, Some(Health::Unhealthy));
    assert_eq!(container.ports.len(), 2);
    let details = container.details.unwrap();
    assert_eq!(
        (details.pid, details.exit_code, details.oom_killed, details.restart_count),
        (None, 137, true, 4)
    );
    assert_eq!((details.error, details.restart_policy.as_str()), (None, "unless-stopped"));
    assert_eq!(details.stop_grace, Some(std::time::Duration::from_mins(2)));
    assert_eq!((details.failing_streak, details.health_output.as_deref()), (3, Some("refused")));
    let requests: Vec<_> =
        details.gpu_requests.iter().map(|request| (request.count, request.device_ids.join(","))).collect();
    assert_eq!(requests, [(None, "0,2".to_owned()), (Some(-1), String::new())]);
}

#[test]
fn the_zero_time_is_never() {
    assert_eq!(time("0001-01-01T00:00:00Z"), None);
    assert!(time("2026-11-20T10:00:02.5+01:00").is_some());
}
