//! One service in canonical form.
//!
//! The order of the fields is that of Compose's own structure and what is empty is left out, because the service's
//! JSON is what its config hash is taken over.

mod build;
mod deploy;
mod develop;
mod mount;
mod network;
mod process;

pub use build::Build;
pub use deploy::{
    Deploy, DeployResources, DeviceRequest, DiscreteResource, GenericResource, Placement, Preference, Quota,
    RestartPolicy, UpdateConfig,
};
pub use develop::{Develop, Hook, Trigger, WatchAction};
pub use mount::{
    BindOptions, Device, FileReference, ImageOptions, Mount, MountKind, TmpfsOptions, VolumeOptions,
};
pub use network::{Condition, Dependency, Membership, Port};
pub use process::{
    BlockIo, CredentialSpec, EnvFile, Extends, HealthCheck, Logging, ModelBinding, Provider, ThrottleDevice,
    Ulimit, WeightDevice,
};

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
    pub develop: Option<Develop>,
    #[serde(skip_serializing_if = "is_default")]
    pub blkio_config: Option<BlockIo>,
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
    pub credential_spec: Option<CredentialSpec>,
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
    pub provider: Option<Provider>,
    #[serde(skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, Option<String>>,
    #[serde(skip)]
    pub env_files: Vec<EnvFile>,
    /// Absolute; their labels are among the service's.
    #[serde(skip)]
    pub label_files: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub expose: Vec<String>,
    /// Stays only where the service that is extended says nothing at all.
    #[serde(skip_serializing_if = "is_default")]
    pub extends: Option<Extends>,
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
    pub models: BTreeMap<String, Option<ModelBinding>>,
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
    pub use_api_socket: bool,
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
    #[serde(skip_serializing_if = "is_default")]
    pub pre_start: Vec<Hook>,
    #[serde(skip_serializing_if = "is_default")]
    pub post_start: Vec<Hook>,
    #[serde(skip_serializing_if = "is_default")]
    pub pre_stop: Vec<Hook>,
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
