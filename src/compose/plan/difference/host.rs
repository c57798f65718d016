//! `HostConfig`: limits, rights, devices, logging. Where a body says nothing the Engine puts its own defaults.

use super::{meaning, object, texts, told};
use crate::compose::observe::Configuration;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The field, Compose's key for it, and what the Engine says of it where nobody asked for anything.
const FIELDS: [(&str, &str, &[&str]); 27] = [
    ("Memory", "memory limit", &[]),
    ("MemoryReservation", "memory reservation", &[]),
    ("NanoCpus", "cpus", &[]),
    ("CpuShares", "cpu_shares", &[]),
    ("CpuQuota", "cpu_quota", &[]),
    ("CpuPeriod", "cpu_period", &[]),
    ("CpusetCpus", "cpuset", &[]),
    ("OomScoreAdj", "oom_score_adj", &[]),
    ("OomKillDisable", "oom_kill_disable", &[]),
    ("Privileged", "privileged", &[]),
    ("ReadonlyRootfs", "read_only", &[]),
    ("GroupAdd", "group_add", &[]),
    ("Dns", "dns", &[]),
    ("DnsOptions", "dns_opt", &[]),
    ("DnsSearch", "dns_search", &[]),
    ("ExtraHosts", "extra_hosts", &[]),
    ("Sysctls", "sysctls", &[]),
    ("StorageOpt", "storage_opt", &[]),
    ("Annotations", "annotations", &[]),
    ("UTSMode", "uts", &[]),
    ("UsernsMode", "userns_mode", &[]),
    ("CgroupParent", "cgroup_parent", &[]),
    ("PidMode", "pid", &[]),
    ("IpcMode", "ipc", &["private", "shareable"]),
    ("CgroupnsMode", "cgroup", &["private", "host"]),
    ("Runtime", "runtime", &["runc"]),
    ("Init", "init", &[]),
];

/// What containers have of shared memory where nobody asked for anything.
const USUAL_SHARED_MEMORY: i64 = 64 << 20;

pub(super) fn compare(body: &Value, old: &Configuration, found: &mut Vec<String>) {
    let nothing = Value::Null;
    let wanted = body.get("HostConfig").unwrap_or(&nothing);
    let present = old.container.get("HostConfig").unwrap_or(&nothing);
    for (field, key, defaults) in FIELDS {
        let asked = meaning(wanted.get(field));
        let is_default = |value: &&Value| value.as_str().is_some_and(|text| defaults.contains(&text));
        let is = meaning(present.get(field)).filter(|value| asked.is_some() || !is_default(value));
        if !alike(asked, is) {
            found.push(told::change(key, is, asked));
        }
    }
    let changes = restart(wanted) != restart(present);
    found.extend(changes.then(|| told::texts("restart", &policy(present), &policy(wanted))));
    let shared = |host: &Value| positive(host, "ShmSize").unwrap_or(USUAL_SHARED_MEMORY);
    let (before, after) = (shared(present), shared(wanted));
    found.extend(
        (before != after).then(|| told::texts("shm_size", &told::bytes(before), &told::bytes(after))),
    );
    let mut differs = |key: &str, differs: bool| {
        if differs {
            found.push(key.to_owned());
        }
    };
    differs("pids limit", positive(wanted, "PidsLimit") != positive(present, "PidsLimit"));
    // The Engine allows as much swap again as there is memory where nothing is said.
    let swap = positive(wanted, "MemorySwap");
    differs("memswap_limit", swap.is_some() && swap != positive(present, "MemorySwap"));
    differs("ulimits", sorted(wanted, "Ulimits") != sorted(present, "Ulimits"));
    differs("devices", sorted(wanted, "Devices") != sorted(present, "Devices"));
    differs("gpus", requests(wanted) != requests(present));
    differs("cap_add", capabilities(wanted, "CapAdd") != capabilities(present, "CapAdd"));
    differs("cap_drop", capabilities(wanted, "CapDrop") != capabilities(present, "CapDrop"));
    differs("security_opt", security(wanted) != security(present));
    differs("logging", logging(wanted, present));
}

/// `container:` is followed by a name or by an id, which cannot be told apart here.
fn alike(wanted: Option<&Value>, present: Option<&Value>) -> bool {
    let shared = |value: Option<&Value>| {
        value.and_then(Value::as_str).is_some_and(|text| text.starts_with("container:"))
    };
    wanted == present || (shared(wanted) && shared(present))
}

fn positive(host: &Value, field: &str) -> Option<i64> {
    host.get(field).and_then(Value::as_i64).filter(|value| *value > 0)
}

fn restart(host: &Value) -> (&str, i64) {
    let policy = host.get("RestartPolicy");
    let name = policy.and_then(|policy| policy.get("Name")).and_then(Value::as_str).unwrap_or_default();
    let most = policy.and_then(|policy| policy.get("MaximumRetryCount")).and_then(Value::as_i64);
    (if name.is_empty() { "no" } else { name }, most.unwrap_or_default())
}

/// As a file has it.
fn policy(host: &Value) -> String {
    match restart(host) {
        (name, 0) => name.to_owned(),
        (name, most) => format!("{name}:{most}"),
    }
}

fn sorted(host: &Value, field: &str) -> Vec<String> {
    let items = host.get(field).and_then(Value::as_array).into_iter().flatten();
    let mut texts: Vec<String> = items.map(ToString::to_string).collect();
    texts.sort_unstable();
    texts
}

/// Requests of devices with all their fields there, as answers differ in how they leave them out.
fn requests(host: &Value) -> Vec<String> {
    let items = host.get("DeviceRequests").and_then(Value::as_array).into_iter().flatten();
    let whole = items.map(|request| {
        let field = |name: &str, nothing: Value| meaning(request.get(name)).cloned().unwrap_or(nothing);
        let fields = [
            ("Driver", field("Driver", json!(""))),
            ("Count", field("Count", json!(0))),
            ("DeviceIDs", field("DeviceIDs", json!([]))),
            ("Capabilities", field("Capabilities", json!([]))),
            ("Options", field("Options", json!({}))),
        ];
        let fields: Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Value::Object(fields).to_string()
    });
    let mut texts: Vec<String> = whole.collect();
    texts.sort_unstable();
    texts
}

/// A driver that is not named is the daemon's own, and the daemon adds its own options to those that are asked for: only
/// what is asked for can be compared.
fn logging(wanted: &Value, present: &Value) -> bool {
    let driver =
        |host: &Value| host.pointer("/LogConfig/Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let asked = driver(wanted);
    let options = object(wanted, "/LogConfig/Config").into_iter().flatten();
    let mut options = options.map(|(name, value)| (present.pointer("/LogConfig/Config"), name, value));
    (!asked.is_empty() && asked != driver(present))
        || options.any(|(present, name, value)| present.and_then(|present| present.get(name)) != Some(value))
}

/// `NET_ADMIN`, `CAP_NET_ADMIN` and `net_admin` are one.
fn capabilities(host: &Value, field: &str) -> BTreeSet<String> {
    let named = host.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let named = named.map(str::to_ascii_uppercase);
    named.map(|name| name.strip_prefix("CAP_").unwrap_or(&name).to_owned()).collect()
}

/// `no-new-privileges:true` and `no-new-privileges=true` are one.
fn security(host: &Value) -> BTreeSet<String> {
    texts(host, "/SecurityOpt").map(|option| option.replacen(':', "=", 1)).collect()
}
