use super::*;
use rstest::rstest;
use serde_json::json;

/// What is asked for, and below what an Engine says of the container that was made so.
fn creation() -> Creation {
    Creation {
        name: "shop-web-1".to_owned(),
        service: "web".to_owned(),
        number: 1,
        body: json!({
            "Image": "nginx:1.27",
            "Cmd": null,
            "Entrypoint": null,
            "Env": ["MODE=fast", "TOKEN=hunter2"],
            "Hostname": "",
            "User": "",
            "WorkingDir": "",
            "Tty": false,
            "ExposedPorts": { "80/tcp": {} },
            "Labels": { "mine": "yes", "com.docker.compose.config-hash": "new", "com.docker.compose.image": "sha256:1" },
            "HostConfig": {
                "Binds": ["shop_data:/data:rw"],
                "Mounts": [{ "Type": "volume", "Target": "/cache", "ReadOnly": false }],
                "PortBindings": { "80/tcp": [{ "HostIp": "", "HostPort": "8080" }] },
                "NetworkMode": "shop_front",
                "Memory": 67_108_864,
                "DeviceRequests": [{ "Driver": "nvidia", "Count": 0, "DeviceIDs": ["0"], "Capabilities": [["gpu"]], "Options": {} }],
            },
            "NetworkingConfig": { "EndpointsConfig": { "shop_front": { "Aliases": ["shop-web-1", "web"] } } },
        }),
        platform: None,
        pending: None,
        uploads: Vec::new(),
        connect: vec![("shop_back".to_owned(), json!({ "Aliases": ["shop-web-1", "web"] }))],
    }
}

fn configuration() -> Configuration {
    let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    Configuration {
        container: json!({
            "Id": id,
            "Config": {
                "Image": "nginx:1.27",
                "Cmd": ["nginx", "-g", "daemon off;"],
                "Entrypoint": ["/docker-entrypoint.sh"],
                "Env": ["MODE=fast", "TOKEN=hunter2", "PATH=/bin"],
                "Hostname": "0123456789ab",
                "User": "",
                "WorkingDir": "/srv",
                "StopSignal": "SIGQUIT",
                "Tty": false,
                "ExposedPorts": { "80/tcp": {}, "443/tcp": {} },
                "Labels": { "mine": "yes", "maintainer": "somebody", "com.docker.compose.config-hash": "old", "com.docker.compose.image": "sha256:1" },
            },
            "HostConfig": {
                "Binds": ["shop_data:/data:rw"],
                "Mounts": [{ "Type": "volume", "Target": "/cache" }],
                "PortBindings": { "80/tcp": [{ "HostIp": "", "HostPort": "8080" }] },
                "NetworkMode": "shop_front",
                "Memory": 67_108_864,
                "MemorySwap": 134_217_728,
                "ShmSize": 67_108_864,
                "IpcMode": "private",
                "CgroupnsMode": "host",
                "Runtime": "runc",
                "CapAdd": null,
                "OomKillDisable": false,
                "PidsLimit": null,
                "RestartPolicy": { "Name": "no", "MaximumRetryCount": 0 },
                "LogConfig": { "Type": "json-file", "Config": {} },
                "DeviceRequests": [{ "Driver": "nvidia", "Count": 0, "DeviceIDs": ["0"], "Capabilities": [["gpu"]], "Options": null }],
            },
            "NetworkSettings": { "Networks": {
                "shop_front": { "Aliases": ["shop-web-1", "web", "0123456789ab"], "IPAMConfig": null },
                "shop_back": { "Aliases": ["shop-web-1", "web", "0123456789ab"], "IPAMConfig": {} },
            } },
        }),
        image: json!({ "Config": {
            "Cmd": ["nginx", "-g", "daemon off;"],
            "Entrypoint": ["/docker-entrypoint.sh"],
            "Env": ["PATH=/bin"],
            "WorkingDir": "/srv",
            "StopSignal": "SIGQUIT",
            "ExposedPorts": { "443/tcp": {} },
            "Labels": { "maintainer": "somebody" },
        } }),
    }
}

#[test]
fn what_was_made_so_is_no_different() {
    assert_eq!(difference(&creation(), &configuration()), Vec::<String>::new());
    let gone = Configuration { image: Value::Null, ..configuration() };
    assert_eq!(difference(&creation(), &gone), Vec::<String>::new(), "also when its image is gone");
    assert_eq!(reason("configuration changed", &creation(), Some(&gone)), "configuration changed");
}

