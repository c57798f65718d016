//! One service, key by key.

use super::command::{command, health_check};
use super::deploy::{deploy, gpus};
use super::extension::extensions;
use super::mounts::{devices, file_references, mounts};
use super::networks::{depends_on, extra_hosts, memberships, ulimits};
use super::ports::{expose, ports};
use super::scalars::{
    duration, flag, float, integer, labels, one_or_more, pairs, replicas, scalar, scalars, size,
};
use super::{Context, mcp};
use crate::compose::file::service::{Build, EnvFile, Logging, Service};
use crate::domain::yaml::{Reader, Value};

/// Keys of the specification whose absence would change what runs, and what to do instead.
const REFUSED: [(&str, &str); 9] = [
    ("provider", "it runs a program of its own"),
    ("models", "it needs Docker's model runner"),
    ("credential_spec", "it exists on Windows only"),
    ("label_file", "write the labels under `labels`"),
    ("blkio_config", "leave it out, or start the service with docker compose"),
    ("use_api_socket", "mount /var/run/docker.sock under `volumes`"),
    ("pre_start", "run it from a service of its own, and depend on its completion"),
    ("post_start", "run it from a service of its own, and depend on its completion"),
    ("pre_stop", "let the image handle its stop signal"),
];

const KNOWN: [&str; 76] = [
    "annotations",
    "attach",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "privileged",
    "profiles",
    "pull_policy",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
];
const KNOWN_TOO: [&str; 7] =
    ["extends", "user", "userns_mode", "uts", "volumes", "volumes_from", "working_dir"];

