//! Images, volumes and networks: the Resources pane.

use super::Safe;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub id: String,
    pub tags: Vec<Safe>,
    pub size_bytes: u64,
    pub created: Option<Timestamp>,
    /// When it was last pulled, built or tagged here; only an inspect tells.
    pub tagged: Option<Timestamp>,
    /// Targets of the `VOLUME`s that the image declares; only an inspect tells.
    pub volumes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    pub name: Safe,
    pub driver: Safe,
    pub mount_point: Safe,
    /// The Compose project and volume key by its labels.
    pub project: Option<String>,
    pub key: Option<String>,
    /// Those of the Compose tools, too.
    pub labels: BTreeMap<String, String>,
    /// Of the driver.
    pub options: BTreeMap<String, String>,
    pub created: Option<Timestamp>,
    /// Only known after a disk-usage query.
    pub size_bytes: Option<u64>,
    pub users: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub id: String,
    pub name: Safe,
    pub driver: Safe,
    pub scope: Safe,
    pub project: Option<String>,
    pub key: Option<String>,
    pub subnets: Vec<Safe>,
    pub settings: NetworkSettings,
    /// Containers attached; only an inspect tells.
    pub endpoints: Option<usize>,
}

/// What a network was made with, besides its driver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSettings {
    pub internal: bool,
    pub attachable: bool,
    pub ipv6: bool,
    /// Of the driver.
    pub options: BTreeMap<String, String>,
    /// Those of the Compose tools, too.
    pub labels: BTreeMap<String, String>,
    pub ipam_driver: String,
    pub pools: Vec<AddressPool>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPool {
    pub subnet: String,
    pub gateway: String,
    pub range: String,
    /// Addresses that the driver must not give away, by name.
    pub reserved: BTreeMap<String, String>,
}

/// All of it, as of one query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    pub images: Vec<Image>,
    pub volumes: Vec<Volume>,
    pub networks: Vec<Network>,
}