#[rstest]
#[case("/Image", json!("nginx:1.28"), "image (nginx:1.27 → nginx:1.28)")]
#[case("/Labels/com.docker.compose.image", json!("sha256:2"), "image (newer)")]
#[case("/Cmd", json!(["nginx"]), "command (nginx -g 'daemon off;' → nginx)")]
#[case("/Cmd", json!(["server", "--password", "hunter4"]), "command (nginx -g 'daemon off;' → server --password ••••••)")]
#[case("/Entrypoint", json!(["/docker-entrypoint.sh", "-x"]), "command (nginx -g 'daemon off;' → unset), entrypoint (/docker-entrypoint.sh → /docker-entrypoint.sh -x)")]
#[case("/Env", json!(["MODE=slow", "TOKEN=hunter3", "MORE=1"]), "environment (MODE, MORE, TOKEN)")]
#[case("/Env", json!(["MODE=fast"]), "environment (TOKEN)")]
#[case("/Env", json!(["MODE=fast", "TOKEN=hunter2", "PATH"]), "environment (PATH)")]
#[case("/Env", json!(["A=1", "B=1", "C=1", "MODE=fast", "TOKEN=hunter2", "D=1", "E=1"]), "environment (A, B, C, D, 1 more)")]
#[case("/Labels", json!({ "com.docker.compose.image": "sha256:1", "new": "1" }), "labels (mine, new)")]
#[case("/User", json!("www"), "user (unset → www)")]
#[case("/Tty", json!(true), "tty (false → true)")]
#[case("/Hostname", json!("shop"), "hostname (0123456789ab → shop)")]
#[case("/StopTimeout", json!(90), "stop_grace_period (unset → 90s)")]
#[case("/Healthcheck", json!({ "Test": ["NONE"] }), "healthcheck")]
#[case("/ExposedPorts", json!({ "80/tcp": {}, "81/tcp": {} }), "expose")]
#[case("/HostConfig/PortBindings", json!({ "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "8080" }] }), "ports (8080:80 → 127.0.0.1:8080:80)")]
#[case("/HostConfig/PortBindings", json!({ "80/tcp": [{ "HostIp": "", "HostPort": "8080" }], "53/udp": [{ "HostIp": "::1", "HostPort": "53" }] }), "ports (unset → [::1]:53:53/udp)")]
#[case("/HostConfig/Binds", json!(["shop_data:/data:ro"]), "volumes (/data)")]
#[case("/HostConfig/Mounts", json!([]), "volumes (/cache)")]
#[case("/HostConfig/Mounts/0", json!({ "Type": "bind", "Source": "/etc/key", "Target": "/run/secrets/key", "ReadOnly": true }), "volumes (/cache), secrets (/run/secrets/key)")]
#[case("/HostConfig/NetworkMode", json!("host"), "network_mode (shop_front → host)")]
#[case("/NetworkingConfig/EndpointsConfig", json!({}), "networks (shop_front)")]
#[case("/NetworkingConfig/EndpointsConfig/shop_front/Aliases", json!(["shop-web-1", "web", "shop"]), "networks (shop_front)")]
#[case("/HostConfig/Memory", json!(1), "memory limit (64.0M → 1B)")]
#[case("/HostConfig/NanoCpus", json!(1_500_000_000), "cpus (unset → 1.5)")]
#[case("/HostConfig/PidMode", json!("container:db"), "pid")]
#[case("/HostConfig/CapAdd", json!(["NET_ADMIN"]), "cap_add")]
#[case("/HostConfig/RestartPolicy", json!({ "Name": "always", "MaximumRetryCount": 0 }), "restart (no → always)")]
#[case("/HostConfig/RestartPolicy", json!({ "Name": "on-failure", "MaximumRetryCount": 3 }), "restart (no → on-failure:3)")]
#[case("/HostConfig/ShmSize", json!(1 << 30), "shm_size (64.0M → 1.0G)")]
#[case("/HostConfig/LogConfig", json!({ "Type": "json-file", "Config": { "max-size": "1m" } }), "logging")]
#[case("/HostConfig/DeviceRequests/0/DeviceIDs", json!(["1"]), "gpus")]
fn what_changed_is_named(#[case] pointer: &str, #[case] value: Value, #[case] expected: &str) {
    let mut creation = creation();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match creation.body.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        place => place[key] = value,
    }
    let said = reason("configuration changed", &creation, Some(&configuration()));
    assert_eq!(said, format!("configuration changed: {expected}"));
    assert!(!said.contains("hunter"), "no value of a variable is ever said");
}

#[test]
fn an_inherited_volume_without_a_name_of_its_own_is_none_that_changed() {
    let mut creation = creation();
    creation.body["HostConfig"]["Mounts"] = json!([]);
    let name = "f".repeat(64);
    creation.body["HostConfig"]["Binds"] = json!(["shop_data:/data:rw", format!("{name}:/cache:rw")]);
    assert_eq!(difference(&creation, &configuration()), Vec::<String>::new());
}

#[test]
fn what_can_be_written_in_two_ways_is_no_difference() {
    let mut creation = creation();
    let mut configuration = configuration();
    let both = [
        ("CapAdd", json!(["CAP_NET_ADMIN"]), json!(["NET_ADMIN"])),
        ("SecurityOpt", json!(["no-new-privileges=true"]), json!(["no-new-privileges:true"])),
        (
            "LogConfig",
            json!({ "Type": "", "Config": {} }),
            json!({ "Type": "local", "Config": { "max-size": "1m" } }),
        ),
    ];
    for (field, wanted, present) in both {
        creation.body["HostConfig"][field] = wanted;
        configuration.container["HostConfig"][field] = present;
    }
    configuration.container["Config"]["ExposedPorts"] = json!({ "80": {}, "443/tcp": {} });
    assert_eq!(difference(&creation, &configuration), Vec::<String>::new());
}
