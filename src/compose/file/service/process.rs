//! How its processes run: health check, logs, limits, what they are told from outside.

use crate::compose::file::values::{ByteSize, GoDuration, is_default};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    pub path: String,
    pub required: bool,
    /// `format: raw`: the values are taken as they stand.
    pub raw: bool,
}

/// What a service extends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Extends {
    /// Absolute.
    #[serde(skip_serializing_if = "is_default")]
    pub file: String,
    pub service: String,
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

/// `blkio_config`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BlockIo {
    #[serde(skip_serializing_if = "is_default")]
    pub weight: u16,
    #[serde(skip_serializing_if = "is_default")]
    pub weight_device: Vec<WeightDevice>,
    #[serde(skip_serializing_if = "is_default")]
    pub device_read_bps: Vec<ThrottleDevice>,
    #[serde(skip_serializing_if = "is_default")]
    pub device_read_iops: Vec<ThrottleDevice>,
    #[serde(skip_serializing_if = "is_default")]
    pub device_write_bps: Vec<ThrottleDevice>,
    #[serde(skip_serializing_if = "is_default")]
    pub device_write_iops: Vec<ThrottleDevice>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WeightDevice {
    pub path: String,
    pub weight: u16,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ThrottleDevice {
    pub path: String,
    /// Bytes or operations per second.
    pub rate: ByteSize,
}

/// Credentials of a Windows container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CredentialSpec {
    #[serde(skip_serializing_if = "is_default")]
    pub config: String,
    #[serde(skip_serializing_if = "is_default")]
    pub file: String,
    #[serde(skip_serializing_if = "is_default")]
    pub registry: String,
}

/// A program outside of Docker that runs the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Provider {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "is_default")]
    pub options: BTreeMap<String, Vec<String>>,
}

/// The variables by which a service is told of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ModelBinding {
    #[serde(skip_serializing_if = "is_default")]
    pub endpoint_var: String,
    #[serde(skip_serializing_if = "is_default")]
    pub model_var: String,
}
