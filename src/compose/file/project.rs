//! A project: everything its files say, in canonical form.

use super::concealed::Concealed;
use super::saved::BackupExtension;
use super::service::Service;
use super::values::is_default;
use crate::domain::Safe;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Project {
    pub name: String,
    /// Absolute.
    pub files: Vec<PathBuf>,
    /// All that was read on the way: these, what they extend and include, and the variables of what is included.
    pub read: BTreeSet<PathBuf>,
    /// Absolute; relative paths of the files are resolved against it.
    pub directory: PathBuf,
    /// Those that were named; the default `.env` is not among them.
    pub env_files: Vec<PathBuf>,
    pub profiles: Vec<String>,
    pub services: BTreeMap<String, Service>,
    /// Services whose profiles are not active.
    pub disabled: BTreeMap<String, Service>,
    pub networks: BTreeMap<String, Network>,
    pub volumes: BTreeMap<String, Volume>,
    pub secrets: BTreeMap<String, FileObject>,
    pub configs: BTreeMap<String, FileObject>,
    pub models: BTreeMap<String, Model>,
    pub mcp: StackExtension,
    /// `x-…` at the top level.
    pub extensions: BTreeMap<String, serde_json::Value>,
    /// What does not keep the project from running but must be read.
    pub warnings: Vec<String>,
}

/// A top-level network. `name` is its name in the Engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Network {
    pub name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub driver: String,
    #[serde(skip_serializing_if = "is_default")]
    pub driver_opts: BTreeMap<String, String>,
    pub ipam: Ipam,
    #[serde(skip_serializing_if = "is_default")]
    pub external: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub internal: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub attachable: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub enable_ipv4: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub enable_ipv6: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ipam {
    #[serde(skip_serializing_if = "is_default")]
    pub driver: String,
    #[serde(skip_serializing_if = "is_default")]
    pub config: Vec<IpamPool>,
    #[serde(skip_serializing_if = "is_default")]
    pub options: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IpamPool {
    #[serde(skip_serializing_if = "is_default")]
    pub subnet: String,
    #[serde(skip_serializing_if = "is_default")]
    pub gateway: String,
    #[serde(skip_serializing_if = "is_default")]
    pub ip_range: String,
    #[serde(skip_serializing_if = "is_default")]
    pub aux_addresses: BTreeMap<String, String>,
}

/// A top-level volume. `name` is its name in the Engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Volume {
    pub name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub driver: String,
    #[serde(skip_serializing_if = "is_default")]
    pub driver_opts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub external: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
}

/// A top-level secret or config.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileObject {
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    /// Absolute.
    #[serde(skip_serializing_if = "is_default")]
    pub file: String,
    /// The variable of the project's environment whose value it is.
    #[serde(skip_serializing_if = "is_default")]
    pub environment: String,
    #[serde(skip_serializing_if = "is_default")]
    pub content: String,
    #[serde(skip_serializing_if = "is_default")]
    pub external: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub driver: String,
    #[serde(skip_serializing_if = "is_default")]
    pub driver_opts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub template_driver: String,
    /// What the variable holds; absent when it is not set.
    #[serde(skip)]
    pub value: Option<Concealed>,
}

/// A top-level model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Model {
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub model: String,
    #[serde(skip_serializing_if = "is_default")]
    pub context_size: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub runtime_flags: Vec<String>,
}

/// `x-mcp` at the top level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackExtension {
    pub title: Option<Safe>,
    /// What each overlay is for, by its name.
    pub overlays: BTreeMap<String, Safe>,
    pub addresses: Vec<Safe>,
    pub requirements: Requirements,
    pub backup: BackupExtension,
}

/// What the stack needs of the server; absent means nothing was declared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requirements {
    pub cpus: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub disk_bytes: Option<u64>,
    pub gpus: Option<u64>,
}

impl Service {
    /// How many containers the file asks for.
    pub fn replicas(&self) -> u32 {
        self.scale.or_else(|| self.deploy.as_ref().and_then(|deploy| deploy.replicas)).unwrap_or(1)
    }
}

impl Project {
    /// Leaves the named services, switched on if need be, and what they depend on.
    pub fn keep_only(&mut self, names: &[String]) {
        let mut wanted = BTreeSet::new();
        let mut open: Vec<String> = names.to_vec();
        while let Some(name) = open.pop() {
            if let Some(service) = self.disabled.remove(&name) {
                self.services.insert(name.clone(), service);
            }
            if let Some(service) = self.services.get(&name)
                && wanted.insert(name)
            {
                open.extend(service.depends_on.keys().cloned());
            }
        }
        self.services.retain(|name, _| wanted.contains(name));
    }

    /// A service, whether its profile is active or not.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.get(name).or_else(|| self.disabled.get(name))
    }
}
