//! The daemon itself.

use super::reply::{Reply, full, header, json, with_status};
use super::{Call, images, list};
use hyper::Method;
use serde_json::{Value, json};

/// What `/info` says in every world.
const FIXED_INFO: &str = r#"{
  "ID": "SIMU:LATE:DENG:INEX:SIMU:LATE:DENG:INEX:SIMU:LATE:DENG:INEX",
  "Driver": "overlay2", "DriverStatus": [["Backing Filesystem", "extfs"]],
  "Plugins": {
    "Volume": ["local"], "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
    "Authorization": null, "Log": ["json-file", "local"]
  },
  "MemoryLimit": true, "SwapLimit": true, "CpuCfsPeriod": true, "CpuCfsQuota": true, "PidsLimit": true,
  "IPv4Forwarding": true, "Debug": false, "LoggingDriver": "json-file", "CgroupDriver": "systemd",
  "CgroupVersion": "2", "OSVersion": "22.04", "OSType": "linux", "Architecture": "x86_64",
  "GenericResources": null,
  "DockerRootDir": "/var/lib/docker", "HttpProxy": "", "HttpsProxy": "", "NoProxy": "",
  "ExperimentalBuild": false,
  "Runtimes": { "nvidia": { "path": "nvidia-container-runtime" }, "runc": { "path": "runc" } },
  "DefaultRuntime": "runc",
  "Swarm": { "NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": false,
    "Error": "", "RemoteManagers": null },
  "LiveRestoreEnabled": true, "Isolation": "", "InitBinary": "docker-init",
  "SecurityOptions": ["name=seccomp,profile=builtin"], "Warnings": null
}"#;

pub fn ping(method: &Method) -> Reply {
    let body = if *method == Method::HEAD { "" } else { "OK" };
    let mut reply = with_status(200, full(body));
    header(&mut reply, "content-type", "text/plain; charset=utf-8");
    header(&mut reply, "cache-control", "no-cache, no-store, must-revalidate");
    header(&mut reply, "pragma", "no-cache");
    reply
}

pub fn version(call: &Call) -> Reply {
    let engine = call.shared.with(|world| world.script.engine.clone());
    json(
        200,
        &json!({
            "Platform": { "Name": "Docker Engine - Simulated" },
            "Components": [{
                "Name": "Engine",
                "Version": engine.version,
                "Details": {
                    "ApiVersion": engine.api,
                    "Arch": "amd64",
                    "BuildTime": "2024-07-23T19:25:50.000000000+00:00",
                    "Experimental": "false",
                    "GitCommit": "simulated",
                    "GoVersion": "go1.21.12",
                    "KernelVersion": engine.kernel,
                    "MinAPIVersion": engine.minimum_api,
                    "Os": "linux",
                },
            }],
            "Version": engine.version,
            "ApiVersion": engine.api,
            "MinAPIVersion": engine.minimum_api,
            "GitCommit": "simulated",
            "GoVersion": "go1.21.12",
            "Os": "linux",
            "Arch": "amd64",
            "KernelVersion": engine.kernel,
            "BuildTime": "2024-07-23T19:25:50.000000000+00:00",
        }),
    )
}

pub fn info(call: &Call) -> Reply {
    let info = call.shared.with(|world| {
        let script = &world.script;
        let count = |words: &[&str]| {
            world.containers.values().filter(|container| words.contains(&container.state.word())).count()
        };
        let mut info: Value = serde_json::from_str(FIXED_INFO).unwrap_or_default();
        let told = json!({
            "Containers": world.containers.len(),
            "ContainersRunning": count(&["running", "restarting"]),
            "ContainersPaused": count(&["paused"]),
            "ContainersStopped": count(&["created", "exited"]),
            "Images": world.images.len(),
            "SystemTime": world.now.rfc3339(),
            "KernelVersion": script.engine.kernel,
            "OperatingSystem": script.engine.operating_system,
            "NCPU": script.host.cores,
            "MemTotal": script.host.memory.0,
            "Name": script.host.name,
            "Labels": ["mcp-tui.simulated=true"],
            "ServerVersion": script.engine.version,
        });
        if let (Value::Object(info), Value::Object(told)) = (&mut info, told) {
            info.extend(told);
        }
        info
    });
    json(200, &info)
}

pub fn disk_use(call: &Call) -> Reply {
    let usage = call.shared.with(|world| {
        let volumes: Vec<Value> = world
            .volumes
            .values()
            .map(|volume| {
                let mut json = volume.json();
                let users = world.users_of_volume(&volume.name).len();
                if let Value::Object(fields) = &mut json {
                    fields.insert("UsageData".to_owned(), json!({ "RefCount": users, "Size": volume.size }));
                }
                json
            })
            .collect();
        let containers: Vec<Value> = world
            .containers
            .values()
            .map(|container| {
                let mut json = serde_json::to_value(list::summary(container, world)).unwrap_or_default();
                if let Value::Object(fields) = &mut json {
                    fields.insert("SizeRw".to_owned(), json!(container.seed % (64 << 20)));
                    let size = world.image(&container.image_id).map(|image| image.spec.size.0);
                    fields.insert("SizeRootFs".to_owned(), json!(size));
                }
                json
            })
            .collect();
        let images: Vec<Value> =
            world.images.iter().map(|image| image.summary(images::users(world, &image.id))).collect();
        json!({
            "LayersSize": world.images.iter().map(|image| image.spec.size.0).sum::<u64>(),
            "Images": images,
            "Containers": containers,
            "Volumes": volumes,
            "BuildCache": [],
            "BuilderSize": 0,
        })
    });
    json(200, &usage)
}
