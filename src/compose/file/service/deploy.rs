//! `deploy` and `gpus`: replicas, limits, devices, and what only a swarm knows.

use crate::compose::file::values::{ByteSize, GoDuration, fraction, is_default};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Deploy {
    #[serde(skip_serializing_if = "is_default")]
    pub mode: String,
    #[serde(skip_serializing_if = "is_default")]
    pub replicas: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub update_config: Option<UpdateConfig>,
    #[serde(skip_serializing_if = "is_default")]
    pub rollback_config: Option<UpdateConfig>,
    /// Compose writes it even when nothing is in it.
    pub resources: DeployResources,
    #[serde(skip_serializing_if = "is_default")]
    pub restart_policy: Option<RestartPolicy>,
    /// Compose writes it even when nothing is in it.
    pub placement: Placement,
    #[serde(skip_serializing_if = "is_default")]
    pub endpoint_mode: String,
}

/// How a swarm replaces containers; a single Engine does not.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateConfig {
    #[serde(skip_serializing_if = "is_default")]
    pub parallelism: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub delay: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default")]
    pub failure_action: String,
    #[serde(skip_serializing_if = "is_default")]
    pub monitor: Option<GoDuration>,
    #[serde(skip_serializing_if = "is_default", serialize_with = "fraction")]
    pub max_failure_ratio: f32,
    #[serde(skip_serializing_if = "is_default")]
    pub order: String,
}

/// Where a swarm puts containers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Placement {
    #[serde(skip_serializing_if = "is_default")]
    pub constraints: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub preferences: Vec<Preference>,
    #[serde(skip_serializing_if = "is_default")]
    pub max_replicas_per_node: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Preference {
    #[serde(skip_serializing_if = "is_default")]
    pub spread: String,
}

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
    #[serde(skip_serializing_if = "is_default")]
    pub generic_resources: Vec<GenericResource>,
}

/// What the nodes of a swarm may be said to have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GenericResource {
    #[serde(skip_serializing_if = "is_default")]
    pub discrete_resource_spec: Option<DiscreteResource>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DiscreteResource {
    pub kind: String,
    pub value: i64,
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
