//! `HostConfig`: namespaces, rights, name resolution, logging.

use super::capabilities;
use super::resources::resources;
use crate::compose::file::{Project, Service};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) fn host_config(project: &Project, service: &Service, network_mode: &str) -> Map<String, Value> {
    let (added, dropped) = capabilities::effective(&service.cap_add, &service.cap_drop);
    let mut host = Map::new();
    let mut put = |key: &str, value: Value| {
        let absent = match &value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::Bool(true) => false,
        };
        if !absent {
            host.insert(key.to_owned(), value);
        }
    };
    put("NetworkMode", json!(network_mode));
    put("ConsoleSize", json!([0, 0]));
    put("IpcMode", json!(service.ipc));
    put("PidMode", json!(service.pid));
    put("UTSMode", json!(service.uts));
    put("UsernsMode", json!(service.userns_mode));
    put("CgroupnsMode", json!(service.cgroup));
    put("CgroupParent", json!(service.cgroup_parent));
    put("Isolation", json!(service.isolation));
    put("Runtime", json!(service.runtime));
    put("Privileged", json!(service.privileged));
    put("ReadonlyRootfs", json!(service.read_only));
    put("CapAdd", json!(added));
    put("CapDrop", json!(dropped));
    put("GroupAdd", json!(service.group_add));
    put("Dns", json!(service.dns));
    put("DnsOptions", json!(service.dns_opt));
    put("DnsSearch", json!(service.dns_search));
    put(
        "ExtraHosts",
        json!(service.extra_hosts.iter().map(|host| host.replacen('=', ":", 1)).collect::<Vec<_>>()),
    );
    put("Sysctls", json!(service.sysctls));
    put("StorageOpt", json!(service.storage_opt));
    put("Annotations", json!(service.annotations));
    put("ShmSize", json!(service.shm_size.0));
    put("VolumesFrom", json!(service.volumes_from));
    put("Tmpfs", json!(tmpfs(service)));
    put("RestartPolicy", restart_policy(service));
    if let Some(init) = service.init {
        // An explicit false overrides the daemon's own setting.
        host.insert("Init".to_owned(), json!(init));
    }
    if let Some(logging) = &service.logging {
        host.insert("LogConfig".to_owned(), json!({ "Type": logging.driver, "Config": logging.options }));
    }
    security(project, service, &mut host);
    resources(service, &mut host);
    host
}

/// `/run:size=64m` as path and options.
fn tmpfs(service: &Service) -> BTreeMap<&str, &str> {
    service.tmpfs.iter().map(|entry| entry.split_once(':').unwrap_or((entry, ""))).collect()
}

/// `deploy.restart_policy` counts more than `restart`.
fn restart_policy(service: &Service) -> Value {
    let deployed = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    let (name, attempts) = if let Some(policy) = deployed {
        let name = match policy.condition.as_str() {
            "none" => "no",
            "on-failure" => "on-failure",
            "unless-stopped" => "unless-stopped",
            // Nothing said means `any`.
            _ => "always",
        };
        (name, policy.max_attempts.unwrap_or(0))
    } else {
        match service.restart.split_once(':') {
            Some((name, attempts)) => (name, attempts.parse().unwrap_or(0)),
            None => (service.restart.as_str(), 0),
        }
    };
    if name.is_empty() {
        return Value::Null;
    }
    json!({ "Name": name, "MaximumRetryCount": attempts })
}

fn security(project: &Project, service: &Service, host: &mut Map<String, Value>) {
    let mut options = Vec::new();
    for option in &service.security_opt {
        if option == "systempaths=unconfined" {
            host.insert("MaskedPaths".to_owned(), json!([]));
            host.insert("ReadonlyPaths".to_owned(), json!([]));
        } else {
            options.push(seccomp(project, option).unwrap_or_else(|| option.clone()));
        }
    }
    if !options.is_empty() {
        host.insert("SecurityOpt".to_owned(), json!(options));
    }
}

/// The option with the absolute path of its profile, when it is a profile of the project. Its contents are put in when
/// the container is made.
fn seccomp(project: &Project, option: &str) -> Option<String> {
    let profile = option.strip_prefix("seccomp")?.strip_prefix(['=', ':'])?;
    let of_the_engine = matches!(profile, "unconfined" | "builtin") || profile.starts_with('{');
    (!of_the_engine).then(|| format!("seccomp={}", project.directory.join(profile).display()))
}