#[expect(clippy::too_many_lines, reason = "one line for each key of the specification")]
pub fn service(reader: &Reader<'_>, name: &str, context: &Context<'_>) -> Service {
    let refused = REFUSED.map(|(key, _)| key);
    let known: Vec<&str> = KNOWN.into_iter().chain(KNOWN_TOO).chain(refused).collect();
    reader.only(&known);
    for (key, instead) in REFUSED {
        if let Some(value) = reader.get(key) {
            value.complain(format!("`{key}` is not supported here; {instead}"));
        }
    }
    if reader.get("develop").is_some() {
        context.warn(format!("{}.develop: is read by `docker compose watch` only", reader.path()));
    }
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    let list = |key: &str| reader.get(key).map(|value| scalars(&value)).unwrap_or_default();
    // Merged files may ask for one thing twice.
    let once = |key: &str| {
        let mut seen = std::collections::HashSet::new();
        let mut items = list(key);
        items.retain(|item| seen.insert(item.clone()));
        items
    };
    let several = |key: &str| reader.get(key).map(|value| one_or_more(&value)).unwrap_or_default();
    let switch = |key: &str| reader.get(key).and_then(|value| flag(&value)).unwrap_or_default();
    let number = |key: &str| reader.get(key).and_then(|value| integer(&value)).unwrap_or_default();
    let bytes = |key: &str| reader.get(key).and_then(|value| size(&value)).unwrap_or_default();
    let map = |key: &str| reader.get(key).map(|value| labels(&value)).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "Compose itself keeps these in single precision")]
    let fraction = |key: &str| reader.get(key).and_then(|value| float(&value)).unwrap_or_default() as f32;
    Service {
        name: name.to_owned(),
        mcp: reader.get("x-mcp").map(|value| mcp::service(&value, name, context)).unwrap_or_default(),
        extensions: extensions(reader.node()),
        profiles: list("profiles"),
        annotations: map("annotations"),
        attach: reader.get("attach").and_then(|value| flag(&value)),
        build: reader.get("build").map(|value| build(&value, context)),
        cap_add: once("cap_add"),
        cap_drop: once("cap_drop"),
        cgroup_parent: text("cgroup_parent"),
        cgroup: text("cgroup"),
        cpu_count: number("cpu_count"),
        cpu_percent: fraction("cpu_percent"),
        cpu_period: number("cpu_period"),
        cpu_quota: number("cpu_quota"),
        cpu_rt_period: number("cpu_rt_period"),
        cpu_rt_runtime: number("cpu_rt_runtime"),
        cpus: fraction("cpus"),
        cpuset: text("cpuset"),
        cpu_shares: number("cpu_shares"),
        command: reader.get("command").and_then(|value| command(&value, context)),
        configs: reader.get("configs").map(|value| file_references(&value)).unwrap_or_default(),
        container_name: text("container_name"),
        depends_on: reader.get("depends_on").map(|value| depends_on(&value)).unwrap_or_default(),
        deploy: reader.get("deploy").map(|value| deploy(&value, context)),
        device_cgroup_rules: list("device_cgroup_rules"),
        devices: reader.get("devices").map(|value| devices(&value)).unwrap_or_default(),
        dns: several("dns"),
        dns_opt: list("dns_opt"),
        dns_search: several("dns_search"),
        domainname: text("domainname"),
        entrypoint: reader.get("entrypoint").and_then(|value| command(&value, context)),
        environment: reader.get("environment").map(|value| pairs(&value)).unwrap_or_default(),
        env_files: reader.get("env_file").map(|value| env_files(&value, context)).unwrap_or_default(),
        expose: reader.get("expose").map(|value| expose(&value)).unwrap_or_default(),
        external_links: list("external_links"),
        extra_hosts: reader.get("extra_hosts").map(|value| extra_hosts(&value)).unwrap_or_default(),
        group_add: list("group_add"),
        gpus: reader.get("gpus").map(|value| gpus(&value)).unwrap_or_default(),
        hostname: text("hostname"),
        healthcheck: reader.get("healthcheck").map(|value| health_check(&value)),
        image: text("image"),
        init: reader.get("init").and_then(|value| flag(&value)),
        ipc: text("ipc"),
        isolation: text("isolation"),
        labels: map("labels"),
        links: list("links"),
        logging: reader.get("logging").map(|value| logging(&value)),
        mem_limit: bytes("mem_limit"),
        mem_reservation: bytes("mem_reservation"),
        memswap_limit: bytes("memswap_limit"),
        mem_swappiness: bytes("mem_swappiness"),
        mac_address: text("mac_address"),
        network_mode: text("network_mode"),
        networks: reader.get("networks").map(|value| memberships(&value)).unwrap_or_default(),
        oom_kill_disable: switch("oom_kill_disable"),
        oom_score_adj: number("oom_score_adj"),
        pid: text("pid"),
        pids_limit: number("pids_limit"),
        platform: text("platform"),
        ports: reader.get("ports").map(|value| ports(&value)).unwrap_or_default(),
        privileged: switch("privileged"),
        pull_policy: pull_policy(reader),
        read_only: switch("read_only"),
        restart: restart(reader),
        runtime: text("runtime"),
        scale: reader.get("scale").and_then(|value| replicas(&value)),
        secrets: reader.get("secrets").map(|value| file_references(&value)).unwrap_or_default(),
        security_opt: reader.get("security_opt").map(|value| security_options(&value)).unwrap_or_default(),
        shm_size: bytes("shm_size"),
        stdin_open: switch("stdin_open"),
        stop_grace_period: reader.get("stop_grace_period").and_then(|value| duration(&value)),
        stop_signal: text("stop_signal"),
        storage_opt: map("storage_opt"),
        sysctls: map("sysctls"),
        tmpfs: several("tmpfs"),
        tty: switch("tty"),
        ulimits: reader.get("ulimits").map(|value| ulimits(&value)).unwrap_or_default(),
        user: text("user"),
        userns_mode: text("userns_mode"),
        uts: text("uts"),
        volumes: reader.get("volumes").map(|value| mounts(&value, context)).unwrap_or_default(),
        volumes_from: list("volumes_from"),
        working_dir: text("working_dir"),
    }
}

