//! One service, key by key.

use super::build::build;
use super::command::{command, health_check};
use super::deploy::{deploy, gpus};
use super::develop::{develop, hooks};
use super::devices::devices;
use super::extension::extensions;
use super::limits::{block_io, ulimits};
use super::mounts::mounts;
use super::networks::{depends_on, extra_hosts, memberships};
use super::outside::{credential_spec, models, provider};
use super::ports::{expose, ports};
use super::references::file_references;
use super::scalars::{
    duration, filled, flag, integer, labels, one_or_more, pairs, replicas, scalar, scalars, single, size,
    string, strings,
};
use super::{Context, mcp};
use crate::compose::file::service::{EnvFile, Extends, Hook, Logging, Service};
use crate::domain::yaml::{Reader, Value};

/// Every key of the specification.
const KEYS: &str = "\
    annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name \
    cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset \
    credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname \
    entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck \
    hostname image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation \
    mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit \
    platform ports post_start pre_start pre_stop privileged profiles provider pull_policy read_only restart \
    runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls \
    tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir";

#[expect(clippy::too_many_lines, reason = "one line for each key of the specification")]
pub fn service(reader: &Reader<'_>, name: &str, context: &Context<'_>) -> Service {
    reader.only(&KEYS.split_ascii_whitespace().collect::<Vec<_>>());
    filled(reader, &["command", "deploy", "develop", "entrypoint"]);
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    let list = |key: &str| reader.get(key).map(|value| strings(&value)).unwrap_or_default();
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
    let fraction = |key: &str| reader.get(key).and_then(|value| single(&value)).unwrap_or_default();
    let image = text("image");
    let platform = text("platform");
    let build = reader.get("build").map(|value| build(&value, context));
    if let Some(build) = &build
        && !platform.is_empty()
        && !build.platforms.is_empty()
        && !build.platforms.contains(&platform)
    {
        reader.complain(format!("`build.platforms` must have `{platform}`, the service's own platform"));
    }
    Service {
        name: name.to_owned(),
        mcp: reader.get("x-mcp").map(|value| mcp::service(&value, name, context)).unwrap_or_default(),
        extensions: extensions(reader.node()),
        profiles: list("profiles"),
        annotations: map("annotations"),
        attach: reader.get("attach").and_then(|value| flag(&value)),
        build,
        develop: reader.get("develop").map(|value| develop(&value, context)),
        blkio_config: reader.get("blkio_config").map(|value| block_io(&value)),
        cap_add: once("cap_add"),
        cap_drop: once("cap_drop"),
        cgroup_parent: text("cgroup_parent"),
        cgroup: reader
            .get("cgroup")
            .and_then(|value| value.one_of(&[("host", "host"), ("private", "private")]))
            .unwrap_or_default()
            .to_owned(),
        cpu_count: number("cpu_count"),
        cpu_percent: percent(reader),
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
        credential_spec: reader.get("credential_spec").map(|value| credential_spec(&value)),
        depends_on: reader.get("depends_on").map(|value| depends_on(&value)).unwrap_or_default(),
        deploy: reader.get("deploy").map(|value| deploy(&value)),
        device_cgroup_rules: list("device_cgroup_rules"),
        devices: reader.get("devices").map(|value| devices(&value)).unwrap_or_default(),
        dns: several("dns"),
        dns_opt: list("dns_opt"),
        dns_search: several("dns_search"),
        domainname: text("domainname"),
        entrypoint: reader.get("entrypoint").and_then(|value| command(&value, context)),
        provider: reader.get("provider").map(|value| provider(&value)),
        environment: reader.get("environment").map(|value| pairs(&value)).unwrap_or_default(),
        env_files: reader.get("env_file").map(|value| env_files(&value, context)).unwrap_or_default(),
        label_files: several("label_file").iter().map(|path| context.absolute(reader, path)).collect(),
        expose: reader.get("expose").map(|value| expose(&value)).unwrap_or_default(),
        extends: reader.get("extends").and_then(|value| extends(&value, context)),
        external_links: list("external_links"),
        extra_hosts: reader.get("extra_hosts").map(|value| extra_hosts(&value)).unwrap_or_default(),
        group_add: reader.get("group_add").map(|value| scalars(&value)).unwrap_or_default(),
        gpus: reader.get("gpus").map(|value| gpus(&value)).unwrap_or_default(),
        hostname: text("hostname"),
        healthcheck: reader.get("healthcheck").map(|value| health_check(&value)),
        image: image.clone(),
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
        models: reader.get("models").map(|value| models(&value)).unwrap_or_default(),
        network_mode: text("network_mode"),
        networks: reader.get("networks").map(|value| memberships(&value)).unwrap_or_default(),
        oom_kill_disable: switch("oom_kill_disable"),
        oom_score_adj: number("oom_score_adj"),
        pid: text("pid"),
        pids_limit: number("pids_limit"),
        platform,
        ports: reader.get("ports").map(|value| ports(&value, context)).unwrap_or_default(),
        privileged: switch("privileged"),
        pull_policy: pull_policy(reader),
        read_only: switch("read_only"),
        restart: text("restart"),
        runtime: text("runtime"),
        scale: reader.get("scale").and_then(|value| replicas(&value)),
        secrets: reader.get("secrets").map(|value| file_references(&value)).unwrap_or_default(),
        security_opt: list("security_opt"),
        shm_size: bytes("shm_size"),
        stdin_open: switch("stdin_open"),
        stop_grace_period: reader.get("stop_grace_period").and_then(|value| duration(&value)),
        stop_signal: text("stop_signal"),
        storage_opt: map("storage_opt"),
        sysctls: map("sysctls"),
        tmpfs: several("tmpfs"),
        tty: switch("tty"),
        ulimits: reader.get("ulimits").map(|value| ulimits(&value)).unwrap_or_default(),
        use_api_socket: switch("use_api_socket"),
        user: text("user"),
        userns_mode: text("userns_mode"),
        uts: text("uts"),
        volumes: reader.get("volumes").map(|value| mounts(&value, context)).unwrap_or_default(),
        volumes_from: list("volumes_from"),
        working_dir: text("working_dir"),
        pre_start: pre_start(reader, &image, context),
        post_start: hooks(reader, "post_start", context),
        pre_stop: hooks(reader, "pre_stop", context),
    }
}

