//! One service in canonical form.
//!
//! The order of the fields is that of Compose's own structure and what is empty is left out, because the service's
//! JSON is what its config hash is taken over.

use super::mcp::ServiceExtension;
use super::values::{ByteSize, GoDuration, fraction, is_default};
use serde::Serialize;
use std::collections::BTreeMap;

#[expect(clippy::struct_excessive_bools, reason = "these are the switches that Compose has")]
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Service {
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub mcp: ServiceExtension,
    /// `x-…` of the service; Compose writes them in YAML only.
    #[serde(skip)]
    pub extensions: BTreeMap<String, serde_json::Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub profiles: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub annotations: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub attach: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub build: Option<Build>,
    #[serde(skip_serializing_if = "is_default")]
    pub cap_add: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub cap_drop: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub cgroup_parent: String,
    #[serde(skip_serializing_if = "is_default")]
    pub cgroup: String,
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_count: i64,
    #[serde(skip_serializing_if = "is_default", serialize_with = "fraction")]
    pub cpu_percent: f32,
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_period: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_quota: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_rt_period: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_rt_runtime: i64,
    #[serde(skip_serializing_if = "is_default", serialize_with = "fraction")]
    pub cpus: f32,
    #[serde(skip_serializing_if = "is_default")]
    pub cpuset: String,
    #[serde(skip_serializing_if = "is_default")]
    pub cpu_shares: i64,
    pub command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub configs: Vec<FileReference>,
    #[serde(skip_serializing_if = "is_default")]
    pub container_name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub depends_on: BTreeMap<String, Dependency>,
    #[serde(skip_serializing_if = "is_default")]
    pub deploy: Option<Deploy>,
    #[serde(skip_serializing_if = "is_default")]
    pub device_cgroup_rules: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub devices: Vec<Device>,
    #[serde(skip_serializing_if = "is_default")]
    pub dns: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub dns_opt: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub dns_search: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub domainname: String,
    pub entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, Option<String>>,
    #[serde(skip)]
    pub env_files: Vec<EnvFile>,
    #[serde(skip_serializing_if = "is_default")]
    pub expose: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub external_links: Vec<String>,
    /// `host=address`
    #[serde(skip_serializing_if = "is_default")]
    pub extra_hosts: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub group_add: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub gpus: Vec<DeviceRequest>,
    #[serde(skip_serializing_if = "is_default")]
    pub hostname: String,
    #[serde(skip_serializing_if = "is_default")]
    pub healthcheck: Option<HealthCheck>,
    #[serde(skip_serializing_if = "is_default")]
    pub image: String,
    #[serde(skip_serializing_if = "is_default")]
    pub init: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub ipc: String,
    #[serde(skip_serializing_if = "is_default")]
    pub isolation: String,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub links: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub logging: Option<Logging>,
    #[serde(skip_serializing_if = "is_default")]
    pub mem_limit: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub mem_reservation: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub memswap_limit: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub mem_swappiness: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub mac_address: String,
    #[serde(skip_serializing_if = "is_default")]
    pub network_mode: String,
    #[serde(skip_serializing_if = "is_default")]
    pub networks: BTreeMap<String, Option<Membership>>,
    #[serde(skip_serializing_if = "is_default")]
    pub oom_kill_disable: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub oom_score_adj: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub pid: String,
    #[serde(skip_serializing_if = "is_default")]
    pub pids_limit: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub platform: String,
    #[serde(skip_serializing_if = "is_default")]
    pub ports: Vec<Port>,
    #[serde(skip_serializing_if = "is_default")]
    pub privileged: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub pull_policy: String,
    #[serde(skip_serializing_if = "is_default")]
    pub read_only: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub restart: String,
    #[serde(skip_serializing_if = "is_default")]
    pub runtime: String,
    #[serde(skip_serializing_if = "is_default")]
    pub scale: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub secrets: Vec<FileReference>,
    #[serde(skip_serializing_if = "is_default")]
    pub security_opt: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub shm_size: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub stdin_open: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub stop_grace_period: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub stop_signal: String,
    #[serde(skip_serializing_if = "is_default")]
    pub storage_opt: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub sysctls: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub tmpfs: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub tty: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub ulimits: BTreeMap<String, Ulimit>,
    #[serde(skip_serializing_if = "is_default")]
    pub user: String,
    #[serde(skip_serializing_if = "is_default")]
    pub userns_mode: String,
    #[serde(skip_serializing_if = "is_default")]
    pub uts: String,
    #[serde(skip_serializing_if = "is_default")]
    pub volumes: Vec<Mount>,
    #[serde(skip_serializing_if = "is_default")]
    pub volumes_from: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub working_dir: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Build {
    pub context: String,
    #[serde(skip_serializing_if = "is_default")]
    pub dockerfile: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    pub path: String,
    pub required: bool,
    /// `format: raw`: the values are taken as they stand.
    pub raw: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Condition {
    #[serde(rename = "service_started")]
    Started,
    #[serde(rename = "service_healthy")]
    Healthy,
    #[serde(rename = "service_completed_successfully")]
    Completed,
}

impl Condition {
    pub const WORDS: [(&'static str, Self); 3] = [
        ("service_started", Self::Started),
        ("service_healthy", Self::Healthy),
        ("service_completed_successfully", Self::Completed),
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "service_started",
            Self::Healthy => "service_healthy",
            Self::Completed => "service_completed_successfully",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dependency {
    pub condition: Condition,
    #[serde(skip_serializing_if = "is_default")]
    pub restart: bool,
    pub required: bool,
}

/// A secret or a config as a service uses it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileReference {
    #[serde(skip_serializing_if = "is_default")]
    pub source: String,
    #[serde(skip_serializing_if = "is_default")]
    pub target: String,
    #[serde(skip_serializing_if = "is_default")]
    pub uid: String,
    #[serde(skip_serializing_if = "is_default")]
    pub gid: String,
    #[serde(skip_serializing_if = "is_default")]
    pub mode: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Deploy {
    #[serde(skip_serializing_if = "is_default")]
    pub mode: String,
    #[serde(skip_serializing_if = "is_default")]
    pub replicas: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    pub resources: DeployResources,
    #[serde(skip_serializing_if = "is_default")]
    pub restart_policy: Option<RestartPolicy>,
    pub placement: Empty,
    #[serde(skip_serializing_if = "is_default")]
    pub endpoint_mode: String,
}

/// Compose prints this object even when nothing is in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Empty {}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DeployResources {
    #[serde(skip_serializing_if = "is_default")]
    pub limits: Option<Quota>,
    #[serde(skip_serializing_if = "is_default")]
    pub reservations: Option<Quota>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quota {
    #[serde(skip_serializing_if = "is_default", serialize_with = "fraction")]
    pub cpus: f32,
    #[serde(skip_serializing_if = "is_default")]
    pub memory: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub pids: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub devices: Vec<DeviceRequest>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeviceRequest {
    #[serde(skip_serializing_if = "is_default")]
    pub capabilities: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub driver: String,
    /// -1 means all of them.
    #[serde(skip_serializing_if = "is_default")]
    pub count: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub device_ids: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub options: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RestartPolicy {
    #[serde(skip_serializing_if = "is_default")]
    pub condition: String,
    #[serde(skip_serializing_if = "is_default")]
    pub delay: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub max_attempts: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub window: Option<GoDuration>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    pub source: String,
    pub target: String,
    pub permissions: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HealthCheck {
    #[serde(skip_serializing_if = "is_default")]
    pub test: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub interval: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub retries: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub start_period: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub start_interval: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub disable: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Logging {
    #[serde(skip_serializing_if = "is_default")]
    pub driver: String,
    #[serde(skip_serializing_if = "is_default")]
    pub options: BTreeMap<String, String>,
}

/// How a service takes part in a network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Membership {
    #[serde(skip_serializing_if = "is_default")]
    pub aliases: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub driver_opts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub gw_priority: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub interface_name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub ipv4_address: String,
    #[serde(skip_serializing_if = "is_default")]
    pub ipv6_address: String,
    #[serde(skip_serializing_if = "is_default")]
    pub link_local_ips: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub mac_address: String,
    #[serde(skip_serializing_if = "is_default")]
    pub priority: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Port {
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub mode: String,
    #[serde(skip_serializing_if = "is_default")]
    pub host_ip: String,
    pub target: u16,
    /// A port or a range; empty lets the Engine choose.
    #[serde(skip_serializing_if = "is_default")]
    pub published: String,
    #[serde(skip_serializing_if = "is_default")]
    pub protocol: String,
    #[serde(skip_serializing_if = "is_default")]
    pub app_protocol: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ulimit {
    pub soft: i64,
    pub hard: i64,
    /// Written as one number.
    pub single: bool,
}

impl Serialize for Ulimit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Both {
            #[serde(skip_serializing_if = "is_default")]
            soft: i64,
            #[serde(skip_serializing_if = "is_default")]
            hard: i64,
        }
        if self.single {
            serializer.serialize_i64(self.soft)
        } else {
            Both { soft: self.soft, hard: self.hard }.serialize(serializer)
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    Bind,
    #[default]
    Volume,
    Tmpfs,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mount {
    #[serde(rename = "type")]
    pub kind: MountKind,
    #[serde(skip_serializing_if = "is_default")]
    pub source: String,
    pub target: String,
    #[serde(skip_serializing_if = "is_default")]
    pub read_only: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub consistency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<BindOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs: Option<TmpfsOptions>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BindOptions {
    #[serde(skip_serializing_if = "is_default")]
    pub selinux: String,
    #[serde(skip_serializing_if = "is_default")]
    pub propagation: String,
    /// Only written when it is false: a missing host path is then an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_host_path: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub recursive: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VolumeOptions {
    #[serde(skip_serializing_if = "is_default")]
    pub nocopy: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub subpath: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TmpfsOptions {
    #[serde(skip_serializing_if = "is_default")]
    pub size: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub mode: u32,
}

impl Service {
    /// The image that its containers are made from; one that is built is named after the project.
    pub fn image_name(&self, project: &str) -> String {
        if self.image.is_empty() { format!("{project}-{}", self.name) } else { self.image.clone() }
    }

    /// All GPU requests, under `deploy` and under `gpus`.
    pub fn device_requests(&self) -> impl Iterator<Item = &DeviceRequest> {
        let reserved = self.deploy.as_ref().and_then(|deploy| deploy.resources.reservations.as_ref());
        reserved.into_iter().flat_map(|reserved| &reserved.devices).chain(&self.gpus)
    }

    /// The service whose namespace a mode such as `service:db` shares.
    pub fn shared_with(&self) -> impl Iterator<Item = &str> {
        [&self.network_mode, &self.ipc, &self.pid]
            .into_iter()
            .filter_map(|mode| mode.strip_prefix("service:"))
    }
}