/// Only what tells that an image is to be built, and from where; its other keys are the builder's.
fn build(reader: &Reader<'_>, context: &Context<'_>) -> Build {
    if let Value::Text(path) = &reader.node().value {
        return Build { context: context.absolute(reader, path), dockerfile: "Dockerfile".to_owned() };
    }
    reader.only(&[
        "additional_contexts",
        "args",
        "cache_from",
        "cache_to",
        "context",
        "dockerfile",
        "dockerfile_inline",
        "entitlements",
        "extra_hosts",
        "isolation",
        "labels",
        "network",
        "no_cache",
        "no_cache_filter",
        "platforms",
        "privileged",
        "provenance",
        "pull",
        "sbom",
        "secrets",
        "shm_size",
        "ssh",
        "tags",
        "target",
        "ulimits",
    ]);
    let text = |key: &str, usual: &str| {
        reader.get(key).and_then(|value| scalar(&value)).unwrap_or_else(|| usual.to_owned())
    };
    let location = text("context", ".");
    let remote = location.contains("://") || location.starts_with("git@");
    Build {
        context: if remote { location } else { context.absolute(reader, &location) },
        dockerfile: text("dockerfile", "Dockerfile"),
    }
}

fn env_files(reader: &Reader<'_>, context: &Context<'_>) -> Vec<EnvFile> {
    let one = |item: &Reader<'_>| {
        if let Value::Mapping(_) = item.node().value {
            item.only(&["path", "required", "format"]);
            let Some(path) = item.get("path").and_then(|value| scalar(&value)) else {
                item.complain("expected `path`, a file of KEY=value lines");
                return None;
            };
            Some(EnvFile {
                path: context.absolute(item, &path),
                required: item.get("required").and_then(|value| flag(&value)).unwrap_or(true),
                raw: item.get("format").and_then(|value| value.one_of(&[("raw", true)])).unwrap_or(false),
            })
        } else {
            scalar(item).map(|path| EnvFile {
                path: context.absolute(item, &path),
                required: true,
                raw: false,
            })
        }
    };
    match reader.node().value {
        Value::Sequence(_) => reader.list().iter().filter_map(one).collect(),
        _ => one(reader).into_iter().collect(),
    }
}

fn security_options(reader: &Reader<'_>) -> Vec<String> {
    for item in reader.list() {
        let profile =
            item.node().text().and_then(|text| text.strip_prefix("seccomp")?.strip_prefix([':', '=']));
        if profile.is_some_and(|profile| profile != "unconfined" && !profile.starts_with('{')) {
            item.complain("a seccomp profile of a file is not supported here; expected seccomp=unconfined");
        }
    }
    scalars(reader)
}

fn logging(reader: &Reader<'_>) -> Logging {
    reader.only(&["driver", "options"]);
    Logging {
        driver: reader.get("driver").and_then(|value| scalar(&value)).unwrap_or_default(),
        options: reader.get("options").map(|value| labels(&value)).unwrap_or_default(),
    }
}

fn restart(reader: &Reader<'_>) -> String {
    let Some(value) = reader.get("restart") else { return String::new() };
    // A bare `no` may reach us as a boolean.
    let policy =
        if value.node().value == Value::Bool(false) { Some("no".to_owned()) } else { scalar(&value) };
    let Some(policy) = policy else { return String::new() };
    let fine = match policy.split_once(':') {
        Some(("on-failure", attempts)) => attempts.parse::<u32>().is_ok(),
        Some(_) => false,
        None => matches!(policy.as_str(), "" | "no" | "always" | "unless-stopped" | "on-failure"),
    };
    if !fine {
        value.expected("no, always, unless-stopped or on-failure[:TIMES]");
    }
    policy
}

fn pull_policy(reader: &Reader<'_>) -> String {
    let Some(value) = reader.get("pull_policy") else { return String::new() };
    let policy = scalar(&value).unwrap_or_default();
    let known = ["always", "never", "missing", "if_not_present", "build", "daily", "weekly", "refresh"];
    if !known.contains(&policy.as_str()) && !policy.starts_with("every_") {
        value.expected("always, never, missing, if_not_present or build");
    }
    policy
}