/// Compose takes whole percents only, or text.
fn percent(reader: &Reader<'_>) -> f32 {
    let Some(value) = reader.get("cpu_percent") else { return 0.0 };
    if matches!(value.node().value, Value::Float(..)) {
        value.expected("a whole number from 0 to 100");
    }
    single(&value).unwrap_or_default()
}

/// A hook that names no image runs in the service's own.
fn pre_start(reader: &Reader<'_>, image: &str, context: &Context<'_>) -> Vec<Hook> {
    let mut hooks = hooks(reader, "pre_start", context);
    for hook in hooks.iter_mut().filter(|hook| hook.image.is_empty()) {
        image.clone_into(&mut hook.image);
    }
    hooks
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

fn logging(reader: &Reader<'_>) -> Logging {
    reader.only(&["driver", "options"]);
    filled(reader, &[]);
    Logging {
        driver: reader.get("driver").and_then(|value| scalar(&value)).unwrap_or_default(),
        options: reader.get("options").map(|value| labels(&value)).unwrap_or_default(),
    }
}

fn pull_policy(reader: &Reader<'_>) -> String {
    let Some(value) = reader.get("pull_policy") else { return String::new() };
    let policy = string(&value).unwrap_or_default();
    let words = ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    if !policy.is_empty() && !words.contains(&policy.as_str()) && !is_interval(&policy) {
        value.expected("always, never, missing, if_not_present, build, daily, weekly or every_TIME");
    }
    policy
}

/// `every_12h`, `every_2w3d`
fn is_interval(policy: &str) -> bool {
    let Some(mut rest) = policy.strip_prefix("every_") else { return false };
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let mut units = rest[digits..].chars();
        if digits == 0 || !units.next().is_some_and(|unit| "wdhms".contains(unit)) {
            return false;
        }
        rest = units.as_str();
        if rest.is_empty() {
            return true;
        }
    }
}

/// What was not taken over, because nothing is said there.
fn extends(reader: &Reader<'_>, context: &Context<'_>) -> Option<Extends> {
    if let Value::Text(service) = &reader.node().value {
        return Some(Extends { file: String::new(), service: service.clone() });
    }
    let file = reader.get("file").and_then(|file| Some(context.absolute(&file, &string(&file)?)));
    let service = reader.get("service").and_then(|service| string(&service))?;
    Some(Extends { file: file.unwrap_or_default(), service })
}
