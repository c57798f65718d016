//! How a service's image is built.

use super::{FileReference, Ulimit};
use crate::compose::file::values::{ByteSize, is_default};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Build {
    /// Absolute, or an address that the builder knows to fetch.
    #[serde(skip_serializing_if = "is_default")]
    pub context: String,
    #[serde(skip_serializing_if = "is_default")]
    pub dockerfile: String,
    #[serde(skip_serializing_if = "is_default")]
    pub dockerfile_inline: String,
    #[serde(skip_serializing_if = "is_default")]
    pub entitlements: Vec<String>,
    /// An argument without a value takes the environment's, if it has one.
    #[serde(skip_serializing_if = "is_default")]
    pub args: BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub provenance: String,
    #[serde(skip_serializing_if = "is_default")]
    pub sbom: String,
    #[serde(skip_serializing_if = "is_default")]
    pub ssh: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub cache_from: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub cache_to: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub no_cache: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub no_cache_filter: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub additional_contexts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub pull: bool,
    /// `host=address`
    #[serde(skip_serializing_if = "is_default")]
    pub extra_hosts: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub isolation: String,
    #[serde(skip_serializing_if = "is_default")]
    pub network: String,
    #[serde(skip_serializing_if = "is_default")]
    pub target: String,
    #[serde(skip_serializing_if = "is_default")]
    pub secrets: Vec<FileReference>,
    #[serde(skip_serializing_if = "is_default")]
    pub shm_size: ByteSize,
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub ulimits: BTreeMap<String, Ulimit>,
    #[serde(skip_serializing_if = "is_default")]
    pub platforms: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub privileged: bool,
}
